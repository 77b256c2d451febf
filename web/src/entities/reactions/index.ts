/** Who reacted to a message. The reactions themselves are part of its row. */
import type { ConversationId, Reaction, ReactionList, Seq, UserId } from '@/protocol';
import type { AppThunk } from '../thunk';
import { usersLoaded } from '../users/slice';

export { react } from '../messages/thunks';

/** All reactions of one message, each with all its people: page by page, of which a group has ten at the most. */
export function loadReactions(id: ConversationId, seq: Seq): AppThunk<Promise<readonly Reaction[]>> {
  return async (dispatch, _getState, { api }) => {
    let reactions: readonly Reaction[] = [];
    for (let after: UserId | undefined, more = true; more; more = after !== undefined) {
      const since = after === undefined ? '' : `?after=${after}`;
      const page = await api.get<ReactionList>(`/conversations/${id}/messages/${seq}/reactions${since}`);
      dispatch(usersLoaded(page.users));
      reactions = joined(reactions, page.reactions);
      after = page.next_after;
    }
    return reactions;
  };
}

/** Each emoji with the people of both pages. */
export function joined(held: readonly Reaction[], page: readonly Reaction[]): readonly Reaction[] {
  if (held.length === 0) return page;
  return page.map((reaction) => {
    const before = held.find(({ emoji }) => emoji === reaction.emoji)?.user_ids ?? [];
    return { ...reaction, user_ids: [...new Set([...before, ...reaction.user_ids])] };
  });
}
