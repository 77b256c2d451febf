import { createAction, type UnknownAction } from '@reduxjs/toolkit';

/** How far a file has got on its way up. */
export interface Upload {
  /** From 0 to 1. */
  readonly progress: number;
  readonly state: 'waiting' | 'uploading' | 'done' | 'failed';
}

/** Uploads by the id that this device gave their file. */
export type UploadsState = Readonly<Record<string, Upload>>;

export const uploadMoved = createAction<{ localId: string; upload: Upload }>('uploads/moved');
export const uploadsForgotten = createAction<readonly string[]>('uploads/forgotten');

export function uploadsReducer(state: UploadsState = {}, action: UnknownAction): UploadsState {
  if (uploadMoved.match(action)) return { ...state, [action.payload.localId]: action.payload.upload };
  if (uploadsForgotten.match(action)) {
    const gone = new Set(action.payload);
    return Object.fromEntries(Object.entries(state).filter(([localId]) => !gone.has(localId)));
  }
  return state;
}
