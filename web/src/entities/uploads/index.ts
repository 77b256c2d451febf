/** Photos and files on their way up. */
import type { RootState } from '@/app/store';
import type { AppThunk } from '../thunk';
import type { Upload } from './slice';

export { type Upload, type UploadsState, uploadsReducer } from './slice';

/** How far a pending attachment has got; nothing once its message has been sent. */
export function selectUpload(state: RootState, localId: string): Upload | undefined {
  return state.uploads[localId];
}

/** A URL that shows a pending attachment from this device, before and while it goes up. */
export function localUrl(localId: string): AppThunk<string | undefined> {
  return (_dispatch, _getState, { files }) => files.url(localId);
}
