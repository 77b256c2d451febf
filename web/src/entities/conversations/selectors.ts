import type { RootState } from '@/app/store';
import { keepIfSame, memo, memoByKey } from '@/lib/memo';
import type {
  AttachmentId,
  ConversationId,
  Member,
  Message,
  MyConversation,
  Profile,
  Timestamp,
  UserId,
} from '@/protocol';
import { deliveryOf } from '../messages/selectors';
import type { DeliveryState } from '../messages/view';
import type { PendingMessage } from '../outbox/slice';
import {
  activityOf,
  type ConversationEntry,
  currentMembers,
  knowsAllMembers,
  myOf,
  type SharedConversation,
} from './entry';

export type ConversationFilter = 'all' | 'unread' | 'groups' | 'archived';

/** A line of the list. */
export interface ListRow {
  readonly id: ConversationId;
  readonly kind: SharedConversation['kind'];
  readonly title: string;
  readonly avatar: AttachmentId | null;
  /** The other person of a direct conversation; oneself in saved messages. */
  readonly peer: UserId | null;
  /** The newest message that I can see, or one of mine that waits; `null` when there is none. */
  readonly last: Pick<
    Message,
    'kind' | 'text' | 'entities' | 'attachments' | 'sender_id' | 'system' | 'unsent_at' | 'created_at'
  > | null;
  readonly lastSender: Profile | null;
  readonly time: Timestamp;
  readonly unread: number;
  readonly mentions: number;
  readonly markedUnread: boolean;
  readonly muted: boolean;
  readonly pinned: boolean;
  readonly archived: boolean;
  readonly draft: string | null;
  readonly typing: readonly UserId[];
  /** How far the last message has come, when it is one's own. */
  readonly tick: DeliveryState | null;
}

/** The conversations of a list, top to bottom: pinned ones first, then what happened last. */
export function selectConversationIds(
  state: RootState,
  filter: ConversationFilter,
): readonly ConversationId[] {
  const ids = keepIfSame(lastIds.get(filter), computeIds(state, filter));
  lastIds.set(filter, ids);
  return ids;
}

const lastIds = new Map<ConversationFilter, readonly ConversationId[]>();

const computeIds = memoByKey(
  (state: RootState, _filter: ConversationFilter) =>
    [state.conversations.order, state.conversations.byId] as const,
  ([order, byId], filter) => {
    const listed = order.filter((id) => {
      const entry = byId[id];
      return entry !== undefined && belongsTo(filter, entry);
    });
    const isPinned = (id: ConversationId) => byId[id] !== undefined && myOf(byId[id]).pinned;
    return [...listed.filter(isPinned), ...listed.filter((id) => !isPinned(id))];
  },
);

/** The shared part of a conversation: title, picture, counts. */
export function selectConversation(state: RootState, id: ConversationId): SharedConversation | undefined {
  return state.conversations.byId[id]?.shared;
}

/** What only I see of a conversation, as it holds on this device. */
export const selectMy: (state: RootState, id: ConversationId) => MyConversation | undefined = memoByKey(
  (state: RootState, id: ConversationId) => [state.conversations.byId[id]] as const,
  ([entry]) => entry && myOf(entry),
);

/** Members as far as they are known, longest-serving first; all of them once `loadMembers` has run. */
export const selectMembers: (state: RootState, id: ConversationId) => readonly Member[] = memoByKey(
  (state: RootState, id: ConversationId) => [state.conversations.byId[id]] as const,
  ([entry]) =>
    entry
      ? currentMembers(entry).toSorted(
          (a, b) => a.joined_at - b.joined_at || (a.user_id < b.user_id ? -1 : 1),
        )
      : NO_MEMBERS,
);

const NO_MEMBERS: readonly Member[] = [];

/** Whether {@link selectMembers} are all of them. */
export function selectMembersLoaded(state: RootState, id: ConversationId): boolean {
  const entry = state.conversations.byId[id];
  return entry !== undefined && knowsAllMembers(entry);
}

/** The other person of a direct conversation; oneself in saved messages; nobody in a group. */
export function selectPeer(state: RootState, id: ConversationId): UserId | null {
  const entry = state.conversations.byId[id];
  return entry ? peerOf(entry, state.session.me?.id) : null;
}

/** A group's title, or the names of those in it; the other person's name. Empty for a deleted account. */
export function selectConversationTitle(state: RootState, id: ConversationId): string {
  const entry = state.conversations.byId[id];
  if (!entry) return '';
  return titleOf(entry, state.session.me?.id, state.users);
}

