import { useEffect } from 'react';
import { selectConversationTitle, selectTotalUnread } from '@/entities/conversations';
import { useAppSelector } from '@/entities/hooks';

type Props = {
  /** Where one is, unless that is in a conversation. */
  place: string;
  conversationId: string | undefined;
};

/**
 * The page's title: how many are unread, where one is, and what this is. It draws nothing, and stands by itself so that a
 * message that comes draws nothing else.
 */
export function PageTitle({ place, conversationId }: Props) {
  const unread = useAppSelector(selectTotalUnread);
  const conversation = useAppSelector((state) => selectConversationTitle(state, conversationId ?? ''));
  const title = conversation || place;
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${title} · Kith`;
  }, [title, unread]);
  return null;
}
