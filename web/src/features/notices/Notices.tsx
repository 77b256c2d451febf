import { useEffect, useRef } from 'react';
import { selectConversationTitle, selectMy, selectTotalUnread } from '@/entities/conversations';
import { useAppDispatch, useAppSelector, useAppStore } from '@/entities/hooks';
import { type Arrival, hearMessages, speaksForAll } from '@/entities/notices';
import { t } from '@/lib/i18n';
import { isQuiet, mayOfferNotices, noticesOffered, readNoticeChoices } from '@/lib/notices';
import { nameOf } from '@/lib/people';
import { oneLine } from '@/lib/plain-text';
import { isWatched, useWatched } from '@/lib/watched';
import { dismissToasts, toast } from '@/ui/toasts';
import { chime } from './chime';
import { SystemNotices } from './system';
import { useBadge } from './useBadge';

type Props = {
  /** The conversation on screen: what comes in it is seen anyway. */
  openId: string | undefined;
  onOpen: (conversationId: string) => void;
};

/** Held by every tab that is looked at: where one of them is, the system's screen and the loudspeaker stay out of it. */
const WATCHED_LOCK = 'kith.watched';

/** A group's messages are toasts no more often than this. */
const GROUP_EVERY_MS = 60_000;

/**
 * Tells of messages as they come: in the tab that is looked at as toasts, and when none is, by the one tab that speaks for
 * all, on the system's screen. What is read, here or anywhere, is taken away again.
 */
export function Notices({ openId, onOpen }: Props) {
  const dispatch = useAppDispatch();
  const store = useAppStore();
  const current = useRef({ openId, onOpen });
  current.current = { openId, onOpen };
  useBadge(useAppSelector(selectTotalUnread));
  useWatchedLock();

  useEffect(() => {
    const open = (id: string) => current.current.onOpen(id);
    const isDue = pacing();
    const system = new SystemNotices(open);
    const tell = async (arrivals: readonly Arrival[]) => {
      const { openId: shown } = current.current;
      const unseen = arrivals.filter(({ conversationId }) => !isWatched() || conversationId !== shown);
      if (unseen.length === 0) return;
      if (isWatched()) for (const arrival of unseen.filter(isDue)) showToast(store.getState(), arrival, open);
      if (!dispatch(speaksForAll()) || isQuiet(readNoticeChoices().quiet, new Date())) return;
      const isSomeTabWatched = isWatched() || (await isLocked());
      const choices = readNoticeChoices();
      for (const arrival of unseen) {
        if (choices.sound[arrival.kind]) chime();
        if (choices.system[arrival.kind] && !isSomeTabWatched)
          system.show(arrival.conversationId, noticeOf(store.getState(), arrival, choices.preview));
      }
    };
    const stopHearing = dispatch(
      hearMessages({ arrived: (arrivals) => void tell(arrivals), sentOwn: () => offer() }),
    );
    const stopWatching = store.subscribe(() => {
      const isRead = (id: string) => (selectMy(store.getState(), id)?.unread ?? 0) === 0;
      system.closeWhere(isRead);
      dismissToasts(isRead);
    });
    return () => {
      stopHearing();
      stopWatching();
      system.closeWhere(() => true);
    };
  }, [dispatch, store]);
  return null;
}

type State = Parameters<typeof selectConversationTitle>[0];

/** A message in a few words: where, and what. */
function noticeOf(state: State, arrival: Arrival, preview: boolean): { title: string; body: string } {
  const { conversationId, message } = arrival;
  const sender = nameOf(state.users[message.sender_id]);
  const title = selectConversationTitle(state, conversationId) || sender;
  if (!preview) return { title, body: t('notice.new') };
  const said = oneLine(message.text, message.entities) || t('notice.attachment');
  return { title, body: title === sender ? said : `${sender}: ${said}` };
}

function showToast(state: State, arrival: Arrival, open: (id: string) => void) {
  const { conversationId } = arrival;
  const { title, body } = noticeOf(state, arrival, readNoticeChoices().preview);
  toast(body, {
    title,
    about: conversationId,
    action: { label: t('notice.open'), onSelect: () => open(conversationId) },
  });
}

/** Whether a message is worth a toast: a lively group is not told of again and again, but a person always is. */
function pacing(): (arrival: Arrival) => boolean {
  const quietUntil = new Map<string, number>();
  return ({ conversationId, kind }) => {
    if (kind !== 'group') return true;
    const now = performance.now();
    if (now < (quietUntil.get(conversationId) ?? 0)) return false;
    quietUntil.set(conversationId, now + GROUP_EVERY_MS);
    return true;
  };
}

/** Asks for nothing by itself: somebody who has just written will want to hear of the answer. */
function offer() {
  if (!mayOfferNotices()) return;
  noticesOffered();
  toast(t('notice.offer'), {
    action: { label: t('notice.allow'), onSelect: () => void Notification.requestPermission() },
  });
}

/** Whether any tab of this browser is looked at. Without locks every tab is alone. */
async function isLocked(): Promise<boolean> {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return held.some(({ name }) => name === WATCHED_LOCK);
}

function useWatchedLock() {
  const watched = useWatched();
  useEffect(() => {
    if (!watched || !navigator.locks) return undefined;
    const end = new AbortController();
    const untilAway = new Promise<void>((resolve) => end.signal.addEventListener('abort', () => resolve()));
    navigator.locks.request(WATCHED_LOCK, { mode: 'shared' }, () => untilAway).catch(() => undefined);
    return () => end.abort();
  }, [watched]);
}
