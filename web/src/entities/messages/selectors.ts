import type { RootState } from '@/app/store';
import { keepIfSame, memoByKey } from '@/lib/memo';
import type { ConversationId, Message, Seq, UserId } from '@/protocol';
import type { PendingChange, PendingMessage } from '../outbox/slice';
import type { ConversationReceipts } from '../receipts/slice';
import { type Loads, NO_LOADS } from './slice';
import { shownBlock, showsLiveEnd, type Timeline } from './timeline';
import { type DeliveryState, type MessageKey, type MessageView, viewOfPending, viewOfRow } from './view';

const NONE: readonly MessageKey[] = [];
const NO_MESSAGES: readonly PendingMessage[] = [];
const NO_CHANGES: readonly PendingChange[] = [];

/** What is around the keys of {@link selectTimeline}. */
export interface TimelineEnds {
  /** Something is loaded; until then a skeleton is shown. */
  readonly isLoaded: boolean;
  /** Nothing is before the first key. */
  readonly atStart: boolean;
  /** The last key is the newest message, or one of one's own that waits. */
  readonly atLiveEnd: boolean;
}

/**
 * The messages on screen, oldest first, without gaps; at the live end followed by one's own that wait. The same array
 * as long as nothing came, went or moved.
 */
export function selectTimeline(state: RootState, id: ConversationId): readonly MessageKey[] {
  const keys = computeKeys(state, id);
  const kept = keepIfSame(lastKeys.get(id), keys);
  lastKeys.set(id, kept);
  return kept;
}

const lastKeys = new Map<ConversationId, readonly MessageKey[]>();

const computeKeys = memoByKey(
  (state: RootState, id: ConversationId) =>
    [
      state.messages.timelines[id],
      state.outbox.messages[id] ?? NO_MESSAGES,
      state.outbox.changes[id] ?? NO_CHANGES,
    ] as const,
  ([timeline, waiting, changes]) => keysOf(timeline, waiting, changes),
);

/**
 * The place of a message among those of {@link selectTimeline}, or of the next one when it is hidden from the reader;
 * nothing when it is not among what is shown.
 */
export function selectIndex(state: RootState, id: ConversationId, seq: Seq): number | undefined {
  const timeline = state.messages.timelines[id];
  const block = timeline && shownBlock(timeline);
  if (!block || seq < block.from || seq > block.to) return undefined;
  const shown = block.seqs.find((each) => each >= seq) ?? block.seqs.at(-1) ?? seq;
  const index = selectTimeline(state, id).indexOf(timeline.sentHere[shown] ?? shown);
  return index < 0 ? undefined : index;
}

/** A message of a timeline as it is shown; nothing when it is not there any more. */
export const selectMessage: (
  state: RootState,
  id: ConversationId,
  key: MessageKey,
) => MessageView | undefined = memoByKey(
  (state: RootState, id: ConversationId, key: MessageKey) => {
    const timeline = state.messages.timelines[id];
    const waiting =
      typeof key === 'string'
        ? state.outbox.messages[id]?.find(({ client_id }) => client_id === key)
        : undefined;
    const row = waiting ? undefined : rowOf(timeline, key);
    return [
      waiting,
      row,
      row && timeline ? (timeline.sentHere[row.seq] ?? row.seq) : key,
      state.session.me?.id ?? '',
      row ? deliveryOf(row, state.receipts[id]) : null,
      row ? (state.outbox.changes[id] ?? NO_CHANGES) : NO_CHANGES,
    ] as const;
  },
  ([waiting, row, key, me, delivery, changes]) => {
    if (waiting) return viewOfPending(waiting);
    if (!row) return undefined;
    const its = changes.filter((change) => change.seq === row.seq);
    return viewOfRow(row, key, me, delivery, its);
  },
);

/**
 * The message that another answers: `null` when it was deleted, `undefined` when it is not held or not to be seen by
 * this reader.
 */
export function selectQuote(state: RootState, id: ConversationId, seq: Seq): Message | null | undefined {
  const timeline = state.messages.timelines[id];
  const quoted = timeline?.rows[seq] ?? timeline?.quotes[seq];
  return quoted && quoted.unsent_at !== null ? null : quoted;
}

