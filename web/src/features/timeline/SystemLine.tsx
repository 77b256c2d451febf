import { memo } from 'react';
import { useT } from '@/lib/i18n';
import { list } from '@/lib/i18n/lists';
import type { SystemNotice } from '@/protocol';
import styles from './SystemLine.module.css';

type Props = {
  messageKey: string;
  notice: SystemNotice;
  /** The reader, who is addressed and not named. */
  meId: string | undefined;
  nameOf: (userId: string) => string;
};

/** What happened to the conversation itself, in the reader's language. */
export const SystemLine = memo(function SystemLine({ messageKey, notice, meId, nameOf }: Props) {
  const t = useT();
  const names = (notice.user_ids ?? []).map((id) => (id === meId ? t('system.you') : nameOf(id)));
  const isMine = notice.actor_id === meId;
  return (
    <p data-key={messageKey} className={styles.line}>
      {t(`system.${notice.action}`, {
        by: isMine ? 'you' : 'other',
        actor: isMine ? t('message.you') : nameOf(notice.actor_id),
        names: list(names),
        title: notice.title ?? '',
      })}
    </p>
  );
});
