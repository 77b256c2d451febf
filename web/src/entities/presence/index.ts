/** Whether people are there. */
import { useEffect } from 'react';
import { useDispatch } from 'react-redux';
import type { RootState } from '@/app/store';
import type { Presence, UserId } from '@/protocol';
import type { AppThunk, Host } from '../thunk';

export { type PresenceState, presenceReducer } from './slice';

/** Whether a person is there, if one may see it. */
export function selectPresence(state: RootState, id: UserId): Presence | undefined {
  return state.presence[id];
}

/** Watches people for as long as the component is on screen. Watching the same person twice costs nothing. */
export function useWatchPresence(ids: readonly UserId[]): void {
  const dispatch = useDispatch<Host['dispatch']>();
  const key = ids.toSorted().join(' ');
  useEffect(() => dispatch(watchPresence(key === '' ? [] : key.split(' '))), [dispatch, key]);
}

/** Watches people until the returned function is called. */
export function watchPresence(ids: readonly UserId[]): AppThunk<() => void> {
  return (_dispatch, _getState, { presence }) => presence.watch(ids);
}