export const selectTimelineEnds: (state: RootState, id: ConversationId) => TimelineEnds = memoByKey(
  (state: RootState, id: ConversationId) => {
    const timeline = state.messages.timelines[id];
    const block = timeline && shownBlock(timeline);
    const lastSeq = state.conversations.byId[id]?.shared.last_seq ?? 0;
    return [
      block !== undefined,
      block?.from === 1,
      block !== undefined && timeline !== undefined && (showsLiveEnd(timeline) || block.to >= lastSeq),
    ] as const;
  },
  ([isLoaded, atStart, atLiveEnd]) => ({ isLoaded, atStart, atLiveEnd }),
);

/** Which pages of a conversation are on their way, and which could not be fetched. */
export function selectLoads(state: RootState, id: ConversationId): Loads {
  return state.messages.loads[id] ?? NO_LOADS;
}

/** Messages pinned in this conversation, as far as they are loaded, newest first. */
export const selectPinned: (state: RootState, id: ConversationId) => readonly Seq[] = memoByKey(
  (state: RootState, id: ConversationId) => [state.messages.timelines[id]?.rows] as const,
  ([rows]) =>
    Object.values(rows ?? {})
      .filter((row) => row.pinned_at !== undefined && row.unsent_at === null)
      .toSorted((a, b) => (b.pinned_at ?? 0) - (a.pinned_at ?? 0))
      .map((row) => row.seq),
);

/** How far one's own message has come with the others. */
export function deliveryOf(row: Message, receipts: ConversationReceipts | undefined): DeliveryState {
  const furthest = receipts ? furthestOf(receipts) : NOWHERE;
  if (furthest.read >= row.seq) return 'seen';
  return furthest.delivered >= row.seq ? 'delivered' : 'sent';
}

interface Furthest {
  readonly delivered: Seq;
  readonly read: Seq;
}

const NOWHERE: Furthest = { delivered: 0, read: 0 };
const furthestByReceipts = new WeakMap<ConversationReceipts, Furthest>();

/** One look at the receipts serves all rows of a conversation. */
function furthestOf(receipts: ConversationReceipts): Furthest {
  const known = furthestByReceipts.get(receipts);
  if (known) return known;
  const all = Object.values(receipts);
  const furthest = {
    delivered: Math.max(0, ...all.map((receipt) => receipt.delivered_seq)),
    read: Math.max(0, ...all.map((receipt) => receipt.read_seq)),
  };
  furthestByReceipts.set(receipts, furthest);
  return furthest;
}

/** Heads of those who have read up to this message and not further; others than its sender. */
export const selectReadBy: (state: RootState, id: ConversationId, seq: Seq) => readonly UserId[] = memoByKey(
  (state: RootState, id: ConversationId, seq: Seq) => [headsOf(state, id)[seq]] as const,
  ([heads]) => heads ?? NOBODY,
);

const NOBODY: readonly UserId[] = [];

const headsOf: (state: RootState, id: ConversationId) => Readonly<Record<Seq, readonly UserId[]>> = memoByKey(
  (state: RootState, id: ConversationId) =>
    [state.messages.timelines[id]?.blocks, state.receipts[id]] as const,
  ([blocks, receipts]) => {
    const seqs = (blocks ?? []).flatMap((block) => block.seqs);
    const heads: Record<Seq, UserId[]> = {};
    for (const { user_id, read_seq } of Object.values(receipts ?? {})) {
      const seq = seqs.findLast((shown) => shown <= read_seq);
      if (seq !== undefined) (heads[seq] ??= []).push(user_id);
    }
    return heads;
  },
);

function keysOf(
  timeline: Timeline | undefined,
  waiting: readonly PendingMessage[],
  changes: readonly PendingChange[],
): readonly MessageKey[] {
  const block = timeline && shownBlock(timeline);
  const hidden = new Set(
    changes.filter((change) => change.kind === 'delete' && change.scope === 'me').map(({ seq }) => seq),
  );
  const keys = (block?.seqs ?? [])
    .filter((seq) => !hidden.has(seq))
    .map((seq): MessageKey => timeline?.sentHere[seq] ?? seq);
  const isLive = !timeline || showsLiveEnd(timeline);
  if (!isLive || waiting.length === 0) return keys.length === 0 ? NONE : keys;
  return [...keys, ...waiting.map((message) => message.client_id)];
}

function rowOf(timeline: Timeline | undefined, key: MessageKey): Message | undefined {
  if (!timeline) return undefined;
  if (typeof key === 'number') return timeline.rows[key];
  const seq = Object.keys(timeline.sentHere).find((sent) => timeline.sentHere[Number(sent)] === key);
  return seq === undefined ? undefined : timeline.rows[Number(seq)];
}
