import { type RefObject, useEffect, useLayoutEffect, useReducer, useRef } from 'react';
import { keepPlace, leftAt, openConversation, type Whereabouts } from '@/entities/conversations';
import { useAppDispatch, useAppStore } from '@/entities/hooks';
import { jumpTo, jumpToLatest, type MessageKey, selectIndex, selectTimeline } from '@/entities/messages';
import { beforeLeaving } from '@/lib/leaving';
import type { Placed } from './grouping';
import type { TimelineHandle } from './Timeline';
import type { Rows } from './useRowWindow';

type Thread = {
  conversationId: string;
  timeline: RefObject<TimelineHandle | null>;
  rows: Rows;
  keys: readonly MessageKey[];
  /** The rows in the page reach the newest message. */
  reachesLive: boolean;
  placed: readonly Placed[];
  isOnline: boolean;
  /** The conversation itself is known; before, nothing can be said of what is new in it. */
  isKnown: boolean;
  firstUnread: number | null;
  /** The message that it is opened for, if there is one. */
  at: number | undefined;
};

/** Where the thread is to go as soon as the rows for it are there. */
type Target =
  | { kind: 'live' }
  /** Under the line of new messages. */
  | { kind: 'new'; seq: number }
  /** Back to where a message stood. */
  | ({ kind: 'place' } & Whereabouts)
  /** To a message, which says for a moment that it is meant. */
  | { kind: 'message'; seq: number };

/**
 * Where in a conversation the reader is. It opens at the first new message, else where it was left, else at the newest;
 * goes to messages; and goes back to what was read before when the browser does.
 */
export function useWhereabouts(thread: Thread) {
  const { conversationId, timeline } = thread;
  const dispatch = useAppDispatch();
  const store = useAppStore();
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const target = useRef<Target | undefined>(undefined);
  const isOpened = useRef(false);
  if (!isOpened.current && thread.isKnown) {
    isOpened.current = true;
    target.current = openingOf(thread, dispatch(leftAt(conversationId)));
  }
  const latest = useRef(thread);
  latest.current = thread;
  const visits = useRef(new Map<string, Whereabouts | undefined>());
  const visit = useRef<string>(undefined);
  const note = useRef(() => {});

  // In the commit that mounted the rows, so that no frame shows the thread somewhere else.
  useLayoutEffect(() => {
    if (!target.current) return;
    const state = store.getState();
    // What is in the state and not drawn yet is drawn with the next commit, which comes here again.
    if (selectTimeline(state, conversationId) !== thread.keys) return;
    const index =
      target.current.kind === 'live' ? undefined : selectIndex(state, conversationId, target.current.seq);
    if (!go(target.current, index, thread)) return;
    target.current = undefined;
    note.current();
  });

  // What came first need not be what it opens with: the server may have told the newest messages of its own accord, and
  // this device may hold no more than those until there is a line.
  const isLoaded = thread.keys.length > 0;
  const { isOnline } = thread;
  useEffect(() => {
    const aim = target.current;
    if (!isLoaded || (aim?.kind !== 'new' && aim?.kind !== 'place')) return;
    void dispatch(jumpTo(conversationId, aim.seq)).then(redraw);
  }, [dispatch, conversationId, isLoaded, isOnline]);

  const here = (): Whereabouts | undefined => {
    const place = timeline.current?.place();
    const seq = latest.current.placed.find(({ key }) => key === place?.key)?.seq;
    return place && seq ? { seq, top: place.top } : undefined;
  };
  note.current = () => {
    if (target.current === undefined && timeline.current) dispatch(keepPlace(conversationId, here()));
  };
  useLayoutEffect(() => () => note.current(), []);
  useEffect(() => beforeLeaving(() => note.current()), []);

  const head = (next: Target) => {
    target.current = next;
    redraw();
  };
  return {
    /** Goes to a message, and is done when it is loaded, or cannot be. */
    visitMessage: async (seq: number) => {
      visits.current.set(visit.current ?? '', here());
      // Before it is there already, or else the thread would still go where it was going.
      const visited: Target = { kind: 'message', seq };
      target.current = visited;
      if (await dispatch(jumpTo(conversationId, seq))) return head(visited);
      if (target.current !== visited) return;
      target.current = undefined;
      if (latest.current.keys.length > 0) return;
      head(openingOf({ ...latest.current, at: undefined }, dispatch(leftAt(conversationId))));
      void dispatch(openConversation(conversationId));
    },
    /** The browser's history is at this entry now. */
    comeTo: (name: string) => {
      const before = visit.current;
      visit.current = name;
      if (before === undefined || before === name) return;
      if (!visits.current.has(name)) return;
      visits.current.set(before, here());
      const place = visits.current.get(name);
      if (!place) {
        head({ kind: 'live' });
        void dispatch(jumpToLatest(conversationId));
      } else void dispatch(jumpTo(conversationId, place.seq)).then(() => head({ kind: 'place', ...place }));
    },
    goLive: () => head({ kind: 'live' }),
    /** Remembers what is being read: the page may end at any time without a word. */
    note: () => note.current(),
    /** The reader has gone elsewhere meanwhile. */
    forgetTarget: () => {
      target.current = undefined;
    },
  };
}

function openingOf(
  { at, firstUnread }: Pick<Thread, 'at' | 'firstUnread'>,
  left: Whereabouts | undefined,
): Target {
  if (at !== undefined) return { kind: 'message', seq: at };
  if (firstUnread !== null) return { kind: 'new', seq: firstUnread };
  return left ? { kind: 'place', ...left } : { kind: 'live' };
}

/** Whether the thread is there now. If its rows are held but not mounted they will be, and this is tried again. */
function go(
  target: Target,
  index: number | undefined,
  { timeline, rows, keys, reachesLive }: Thread,
): boolean {
  const handle = timeline.current;
  if (!handle) return false;
  if (target.kind === 'live') {
    if (reachesLive) handle.toLive();
    else if (!rows.reachesEnd) rows.moveTo(undefined);
    return reachesLive;
  }
  if (index === undefined) return false;
  if (!rows.holds(index)) {
    rows.moveTo(index);
    return false;
  }
  const key = String(keys[index]);
  if (target.kind === 'new') return handle.holdNew(key);
  return target.kind === 'place' ? handle.hold({ key, top: target.top }) : handle.reveal(key);
}
