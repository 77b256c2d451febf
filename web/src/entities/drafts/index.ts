/** What one has begun to write, the same on all of one's devices. */
import type { RootState } from '@/app/store';
import { type ConversationId, LIMITS } from '@/protocol';
import { myOf } from '../conversations/entry';
import type { AppThunk } from '../thunk';

/** What was begun in this conversation; empty when nothing was. */
export function selectDraft(state: RootState, id: ConversationId): string {
  const entry = state.conversations.byId[id];
  return entry ? (myOf(entry).draft ?? '') : '';
}

/** Keeps what was begun. Call it when the typing pauses; it is on this device at once and goes to the others. */
export function setDraft(id: ConversationId, text: string): AppThunk {
  return (_dispatch, getState, { echoes }) => {
    const draft = text.slice(0, LIMITS.DRAFT_UTF16_MAX);
    if (selectDraft(getState(), id) !== draft) echoes.set(id, { draft: draft === '' ? null : draft });
  };
}
