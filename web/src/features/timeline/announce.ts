import { t } from '@/lib/i18n';
import { announce } from '@/ui/Announcer';

/** Says to a screen reader who wrote, once for all that came together. */
export function announceMessages(senders: readonly string[]): void {
  if (senders.length === 0) return;
  const name = [...new Set(senders)].join(', ');
  announce(t('announce.messages', { count: senders.length, name }));
}
