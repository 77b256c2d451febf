import { uuidv7 } from '@/lib/uuid';
import type {
  ConversationId,
  MemberList,
  OpenConversation,
  Role,
  Seq,
  Timestamp,
  UpdateConversation,
  UserId,
} from '@/protocol';
import type { Whereabouts } from '../cache/cache';
import { concerns } from '../messages/rows';
import { headed, timelineUsed } from '../messages/slice';
import type { Timeline } from '../messages/timeline';
import type { AppThunk } from '../thunk';
import { usersLoaded } from '../users/slice';
import { type ConversationEntry, myOf } from './entry';
import { membersLoaded, opened } from './slice';

export { block } from '../account';
export { setDraft } from '../drafts';
export { jumpTo, jumpToLatest, loadNewer, loadOlder } from '../messages/thunks';

/** "Always", as a time: a mute that ends when nobody asks any more. */
const FOR_EVER: Timestamp = 8_640_000_000_000_000;

/** Finds or makes the conversation with one person (oneself: saved messages), and answers its id. */
export function openDirect(userId: UserId): AppThunk<Promise<ConversationId>> {
  return (dispatch) => dispatch(ask({ user_id: userId }));
}

/** Makes a group, and answers its id. */
export function createGroup(group: {
  title: string;
  memberIds: readonly UserId[];
}): AppThunk<Promise<ConversationId>> {
  return (dispatch) =>
    dispatch(
      ask({
        client_id: uuidv7(),
        member_ids: [...group.memberIds],
        ...(group.title.trim() === '' ? {} : { title: group.title.trim() }),
      }),
    );
}

/**
 * Shows a conversation. What this device has of it is there at once, the rest comes. `null` shows none. Whoever goes to a
 * message of it with {@link jumpTo} opens it as `visited`, or would be called back to where it opens by itself.
 */
export function openConversation(id: ConversationId | null, isVisited = false): AppThunk<Promise<void>> {
  return async (dispatch, _getState, { catchUp }) => {
    dispatch(opened(id));
    if (id === null) return;
    dispatch(timelineUsed(id));
    if (!isVisited) await catchUp.open(id);
    catchUp.check();
  };
}

/** Where a conversation was left, if that was not at its newest message. */
export function leftAt(id: ConversationId): AppThunk<Whereabouts | undefined> {
  return (_dispatch, _getState, { cache }) => cache.leftAt(id);
}

/** Remembers where a conversation is left; `undefined` is its newest message. */
export function keepPlace(id: ConversationId, place: Whereabouts | undefined): AppThunk {
  return (_dispatch, _getState, { cache }) => cache.leave(id, place);
}

/** Says that everything up to `seq` has been seen: the conversation is open, the page visible, the message on screen. */
export function markRead(id: ConversationId, seq: Seq): AppThunk {
  return (dispatch, getState, { echoes }) => {
    const state = getState();
    const entry = state.conversations.byId[id];
    const me = state.session.me?.id;
    if (!entry || me === undefined) return;
    if (entry.my.marked_unread) echoes.set(id, { marked_unread: false });
    dispatch(headed({ id, heading: seq >= entry.shared.last_seq ? 'newer' : 'older' }));
    if (seq > Math.max(entry.my.read_seq, entry.echo.read_seq)) {
      echoes.read(id, seq, leftAfter(entry, state.messages.timelines[id], seq, me));
    }
  };
}

export function markUnread(id: ConversationId): AppThunk {
  return (_dispatch, _getState, { echoes }) => echoes.set(id, { marked_unread: true });
}

/** No notifications until then; `'always'`, or `null` for notifications again. */
export function setMuted(id: ConversationId, until: Timestamp | 'always' | null): AppThunk {
  return (_dispatch, _getState, { echoes }) =>
    echoes.set(id, { muted_until: until === 'always' ? FOR_EVER : until });
}

export function setPinned(id: ConversationId, pinned: boolean): AppThunk {
  return (_dispatch, _getState, { echoes }) => echoes.set(id, { pinned });
}

export function setArchived(id: ConversationId, archived: boolean): AppThunk {
  return (_dispatch, _getState, { echoes }) => echoes.set(id, { archived });
}

