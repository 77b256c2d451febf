import { useMemo } from 'react';
import { useLocation } from 'wouter';
import { useAppDispatch } from '@/entities/hooks';
import { enterDemo, register, signIn } from '@/entities/session';
import type { Ways } from './SignedOut';

/** The ways in once the client has been loaded: each leads to the list. */
export function useWays(): Ways {
  const dispatch = useAppDispatch();
  const [, navigate] = useLocation();
  return useMemo(() => {
    const home = async (deed: Promise<void>) => {
      await deed;
      navigate('/', { replace: true });
    };
    return {
      signIn: (credentials) => home(dispatch(signIn(credentials))),
      register: (account) => home(dispatch(register(account))),
      enterDemo: (username) => home(dispatch(enterDemo(username))),
    };
  }, [dispatch, navigate]);
}
