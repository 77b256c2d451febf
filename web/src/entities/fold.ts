import type { RootState } from '@/app/store';
import {
  type AccountRows,
  type ConversationChanged,
  type ConversationId,
  type ConversationSummary,
  LIMITS,
  type Message,
  type Receipt,
  type Seq,
  type UserId,
} from '@/protocol';
import type { Answer, ConversationLife, ServerItem } from '@/realtime';
import { isBlocked, noAccount, withoutConversation, withRows } from './account/slice';
import {
  type ConversationEntry,
  entryOf,
  knowsAllMembers,
  newcomers,
  versionOf,
  withAccountRow,
  withMembers,
  withSet,
  withSummary,
} from './conversations/entry';
import * as conversations from './conversations/fold';
import { dropEntry, heard, noConversations, putEntries, putEntry, withEntry } from './conversations/slice';
import * as messages from './messages/fold';
import { dropTimeline, noMessages, putTimeline, withTimeline } from './messages/slice';
import { clear, hide, type Timeline } from './messages/timeline';
import { settleMessages } from './outbox/slice';
import { withPresence } from './presence/slice';
import {
  type ConversationReceipts,
  dropReceipts,
  noReceipts,
  type ReceiptsState,
  receiptOf,
  withoutReceipts,
  withReceipts,
} from './receipts/slice';
import { withProfile } from './session/slice';
import { endTyping, withoutTyping, withTyping } from './typing/slice';
import { withUsers } from './users/slice';

/** The slices that hold what the server says, and those that its words touch. */
export type FoldedState = Pick<
  RootState,
  | 'session'
  | 'connection'
  | 'account'
  | 'users'
  | 'presence'
  | 'conversations'
  | 'messages'
  | 'receipts'
  | 'typing'
  | 'outbox'
>;

/**
 * Folds one thing that the server said into the state: the state is the server's log, folded. Every part is idempotent
 * and takes rows in any order; what cannot be folded yet is remembered as a gap, which the catch-up closes.
 */
export function fold<State extends FoldedState>(state: State, item: ServerItem): State {
  return { ...state, ...foldItem(state, item) };
}

function foldItem(state: FoldedState, item: ServerItem): Partial<FoldedState> {
  switch (item.kind) {
    case 'conversation:changed':
      return foldChanged(state, item.payload);
    case 'conversation:removed':
      return forgetConversation(state, item.payload.conversation_id);
    case 'receipt:updated':
      return foldReceipts(state, item.payload.conversation_id, item.payload.receipts);
    case 'account:changed':
      return foldAccount(state, item.payload, 'push');
    case 'user:updated':
      return {
        users: withUsers(state.users, [item.payload.user]),
        session: withProfile(state.session, item.payload.user),
      };
    case 'typing':
      return foldTyping(state, item.payload.conversation_id, item.payload.user_ids, item.receivedAt);
    case 'presence':
      return { presence: withPresence(state.presence, item.payload) };
    case 'answer:sync':
      return foldSync(state, item);
    case 'answer:changes':
      return foldChanges(state, item);
    case 'answer:page':
      return foldPage(state, item);
    case 'answer:message':
      return foldAnsweredMessage(state, item.conversationId, item.message);
    case 'answer:conversation':
      return foldSummaries({ ...state, users: withUsers(state.users, item.answer.users) }, [
        item.answer.conversation,
      ]);
    case 'answer:account':
      return foldAccount(state, item.answer, 'answer');
  }
}

