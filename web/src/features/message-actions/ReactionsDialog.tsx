import { useEffect, useState } from 'react';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import { type MessageKey, selectMessage } from '@/entities/messages';
import { loadReactions } from '@/entities/reactions';
import { selectMe } from '@/entities/session';
import { useT } from '@/lib/i18n';
import { number } from '@/lib/i18n/numbers';
import { faceOf } from '@/lib/people';
import type { Reaction } from '@/protocol';
import { Avatar } from '@/ui/Avatar';
import { Dialog } from '@/ui/Dialog';
import { Tabs } from '@/ui/Tabs';
import styles from './ReactionsDialog.module.css';

type Props = {
  conversationId: string;
  messageKey: MessageKey;
  /** The emoji whose people are shown first. */
  first: string | undefined;
  onClose: () => void;
};

const ALL = 'all';

/** Who reacted to a message and how, by emoji. Without the server it names those whom the message names. */
export function ReactionsDialog({ conversationId, messageKey, first, onClose }: Props) {
  const t = useT();
  const reactions = useReactions(conversationId, messageKey);
  const [chosen, setTab] = useState(first ?? ALL);
  // The last one of an emoji may be taken back while it is looked at.
  const tab = reactions.some(({ emoji }) => emoji === chosen) ? chosen : ALL;
  const shown = reactions
    .filter(({ emoji }) => tab === ALL || emoji === tab)
    .flatMap(({ emoji, user_ids }) => user_ids.map((userId) => ({ emoji, userId })));
  const tabs = [
    { id: ALL, label: t('reactions.all') },
    ...reactions.map(({ emoji, count }) => ({
      id: emoji,
      label: t('reactions.tab', { emoji, count: number(count) }),
    })),
  ];
  return (
    <Dialog title={t('reactions.title')} closeLabel={t('action.close')} size="small" onClose={onClose}>
      <Tabs label={t('reactions.title')} tabs={tabs} selected={tab} onSelect={setTab}>
        <ul className={styles.people}>
          {shown.map(({ emoji, userId }) => (
            <Person key={`${emoji} ${userId}`} userId={userId} emoji={emoji} />
          ))}
        </ul>
      </Tabs>
    </Dialog>
  );
}

function Person({ userId, emoji }: { userId: string; emoji: string }) {
  const t = useT();
  const profile = useAppSelector((state) => state.users[userId]);
  const isMe = useAppSelector((state) => selectMe(state)?.id === userId);
  const face = faceOf(profile, userId);
  return (
    <li className={styles.person}>
      <Avatar {...face} size={32} />
      <bdi>{isMe ? t('message.you') : face.name}</bdi>
      <span className={styles.emoji}>{emoji}</span>
    </li>
  );
}

/** Everyone's, as the server lists them; asked for again whenever the message's own change. */
function useReactions(conversationId: string, key: MessageKey): readonly Reaction[] {
  const dispatch = useAppDispatch();
  const message = useAppSelector((state) => selectMessage(state, conversationId, key));
  const [told, setTold] = useState<readonly Reaction[]>();
  const own = message?.reactions;
  const seq = message?.seq ?? 0;
  useEffect(() => {
    let isCurrent = true;
    dispatch(loadReactions(conversationId, seq)).then(
      (reactions) => isCurrent && setTold(reactions),
      () => isCurrent && setTold(undefined),
    );
    return () => {
      isCurrent = false;
    };
  }, [dispatch, conversationId, seq, own]);
  return told ?? own ?? [];
}
