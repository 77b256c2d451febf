import type { ThunkAction, ThunkDispatch, UnknownAction } from '@reduxjs/toolkit';
import type { RootState } from '@/app/store';
import type { Api } from '@/lib/api';
import type { Tabs } from '@/lib/tabs';
import type { Realtime } from '@/realtime';
import type { LocalCache } from './cache/cache';
import type { CatchUp } from './conversations/catchUp';
import type { Echoes } from './conversations/echoes';
import type { Outbox } from './outbox/outbox';
import type { PresenceWatch } from './presence/watch';
import type { DeliveryReporter } from './receipts/reporter';
import type { TypingAnnouncer } from './typing/announcer';
import type { Files } from './uploads/files';
import type { Uploader } from './uploads/uploader';

/** What thunks work with besides the store. `app/store.ts` makes one of each; tests put their own in place. */
export interface Services {
  api: Api;
  realtime: Realtime;
  cache: LocalCache;
  tabs: Tabs;
  files: Files;
  uploader: Uploader;
  outbox: Outbox;
  catchUp: CatchUp;
  presence: PresenceWatch;
  typing: TypingAnnouncer;
  echoes: Echoes;
  reporter: DeliveryReporter;
}

/** The store as the entities see it. */
export interface Host {
  dispatch: ThunkDispatch<RootState, Services, UnknownAction>;
  getState(): RootState;
  /** Calls after every change, until the returned function is called. */
  subscribe(listener: () => void): () => void;
}

/** A deed. Those that ask the server reject with an `ApiError`. */
export type AppThunk<Result = void> = ThunkAction<Result, RootState, Services, UnknownAction>;
