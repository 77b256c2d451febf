import { Provider } from 'react-redux';
import { App } from '@/app/App';
import { createStore } from '@/app/store';
import { LocalCache } from '@/entities/cache/cache';
import { boot } from '@/entities/session';
import { ModelLine } from './model-line';

/** The whole client with its real store on a server that lives in the page: everything works, nothing leaves it. */
export function liveClient(path: string) {
  history.replaceState(null, '', path);
  const line = new ModelLine(Date.now());
  const store = createStore({
    wire: line,
    api: line.api,
    uploader: { upload: () => Promise.reject(new Error('no uploads in the gallery')) },
    cache: new LocalCache(),
  });
  void store.dispatch(boot());
  setInterval(() => line.type(), 3_000);
  return (
    <Provider store={store}>
      <App />
    </Provider>
  );
}
