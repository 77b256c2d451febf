import { createAction, type UnknownAction } from '@reduxjs/toolkit';
import type { RootState } from '@/app/store';
import { beforeLeaving } from '@/lib/leaving';
import type { Tabs } from '@/lib/tabs';
import type { ConversationId, UserId } from '@/protocol';
import type { ConversationsState } from '../conversations/slice';
import type { Block, Timeline } from '../messages/timeline';
import type { Host } from '../thunk';
import type { BootRecord, LocalCache } from './cache';

/** Writing waits until nothing has changed for so long … */
const QUIET_MS = 1_000;

/** … but not longer than this. */
const QUIET_MAX_MS = 4_000;

/** Beyond this many conversations the record holds the newest only, and the next start asks for the list anew. */
const BOOT_CONVERSATIONS_MAX = 1_000;

/** The newest messages of a conversation that are kept for the next start. */
const CACHED_ROWS_MAX = 60;

/** A tab that does not lead hands over the newest messages of a conversation that is open in it. */
const timelineHandedOver = createAction<{ id: ConversationId; timeline: Timeline }>('cache/handedOver');

/** Writes what the server said behind the screen's back, when nothing else happens; of several tabs one does. */
export class CacheWriter {
  readonly #host: Host;
  readonly #cache: LocalCache;
  readonly #tabs: Tabs;
  readonly #quietMs: number;
  #written: Pick<RootState, 'conversations' | 'messages' | 'connection' | 'session'>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waitingSince = 0;

  constructor(host: Host, cache: LocalCache, tabs: Tabs, quietMs: number = QUIET_MS) {
    this.#host = host;
    this.#cache = cache;
    this.#tabs = tabs;
    tabs.listen({ heard: ({ action }) => this.#heard(action), led: () => this.stateChanged() });
    this.#quietMs = quietMs;
    this.#written = host.getState();
    beforeLeaving(() => (this.#timer === undefined ? undefined : this.write()));
  }

  /** Call after every change of the state. */
  stateChanged(): void {
    const state = this.#host.getState();
    if (sameServerState(state, this.#written)) return;
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
    if (!this.#tabs.isLeader) return this.#handOver(state.messages.timelines);
    this.#written = state;
    if (state.connection.epoch !== before.connection.epoch && before.connection.epoch !== null) {
      await this.#cache.dropServerState();
    }
    const record = bootRecord(state);
    if (!record) return;
    await this.#cache.writeBoot(record);
    await this.#writeTimelines(state.messages.timelines, before.messages.timelines);
    await this.#cache.dropTimelines(removed(before.conversations, state.conversations));
  }

  readonly #handed = new Map<ConversationId, Timeline>();

  #handOver(timelines: RootState['messages']['timelines']): void {
    for (const [id, held] of Object.entries(timelines)) {
      const timeline = this.#handed.get(id) === held ? undefined : newestRows(held);
      if (!timeline) continue;
      this.#handed.set(id, held);
      this.#tabs.share({ action: timelineHandedOver({ id, timeline }) });
    }
  }

  /** A conversation that is held here as well is written from here. */
  #heard(action: UnknownAction): void {
    if (!this.#tabs.isLeader || !timelineHandedOver.match(action)) return;
    const { id, timeline } = action.payload;
    const { messages, conversations } = this.#host.getState();
    if (conversations.byId[id] && !messages.timelines[id]?.live) void this.#cache.writeTimeline(id, timeline);
  }

  async #writeTimelines(
    now: RootState['messages']['timelines'],
    before: RootState['messages']['timelines'],
  ): Promise<void> {
    for (const [id, timeline] of Object.entries(now)) {
      const newest = timeline === before[id] ? undefined : newestRows(timeline);
      if (newest) await this.#cache.writeTimeline(id, newest);
    }
  }
}

/** The newest rows of a timeline that reaches the live end, as a timeline of their own. */
export function newestRows(timeline: Timeline): Timeline | undefined {
  const last = timeline.blocks.at(-1);
  if (!timeline.live || !last) return undefined;
  const seqs = last.seqs.slice(-CACHED_ROWS_MAX);
  const isAll = seqs.length === last.seqs.length;
  const block: Block = { from: isAll ? last.from : (seqs[0] ?? last.from), to: last.to, seqs };
  const rows = Object.fromEntries(
    seqs.flatMap((seq) => (timeline.rows[seq] ? [[seq, timeline.rows[seq]]] : [])),
  );
  const all = { ...timeline.quotes, ...timeline.rows };
  const quotes = Object.fromEntries(
    seqs.flatMap((seq) => {
      const quoted = timeline.rows[seq]?.reply_to ?? undefined;
      const quote = quoted === undefined || rows[quoted] ? undefined : all[quoted];
      return quote ? [[quote.seq, quote]] : [];
    }),
  );
  return {
    ...timeline,
    rows,
    quotes,
    blocks: [block],
    focus: null,
    heading: 'newer',
    sentHere: {},
    missedVersion: 0,
  };
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
