import type { RootState } from '@/app/store';
import type { ConversationId, UserId } from '@/protocol';
import { currentMembers } from '../conversations/entry';
import { selectPeer } from '../conversations/selectors';

/** Whoever has written more than this without an answer is no longer asked about. */
export const UNANSWERED_MAX = 50;

/**
 * Whether somebody whom one does not know has written first: all that was said here is theirs, nothing of it is hidden or not
 * loaded, and one shares no group with them that is known on this device. An answer ends it.
 */
export function selectIsRequest(state: RootState, id: ConversationId): boolean {
  const entry = state.conversations.byId[id];
  const peer = selectPeer(state, id);
  if (!entry || peer === null || peer === state.session.me?.id) return false;
  if (state.outbox.messages[id] !== undefined) return false;
  return isAllTheirs(state, id, peer, entry.shared.last_seq) && !sharesGroup(state, peer);
}

function isAllTheirs(state: RootState, id: ConversationId, peer: UserId, lastSeq: number): boolean {
  if (lastSeq === 0 || lastSeq > UNANSWERED_MAX) return false;
  const rows = state.messages.timelines[id]?.rows ?? {};
  for (let seq = 1; seq <= lastSeq; seq += 1) {
    if (rows[seq]?.sender_id !== peer) return false;
  }
  return true;
}

function sharesGroup(state: RootState, peer: UserId): boolean {
  return Object.values(state.conversations.byId).some(
    (entry) => entry.shared.kind === 'group' && currentMembers(entry).some(({ user_id }) => user_id === peer),
  );
}