/** A line of the list, the same object until something in it changed. */
export const selectListRow: (state: RootState, id: ConversationId) => ListRow | undefined = memoByKey(
  (state: RootState, id: ConversationId) => {
    const entry = state.conversations.byId[id];
    const me = state.session.me?.id;
    const last = entry?.my.last_message ?? null;
    const peer = entry ? peerOf(entry, me) : null;
    return [
      entry,
      selectConversationTitle(state, id),
      peer === null ? undefined : state.users[peer],
      state.outbox.messages[id]?.at(-1),
      last ? state.users[last.sender_id] : undefined,
      state.typing[id]?.userIds ?? NOBODY,
      last && last.sender_id === me && last.kind === 'text' ? deliveryOf(last, state.receipts[id]) : null,
    ] as const;
  },
  ([entry, title, peer, waiting, sender, typing, delivery]) =>
    entry && listRow(entry, { title, peer, waiting, sender, typing, delivery }),
);

/** Unread messages everywhere but in what is muted or archived: for the title and the badge. */
export const selectTotalUnread: (state: RootState) => number = memo(
  (state: RootState) => [state.conversations.byId] as const,
  ([byId]) =>
    Object.values(byId).reduce((total, entry) => {
      const my = myOf(entry);
      return my.archived || isMuted(my) ? total : total + Math.max(my.unread, my.marked_unread ? 1 : 0);
    }, 0),
);

/** The conversation on screen. */
export function selectOpenConversation(state: RootState): ConversationId | null {
  return state.conversations.openId;
}

/** Whether the list has been received: until then it may only seem empty. */
export function selectConversationsLoaded(state: RootState): boolean {
  return state.conversations.isLoaded;
}

const NOBODY: readonly UserId[] = [];

function listRow(
  entry: ConversationEntry,
  parts: {
    title: string;
    peer: Profile | undefined;
    waiting: PendingMessage | undefined;
    sender: Profile | undefined;
    typing: readonly UserId[];
    delivery: DeliveryState | null;
  },
): ListRow {
  const my = myOf(entry);
  const { shared } = entry;
  return {
    id: shared.id,
    kind: shared.kind,
    title: parts.title,
    avatar: shared.kind === 'direct' ? (parts.peer?.avatar ?? null) : shared.avatar,
    peer: parts.peer?.id ?? null,
    last: parts.waiting ? previewOf(parts.waiting) : my.last_message,
    lastSender: parts.waiting ? null : (parts.sender ?? null),
    time: activityOf(entry),
    unread: my.unread,
    mentions: my.mentions,
    markedUnread: my.marked_unread,
    muted: isMuted(my),
    pinned: my.pinned,
    archived: my.archived,
    draft: my.draft,
    typing: parts.typing,
    tick: parts.waiting ? parts.waiting.state : parts.delivery,
  };
}

function previewOf(message: PendingMessage): ListRow['last'] {
  return {
    kind: 'text',
    text: message.text,
    entities: [...message.entities],
    attachments: [...message.shown, ...message.attachments.flatMap((pending) => pending.attachment ?? [])],
    sender_id: message.user_id,
    unsent_at: null,
    created_at: message.created_at,
  };
}

function belongsTo(filter: ConversationFilter, entry: ConversationEntry): boolean {
  const my = myOf(entry);
  if (filter === 'archived') return my.archived;
  if (my.archived) return false;
  if (filter === 'unread') return my.unread > 0 || my.marked_unread;
  return filter === 'all' || entry.shared.kind === 'group';
}

/** A mute is told as the time at which it ends; "always" is far away. */
function isMuted(my: MyConversation): boolean {
  return my.muted_until !== null && my.muted_until > Date.now();
}

function peerOf(entry: ConversationEntry, me: UserId | undefined): UserId | null {
  if (entry.shared.kind !== 'direct') return null;
  return Object.keys(entry.members).find((user) => user !== me) ?? me ?? null;
}

/** Names that stand for a group without a title. */
const NAMES_SHOWN_MAX = 4;

function titleOf(entry: ConversationEntry, me: UserId | undefined, users: RootState['users']): string {
  const nameOf = (user: UserId) => users[user]?.display_name ?? '';
  const peer = peerOf(entry, me);
  if (peer !== null) return nameOf(peer);
  if (entry.shared.title !== null) return entry.shared.title;
  const others = currentMembers(entry)
    .map((member) => member.user_id)
    .filter((user) => user !== me);
  return others.slice(0, NAMES_SHOWN_MAX).map(nameOf).filter(Boolean).join(', ');
}
