import type { ReactNode } from 'react';
import { useT } from '@/lib/i18n';
import { Announcer } from '@/ui/Announcer';
import { Toaster } from '@/ui/Toaster';
import { TooltipLayer } from '@/ui/Tooltip';
import { CrashBoundary } from './CrashBoundary';

/** What every page is in: what catches its faults, and what speaks from above it. */
export function Frame({ children }: { children: ReactNode }) {
  const t = useT();
  return (
    <CrashBoundary>
      {children}
      <Toaster closeLabel={t('action.close')} />
      <TooltipLayer />
      <Announcer />
    </CrashBoundary>
  );
}
