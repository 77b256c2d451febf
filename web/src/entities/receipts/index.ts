/** How far the members of a conversation have come. */
import type { RootState } from '@/app/store';
import type { ConversationId, ReceiptList, Seq } from '@/protocol';
import type { AppThunk } from '../thunk';
import { usersLoaded } from '../users/slice';
import { type ConversationReceipts, receiptsLoaded } from './slice';

export { selectReadBy } from '../messages/selectors';

const NONE: ConversationReceipts = {};

/** How far the others have come, as far as they share it: at most twenty of them until {@link loadReceipts} has run. */
export function selectReceipts(state: RootState, id: ConversationId): ConversationReceipts {
  return state.receipts[id] ?? NONE;
}

/** Fetches who has received and read one message: every other member who shares receipts. */
export function loadReceipts(id: ConversationId, seq: Seq): AppThunk<Promise<void>> {
  return async (dispatch, getState, { api }) => {
    const { receipts, users } = await api.get<ReceiptList>(`/conversations/${id}/messages/${seq}/receipts`);
    dispatch(usersLoaded(users));
    dispatch(receiptsLoaded({ id, receipts, me: getState().session.me?.id ?? '' }));
  };
}
