import { memo, useMemo } from 'react';
import { shallowEqual } from 'react-redux';
import { type ListRow, selectListRow, selectMembers } from '@/entities/conversations';
import { useAppSelector } from '@/entities/hooks';
import { selectPresence } from '@/entities/presence';
import { selectMe } from '@/entities/session';
import { selectUser } from '@/entities/users';
import { thumbnailUrl } from '@/lib/api';
import { t, useT } from '@/lib/i18n';
import { faceOf, nameOf } from '@/lib/people';
import { presenceOf } from '@/lib/presence';
import type { Face } from '@/ui/Avatar';
import { ConversationRow } from './ConversationRow';
import { previewOf } from './preview';

type Props = { id: string; current: boolean; reachable: boolean; now: number };

/** A row of the list that looks after itself. */
export const LiveConversation = memo(function LiveConversation({ id, current, reachable, now }: Props) {
  useT();
  const row = useAppSelector((state) => selectListRow(state, id));
  const meId = useAppSelector((state) => selectMe(state)?.id);
  const faces = useFaces(row, meId);
  const presence = useAppSelector((state) => (row?.peer ? selectPresence(state, row.peer) : undefined));
  const typing = useTypingWords(row);
  const conversation = useMemo(
    () =>
      row && {
        ...previewOf(row, meId),
        id,
        title: titleOf(row, meId),
        faces,
        presence: row.peer === meId ? undefined : presenceOf(presence, now),
        draft: current ? undefined : (row.draft ?? undefined),
        typing,
        at: row.last?.created_at ?? row.time,
        unread: row.unread,
        mentions: row.mentions,
        markedUnread: row.markedUnread,
        muted: row.muted,
        pinned: row.pinned,
        tick: row.tick ?? undefined,
      },
    [row, meId, id, faces, presence, now, typing, current],
  );
  if (!conversation) return null;
  return (
    <ConversationRow
      conversation={conversation}
      href={`/c/${id}`}
      current={current}
      reachable={reachable}
      now={now}
    />
  );
});

/** What a conversation is called, also when it is with oneself or with an account that is gone. */
export function titleOf(row: Pick<ListRow, 'peer' | 'title'>, meId: string | undefined): string {
  if (row.peer !== null && row.peer === meId) return t('user.saved');
  return row.title || t('user.deleted');
}

function useFaces(row: ListRow | undefined, meId: string | undefined): Face[] {
  const { id, peer, kind, avatar, title } = row ?? {
    id: '',
    peer: null,
    kind: 'group',
    avatar: null,
    title: '',
  };
  const isNameless = useAppSelector(
    (state) => kind === 'group' && !avatar && !state.conversations.byId[id]?.shared.title,
  );
  const others = useAppSelector(
    (state) =>
      isNameless
        ? selectMembers(state, id)
            .filter(({ user_id }) => user_id !== meId)
            .slice(0, 2)
            .map(({ user_id }) => selectUser(state, user_id))
        : NOBODY,
    shallowEqual,
  );
  return useMemo(() => {
    if (others.length > 1) return others.map((profile) => faceOf(profile, profile?.id ?? ''));
    return [{ id: peer ?? id, name: title || '?', src: avatar ? thumbnailUrl(avatar, 320) : undefined }];
  }, [others, peer, id, title, avatar]);
}

const NOBODY: [] = [];

function useTypingWords(row: ListRow | undefined): string | undefined {
  const first = row?.typing[0];
  const profile = useAppSelector((state) => (first ? selectUser(state, first) : undefined));
  if (!row || !first) return undefined;
  if (row.kind === 'direct') return t('typing.you');
  return row.typing.length === 1
    ? t('typing.one', { name: nameOf(profile) })
    : t('typing.several', { count: row.typing.length });
}
