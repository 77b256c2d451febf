import { useEffect, useState } from 'react';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import { pinMessage, selectMessage, selectPinned } from '@/entities/messages';
import { loadPins } from '@/entities/shown';
import { selectUser } from '@/entities/users';
import { useT } from '@/lib/i18n';
import { shortWhen } from '@/lib/i18n/dates';
import { errorText } from '@/lib/i18n/errors';
import { nameOf } from '@/lib/people';
import { oneLine } from '@/lib/plain-text';
import { useNow } from '@/lib/watched';
import type { Message } from '@/protocol';
import { IconButton } from '@/ui/IconButton';
import { IconPin, IconPinnedOff } from '@/ui/icons';
import { toast } from '@/ui/toasts';
import styles from './Details.module.css';

type Props = { conversationId: string; mayUnpin: boolean; onOpenAt: (seq: number) => void };

/** The pinned messages, newest first: each leads to its place. Without the server, those that are at hand. */
export function Pins({ conversationId, mayUnpin, onOpenAt }: Props) {
  const t = useT();
  const pins = usePins(conversationId);
  if (pins.length === 0) return null;
  return (
    <section className={styles.section}>
      <h2 className={styles.heading}>{t('details.pins')}</h2>
      <ul>
        {pins.map((message) => (
          <li key={message.seq} className={styles.pin}>
            <Pin message={message} onOpen={() => onOpenAt(message.seq)} />
            {mayUnpin && <Unpin conversationId={conversationId} seq={message.seq} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Pin({ message, onOpen }: { message: Message; onOpen: () => void }) {
  const t = useT();
  const now = useNow();
  const sender = useAppSelector((state) => selectUser(state, message.sender_id));
  const text =
    oneLine(message.text, message.entities) ||
    message.attachments.map(({ alt, name }) => alt || name).join(', ');
  return (
    <button type="button" className={styles.open} title={t('details.showInChat')} onClick={onOpen}>
      <IconPin aria-hidden="true" />
      <span>
        <bdi className={styles.said}>{text}</bdi>
        <small>
          <bdi>{nameOf(sender)}</bdi> · {shortWhen(message.created_at, now)}
        </small>
      </span>
    </button>
  );
}

function Unpin({ conversationId, seq }: { conversationId: string; seq: number }) {
  const t = useT();
  const dispatch = useAppDispatch();
  const unpin = () =>
    dispatch(pinMessage(conversationId, seq, false)).catch((error: unknown) =>
      toast(errorText(error), { tone: 'danger' }),
    );
  return (
    <IconButton small label={t('action.unpin')} onClick={() => void unpin()}>
      <IconPinnedOff />
    </IconButton>
  );
}

/** The server's list, asked for again when something loaded is pinned or taken off. */
function usePins(conversationId: string): readonly Message[] {
  const dispatch = useAppDispatch();
  const loaded = useAppSelector((state) => selectPinned(state, conversationId));
  const [told, setTold] = useState<readonly Message[]>();
  useEffect(() => {
    let isCurrent = true;
    dispatch(loadPins(conversationId)).then(
      (pins) => isCurrent && setTold(pins),
      () => isCurrent && setTold(undefined),
    );
    return () => {
      isCurrent = false;
    };
  }, [dispatch, conversationId, loaded]);
  const atHand = useAppSelector(
    (state) => loaded.flatMap((seq) => selectMessage(state, conversationId, seq) ?? []),
    (a, b) => a.length === b.length && a.every((each, index) => each === b[index]),
  );
  return told ?? atHand;
}
