import { useT } from '@/lib/i18n';
import { IconButton } from '@/ui/IconButton';
import { IconArrowForwardUp, IconCopy, IconTrash, IconX } from '@/ui/icons';
import styles from './SelectionBar.module.css';

type Props = {
  count: number;
  /** Nothing that was deleted is among them. */
  mayForward: boolean;
  mayCopy: boolean;
  onForward: () => void;
  onCopy: () => void;
  onDelete: () => void;
  onClose: () => void;
};

/** What can be done with the messages that are chosen; it stands where one writes at other times. Escape ends it. */
export function SelectionBar({ count, mayForward, mayCopy, onForward, onCopy, onDelete, onClose }: Props) {
  const t = useT();
  return (
    <section
      aria-label={t('select.label')}
      className={styles.bar}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
    >
      <div className={styles.row}>
        <IconButton label={t('select.cancel')} onClick={onClose}>
          <IconX />
        </IconButton>
        <span role="status" className={styles.count}>
          {t('select.count', { count })}
        </span>
        <IconButton label={t('action.copy')} disabled={!mayCopy} onClick={onCopy}>
          <IconCopy />
        </IconButton>
        <IconButton label={t('action.forward')} disabled={!mayForward} onClick={onForward}>
          <IconArrowForwardUp />
        </IconButton>
        <IconButton label={t('action.delete')} onClick={onDelete}>
          <IconTrash className={styles.danger} />
        </IconButton>
      </div>
    </section>
  );
}
