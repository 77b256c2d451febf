import { memo } from 'react';
import { useT } from '@/lib/i18n';
import type { SystemNotice } from '@/protocol';
import styles from './SystemLine.module.css';

type Props = { messageKey: string; notice: SystemNotice; nameOf: (userId: string) => string };

/** What happened to the conversation itself, in the reader's language. */
export const SystemLine = memo(function SystemLine({ messageKey, notice, nameOf }: Props) {
  const t = useT();
  const names = (notice.user_ids ?? []).map(nameOf).join(', ');
  return (
    <p data-key={messageKey} className={styles.line}>
      {t(`system.${notice.action}`, {
        actor: nameOf(notice.actor_id),
        names,
        title: notice.title ?? '',
      })}
    </p>
  );
});
