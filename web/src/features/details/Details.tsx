import { useEffect } from 'react';
import {
  loadMembers,
  selectConversation,
  selectConversationTitle,
  selectMy,
  selectPeer,
  setMuted,
} from '@/entities/conversations';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import { selectPresence } from '@/entities/presence';
import { selectMe } from '@/entities/session';
import { selectUser } from '@/entities/users';
import { setAccent, useAccent } from '@/lib/accents';
import { thumbnailUrl } from '@/lib/api';
import { t as translate, useT } from '@/lib/i18n';
import { lastActive } from '@/lib/i18n/dates';
import { faceOf } from '@/lib/people';
import { useNow } from '@/lib/watched';
import type { Profile } from '@/protocol';
import { Avatar } from '@/ui/Avatar';
import { IconButton } from '@/ui/IconButton';
import { IconBell, IconBellOff, IconX } from '@/ui/icons';
import { Swatches } from '@/ui/Swatches';
import { AddPeople } from './AddPeople';
import styles from './Details.module.css';
import { GroupName } from './GroupName';
import { GroupPicture } from './GroupPicture';
import { Media, type OpenPhotos } from './Media';
import { Members } from './Members';
import { Pins } from './Pins';
import { WayOut } from './WayOut';

type Props = {
  conversationId: string;
  onClose: () => void;
  onOpenPhotos: OpenPhotos;
  /** Shows a message of this conversation in its place. */
  onOpenAt: (seq: number) => void;
  onOpenConversation: (conversationId: string) => void;
  onGone: () => void;
};

/** All about a conversation: who is in it, what was shown in it, and how to leave. */
export function Details(props: Props) {
  const { conversationId, onClose, onOpenPhotos, onOpenAt, onOpenConversation, onGone } = props;
  const t = useT();
  const dispatch = useAppDispatch();
  const now = useNow();
  const conversation = useAppSelector((state) => selectConversation(state, conversationId));
  const my = useAppSelector((state) => selectMy(state, conversationId));
  const title = useAppSelector((state) => selectConversationTitle(state, conversationId));
  const meId = useAppSelector(selectMe)?.id;
  const peerId = useAppSelector((state) => selectPeer(state, conversationId));
  const peer = useAppSelector((state) => (peerId ? selectUser(state, peerId) : undefined));
  const presence = useAppSelector((state) => (peerId ? selectPresence(state, peerId) : undefined));
  const accent = useAccent(conversationId);
  const isGroup = conversation?.kind === 'group';
  const mayEdit = isGroup && (conversation.members_may_edit || my?.role !== 'member');

  useEffect(() => {
    // Without it the panel shows those it knows; the count above says how many there are.
    if (isGroup) dispatch(loadMembers(conversationId)).catch(() => undefined);
  }, [dispatch, conversationId, isGroup]);

  if (!conversation || !my) return null;
  const isMuted = my.muted_until !== null && my.muted_until > now;
  const isSelf = peerId !== null && peerId === meId;
  const name = isSelf ? t('user.saved') : title || t('user.deleted');
  const face = peerId
    ? { ...faceOf(peer, peerId), name }
    : {
        id: conversationId,
        name,
        src: conversation.avatar ? thumbnailUrl(conversation.avatar, 320) : undefined,
      };

  return (
    <aside aria-label={t('details.label')} className={styles.details}>
      <div className={styles.close}>
        <IconButton label={t('action.close')} onClick={onClose}>
          <IconX />
        </IconButton>
      </div>
      <div className={styles.scroller}>
        <header className={styles.header}>
          <Avatar {...face} size={96} />
          <GroupName
            conversationId={conversationId}
            name={name}
            title={conversation.title}
            mayEdit={mayEdit}
          />
          <p className={styles.sub}>
            {isGroup
              ? t('details.group', { count: conversation.member_count })
              : subtitle(peer, presence, now)}
          </p>
          {peer?.about && <p className={styles.about}>{peer.about}</p>}
          <div className={styles.actions}>
            <div className={styles.action}>
              <IconButton
                look="soft"
                label={isMuted ? t('details.unmute') : t('details.mute')}
                aria-pressed={isMuted}
                onClick={() => dispatch(setMuted(conversationId, isMuted ? null : 'always'))}
              >
                {isMuted ? <IconBellOff /> : <IconBell />}
              </IconButton>
              <span aria-hidden="true">{isMuted ? t('details.unmute') : t('details.mute')}</span>
            </div>
            {mayEdit && <AddPeople conversationId={conversationId} />}
            {mayEdit && <GroupPicture conversationId={conversationId} />}
          </div>
        </header>
        <Pins conversationId={conversationId} mayUnpin={mayEdit} onOpenAt={onOpenAt} />
        <Media conversationId={conversationId} onOpen={onOpenPhotos} onOpenAt={onOpenAt} />
        {isGroup && <Members conversationId={conversationId} onOpenConversation={onOpenConversation} />}
        <section className={styles.section}>
          <Swatches
            label={t('details.accent')}
            value={accent}
            none={t('details.accentNone')}
            onChange={(next) => setAccent(conversationId, next)}
          />
        </section>
        {!isSelf && <WayOut conversationId={conversationId} name={name} peerId={peerId} onGone={onGone} />}
      </div>
    </aside>
  );
}

function subtitle(
  peer: Profile | undefined,
  presence: { online: boolean; last_active_at: number | null } | undefined,
  now: number,
): string {
  if (presence?.online) return translate('presence.online');
  if (presence?.last_active_at) {
    return translate('presence.active', { when: lastActive(presence.last_active_at, now) });
  }
  return peer && !peer.deleted ? `@${peer.username}` : '';
}
