import { useMemo } from 'react';
import { shallowEqual } from 'react-redux';
import {
  selectConversation,
  selectConversationTitle,
  selectMembers,
  selectPeer,
} from '@/entities/conversations';
import { useAppSelector } from '@/entities/hooks';
import { selectPresence, useWatchPresence } from '@/entities/presence';
import { selectMe } from '@/entities/session';
import { selectTyping } from '@/entities/typing';
import { selectUser } from '@/entities/users';
import { thumbnailUrl } from '@/lib/api';
import { t, useT } from '@/lib/i18n';
import { lastActive } from '@/lib/i18n/dates';
import { series } from '@/lib/i18n/lists';
import { faceOf, nameOf } from '@/lib/people';
import { presenceOf } from '@/lib/presence';
import { useNow } from '@/lib/watched';
import { ThreadHeader } from './ThreadHeader';

type Props = {
  id: string;
  detailsOpen: boolean;
  onBack: () => void;
  onSearch: () => void;
  onDetails: () => void;
};

/** Names shown under a group's title. */
const NAMES_MAX = 6;
/** Members whose presence is asked for: a group's head count needs no more to be of use. */
const WATCHED_MAX = 50;

/** The header of a conversation as the store has it. */
export function LiveThreadHeader({ id, detailsOpen, onBack, onSearch, onDetails }: Props) {
  useT();
  const now = useNow();
  const title = useThreadTitle(id);
  const conversation = useAppSelector((state) => selectConversation(state, id));
  const meId = useAppSelector(selectMe)?.id;
  const peerId = useAppSelector((state) => selectPeer(state, id));
  const peer = useAppSelector((state) => (peerId ? selectUser(state, peerId) : undefined));
  const presence = useAppSelector((state) => (peerId ? selectPresence(state, peerId) : undefined));
  const members = useMemberIds(id, meId);
  useWatchPresence(members.slice(0, WATCHED_MAX));
  const typing = useTypingWords(id, peerId !== null);
  const together = useTogether(members, conversation?.kind === 'group');

  const isSelf = peerId === meId;
  const src = conversation?.avatar ? thumbnailUrl(conversation.avatar, 320) : undefined;
  const face = peerId ? { ...faceOf(peer, peerId), name: title } : { id, name: title, src };
  const away =
    presence?.last_active_at && !presence.online
      ? t('presence.active', { when: lastActive(presence.last_active_at, now) })
      : undefined;
  const address = peer && !peer.deleted ? `@${peer.username}` : undefined;
  const there = presence?.online ? t('presence.online') : (away ?? address);
  const status = typing ?? (peerId ? there : together);
  return (
    <ThreadHeader
      id={id}
      titleId="thread-title"
      title={title}
      faces={[face]}
      presence={isSelf ? undefined : presenceOf(presence, now)}
      status={isSelf ? '' : (status ?? '')}
      statusIsLive={typing !== undefined}
      detailsOpen={detailsOpen}
      onBack={onBack}
      onSearch={onSearch}
      onDetails={onDetails}
    />
  );
}

/** What a conversation is called, also when it is with oneself or with an account that is gone. */
export function useThreadTitle(id: string): string {
  const translate = useT();
  const title = useAppSelector((state) => selectConversationTitle(state, id));
  const isSelf = useAppSelector((state) => {
    const peer = selectPeer(state, id);
    return peer !== null && peer === selectMe(state)?.id;
  });
  const isKnown = useAppSelector((state) => selectConversation(state, id) !== undefined);
  if (isSelf) return translate('user.saved');
  return title || (isKnown ? translate('user.deleted') : '');
}

function useMemberIds(id: string, meId: string | undefined): readonly string[] {
  return useAppSelector(
    (state) =>
      selectMembers(state, id)
        .map(({ user_id }) => user_id)
        .filter((userId) => userId !== meId),
    shallowEqual,
  );
}

/** “Ines, Jonas and you · 2 online”. */
function useTogether(members: readonly string[], isGroup: boolean): string | undefined {
  const profiles = useAppSelector(
    (state) => members.slice(0, NAMES_MAX).map((id) => selectUser(state, id)),
    shallowEqual,
  );
  const online = useAppSelector((state) => members.filter((id) => selectPresence(state, id)?.online).length);
  return useMemo(() => {
    if (!isGroup) return undefined;
    const names = series(profiles.map(nameOf));
    const more = members.length > NAMES_MAX ? '…' : '';
    const who = members.length === 0 ? t('message.you') : t('thread.members', { names: `${names}${more}` });
    return online > 0 ? `${who} · ${t('presence.onlineCount', { count: online })}` : who;
  }, [isGroup, profiles, members, online]);
}

function useTypingWords(id: string, isDirect: boolean): string | undefined {
  const ids = useAppSelector((state) => selectTyping(state, id));
  const first = useAppSelector((state) => (ids[0] ? selectUser(state, ids[0]) : undefined));
  if (ids.length === 0) return undefined;
  if (isDirect) return t('typing.you');
  return ids.length === 1
    ? t('typing.one', { name: nameOf(first) })
    : t('typing.several', { count: ids.length });
}
