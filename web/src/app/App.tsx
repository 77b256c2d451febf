import { useAppSelector } from '@/entities/hooks';
import { selectAuthStatus } from '@/entities/session';
import { useT } from '@/lib/i18n';
import { Announcer } from '@/ui/Announcer';
import { Toaster } from '@/ui/Toaster';
import { TooltipLayer } from '@/ui/Tooltip';
import { CrashBoundary } from './CrashBoundary';
import { useLanguage } from './language';
import { SignedIn } from './SignedIn';
import { SignedOut } from './SignedOut';
import { Starting } from './Starting';

/** The whole client: what one sees before one is known, outside, and inside. */
export function App() {
  const t = useT();
  const isSpoken = useLanguage();
  const known = useAppSelector(selectAuthStatus);
  const status = isSpoken ? known : 'unknown';
  return (
    <CrashBoundary>
      {status === 'unknown' && <Starting />}
      {status === 'signed-out' && <SignedOut />}
      {status === 'signed-in' && <SignedIn />}
      <Toaster closeLabel={t('action.close')} />
      <TooltipLayer />
      <Announcer />
    </CrashBoundary>
  );
}
