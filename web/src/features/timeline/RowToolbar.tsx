import { useT } from '@/lib/i18n';
import { timeOfDay } from '@/lib/i18n/dates';
import { IconButton } from '@/ui/IconButton';
import { IconArrowBackUp, IconDots, IconMoodSmile } from '@/ui/icons';
import styles from './RowToolbar.module.css';

/** What can be done with the message under the pointer; there is one at a time. */
export function RowToolbar({ createdAt }: { createdAt: number }) {
  const t = useT();
  return (
    <div className={styles.toolbar}>
      <IconButton small tabIndex={-1} data-do="react" label={t('action.react')}>
        <IconMoodSmile />
      </IconButton>
      <IconButton small tabIndex={-1} data-do="reply" label={t('action.reply')}>
        <IconArrowBackUp />
      </IconButton>
      <IconButton small tabIndex={-1} data-do="menu" label={t('action.more')} aria-haspopup="menu">
        <IconDots />
      </IconButton>
      <span className={styles.time} aria-hidden="true">
        {timeOfDay(createdAt)}
      </span>
    </div>
  );
}
