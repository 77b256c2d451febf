import { useEffect } from 'react';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import { type MessageKey, selectMessage } from '@/entities/messages';
import { loadReceipts, selectReceipts } from '@/entities/receipts';
import { selectUser } from '@/entities/users';
import { useT } from '@/lib/i18n';
import { dateAndTime } from '@/lib/i18n/dates';
import { errorText } from '@/lib/i18n/errors';
import { faceOf } from '@/lib/people';
import type { Receipt } from '@/protocol';
import { Avatar } from '@/ui/Avatar';
import { Dialog } from '@/ui/Dialog';
import { Tick } from '@/ui/Tick';
import { toast } from '@/ui/toasts';
import styles from './InfoDialog.module.css';

type Props = { conversationId: string; messageKey: MessageKey; onClose: () => void };

/** When a message was sent, and who has received and read it. */
export function InfoDialog({ conversationId, messageKey, onClose }: Props) {
  const t = useT();
  const dispatch = useAppDispatch();
  const message = useAppSelector((state) => selectMessage(state, conversationId, messageKey));
  const receipts = useAppSelector((state) => selectReceipts(state, conversationId));
  const seq = message?.seq ?? 0;
  useEffect(() => {
    dispatch(loadReceipts(conversationId, seq)).catch((error: unknown) =>
      toast(errorText(error), { tone: 'danger' }),
    );
  }, [dispatch, conversationId, seq]);
  if (!message) return null;
  const others = Object.values(receipts).filter(({ user_id }) => user_id !== message.sender_id);
  const read = others.filter(({ read_seq }) => read_seq >= seq);
  const delivered = others.filter(({ read_seq, delivered_seq }) => read_seq < seq && delivered_seq >= seq);
  const isReadByAll = read.length > 0 && read.length === others.length;
  return (
    <Dialog title={t('info.title')} closeLabel={t('action.close')} size="small" onClose={onClose}>
      <dl className={styles.facts}>
        <dt>{t('info.sent')}</dt>
        <dd>{dateAndTime(message.created_at)}</dd>
        {message.edited_at !== null && (
          <>
            <dt>{t('info.edited')}</dt>
            <dd>{dateAndTime(message.edited_at)}</dd>
          </>
        )}
      </dl>
      <People title={t('info.read')} state="seen" receipts={read} showsWhen />
      {!isReadByAll && <People title={t('info.delivered')} state="delivered" receipts={delivered} />}
    </Dialog>
  );
}

type PeopleProps = {
  title: string;
  state: 'seen' | 'delivered';
  receipts: readonly Receipt[];
  showsWhen?: boolean;
};

function People({ title, state, receipts, showsWhen }: PeopleProps) {
  const t = useT();
  return (
    <section className={styles.people}>
      <h3>
        <Tick state={state} /> {title}
      </h3>
      {receipts.length === 0 && <p className={styles.nobody}>{t('info.nobody')}</p>}
      <ul>
        {receipts.map((receipt) => (
          <Person key={receipt.user_id} receipt={receipt} showsWhen={showsWhen} />
        ))}
      </ul>
    </section>
  );
}

function Person({ receipt, showsWhen }: { receipt: Receipt; showsWhen: boolean | undefined }) {
  const profile = useAppSelector((state) => selectUser(state, receipt.user_id));
  const face = faceOf(profile, receipt.user_id);
  return (
    <li className={styles.person}>
      <Avatar {...face} size={32} />
      <bdi>{face.name}</bdi>
      {showsWhen && receipt.read_at !== null && <time>{dateAndTime(receipt.read_at)}</time>}
    </li>
  );
}
