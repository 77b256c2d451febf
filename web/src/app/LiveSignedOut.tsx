import { Suspense } from 'react';
import { useAppSelector } from '@/entities/hooks';
import { selectServerInfo, selectSessionEnded } from '@/entities/session';
import { lazily } from '@/lib/lazily';
import { Splash } from './Splash';
import { useWays } from './useWays';

const SignedOut = lazily(async () => (await import('./SignedOut')).SignedOut);

/** What one sees outside once the client has been loaded, as after signing out. */
export function LiveSignedOut() {
  const server = useAppSelector(selectServerInfo) ?? undefined;
  const ended = useAppSelector(selectSessionEnded);
  return (
    <Suspense fallback={<Splash />}>
      <SignedOut server={server} ended={ended} ways={useWays()} />
    </Suspense>
  );
}
