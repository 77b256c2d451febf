/** What is worth telling: messages of others that have just arrived and were not read yet. */
import type { RootState } from '@/app/store';
import type { NoticeKind } from '@/lib/notices';
import type { ConversationId, Message } from '@/protocol';
import type { ServerItem } from '@/realtime';
import { isBlocked } from '../account/slice';
import { selectConversation, selectMy } from '../conversations/selectors';
import type { AppThunk } from '../thunk';

/** A message that has just come. */
export type Arrival = { conversationId: ConversationId; kind: NoticeKind; message: Message };

export type Hearer = {
  arrived: (arrivals: readonly Arrival[]) => void;
  /** A message of one's own has reached the server. */
  sentOwn: () => void;
};

/** Hears of messages as they are pushed, until the returned function is called. What a catch-up brings is not new. */
export function hearMessages({ arrived, sentOwn }: Hearer): AppThunk<() => void> {
  return (_dispatch, getState, { realtime }) =>
    realtime.listen({
      folded: (items) => {
        const state = getState();
        const arrivals = items.flatMap((item) => arrivalsOf(state, item));
        if (arrivals.length > 0) arrived(arrivals);
        if (items.some((item) => sentBy(item).some((message) => message.sender_id === state.session.me?.id)))
          sentOwn();
      },
    });
}

/** Whether this is the tab that speaks for all of this person's. */
export function speaksForAll(): AppThunk<boolean> {
  return (_dispatch, _getState, { tabs }) => tabs.isLeader;
}

/** The messages of a push that its reader is to hear of: of others, not muted, archived or blocked, and not read yet. */
export function arrivalsOf(state: RootState, item: ServerItem): readonly Arrival[] {
  if (item.kind !== 'conversation:changed') return [];
  const { conversation_id: conversationId } = item.payload;
  const my = selectMy(state, conversationId);
  const me = state.session.me?.id;
  if (!my || my.archived || (my.muted_until !== null && my.muted_until > item.receivedAt)) return [];
  return sentBy(item)
    .filter(({ sender_id }) => sender_id !== me && !isBlocked(state.account, sender_id))
    .filter(({ seq }) => seq > my.read_seq)
    .map((message) => ({ conversationId, kind: kindOf(state, conversationId, message), message }));
}

function sentBy(item: ServerItem): readonly Message[] {
  if (item.kind !== 'conversation:changed' || item.payload.cause.kind !== 'sent') return [];
  return (item.payload.messages ?? []).filter(({ kind, unsent_at }) => kind === 'text' && unsent_at === null);
}

function kindOf(state: RootState, id: ConversationId, { entities }: Message): NoticeKind {
  const me = state.session.me?.id;
  if (entities.some(({ kind, user_id }) => kind === 'mention' && user_id === me)) return 'mention';
  return selectConversation(state, id)?.kind === 'direct' ? 'direct' : 'group';
}
