import { selectConversation, selectPeer } from '@/entities/conversations';
import { useAppSelector } from '@/entities/hooks';
import type { LoadStatus } from '@/entities/messages';
import { selectUser } from '@/entities/users';
import { thumbnailUrl } from '@/lib/api';
import { useT } from '@/lib/i18n';
import { faceOf } from '@/lib/people';
import { Avatar } from '@/ui/Avatar';
import { Button } from '@/ui/Button';
import { classes } from '@/ui/classes';
import { Skeleton } from '@/ui/Skeleton';
import { TimelineGap } from './TimelineGap';
import styles from './TimelineHead.module.css';

type Props = {
  conversationId: string;
  title: string;
  isLoaded: boolean;
  atStart: boolean;
  isEmpty: boolean;
  isOnline: boolean;
  load: LoadStatus;
  onRetry: () => void;
  onGreet: (text: string) => void;
};

/** What stands above the oldest message: what is loading, what failed, or the beginning of the conversation. */
export function TimelineHead(props: Props) {
  const { isLoaded, atStart, isEmpty, isOnline, load, onRetry, onGreet, title } = props;
  const t = useT();
  if (load === 'failed') {
    return <TimelineGap side="older" load={load} isOnline={isOnline} onRetry={onRetry} />;
  }
  if (!isLoaded && isEmpty) return <Bones />;
  if (!atStart) return <TimelineGap side="older" load={load} isOnline={isOnline} onRetry={onRetry} />;
  return (
    <div className={classes(styles.beginning, isEmpty && styles.empty)}>
      <Portrait {...props} />
      <p className={styles.title}>
        <bdi>{title}</bdi>
      </p>
      <p className={styles.text}>{t(isEmpty ? 'thread.emptyHint' : 'timeline.beginning', { name: title })}</p>
      {isEmpty && (
        <div className={styles.greetings}>
          {['thread.greeting1', 'thread.greeting2', 'thread.greeting3'].map((id) => (
            <Button key={id} onClick={() => onGreet(t(id, { name: title }))}>
              {t(id, { name: title })}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}

function Portrait({ conversationId, title }: Props) {
  const conversation = useAppSelector((state) => selectConversation(state, conversationId));
  const peer = useAppSelector((state) => selectPeer(state, conversationId));
  const profile = useAppSelector((state) => (peer ? selectUser(state, peer) : undefined));
  const src = conversation?.avatar ? thumbnailUrl(conversation.avatar, 320) : undefined;
  const face = peer ? faceOf(profile, peer) : { id: conversationId, name: title, src };
  return <Avatar {...face} size={96} />;
}

/** Widths of the bones, so that they look like talk and not like a table. */
const BONES = [
  { width: 220, own: false },
  { width: 300, own: false },
  { width: 180, own: true },
  { width: 260, own: false },
  { width: 140, own: true },
  { width: 240, own: true },
];

function Bones() {
  const t = useT();
  return (
    <div className={styles.bones}>
      <span className="visually-hidden">{t('thread.loading')}</span>
      {BONES.map(({ width, own }) => (
        <Skeleton key={width} width={width} height={36} className={own ? styles.ownBone : styles.bone} />
      ))}
    </div>
  );
}
