import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Provider } from 'react-redux';
import '@/ui/global.css';
import { App } from './App';
import { createKith } from './store';

/** After so long what is on screen has been loaded. */
const KEEP_AFTER_MS = 500;

// When there is nothing more urgent; plain HTTP in a local network has no workers.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  const keep = () => void import('./update').then(({ keepClient }) => keepClient());
  addEventListener('load', () => setTimeout(keep, KEEP_AFTER_MS));
}

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
