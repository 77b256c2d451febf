import { t } from '@/lib/i18n';
import { list } from '@/lib/i18n/lists';
import { announce } from '@/ui/Announcer';

/** Says to a screen reader who wrote, once for all that came together. */
export function announceMessages(senders: readonly string[]): void {
  if (senders.length === 0) return;
  const name = list([...new Set(senders)]);
  announce(t('announce.messages', { count: senders.length, name }));
}
