import { memo, type ReactNode } from 'react';
import { useT } from '@/lib/i18n';
import { shortWhen } from '@/lib/i18n/dates';
import { series } from '@/lib/i18n/lists';
import { Avatar, type Face, type Presence, StackedAvatar } from '@/ui/Avatar';
import { Badge } from '@/ui/Badge';
import { classes } from '@/ui/classes';
import { IconBellOff, IconPin } from '@/ui/icons';
import { Tick, type TickState } from '@/ui/Tick';
import styles from './ConversationRow.module.css';

/** Everything that a row of the list shows. */
export type ShownConversation = {
  id: string;
  title: string;
  /** One, or two for a group that has neither picture nor title. */
  faces: Face[];
  presence: Presence;
  /** The last line without its author. */
  preview: string;
  /** “You”, or who wrote the last line of a group. */
  author: string | undefined;
  draft: string | undefined;
  /** Who is writing, in words. */
  typing: string | undefined;
  at: number | undefined;
  unread: number;
  mentions: number;
  markedUnread: boolean;
  muted: boolean;
  pinned: boolean;
  /** How far the last message has come, when it is one's own. */
  tick: TickState | undefined;
};

type Props = {
  conversation: ShownConversation;
  href: string;
  current: boolean;
  /** The one row of the list that Tab reaches. */
  reachable: boolean;
  now: number;
};

/** One conversation of the list: a link that is read as one sentence, which says all that its signs show. */
export const ConversationRow = memo(function ConversationRow({
  conversation,
  href,
  current,
  reachable,
  now,
}: Props) {
  const t = useT();
  const { id, title, faces, presence, at, pinned, muted } = conversation;
  const isUnread = conversation.unread > 0 || conversation.markedUnread;
  const [face] = faces;
  return (
    <a
      href={href}
      data-conversation={id}
      tabIndex={reachable ? 0 : -1}
      aria-current={current ? 'page' : undefined}
      className={classes(styles.row, isUnread && styles.unread, current && styles.current)}
      draggable={false}
    >
      <span className="visually-hidden">{inWords(conversation, t, now)}</span>
      {faces.length > 1 ? (
        <StackedAvatar faces={faces} size={48} presence={presence} />
      ) : (
        <Avatar {...(face ?? { id, name: title })} size={48} presence={presence} />
      )}
      <span className={styles.words} aria-hidden="true">
        <span className={styles.title}>
          <bdi className={styles.name}>{title}</bdi>
          {muted && <IconBellOff />}
        </span>
        <LastLine conversation={conversation} />
      </span>
      <span className={styles.side} aria-hidden="true">
        {at !== undefined && <time dateTime={new Date(at).toISOString()}>{shortWhen(at, now)}</time>}
        <span className={styles.signs}>
          {isUnread ? (
            <Badge count={conversation.unread} mention={conversation.mentions > 0} muted={muted} />
          ) : (
            conversation.tick && <Tick state={conversation.tick} className={styles.tick} />
          )}
          {pinned && !isUnread && <IconPin />}
        </span>
      </span>
    </a>
  );
});

function LastLine({ conversation }: { conversation: ShownConversation }): ReactNode {
  const t = useT();
  const { typing, draft, author, preview } = conversation;
  if (typing) {
    return (
      <span className={classes(styles.line, styles.typing)}>
        <bdi className={styles.said}>{typing}</bdi>
      </span>
    );
  }
  if (draft) {
    return (
      <span className={styles.line}>
        <span className={styles.draft}>{t('list.draft')}</span> <bdi className={styles.said}>{draft}</bdi>
      </span>
    );
  }
  return (
    <span className={styles.line}>
      {author && (
        <span className={styles.author}>
          <bdi>{author}</bdi>:
        </span>
      )}{' '}
      <bdi className={styles.said}>{preview}</bdi>
    </span>
  );
}

/** First what is written there, in its order, so that who speaks to their device can read it out; then what the signs say. */
function inWords(conversation: ShownConversation, t: ReturnType<typeof useT>, now: number): string {
  const { title, unread, mentions, markedUnread, typing, draft, author, preview, at, tick } = conversation;
  const last = author ? `${author}: ${preview}` : preview;
  return series([
    title,
    typing ?? (draft ? `${t('list.draft')} ${draft}` : last),
    at !== undefined && shortWhen(at, now),
    unread > 0 && t('list.unread', { count: unread }),
    unread === 0 && markedUnread && t('list.markedUnread'),
    mentions > 0 && t('list.mentions', { count: mentions }),
    tick && t(`tick.${tick}`),
    conversation.presence === 'online' && t('presence.online'),
    conversation.pinned && t('list.pinned'),
    conversation.muted && t('list.muted'),
  ]);
}
