import { useAppDispatch } from '@/entities/hooks';
import { deleteMessages, type MessageView } from '@/entities/messages';
import { useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { toast } from '@/ui/toasts';
import styles from './DeleteDialog.module.css';
import { offerUndo } from './undo';

type Props = {
  conversationId: string;
  messages: readonly MessageView[];
  mayUnsend: boolean;
  /** They are gone from the screen. */
  onDelete: () => void;
  onClose: () => void;
};

/** Asks for whom messages shall be gone, says what each choice means, and lets it be undone. */
export function DeleteDialog({ conversationId, messages, mayUnsend, onDelete, onClose }: Props) {
  const t = useT();
  const dispatch = useAppDispatch();
  const count = messages.length;
  const choose = (scope: 'me' | 'everyone') => {
    onClose();
    const seqs = messages.map(({ seq }) => seq);
    const deletion = dispatch(deleteMessages(conversationId, seqs, scope));
    deletion.done.catch((error: unknown) => toast(errorText(error), { tone: 'danger' }));
    offerUndo(deletion, count);
    onDelete();
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
