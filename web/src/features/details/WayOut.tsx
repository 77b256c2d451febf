import { useState } from 'react';
import { block, selectBlocked } from '@/entities/account';
import { leave } from '@/entities/conversations';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import { useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import { Button } from '@/ui/Button';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { toast } from '@/ui/toasts';
import styles from './Details.module.css';

type Props = { conversationId: string; name: string; peerId: string | null; onGone: () => void };

/** Leaving a group, or keeping a person away. */
export function WayOut({ conversationId, name, peerId, onGone }: Props) {
  const t = useT();
  const dispatch = useAppDispatch();
  const [isAsking, setAsking] = useState(false);
  const isBlocked = useAppSelector((state) => peerId !== null && selectBlocked(state, peerId));

  const attempt = async (deed: Promise<unknown>) => {
    try {
      await deed;
      return true;
    } catch (error) {
      toast(errorText(error), { tone: 'danger' });
      return false;
    }
  };
  const confirmed = async () => {
    if (peerId) await attempt(dispatch(block(peerId, true)));
    else if (await attempt(dispatch(leave(conversationId)))) onGone();
  };
  const label = peerId ? t('details.block', { name }) : t('details.leave');
  return (
    <section className={styles.section}>
      {peerId && isBlocked ? (
        <Button
          look="quiet"
          className={styles.out}
          onClick={() => void attempt(dispatch(block(peerId, false)))}
        >
          {t('details.unblock', { name })}
        </Button>
      ) : (
        <Button look="danger-quiet" className={styles.out} onClick={() => setAsking(true)}>
          {label}
        </Button>
      )}
      {isAsking && (
        <ConfirmDialog
          danger
          title={peerId ? label : t('list.leaveTitle', { name })}
          text={peerId ? t('details.blockText', { name }) : t('details.leaveText')}
          confirm={label}
          onConfirm={confirmed}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  );
}
