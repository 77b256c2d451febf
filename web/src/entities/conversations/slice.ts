import { createAction, type UnknownAction } from '@reduxjs/toolkit';
import type { ConversationId, Member, Seq, Timestamp, Version } from '@/protocol';
import {
  activityOf,
  type ConversationEntry,
  type Echo,
  NO_ECHO,
  readHere,
  withMembers,
  withSet,
} from './entry';

type Entries = Readonly<Record<ConversationId, ConversationEntry>>;

/** Conversations as the server told them, with the deeds of this device beside them. */
export interface ConversationsState {
  readonly byId: Entries;
  /** All of them, what happened last first. */
  readonly order: readonly ConversationId[];
  /** Conversations of which a version was heard that does not follow the one held, with the highest such version. */
  readonly behind: Readonly<Record<ConversationId, Version>>;
  /** The one on screen. */
  readonly openId: ConversationId | null;
  /** The list has been received to its end once, so that an empty one is really empty. */
  readonly isLoaded: boolean;
}

export const noConversations: ConversationsState = {
  byId: {},
  order: [],
  behind: {},
  openId: null,
  isLoaded: false,
};

/** This one is on screen now, or none. */
export const opened = createAction<ConversationId | null>('conversations/opened');

/** Read on this device up to `seq`; `left` are the others' messages after it, as far as they are held. */
export const readHereUpTo = createAction<{
  id: ConversationId;
  seq: Seq;
  left: { unread: number; mentions: number };
}>('conversations/readHereUpTo');

/** Set on this device, and on its way to the server. */
export const setHere = createAction<{ id: ConversationId; set: Echo['set'] }>('conversations/setHere');

/** The server took what was set here, or refused it; either way its own word holds again. */
export const setSettled = createAction<{ id: ConversationId; set: Echo['set']; accepted: boolean }>(
  'conversations/setSettled',
);

/** Something was written here. */
export const touched = createAction<{ id: ConversationId; at: Timestamp }>('conversations/touched');

/** Rows of members that REST answered with. */
export const membersLoaded = createAction<{ id: ConversationId; members: readonly Member[] }>(
  'conversations/membersLoaded',
);

/** What this device had kept of an earlier visit. */
export const conversationsRestored = createAction<readonly ConversationEntry[]>('conversations/restored');

export function conversationsReducer(
  state: ConversationsState = noConversations,
  action: UnknownAction,
): ConversationsState {
  if (opened.match(action)) return { ...state, openId: action.payload };
  if (readHereUpTo.match(action)) {
    const { id, seq, left } = action.payload;
    return withEntry(state, id, (entry) => readHere(entry, seq, left));
  }
  if (setHere.match(action)) {
    const { id, set } = action.payload;
    return withEntry(state, id, (entry) => withSet(entry, set));
  }
  if (setSettled.match(action)) {
    const { id, set, accepted } = action.payload;
    return withEntry(state, id, (entry) => settleSet(entry, set, accepted));
  }
  if (touched.match(action)) {
    const { id, at } = action.payload;
    return withEntry(state, id, (entry) => ({ ...entry, touchedAt: at }));
  }
  if (membersLoaded.match(action)) {
    const { id, members } = action.payload;
    return withEntry(state, id, (entry) => withMembers(entry, members));
  }
  if (conversationsRestored.match(action)) {
    return { ...putEntries(state, action.payload), isLoaded: true };
  }
  return state;
}

/** Changes one entry, if it is there, and puts it where its activity belongs. */
export function withEntry(
  state: ConversationsState,
  id: ConversationId,
  change: (entry: ConversationEntry) => ConversationEntry,
): ConversationsState {
  const entry = state.byId[id];
  if (!entry) return state;
  const changed = change(entry);
  return changed === entry ? state : putEntry(state, changed);
}

/** Puts one entry in, new or changed, and keeps the order. */
export function putEntry(state: ConversationsState, entry: ConversationEntry): ConversationsState {
  const { id } = entry.shared;
  const held = state.byId[id];
  const byId = { ...state.byId, [id]: entry };
  const behind = caughtUp(state.behind, entry);
  if (held && activityOf(held) === activityOf(entry)) return { ...state, byId, behind };
  const others = held ? state.order.filter((other) => other !== id) : state.order;
  return { ...state, byId, behind, order: inserted(others, id, byId) };
}

/** Puts many in and orders them once. */
export function putEntries(
  state: ConversationsState,
  entries: readonly ConversationEntry[],
): ConversationsState {
  if (entries.length === 0) return state;
  const byId = { ...state.byId };
  for (const entry of entries) byId[entry.shared.id] = entry;
  const behind = entries.reduce(caughtUp, state.behind);
  const order = Object.keys(byId).toSorted((a, b) => (comesBefore(a, b, byId) ? -1 : 1));
  return { ...state, byId, behind, order };
}

/** Drops a conversation and all that is known of it here. */
export function dropEntry(state: ConversationsState, id: ConversationId): ConversationsState {
  const { [id]: _entry, ...byId } = state.byId;
  const { [id]: _behind, ...behind } = state.behind;
  return { ...state, byId, behind, order: state.order.filter((other) => other !== id) };
}

/** Notes that a version was heard which the entry cannot follow yet. */
export function heard(state: ConversationsState, id: ConversationId, version: Version): ConversationsState {
  if ((state.behind[id] ?? 0) >= version) return state;
  return { ...state, behind: { ...state.behind, [id]: version } };
}

function caughtUp(
  behind: ConversationsState['behind'],
  entry: ConversationEntry,
): ConversationsState['behind'] {
  const { id, version } = entry.shared;
  const heardOf = behind[id];
  if (heardOf === undefined || heardOf > version) return behind;
  const { [id]: _done, ...rest } = behind;
  return rest;
}

/** Inserts by activity, newest first. */
function inserted(
  order: readonly ConversationId[],
  id: ConversationId,
  byId: Entries,
): readonly ConversationId[] {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = order[middle];
    if (other === undefined || comesBefore(id, other, byId)) high = middle;
    else low = middle + 1;
  }
  return [...order.slice(0, low), id, ...order.slice(low)];
}

/** Whether one is above the other in the list; ties go by id, so that the order never depends on what came when. */
function comesBefore(id: ConversationId, other: ConversationId, byId: Entries): boolean {
  const a = byId[id];
  const b = byId[other];
  const difference = (a ? activityOf(a) : 0) - (b ? activityOf(b) : 0);
  return difference === 0 ? id < other : difference > 0;
}

function settleSet(entry: ConversationEntry, settled: Echo['set'], accepted: boolean): ConversationEntry {
  const waiting = Object.entries(entry.echo.set).filter(
    ([field, value]) => settled[field as keyof Echo['set']] !== value,
  );
  const set: Echo['set'] = Object.fromEntries(waiting);
  const isDone = waiting.length === 0 && entry.echo.read_seq === 0;
  return {
    ...entry,
    my: accepted ? { ...entry.my, ...settled } : entry.my,
    echo: isDone ? NO_ECHO : { ...entry.echo, set },
  };
}
