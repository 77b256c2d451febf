import { selectLanguage } from '@/entities/account';
import { useAppSelector } from '@/entities/hooks';
import { selectAuthStatus } from '@/entities/session';
import { Frame } from './Frame';
import { LiveSignedOut } from './LiveSignedOut';
import { useLanguage } from './language';
import { SignedIn } from './SignedIn';
import { Starting } from './Starting';

/** The whole client: what one sees before one is known, inside, and outside again. */
export function App() {
  const isSpoken = useLanguage(useAppSelector(selectLanguage));
  const known = useAppSelector(selectAuthStatus);
  const status = isSpoken ? known : 'unknown';
  return (
    <Frame>
      {status === 'unknown' && <Starting />}
      {status === 'signed-out' && <LiveSignedOut />}
      {status === 'signed-in' && <SignedIn />}
    </Frame>
  );
}
