import { useState } from 'react';
import { useT } from '@/lib/i18n';
import { Button } from './Button';
import { Dialog } from './Dialog';

type Props = {
  title: string;
  text: string;
  /** What will be done, as the button says it. */
  confirm: string;
  danger?: boolean;
  /** The dialog waits for it and closes; a refusal is the caller's to tell. */
  onConfirm: () => unknown;
  onClose: () => void;
};

/** Asks once more before something that is hard to take back. */
export function ConfirmDialog({ title, text, confirm, danger, onConfirm, onClose }: Props) {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const act = async () => {
    setBusy(true);
    await onConfirm();
    onClose();
  };
  return (
    <Dialog
      title={title}
      size="small"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button look={danger ? 'danger' : 'primary'} busy={busy} onClick={() => void act()}>
            {confirm}
          </Button>
        </>
      }
    >
      {text}
    </Dialog>
  );
}
