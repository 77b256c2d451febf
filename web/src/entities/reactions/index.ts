/** Who reacted to a message. The reactions themselves are part of its row. */
import type { ConversationId, Reaction, ReactionList, Seq } from '@/protocol';
import type { AppThunk } from '../thunk';
import { usersLoaded } from '../users/slice';

export { react } from '../messages/thunks';

/** All reactions of one message, each with all its people. */
export function loadReactions(id: ConversationId, seq: Seq): AppThunk<Promise<readonly Reaction[]>> {
  return async (dispatch, _getState, { api }) => {
    const { reactions, users } = await api.get<ReactionList>(
      `/conversations/${id}/messages/${seq}/reactions`,
    );
    dispatch(usersLoaded(users));
    return reactions;
  };
}
