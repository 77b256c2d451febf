import { useT } from '@/lib/i18n';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import styles from './DeleteDialog.module.css';

type Props = {
  /** How many messages it is about. */
  count: number;
  mayUnsend: boolean;
  onDelete: (scope: 'me' | 'everyone') => void;
  onClose: () => void;
};

/** Asks for whom messages shall be gone, and says what each choice means. */
export function DeleteDialog({ count, mayUnsend, onDelete, onClose }: Props) {
  const t = useT();
  const choose = (scope: 'me' | 'everyone') => {
    onClose();
    onDelete(scope);
  };
  return (
    <Dialog title={t('delete.title', { count })} size="small" onClose={onClose}>
      <div className={styles.choices}>
        <p>{t(mayUnsend ? 'delete.text' : 'delete.textMe', { count })}</p>
        {mayUnsend && (
          <Button look="danger" wide onClick={() => choose('everyone')}>
            {t('delete.everyone')}
          </Button>
        )}
        <Button wide look={mayUnsend ? 'secondary' : 'danger'} onClick={() => choose('me')}>
          {t('delete.me')}
        </Button>
        <Button wide look="quiet" onClick={onClose}>
          {t('action.cancel')}
        </Button>
      </div>
    </Dialog>
  );
}
