import { createAction, type UnknownAction } from '@reduxjs/toolkit';
import type { Profile, UserId } from '@/protocol';

/** Everyone heard of, by id. */
export type UsersState = Readonly<Record<UserId, Profile>>;

/** Profiles that an answer of REST held. */
export const usersLoaded = createAction<readonly Profile[]>('users/loaded');

export function usersReducer(state: UsersState = {}, action: UnknownAction): UsersState {
  return usersLoaded.match(action) ? withUsers(state, action.payload) : state;
}

/** Takes profiles as they are now. Those that say nothing new stay the same objects. */
export function withUsers(held: UsersState, profiles: readonly Profile[] | undefined): UsersState {
  const news = (profiles ?? []).filter((profile) => !sameProfile(held[profile.id], profile));
  if (news.length === 0) return held;
  return { ...held, ...Object.fromEntries(news.map((profile) => [profile.id, profile])) };
}

function sameProfile(a: Profile | undefined, b: Profile): boolean {
  return (
    a !== undefined &&
    a.display_name === b.display_name &&
    a.username === b.username &&
    a.about === b.about &&
    a.avatar === b.avatar &&
    a.deleted === b.deleted
  );
}
