import type { LoadStatus } from '@/entities/messages';
import { useT } from '@/lib/i18n';
import { Button } from '@/ui/Button';
import { Spinner } from '@/ui/Spinner';
import styles from './TimelineHead.module.css';

type Props = {
  /** On which side of the rows something is missing. */
  side: 'older' | 'newer';
  load: LoadStatus;
  isOnline: boolean;
  onRetry: () => void;
};

/** Where something is missing between what is shown and the rest of the conversation: it comes, or it says why not. */
export function TimelineGap({ side, load, isOnline, onRetry }: Props) {
  const t = useT();
  if (load !== 'failed') return <div className={styles.status}>{load === 'loading' && <Spinner />}</div>;
  return (
    <div className={styles.status} role="status">
      {t(isOnline ? `thread.loadFailed.${side}` : `thread.gap.${side}`)}
      {isOnline && (
        <Button look="quiet" onClick={onRetry}>
          {t('action.retry')}
        </Button>
      )}
    </div>
  );
}
