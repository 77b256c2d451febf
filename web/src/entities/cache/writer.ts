import { createAction, type UnknownAction } from '@reduxjs/toolkit';
import type { RootState } from '@/app/store';
import { beforeLeaving } from '@/lib/leaving';
import type { Tabs } from '@/lib/tabs';
import type { ConversationId, UserId } from '@/protocol';
import type { Realtime, ServerItem } from '@/realtime';
import type { ConversationsState } from '../conversations/slice';
import type { Host } from '../thunk';
import type { BootRecord, LocalCache } from './cache';

/** Writing waits until nothing has changed for so long … */
const QUIET_MS = 1_000;

/** … but not longer than this. */
const QUIET_MAX_MS = 4_000;

/** Beyond this many conversations the record holds the newest only, and the next start asks for the list anew. */
const BOOT_CONVERSATIONS_MAX = 1_000;

/** A tab that does not lead hands over what it was answered. What is pushed the leading one hears itself. */
const answersHandedOver = createAction<readonly ServerItem[]>('cache/answersHandedOver');

/** Writes what the server said behind the screen's back, when nothing else happens; of several tabs one does. */
export class CacheWriter {
  readonly #host: Host;
  readonly #cache: LocalCache;
  readonly #tabs: Tabs;
  readonly #quietMs: number;
  #written: Pick<RootState, 'conversations' | 'messages' | 'connection' | 'session'>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waitingSince = 0;

  constructor(host: Host, realtime: Realtime, cache: LocalCache, tabs: Tabs, quietMs: number = QUIET_MS) {
    this.#host = host;
    this.#cache = cache;
    this.#tabs = tabs;
    tabs.listen({ heard: ({ action }) => this.#heard(action), led: () => this.stateChanged() });
    realtime.listen({ folded: (items) => this.#told(items) });
    this.#quietMs = quietMs;
    this.#written = host.getState();
    beforeLeaving(() => (this.#timer === undefined ? undefined : this.write()));
  }

  /** Call after every change of the state. */
  stateChanged(): void {
    const state = this.#host.getState();
    if (!sameServerState(state, this.#written)) this.#plan();
  }

  #plan(): void {
    const now = performance.now();
    if (this.#timer === undefined) this.#waitingSince = now;
    else if (now - this.#waitingSince > QUIET_MAX_MS) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => whenIdle(() => void this.write()), this.#quietMs);
  }

  /** Writes what has changed since the last time. */
  async write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const state = this.#host.getState();
    const before = this.#written;
    if (!this.#tabs.isLeader) return;
    this.#written = state;
    if (state.connection.epoch !== before.connection.epoch && before.connection.epoch !== null) {
      await this.#cache.dropServerState();
    }
    const record = bootRecord(state);
    if (!record) return;
    await this.#cache.writeBoot(record);
    await this.#cache.writeMessages();
    await this.#cache.dropMessages(removed(before.conversations, state.conversations));
  }

  /** What the server said goes into the messages that are kept, from whichever tab has asked for it. */
  #told(items: readonly ServerItem[]): void {
    const me = this.#host.getState().session.me?.id;
    if (me === undefined) return;
    if (this.#tabs.isLeader) return this.#cache.tellMessages(items, me);
    const answers = items.filter((item) => item.kind === 'answer:changes' || isPage(item));
    if (answers.length > 0) this.#tabs.share({ action: answersHandedOver(answers) });
  }

  #heard(action: UnknownAction): void {
    if (!this.#tabs.isLeader || !answersHandedOver.match(action)) return;
    this.#told(action.payload);
    this.#plan();
  }
}

function isPage(item: ServerItem): boolean {
  return item.kind === 'answer:page' && !item.isKept;
}

function bootRecord(state: RootState): BootRecord | undefined {
  const { me } = state.session;
  const { epoch, cursor } = state.connection;
  if (!me || epoch === null || !state.conversations.isLoaded) return undefined;
  const ids = state.conversations.order.slice(0, BOOT_CONVERSATIONS_MAX);
  const conversations = ids.flatMap((id) => state.conversations.byId[id] ?? []);
  const people = new Set<UserId>(conversations.flatMap((entry) => Object.keys(entry.members)));
  for (const entry of conversations) {
    if (entry.my.last_message) people.add(entry.my.last_message.sender_id);
  }
  return {
    me,
    epoch,
    cursor: ids.length === state.conversations.order.length ? cursor : null,
    account: {
      version: state.account.version,
      settings: state.account.settings,
      blocks: state.account.blocks,
    },
    conversations,
    receipts: Object.fromEntries(ids.flatMap((id) => (state.receipts[id] ? [[id, state.receipts[id]]] : []))),
    users: [...people].flatMap((id) => state.users[id] ?? []),
  };
}

function removed(before: ConversationsState, now: ConversationsState): readonly ConversationId[] {
  if (before.byId === now.byId) return [];
  return Object.keys(before.byId).filter((id) => !now.byId[id]);
}

function sameServerState(
  a: RootState,
  b: Pick<RootState, 'conversations' | 'messages' | 'connection' | 'session'>,
): boolean {
  return (
    a.conversations === b.conversations &&
    a.messages === b.messages &&
    a.connection.cursor === b.connection.cursor &&
    a.session.me === b.session.me
  );
}

/** When the browser has nothing better to do; at once where it cannot say (Safari). */
function whenIdle(work: () => void): void {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(work, { timeout: QUIET_MAX_MS });
  else work();
}
