import {
  markRead,
  selectConversation,
  selectConversationIds,
  selectMy,
  setMuted,
} from '@/entities/conversations';
import { useAppDispatch, useAppStore } from '@/entities/hooks';

/** Getting around among the conversations of the list, and what is done to them from anywhere. */
export function useAround(conversationId: string | undefined, open: (id: string) => void) {
  const store = useAppStore();
  const dispatch = useAppDispatch();
  const ids = (filter: 'all' | 'unread') => selectConversationIds(store.getState(), filter);

  /** To the previous (-1) or next (+1) conversation; with `unread`, of those that are. */
  const step = (by: 1 | -1, filter: 'all' | 'unread' = 'all') => {
    const all = ids('all');
    const here = conversationId === undefined ? -1 : all.indexOf(conversationId);
    const wanted = new Set(ids(filter));
    const ahead = by === 1 ? all.slice(here + 1) : all.slice(0, Math.max(0, here)).toReversed();
    const next = ahead.find((id) => wanted.has(id));
    if (next) open(next);
  };
  /** To the pinned conversation in this place, the first being 1. */
  const openPinned = (place: number) => {
    const pinned = ids('all').filter((id) => selectMy(store.getState(), id)?.pinned);
    const id = pinned[place - 1];
    if (id) open(id);
  };
  const readAll = () => {
    for (const id of ids('unread')) {
      const conversation = selectConversation(store.getState(), id);
      if (conversation) dispatch(markRead(id, conversation.last_seq));
    }
  };
  /** Mutes for good, or gives its voice back. */
  const toggleMute = (id: string | undefined = conversationId) => {
    const my = id === undefined ? undefined : selectMy(store.getState(), id);
    if (!id || !my) return;
    const isMuted = my.muted_until !== null && my.muted_until > Date.now();
    dispatch(setMuted(id, isMuted ? null : 'always'));
  };
  return { step, openPinned, readAll, toggleMute };
}

export type Around = ReturnType<typeof useAround>;