function foldChanged(state: FoldedState, push: ConversationChanged): Partial<FoldedState> {
  const id = push.conversation_id;
  const users = withUsers(state.users, push.users);
  const entry = state.conversations.byId[id];
  if (!entry) return { users, conversations: heard(state.conversations, id, push.version) };
  const me = myId(state);
  const reader = readerOf(state, id);
  const timeline = state.messages.timelines[id];
  const changed = conversations.foldPush(entry, push, {
    ...reader,
    blocks: (user) => isBlocked(state.account, user),
    quoted: (seq) =>
      push.quotes?.find((quote) => quote.seq === seq) ?? timeline?.rows[seq] ?? timeline?.quotes[seq],
  });
  const told = putEntry(state.conversations, changed);
  const next = {
    ...state,
    users,
    conversations: push.version > changed.shared.version ? heard(told, id, push.version) : told,
    messages: withTimeline(state.messages, id, (held) => messages.foldPush(held, push, reader)),
    receipts: foldPushedReceipts(state, entry, push),
    typing: push.cause.kind === 'sent' ? endTyping(state.typing, id, push.cause.actor_id) : state.typing,
  };
  return settled(next, id, ownRows(push.messages ?? [], me));
}

/** Pointers go with those who leave, and move with what people write; large groups are told nobody's. */
function foldPushedReceipts(
  state: FoldedState,
  entry: ConversationEntry,
  push: ConversationChanged,
): ReceiptsState {
  const { id, member_count } = entry.shared;
  const kept = withoutReceipts(state.receipts, id, newcomers(entry.members, push.members ?? []));
  if (push.cause.kind !== 'sent' || member_count > LIMITS.EPHEMERAL_MEMBERS_MAX) return kept;
  const written = (push.messages ?? []).filter(
    (row) => row.kind === 'text' && mayBeMember(entry, row.sender_id),
  );
  return withReceipts(kept, id, written.map(receiptOf), myId(state));
}

/** Access ended, or the conversation is to be forgotten: nothing of it stays but what waits in the outbox. */
function forgetConversation(state: FoldedState, id: ConversationId): FoldedState {
  return {
    ...state,
    account: withoutConversation(state.account, id),
    conversations: dropEntry(state.conversations, id),
    messages: dropTimeline(state.messages, id),
    receipts: dropReceipts(state.receipts, id),
    typing: withoutTyping(state.typing, id),
  };
}

function foldReceipts(
  state: FoldedState,
  id: ConversationId,
  receipts: readonly Receipt[],
): Partial<FoldedState> {
  const entry = state.conversations.byId[id];
  if (!entry) return {};
  const known = receipts.filter(({ user_id }) => mayBeMember(entry, user_id));
  return { receipts: withReceipts(state.receipts, id, known, myId(state)) };
}

function foldTyping(
  state: FoldedState,
  id: ConversationId,
  users: readonly UserId[],
  since: number,
): Partial<FoldedState> {
  const me = myId(state);
  const userIds = users.filter((user) => user !== me && !isBlocked(state.account, user));
  return { typing: withTyping(state.typing, id, { userIds, since }) };
}

/** Receipts of a group are merged to one a second: those of somebody who left may come after they did. */
function mayBeMember(entry: ConversationEntry, user: UserId): boolean {
  const member = entry.members[user];
  return member ? member.left_at === undefined : !knowsAllMembers(entry);
}

/** Rows of the account: counts, mutes and drafts of conversations; what the reader hid and cleared; blocks, settings. */
function foldAccount(state: FoldedState, rows: AccountRows, source: 'push' | 'answer'): Partial<FoldedState> {
  const hidden = rows.hidden?.filter((row) => state.conversations.byId[row.conversation_id]) ?? [];
  const account = withRows(state.account, { ...rows, hidden }, source);
  let { conversations: told, messages: held } = state;
  for (const row of rows.conversations ?? []) {
    const id = row.conversation_id;
    told = withEntry(told, id, (entry) => withAccountRow(entry, row, rows.account_version));
    held = withTimeline(held, id, (timeline) => clear(timeline, row.cleared_seq));
  }
  const touched = new Set(hidden.map((row) => row.conversation_id));
  const next = { ...state, account, conversations: told, messages: held };
  return [...touched].reduce(withoutHidden, next);
}

function withoutHidden(state: FoldedState, id: ConversationId): FoldedState {
  const hidden = new Set(state.account.hidden[id]);
  const hides = (seq: Seq) => hidden.has(seq);
  const held = withTimeline(state.messages, id, (timeline) => hide(timeline, hides));
  const newest = newestHeld(held.timelines[id]);
  const told = withEntry(state.conversations, id, (entry) =>
    conversations.withoutHidden(entry, hides, newest),
  );
  return { ...state, messages: held, conversations: told };
}