/** Clears the conversation for oneself, up to what is there now. */
export function clearConversation(id: ConversationId): AppThunk<Promise<void>> {
  return async (_dispatch, getState, { realtime }) => {
    const cleared_seq = getState().conversations.byId[id]?.shared.last_seq ?? 0;
    await realtime.request('account:set', { conversation_id: id, cleared_seq });
  };
}

export function rename(id: ConversationId, title: string | null): AppThunk<Promise<void>> {
  return (dispatch) => dispatch(update(id, { title }));
}

/** Gives a group its picture, or takes it away. */
export function setGroupAvatar(id: ConversationId, file: File | null): AppThunk<Promise<void>> {
  return async (dispatch, _getState, { uploader }) => {
    const avatar_id = file ? (await uploader.upload(file, '', ignore)).id : null;
    await dispatch(update(id, { avatar_id }));
  };
}

/** Whether plain members may rename the group, add people and pin. */
export function setMembersMayEdit(id: ConversationId, members_may_edit: boolean): AppThunk<Promise<void>> {
  return (dispatch) => dispatch(update(id, { members_may_edit }));
}

export function addMembers(id: ConversationId, userIds: readonly UserId[]): AppThunk<Promise<void>> {
  return async (_dispatch, _getState, { realtime }) => {
    await realtime.request('members:add', { conversation_id: id, user_ids: [...userIds] });
  };
}

export function removeMember(id: ConversationId, userId: UserId): AppThunk<Promise<void>> {
  return async (_dispatch, _getState, { realtime }) => {
    await realtime.request('members:remove', { conversation_id: id, user_id: userId });
  };
}

export function setRole(id: ConversationId, userId: UserId, role: Role): AppThunk<Promise<void>> {
  return async (_dispatch, _getState, { realtime }) => {
    await realtime.request('members:role', { conversation_id: id, user_id: userId, role });
  };
}

/** Leaves a group; it goes from the list when the server has said so. */
export function leave(id: ConversationId): AppThunk<Promise<void>> {
  return async (_dispatch, _getState, { realtime }) => {
    await realtime.request('conversation:leave', { conversation_id: id });
  };
}

/** Fetches all members of a conversation. */
export function loadMembers(id: ConversationId): AppThunk<Promise<void>> {
  return async (dispatch, getState, { api }) => {
    let after: UserId | undefined;
    do {
      const query = after === undefined ? '' : `?after=${after}`;
      const page = await api.get<MemberList>(`/conversations/${id}/members${query}`);
      dispatch(usersLoaded(page.users));
      dispatch(membersLoaded({ id, members: page.members }));
      after = page.more ? page.members.at(-1)?.user_id : undefined;
    } while (after !== undefined && getState().conversations.byId[id]);
  };
}

function ask(request: OpenConversation): AppThunk<Promise<ConversationId>> {
  return async (_dispatch, _getState, { realtime }) => {
    const answer = await realtime.request('conversation:open', request);
    realtime.fold({ kind: 'answer:conversation', answer });
    return answer.conversation.id;
  };
}

function update(
  id: ConversationId,
  change: Omit<UpdateConversation, 'conversation_id'>,
): AppThunk<Promise<void>> {
  return async (_dispatch, _getState, { realtime }) => {
    await realtime.request('conversation:update', { conversation_id: id, ...change });
  };
}

/** How many of the others' unread messages come after `seq`: those that are held up to there are taken off. */
function leftAfter(
  entry: ConversationEntry,
  timeline: Timeline | undefined,
  seq: Seq,
  me: UserId,
): { unread: number; mentions: number } {
  if (!timeline || seq >= entry.shared.last_seq) return { unread: 0, mentions: 0 };
  const my = myOf(entry);
  const read = Object.values(timeline.rows).filter(
    (row) =>
      row.seq > my.read_seq &&
      row.seq <= seq &&
      row.sender_id !== me &&
      row.kind === 'text' &&
      row.unsent_at === null,
  );
  const mentions = read.filter((row) =>
    concerns(row, row.reply_to === null ? undefined : timeline.rows[row.reply_to], me),
  );
  return {
    unread: Math.max(0, my.unread - read.length),
    mentions: Math.max(0, my.mentions - mentions.length),
  };
}

function ignore(): void {}
