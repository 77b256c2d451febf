import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Provider } from 'react-redux';
import '@/ui/global.css';
import { App } from './App';
import { createKith } from './store';

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Provider store={createKith()}>
        <App />
      </Provider>
    </StrictMode>,
  );
}
