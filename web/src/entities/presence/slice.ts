import { createAction, type UnknownAction } from '@reduxjs/toolkit';
import type { Presence, UserId } from '@/protocol';

/** Who is there, of the people on screen. Whom one may not see is absent. */
export type PresenceState = Readonly<Record<UserId, Presence>>;

/** The answer to what the screen asked: everyone else is not known any more. */
export const presencesTold = createAction<readonly Presence[]>('presence/told');

export function presenceReducer(state: PresenceState = {}, action: UnknownAction): PresenceState {
  if (!presencesTold.match(action)) return state;
  return Object.fromEntries(action.payload.map((presence) => [presence.user_id, presence]));
}

export function withPresence(state: PresenceState, presence: Presence): PresenceState {
  return { ...state, [presence.user_id]: presence };
}
