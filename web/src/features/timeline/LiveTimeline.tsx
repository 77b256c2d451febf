import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { shallowEqual } from 'react-redux';
import { markRead, selectConversation, selectMy } from '@/entities/conversations';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import {
  jumpTo,
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
import { faceOf } from '@/lib/people';
import { useNow, useWatched } from '@/lib/watched';
import type { Act } from './acts';
import { announceMessages } from './announce';
import { layOut, type Placed } from './grouping';
import { LiveRow } from './LiveRow';
import { Timeline, type TimelineHandle } from './Timeline';
import { TimelineHead } from './TimelineHead';
import { TypingRow } from './TypingRow';

type Props = {
  ref: RefObject<TimelineHandle | null>;
  conversationId: string;
  title: string;
  /** The message that is to be shown now; {@link onArrived} when that is done, or cannot be. */
  at: number | undefined;
  onArrived: () => void;
  onAct: (act: Act) => void;
  /** A greeting was chosen in an empty conversation. */
  onGreet: (text: string) => void;
};

/** The messages of a conversation as the store has them. Mount it anew for each conversation. */
export function LiveTimeline(props: Props) {
  const { ref, conversationId, title, at, onArrived, onAct, onGreet } = props;
  const t = useT();
  const dispatch = useAppDispatch();
  const keys = useAppSelector((state) => selectTimeline(state, conversationId));
  const ends = useAppSelector((state) => selectTimelineEnds(state, conversationId));
  const loads = useAppSelector((state) => selectLoads(state, conversationId));
  const inGroup = useAppSelector((state) => selectConversation(state, conversationId)?.kind === 'group');
  const typing = useTypingFaces(conversationId);
  const placed = usePlaced(conversationId, keys);
  const firstUnread = useFirstUnread(conversationId);
  const now = useNow();
  const days = useMemo(() => layOut(placed, firstUnread), [placed, firstUnread]);
  const [isAtLive, setAtLive] = useState(true);
  const newBelow = useSeen(conversationId, placed, isAtLive && ends.atLiveEnd);
  const target = useRef<number>(undefined);

  const arrived = useRef(onArrived);
  arrived.current = onArrived;
  useEffect(() => {
    if (at === undefined || !ends.isLoaded) return;
    void dispatch(jumpTo(conversationId, at)).then((isThere) => {
      target.current = isThere ? at : undefined;
      arrived.current();
    });
  }, [dispatch, conversationId, at, ends.isLoaded]);
  // After each render, because the page around the target may come with a later one than the answer.
  useEffect(() => {
    const seq = target.current;
    if (seq !== undefined && ref.current?.reveal(keyFor(keys, placed, seq))) target.current = undefined;
  });

  return (
    <Timeline
      ref={ref}
      label={t('timeline.label', { name: title })}
      days={days}
      now={now}
      reachesLive={ends.atLiveEnd}
      newBelow={newBelow}
      head={
        <TimelineHead
          conversationId={conversationId}
          title={title}
          isLoaded={ends.isLoaded}
          atStart={ends.atStart}
          isEmpty={keys.length === 0}
          load={ends.isLoaded ? loads.older : loads.latest}
          onRetry={() =>
            void dispatch(ends.isLoaded ? loadOlder(conversationId) : jumpToLatest(conversationId))
          }
          onGreet={onGreet}
        />
      }
      foot={<TypingRow people={typing} />}
      renderRow={(row, look) => {
        const key = keyOfRow(row.key);
        return (
          <LiveRow
            key={row.key}
            conversationId={conversationId}
            messageKey={key}
            row={row}
            look={look}
            inGroup={inGroup}
          />
        );
      }}
      onAct={onAct}
      onNear={(end) => {
        if (end === 'start' && !ends.atStart) void dispatch(loadOlder(conversationId));
        if (end === 'end') void dispatch(loadNewer(conversationId));
      }}
      onJumpToLatest={() => void dispatch(jumpToLatest(conversationId)).then(() => ref.current?.toLive())}
      onLive={setAtLive}
    />
  );
}

/** A key as it stands in the page: numbers are `seq`s, the rest names what this device sent. */
export function keyOfRow(key: string): MessageKey {
  return /^\d+$/.test(key) ? Number(key) : key;
}

function keyFor(keys: readonly MessageKey[], placed: readonly Placed[], seq: number): string {
  const index = placed.findIndex((each) => each.seq === seq);
  return String(keys[index] ?? seq);
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

/** Marks as read what is seen, says what arrives, and counts what came since the reader left the live end. */
function useSeen(conversationId: string, placed: readonly Placed[], isAtLive: boolean): number {
  const dispatch = useAppDispatch();
  const isWatched = useWatched();
  const lastSeq = placed.findLast(({ seq }) => seq !== null)?.seq ?? 0;
  const [seenSeq, setSeenSeq] = useState(lastSeq);
  useEffect(() => {
    if (!isAtLive || !isWatched || lastSeq === 0) return;
    dispatch(markRead(conversationId, lastSeq));
    setSeenSeq(lastSeq);
  }, [dispatch, conversationId, isAtLive, isWatched, lastSeq]);
  useAnnouncements(conversationId, placed);
  const me = useAppSelector((state) => state.session.me?.id);
  if (isAtLive) return 0;
  return placed.filter(
    ({ seq, senderId, isSystem }) => seq !== null && seq > seenSeq && senderId !== me && !isSystem,
  ).length;
}

function useAnnouncements(conversationId: string, placed: readonly Placed[]) {
  const users = useAppSelector((state) => state.users);
  const me = useAppSelector((state) => state.session.me?.id);
  const before = useRef<number>(undefined);
  useEffect(() => {
    const last = placed.findLast(({ seq }) => seq !== null)?.seq ?? 0;
    const since = before.current;
    before.current = Math.max(last, since ?? 0);
    if (since === undefined || last <= since) return;
    const arrived = placed.filter(
      ({ seq, senderId, isSystem }) => !isSystem && seq !== null && seq > since && senderId !== me,
    );
    announceMessages(arrived.map(({ senderId }) => faceOf(users[senderId], senderId).name));
  }, [conversationId, placed, users, me]);
}

function useTypingFaces(conversationId: string) {
  const ids = useAppSelector((state) => selectTyping(state, conversationId));
  const profiles = useAppSelector((state) => ids.map((id) => selectUser(state, id)), shallowEqual);
  return useMemo(() => ids.map((id, index) => faceOf(profiles[index], id)), [ids, profiles]);
}
