import { type RefObject, useEffect, useImperativeHandle, useMemo, useRef, useState } from 'react';
import { shallowEqual } from 'react-redux';
import { markRead, selectConversation, selectMy } from '@/entities/conversations';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import {
  jumpToLatest,
  loadNewer,
  loadOlder,
  type MessageKey,
  selectLoads,
  selectMessage,
  selectTimeline,
  selectTimelineEnds,
} from '@/entities/messages';
import { selectTyping } from '@/entities/typing';
import { selectUser } from '@/entities/users';
import { useT } from '@/lib/i18n';
import { markPainted } from '@/lib/painted';
import { faceOf } from '@/lib/people';
import { useNow, useWatched } from '@/lib/watched';
import { selectConnection } from '@/realtime';
import type { Act } from './acts';
import { announceMessages } from './announce';
import { layOut, type Placed } from './grouping';
import { LiveRow } from './LiveRow';
import { Timeline, type TimelineHandle } from './Timeline';
import { TimelineGap } from './TimelineGap';
import { TimelineHead } from './TimelineHead';
import { TypingRow } from './TypingRow';
import { useRowWindow } from './useRowWindow';
import { useWhereabouts } from './useWhereabouts';

/** What a conversation's page does with its messages. */
export type ThreadHandle = Pick<TimelineHandle, 'enter' | 'rest' | 'toLive'>;

type Props = {
  ref: RefObject<ThreadHandle | null>;
  conversationId: string;
  title: string;
  /** The message that is to be shown now; {@link onArrived} when that is done, or cannot be. */
  at: number | undefined;
  onArrived: () => void;
  /** Names the entry of the browser's history: back at an earlier one, one is back at what was read there. */
  visit: string;
  /** The messages that are chosen; nothing while none are being chosen. */
  selected: ReadonlySet<string> | undefined;
  onAct: (act: Act) => void;
  /** A greeting was chosen in an empty conversation. */
  onGreet: (text: string) => void;
};

/** The messages of a conversation as the store has them. Mount it anew for each conversation. */
export function LiveTimeline(props: Props) {
  const { ref, conversationId, title, at, onArrived, visit, selected, onAct, onGreet } = props;
  const t = useT();
  const dispatch = useAppDispatch();
  const timeline = useRef<TimelineHandle>(null);
  const keys = useAppSelector((state) => selectTimeline(state, conversationId));
  const ends = useAppSelector((state) => selectTimelineEnds(state, conversationId));
  const loads = useAppSelector((state) => selectLoads(state, conversationId));
  const kind = useAppSelector((state) => selectConversation(state, conversationId)?.kind);
  const isOnline = useAppSelector((state) => selectConnection(state) === 'online');
  const typing = useTypingFaces(conversationId);
  const firstUnread = useFirstUnread(conversationId);
  const rows = useRowWindow(keys, () => timeline.current?.isAtLive() ?? true);
  const placed = usePlaced(conversationId, rows.shown);
  const now = useNow();
  const days = useMemo(() => layOut(placed, firstUnread), [placed, firstUnread]);
  const reachesLive = ends.atLiveEnd && rows.reachesEnd;
  const whereabouts = useWhereabouts({
    conversationId,
    timeline,
    rows,
    keys,
    reachesLive,
    placed,
    isOnline,
    isKnown: kind !== undefined,
    firstUnread,
    at,
  });
  const [isAtLive, setAtLive] = useState(true);
  const markSeen = useSeen(conversationId, placed, isAtLive && reachesLive);
  const unread = useAppSelector((state) => selectMy(state, conversationId)?.unread ?? 0);
  useAnnouncements(conversationId, placed, reachesLive);
  usePaintMark(conversationId, keys.length > 0 || ends.isLoaded);

  const { visitMessage, comeTo } = whereabouts;
  useEffect(() => {
    if (at !== undefined && kind !== undefined) void visitMessage(at).then(onArrived);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- only a new instruction is followed
  }, [at, kind]);
  useEffect(() => {
    if (at === undefined) comeTo(visit);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- as above
  }, [visit, at]);

  const load = (end: 'start' | 'end') => {
    if (end === 'start' && !ends.atStart) void dispatch(loadOlder(conversationId));
    if (end === 'end' && !ends.atLiveEnd) void dispatch(loadNewer(conversationId));
  };
  useRetry(isOnline, () => {
    if (loads.older === 'failed') load('start');
    if (loads.newer === 'failed') load('end');
  });
  const goLive = () => {
    whereabouts.goLive();
    void dispatch(jumpToLatest(conversationId));
  };
  useImperativeHandle(ref, () => ({
    enter: () => timeline.current?.enter(),
    rest: (key) => timeline.current?.rest(key),
    toLive: whereabouts.goLive,
  }));

  return (
    <Timeline
      ref={timeline}
      label={t('timeline.label', { name: title })}
      days={days}
      now={now}
      reachesLive={reachesLive}
      newBelow={isAtLive ? 0 : unread}
      selected={selected}
      head={
        rows.reachesStart && (
          <TimelineHead
            conversationId={conversationId}
            title={title}
            isLoaded={ends.isLoaded}
            atStart={ends.atStart}
            isEmpty={keys.length === 0}
            isOnline={isOnline}
            load={ends.isLoaded ? loads.older : loads.latest}
            onRetry={() => (ends.isLoaded ? load('start') : void dispatch(jumpToLatest(conversationId)))}
            onGreet={onGreet}
          />
        )
      }
      foot={
        reachesLive ? (
          <TypingRow people={typing} />
        ) : (
          rows.reachesEnd &&
          ends.isLoaded && (
            <TimelineGap side="newer" load={loads.newer} isOnline={isOnline} onRetry={() => load('end')} />
          )
        )
      }
      renderRow={(row, look) => {
        const key = keyOfRow(row.key);
        return (
          <LiveRow
            key={row.key}
            conversationId={conversationId}
            messageKey={key}
            row={row}
            look={look}
            inGroup={kind === 'group'}
          />
        );
      }}
      onAct={onAct}
      onNear={(end) => {
        const isHeld = end === 'start' ? !rows.reachesStart : !rows.reachesEnd;
        if (isHeld) rows.grow(end);
        else if (loads[end === 'start' ? 'older' : 'newer'] === 'idle') load(end);
      }}
      onSeen={(key) => {
        markSeen(key);
        whereabouts.note();
      }}
      onMoved={whereabouts.forgetTarget}
      onJumpToLatest={goLive}
      onLive={setAtLive}
    />
  );
}

