import { flushSync } from 'react-dom';
import { Provider } from 'react-redux';
import { navigate } from 'wouter/use-browser-location';
import { boot, type Heard } from '@/entities/session';
import type { Entrant } from '@/entities/session/entrance';
import { serverInfoLoaded } from '@/entities/session/slice';
import { enter } from '@/entities/session/thunks';
import type { Database } from '@/lib/cache';
import type { ServerInfo } from '@/protocol';
import { App } from './App';
import { show } from './root';
import { type AppStore, createStore, partsOfTheBrowser } from './store';

/** What has been done while the client was on its way. */
interface Begun {
  readonly heard?: Heard;
  readonly database?: Database;
}

/** The whole client, which begins at once to find out who is signed in. */
export function startClient({ heard, database }: Begun = {}): void {
  const store = createStore(partsOfTheBrowser(database));
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
