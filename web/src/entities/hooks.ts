import { useDispatch, useSelector } from 'react-redux';
import type { RootState } from '@/app/store';
import type { Host } from './thunk';

/** `useDispatch`, which knows our deeds. */
export const useAppDispatch = useDispatch.withTypes<Host['dispatch']>();

/** `useSelector`, which knows our state. */
export const useAppSelector = useSelector.withTypes<RootState>();