function foldSync(
  state: FoldedState,
  { answer, fresh, receivedAt }: Answer<'answer:sync'>,
): Partial<FoldedState> {
  // First, for who was removed may have come back since, and begins anew.
  const base = answer.removed.reduce(forgetConversation, fresh ? dropCaches(state) : state);
  const told = { ...base, ...foldAccount(base, answer.account, 'answer') };
  const listed = foldSummaries({ ...told, users: withUsers(told.users, answer.users) }, answer.conversations);
  const left = fresh ? withWishes(listed, state) : listed;
  return {
    ...left,
    conversations: { ...left.conversations, isLoaded: left.conversations.isLoaded || !answer.more },
    connection: {
      ...left.connection,
      cursor: answer.cursor,
      epoch: answer.epoch,
      clockOffset: answer.server_time - receivedAt,
    },
  };
}

/** What belongs to another life of the server goes; what waits in the outbox, and what is on screen, stays. */
function dropCaches(state: FoldedState): FoldedState {
  return {
    ...state,
    account: { ...noAccount, settings: state.account.settings },
    conversations: { ...noConversations, openId: state.conversations.openId },
    messages: noMessages,
    receipts: noReceipts,
    typing: {},
  };
}

/** What was set here and not sent yet outlives the server's word that it was set upon. */
function withWishes(state: FoldedState, before: FoldedState): FoldedState {
  const told = Object.values(before.conversations.byId).reduce(
    (held, { shared, echo }) => withEntry(held, shared.id, (entry) => withSet(entry, echo.set)),
    state.conversations,
  );
  return { ...state, conversations: told };
}

function foldSummaries(state: FoldedState, summaries: readonly ConversationSummary[]): FoldedState {
  const held = state.conversations.byId;
  const me = myId(state);
  const entries = summaries.map((summary) => {
    const entry = held[summary.id];
    return entry ? withSummary(entry, summary) : entryOf(summary);
  });
  let { receipts, messages: timelines } = state;
  for (const summary of summaries) {
    const { id, my } = summary;
    receipts = withoutReceipts(receipts, id, strangers(held[id], summary, receipts[id]));
    if (!isOutdated(summary, held[id])) receipts = withReceipts(receipts, id, summary.receipts, me);
    timelines = withTimeline(timelines, id, (timeline) => clear(timeline, my.cleared_seq));
  }
  return { ...state, conversations: putEntries(state.conversations, entries), receipts, messages: timelines };
}

/** What it tells was overtaken by pushes: of somebody who left since, it tells pointers that are gone. */
function isOutdated(summary: ConversationSummary, entry: ConversationEntry | undefined): boolean {
  return summary.version < versionOf(entry);
}

/** Whose pointers a summary does not know any more: changes that it leaps over may have been their leaving. */
function strangers(
  entry: ConversationEntry | undefined,
  summary: ConversationSummary,
  receipts: ConversationReceipts | undefined,
): readonly UserId[] {
  if (!entry || summary.version <= entry.shared.version) return [];
  const told = new Set(summary.receipts.map((receipt) => receipt.user_id));
  const unknown = Object.keys(receipts ?? {}).filter((user) => !told.has(user));
  return [...unknown, ...newcomers(entry.members, summary.members)];
}

/** An answer for a conversation that was removed while it was on its way would bring it back, and is ignored. */
function foldChanges(state: FoldedState, item: Answer<'answer:changes'>): Partial<FoldedState> {
  const { conversationId: id, answer } = item;
  const entry = state.conversations.byId[id];
  if (!belongsTo(item.life, entry) || (!entry && state.conversations.behind[id] === undefined)) return {};
  const known = { ...state, users: withUsers(state.users, answer.users) };
  const told = foldSummaries(known, [answer.conversation]);
  const held = told.messages.timelines[id];
  const timeline = messages.foldChanges(held, item, readerOf(told, id));
  const next = {
    ...told,
    conversations: withEntry(told.conversations, id, (current) => withMembers(current, answer.members)),
    messages: timeline && timeline !== held ? putTimeline(told.messages, id, timeline) : told.messages,
    receipts: isOutdated(answer.conversation, entry)
      ? told.receipts
      : withReceipts(told.receipts, id, answer.receipts, myId(state)),
  };
  return settled(next, id, ownRows(answer.messages, myId(state)));
}

