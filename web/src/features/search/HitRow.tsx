import { shallowEqual } from 'react-redux';
import { selectConversationTitle } from '@/entities/conversations';
import { useAppSelector } from '@/entities/hooks';
import type { Hit } from '@/entities/search';
import { selectMe } from '@/entities/session';
import { selectUser } from '@/entities/users';
import { useT } from '@/lib/i18n';
import { shortWhen } from '@/lib/i18n/dates';
import { faceOf } from '@/lib/people';
import { oneLine } from '@/lib/plain-text';
import type { FindTerm } from '@/lib/text/find';
import { Avatar } from '@/ui/Avatar';
import styles from './Hit.module.css';
import { Marked } from './Marked';

type Props = { hit: Hit; terms: readonly FindTerm[]; now: number };

/** What a found message shows: who wrote it, where and when, and its words with the query's marked. */
export function HitRow({ hit, terms, now }: Props) {
  const t = useT();
  const { conversationId, message } = hit;
  const sender = useAppSelector((state) => selectUser(state, message.sender_id));
  const [title, isMine] = useAppSelector(
    (state) =>
      [selectConversationTitle(state, conversationId), selectMe(state)?.id === message.sender_id] as const,
    shallowEqual,
  );
  const face = faceOf(sender, message.sender_id);
  const name = isMine ? t('message.you') : face.name;
  return (
    <>
      <Avatar {...face} size={40} />
      <span className={styles.words}>
        <span className={styles.top}>
          <bdi className={styles.who}>
            {title === face.name ? name : `${name} · ${title || t('user.saved')}`}
          </bdi>
          <time dateTime={new Date(message.created_at).toISOString()}>
            {shortWhen(message.created_at, now)}
          </time>
        </span>
        <span className={styles.said} dir="auto">
          <Marked text={wordsOf(hit)} terms={terms} />
        </span>
      </span>
    </>
  );
}

/** A photo or a file without words is found by its name. */
function wordsOf({ message }: Hit): string {
  const text = oneLine(message.text, message.entities);
  return text === '' ? message.attachments.map(({ name, alt }) => alt || name).join(', ') : text;
}
