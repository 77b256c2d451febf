import { useDispatch, useSelector, useStore } from 'react-redux';
import type { AppStore, RootState } from '@/app/store';
import type { Host } from './thunk';

/** `useDispatch`, which knows our deeds. */
export const useAppDispatch = useDispatch.withTypes<Host['dispatch']>();

/** `useSelector`, which knows our state. */
export const useAppSelector = useSelector.withTypes<RootState>();

/** `useStore`, for what is looked up when something is pressed rather than while drawing. */
export const useAppStore = useStore.withTypes<AppStore>();