function foldPage(state: FoldedState, item: Answer<'answer:page'>): Partial<FoldedState> {
  const id = item.conversationId;
  const entry = state.conversations.byId[id];
  if (!entry || !belongsTo(item.life, entry)) return {};
  const timeline = messages.foldPage(state.messages.timelines[id], item, readerOf(state, id));
  const next = {
    ...state,
    users: withUsers(state.users, item.answer.users),
    messages: putTimeline(state.messages, id, timeline),
  };
  return settled(next, id, ownRows(item.answer.messages, myId(state)));
}

/** A row that a command answered with, often ahead of the push that tells of it. */
function foldAnsweredMessage(state: FoldedState, id: ConversationId, row: Message): Partial<FoldedState> {
  const reader = readerOf(state, id);
  const next = {
    ...state,
    conversations: withEntry(state.conversations, id, (entry) =>
      conversations.foldAnswered(entry, row, reader.hides),
    ),
    messages: withTimeline(state.messages, id, (timeline) => messages.foldAnswered(timeline, row, reader)),
  };
  const timeline = next.messages.timelines[id];
  const isPlaced = !timeline || !timeline.live || timeline.rows[row.seq] !== undefined;
  return settled(next, id, isPlaced ? ownRows([row], reader.me) : []);
}

/** Whether an answer was asked for in the stay that lasts now. */
function belongsTo(life: ConversationLife, entry: ConversationEntry | undefined): boolean {
  return life === (entry?.life ?? null);
}

/** Messages of our own that have a row now leave the outbox; their rows on screen keep the key that they had. */
function settled(state: FoldedState, id: ConversationId, rows: readonly Message[]): FoldedState {
  const waiting = state.outbox.messages[id];
  if (!waiting) return state;
  const waited = rows.filter((row) => waiting.some((message) => message.client_id === row.client_id));
  const version = Math.min(
    versionOf(state.conversations.byId[id]),
    state.messages.timelines[id]?.version ?? Number.MAX_SAFE_INTEGER,
  );
  return {
    ...state,
    outbox: settleMessages(state.outbox, id, waited, version),
    messages: withTimeline(state.messages, id, (timeline) => keepKeys(timeline, waited)),
  };
}

function keepKeys(timeline: Timeline, rows: readonly Message[]): Timeline {
  if (rows.length === 0) return timeline;
  const keys = Object.fromEntries(rows.map((row) => [row.seq, row.client_id ?? '']));
  return { ...timeline, sentHere: { ...timeline.sentHere, ...keys } };
}

/** The newest message that the reader can see: `null` when there is none, `undefined` when it is not held. */
function newestHeld(timeline: Timeline | undefined): Message | null | undefined {
  const last = timeline?.blocks.at(-1);
  if (!timeline?.live || !last) return undefined;
  const newest = last.seqs.at(-1);
  if (newest !== undefined) return timeline.rows[newest];
  return last.from === 1 ? null : undefined;
}

function readerOf(state: FoldedState, id: ConversationId): messages.Reader {
  const hidden = state.account.hidden[id] ?? [];
  const cleared = state.conversations.byId[id]?.my.cleared_seq ?? 0;
  return { me: myId(state), hides: (seq) => seq <= cleared || hidden.includes(seq) };
}

function ownRows(rows: readonly Message[], me: UserId): readonly Message[] {
  return rows.filter((row) => row.sender_id === me && row.client_id !== null);
}

/** Nobody is signed in only before the first answer could come, so nothing is ever folded as nobody. */
function myId(state: FoldedState): UserId {
  return state.session.me?.id ?? '';
}
