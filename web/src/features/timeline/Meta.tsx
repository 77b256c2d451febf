import { useT } from '@/lib/i18n';
import { timeOfDay } from '@/lib/i18n/dates';
import { Tick } from '@/ui/Tick';
import styles from './Meta.module.css';
import type { ShownMessage } from './model';

/** When it was sent, whether it was edited and how far it has come, at the end of the last line. */
export function Meta({ message, shown }: { message: ShownMessage; shown: boolean }) {
  const t = useT();
  if (!shown) return null;
  return (
    <span className={styles.meta} aria-hidden="true">
      {message.edited && <span>{t('message.edited')}</span>}
      <time dateTime={new Date(message.createdAt).toISOString()}>{timeOfDay(message.createdAt)}</time>
      {message.own && !message.unsent && message.state !== 'failed' && <Tick state={message.state} />}
    </span>
  );
}
