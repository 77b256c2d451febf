import type { AppThunk } from '../thunk';

/** Whether this device keeps what one reads: not on a computer that one shares. */
export function keepsHere(): AppThunk<boolean> {
  return (_dispatch, getState, { cache }) => {
    const { me } = getState().session;
    return me !== null && cache.isKeptFor(me.id);
  };
}

/** Deletes what this device has kept of what one read. What waits to be sent stays. */
export function clearKept(): AppThunk<Promise<void>> {
  return (_dispatch, _getState, { cache }) => cache.dropServerState();
}
