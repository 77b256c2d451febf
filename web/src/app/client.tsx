import { flushSync } from 'react-dom';
import { Provider } from 'react-redux';
import { navigate } from 'wouter/use-browser-location';
import { boot, type Heard } from '@/entities/session';
import type { Entrant } from '@/entities/session/entrance';
import { serverInfoLoaded } from '@/entities/session/slice';
import { enter } from '@/entities/session/thunks';
import type { ServerInfo } from '@/protocol';
import { App } from './App';
import { show } from './root';
import { type AppStore, createStore } from './store';

/** The whole client, which begins at once to find out who is signed in; with what has been heard of that already. */
export function startClient(heard?: Heard): void {
  const store = createStore();
  void store.dispatch(boot(heard));
  show(<Client store={store} />);
}

/** The whole client in the place of the door, for somebody who has just been let in. */
export async function enterClient(server: ServerInfo, entrant: Entrant): Promise<void> {
  const store = createStore();
  store.dispatch(serverInfoLoaded(server));
  await store.dispatch(enter(entrant));
  // In one step: the door must not be drawn at the new address, nor the client at the old.
  navigate('/', { replace: true });
  flushSync(() => show(<Client store={store} />));
}

function Client({ store }: { store: AppStore }) {
  return (
    <Provider store={store}>
      <App />
    </Provider>
  );
}