/** A key as it stands in the page: numbers are `seq`s, the rest names what this device sent. */
export function keyOfRow(key: string): MessageKey {
  return /^\d+$/.test(key) ? Number(key) : key;
}

/** What decides where each message stands; the same array until one of them comes, goes or moves. */
function usePlaced(conversationId: string, keys: readonly MessageKey[]): readonly Placed[] {
  const held = useRef(new Map<MessageKey, Placed>());
  return useAppSelector(
    (state) =>
      keys.flatMap((key): Placed[] => {
        const view = selectMessage(state, conversationId, key);
        if (!view) return [];
        const placed: Placed = {
          key: String(key),
          seq: view.seq === 0 ? null : view.seq,
          senderId: view.sender_id,
          createdAt: view.created_at,
          isSystem: view.kind === 'system',
        };
        const before = held.current.get(key);
        if (before && shallowEqual(before, placed)) return [before];
        held.current.set(key, placed);
        return [placed];
      }),
    shallowEqual,
  );
}

/** The first number that was unread when the conversation was opened; it stays until the conversation is left. */
function useFirstUnread(conversationId: string): number | null {
  const my = useAppSelector((state) => selectMy(state, conversationId));
  const [mark, setMark] = useState<number | null | undefined>(undefined);
  useEffect(() => {
    if (mark === undefined && my) setMark(my.unread > 0 ? my.read_seq + 1 : null);
  }, [mark, my]);
  return mark ?? (mark === undefined && my && my.unread > 0 ? my.read_seq + 1 : null);
}

/** Marks as read what is seen: all of it at the live end, elsewhere what the answer is called with. */
function useSeen(conversationId: string, placed: readonly Placed[], isAtLive: boolean) {
  const dispatch = useAppDispatch();
  const isWatched = useWatched();
  const lastSeq = placed.findLast(({ seq }) => seq !== null)?.seq ?? 0;
  useEffect(() => {
    if (isAtLive && isWatched && lastSeq > 0) dispatch(markRead(conversationId, lastSeq));
  }, [dispatch, conversationId, isAtLive, isWatched, lastSeq]);
  return (key: string) => {
    const seq = placed.find((each) => each.key === key)?.seq;
    if (seq && isWatched) dispatch(markRead(conversationId, seq));
  };
}

/** Says what arrives at the live end. What comes into the page by scrolling there is not news. */
function useAnnouncements(conversationId: string, placed: readonly Placed[], reachesLive: boolean) {
  const users = useAppSelector((state) => state.users);
  const me = useAppSelector((state) => state.session.me?.id);
  const before = useRef<number>(undefined);
  useEffect(() => {
    const last = placed.findLast(({ seq }) => seq !== null)?.seq ?? 0;
    const since = before.current;
    before.current = reachesLive ? Math.max(last, since ?? 0) : undefined;
    if (!reachesLive || since === undefined || last <= since) return;
    const arrived = placed.filter(
      ({ seq, senderId, isSystem }) => !isSystem && seq !== null && seq > since && senderId !== me,
    );
    announceMessages(arrived.map(({ senderId }) => faceOf(users[senderId], senderId).name));
  }, [conversationId, placed, reachesLive, users, me]);
}

function usePaintMark(conversationId: string, isThere: boolean) {
  useEffect(() => {
    if (!isThere) return undefined;
    return markPainted('kith:thread-painted', { conversationId });
  }, [conversationId, isThere]);
}

/** What could not be fetched without a network is fetched when it is back. */
function useRetry(isOnline: boolean, retry: () => void) {
  const latest = useRef(retry);
  latest.current = retry;
  useEffect(() => {
    if (isOnline) latest.current();
  }, [isOnline]);
}

function useTypingFaces(conversationId: string) {
  const ids = useAppSelector((state) => selectTyping(state, conversationId));
  const profiles = useAppSelector((state) => ids.map((id) => selectUser(state, id)), shallowEqual);
  return useMemo(() => ids.map((id, index) => faceOf(profiles[index], id)), [ids, profiles]);
}
