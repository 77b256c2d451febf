import { combineReducers, configureStore, type Reducer, type UnknownAction } from '@reduxjs/toolkit';
import { accountReducer } from '@/entities/account/slice';
import { LocalCache } from '@/entities/cache/cache';
import { CacheWriter } from '@/entities/cache/writer';
import { CatchUp } from '@/entities/conversations/catchUp';
import { Echoes } from '@/entities/conversations/echoes';
import { conversationsReducer } from '@/entities/conversations/slice';
import { fold } from '@/entities/fold';
import { messagesReducer } from '@/entities/messages/slice';
import { Outbox } from '@/entities/outbox/outbox';
import { outboxReducer } from '@/entities/outbox/slice';
import { presenceReducer } from '@/entities/presence/slice';
import { PresenceWatch } from '@/entities/presence/watch';
import { DeliveryReporter } from '@/entities/receipts/reporter';
import { receiptsReducer } from '@/entities/receipts/slice';
import { sessionReducer, signedOut } from '@/entities/session/slice';
import { sessionEnded } from '@/entities/session/thunks';
import type { Host, Services } from '@/entities/thunk';
import { TypingAnnouncer } from '@/entities/typing/announcer';
import { typingReducer } from '@/entities/typing/slice';
import { Files } from '@/entities/uploads/files';
import { uploadsReducer } from '@/entities/uploads/slice';
import { type Uploader, xhrUploader } from '@/entities/uploads/uploader';
import { usersReducer } from '@/entities/users/slice';
import { type Api, createApi } from '@/lib/api';
import type { Database } from '@/lib/cache';
import { Tabs } from '@/lib/tabs';
import { connectionReducer, Realtime, type Schedule, SocketWire, serverBatch, type Wire } from '@/realtime';

const slices = combineReducers({
  session: sessionReducer,
  connection: connectionReducer,
  account: accountReducer,
  users: usersReducer,
  presence: presenceReducer,
  conversations: conversationsReducer,
  messages: messagesReducer,
  receipts: receiptsReducer,
  typing: typingReducer,
  outbox: outboxReducer,
  uploads: uploadsReducer,
});

export type RootState = ReturnType<typeof slices>;

/** What the server says goes through one fold over all slices; what is done here goes to the slices themselves. */
export const rootReducer: Reducer<RootState, UnknownAction> = (state, action) => {
  if (state && serverBatch.match(action)) return action.payload.reduce(fold<RootState>, state);
  if (state && signedOut.match(action)) return slices({ session: state.session } as RootState, action);
  return slices(state, action);
};

/** What a store is made of. Tests put a line, a server and a clock of their own in place. */
export interface Parts {
  wire: Wire;
  api: Api;
  uploader: Uploader;
  cache: LocalCache;
  /** Without them the store is the only one. */
  tabs?: Tabs;
  schedule?: Schedule;
  /** How long nothing must change before the cache is written, in milliseconds. */
  cacheQuietMs?: number;
}

export type AppStore = ReturnType<typeof createStore>;

/** A store with everything that works beside it. Nothing is connected before `boot` has run. */
export function createStore(parts: Parts = partsOfTheBrowser()) {
  // The services need the store and the store hands them to thunks, so they are filled in right after it is made.
  const services = {} as Services;
  const store = configureStore({
    reducer: rootReducer,
    middleware: (defaults) =>
      defaults({ thunk: { extraArgument: services }, immutableCheck: false, serializableCheck: false }),
  });
  Object.assign(services, servicesOf(store, parts));
  const writer = new CacheWriter(store, services.realtime, services.cache, services.tabs, parts.cacheQuietMs);
  store.subscribe(() => writer.stateChanged());
  services.realtime.listen({ sessionEnded: (reason) => void store.dispatch(sessionEnded(reason)) });
  return store;
}

function servicesOf(
  host: Host,
  { wire, api, uploader, cache, tabs = Tabs.alone(), schedule }: Parts,
): Services {
  const realtime = new Realtime(wire, host, schedule);
  const files = new Files(cache);
  const reporter = new DeliveryReporter(host, realtime);
  return {
    api,
    realtime,
    cache,
    tabs,
    files,
    uploader,
    reporter,
    outbox: new Outbox(host, { realtime, tabs, cache, files, uploader }),
    catchUp: new CatchUp(host, realtime, cache),
    presence: new PresenceWatch(host, realtime),
    typing: new TypingAnnouncer(host, realtime),
    echoes: new Echoes(host, realtime, tabs),
  };
}

/** What a page works with; its cache is in this database, if that has been opened already. */
export function partsOfTheBrowser(database?: Database): Parts {
  return {
    wire: new SocketWire(),
    api: createApi(),
    uploader: xhrUploader,
    cache: new LocalCache(database),
    tabs: Tabs.ofBrowser(),
  };
}
