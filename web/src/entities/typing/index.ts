/** Who types where. */
import type { RootState } from '@/app/store';
import type { ConversationId, UserId } from '@/protocol';
import type { AppThunk } from '../thunk';

export { type TypingState, typingReducer } from './slice';

const NOBODY: readonly UserId[] = [];

/** The others who type in this conversation now. */
export function selectTyping(state: RootState, id: ConversationId): readonly UserId[] {
  return state.typing[id]?.userIds ?? NOBODY;
}

/** Says that one types, on every keystroke if one likes, and that one has stopped. */
export function setTyping(id: ConversationId, typing: boolean): AppThunk {
  return (_dispatch, _getState, services) => services.typing.set(id, typing);
}
