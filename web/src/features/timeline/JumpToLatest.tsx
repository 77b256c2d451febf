import { useT } from '@/lib/i18n';
import { Badge } from '@/ui/Badge';
import { IconButton } from '@/ui/IconButton';
import { IconArrowDown } from '@/ui/icons';
import styles from './JumpToLatest.module.css';

/** The way back to the newest message, with how many came meanwhile. */
export function JumpToLatest({ count, onJump }: { count: number; onJump: () => void }) {
  const t = useT();
  return (
    <div className={styles.jump}>
      <IconButton label={t('timeline.jump', { count })} className={styles.button} onClick={onJump}>
        <IconArrowDown />
      </IconButton>
      {count > 0 && (
        <span className={styles.badge}>
          <Badge count={count} />
        </span>
      )}
    </div>
  );
}
