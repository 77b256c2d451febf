/** People: who they are. */
import type { RootState } from '@/app/store';
import type { Profile, UserId, UserList } from '@/protocol';
import type { AppThunk } from '../thunk';
import { usersLoaded } from './slice';

export { type UsersState, usersReducer } from './slice';

/** A person, if they were ever heard of. */
export function selectUser(state: RootState, id: UserId): Profile | undefined {
  return state.users[id];
}

/** People whose name or username begins so, best first. */
export function searchUsers(query: string): AppThunk<Promise<readonly Profile[]>> {
  return async (dispatch, _getState, { api }) => {
    const { users } = await api.get<UserList>(`/users?query=${encodeURIComponent(query)}`);
    dispatch(usersLoaded(users));
    return users;
  };
}

/** Asks for people by their ids, those that are not known yet. */
export function loadUsers(ids: readonly UserId[]): AppThunk<Promise<void>> {
  return async (dispatch, getState, { api }) => {
    const unknown = ids.filter((id) => !selectUser(getState(), id));
    if (unknown.length === 0) return;
    const { users } = await api.get<UserList>(`/users?ids=${unknown.join(',')}`);
    dispatch(usersLoaded(users));
  };
}
