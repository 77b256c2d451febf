import type { ReactNode } from 'react';
import { useT } from '@/lib/i18n';
import { Button } from './Button';
import { Dialog } from './Dialog';
import styles from './PickDialog.module.css';

type Props = {
  title: string;
  /** How many are chosen, in words; it is told as it changes. */
  status: string;
  /** What the button does with those who are chosen. */
  act: string;
  /** Nothing is chosen, so there is nothing to do. */
  isEmpty: boolean;
  busy?: boolean;
  onAct: () => void;
  onClose: () => void;
  /** The list to choose from. */
  children: ReactNode;
};

/** A dialog in which some of many are chosen, and then something is done with them. */
export function PickDialog({ title, status, act, isEmpty, busy = false, onAct, onClose, children }: Props) {
  const t = useT();
  return (
    <Dialog
      title={title}
      closeLabel={t('action.close')}
      onClose={onClose}
      flush
      actions={
        <>
          <span role="status" className={styles.status}>
            {status}
          </span>
          <Button look="primary" busy={busy} disabled={isEmpty} onClick={onAct}>
            {act}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
