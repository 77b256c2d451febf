import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useT } from '@/lib/i18n';
import { dayName } from '@/lib/i18n/dates';
import { afterPaint } from '@/lib/painted';
import { DayLine } from '@/ui/DayLine';
import { type Act, actOf, controlBeside, useRowGestures } from './acts';
import type { Day, Row } from './grouping';
import { JumpToLatest } from './JumpToLatest';
import { lastInView, rowOf, useScrollAnchor } from './scroll-anchor';
import styles from './Timeline.module.css';

/** How a row is drawn beyond what it holds. */
export type RowLook = {
  /** The pointer or the keyboard is on it. */
  active: boolean;
  /** It was jumped to and says so for a moment. */
  flashed: boolean;
  /** Whether it is chosen; nothing while none are being chosen. */
  selected: boolean | undefined;
};

/** A row and how far its top is below that of the thread, in pixels. */
export type RowPlace = { key: string; top: number };

export type TimelineHandle = {
  /** Brings a mounted message into view, marks it for a moment and puts the keyboard on it. */
  reveal: (key: string) => boolean;
  /** Puts a mounted message where it was. */
  hold: (place: RowPlace) => boolean;
  /** Puts the first new message, under its line, a quarter from the top. */
  holdNew: (key: string) => boolean;
  /** What is being read; nothing at the live end. */
  place: () => RowPlace | undefined;
  isAtLive: () => boolean;
  toLive: () => void;
  /** Puts the keyboard on the newest message. */
  enter: () => void;
  /** Puts the keyboard on a message, and moves nothing; on the thread itself where the message is not in the page. */
  rest: (key: string) => void;
};

type Props = {
  ref?: RefObject<TimelineHandle | null>;
  /** Whose messages these are, for those who hear it. */
  label: string;
  days: readonly Day[];
  now: number;
  /** The newest mounted message is the newest there is. */
  reachesLive: boolean;
  /** How many others' messages came since the reader left the live end. */
  newBelow: number;
  /** The messages that are chosen; nothing while none are being chosen. */
  selected: ReadonlySet<string> | undefined;
  renderRow: (row: Exclude<Row, { type: 'new' }>, look: RowLook) => ReactNode;
  /** Above the oldest mounted row: what loads, failed to load, or began here. */
  head: ReactNode;
  /** Below the newest mounted row: who is typing, or what loads or failed to. */
  foot: ReactNode;
  onAct: (act: Act) => void;
  /** The reader nears an end of what is mounted. */
  onNear: (end: 'start' | 'end') => void;
  /** This is the last message that is in view as a whole. */
  onSeen: (key: string) => void;
  /** The reader goes where they want by themselves. */
  onMoved: () => void;
  onJumpToLatest: () => void;
  /** The reader is at the live end, or left it. */
  onLive: (isAtLive: boolean) => void;
};

/** Rows from an end at which more are asked for. */
const NEAR_ROWS = 15;
/** Farther from the end than this the way back is offered. */
const FAR_PX = 400;
const FLASH_MS = 1_300;
/** Scrolling has to pause this long before what is in view counts as seen. */
const SEEN_AFTER_MS = 200;

/**
 * The messages of one conversation, newest at the foot. It is one stop for Tab; arrows move from message to message,
 * letters act on the one that has the focus, and Space chooses it.
 */
export function Timeline(props: Props) {
  const {
    ref,
    label,
    days,
    now,
    reachesLive,
    newBelow,
    selected,
    renderRow,
    head,
    foot,
    onAct,
    onNear,
    onSeen,
    onMoved,
    onJumpToLatest,
    onLive,
  } = props;
  const t = useT();
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [isFar, setFar] = useState(false);
  const [flashed, setFlashed] = useState<string>();
  const isPainted = useRef(false);
  const asked = useRef<{ start?: string; end?: string }>({});
  const seen = useRef<ReturnType<typeof setTimeout>>(undefined);

  const keys = days.flatMap((day) => day.rows.filter(({ type }) => type !== 'new').map(({ key }) => key));
  const [first, last] = [keys[0], keys.at(-1)];

  const anchor = useScrollAnchor(scroller, list, reachesLive, ({ fromEnd }) => {
    setFar(fromEnd > FAR_PX);
    onLive(anchor.isAtLive && reachesLive);
    forgetAsked();
    ask();
    clearTimeout(seen.current);
    seen.current = setTimeout(look, SEEN_AFTER_MS);
  });

  /**
   * Asks for more, once per end and per state of the list: a slow answer is not asked for twice, and in a very tall
   * window the two ends do not take turns for ever.
   */
  const ask = () => {
    const element = scroller.current;
    if (!element || keys.length === 0 || !isPainted.current) return;
    const near = nearEnd(element, keys);
    if (!near || (near === 'end' && reachesLive)) return;
    const token = `${keys.length} ${near === 'start' ? first : last}`;
    if (asked.current[near] === token) return;
    asked.current[near] = token;
    onNear(near);
  };
  /** An end that the reader has left is asked for anew when they come back. */
  const forgetAsked = () => {
    const near = scroller.current && nearEnd(scroller.current, keys);
    if (near !== 'start') delete asked.current.start;
    if (near !== 'end') delete asked.current.end;
  };
  const look = () => {
    const key = scroller.current && lastInView(scroller.current)?.dataset.key;
    if (key) onSeen(key);
  };

  useKeptFocus(scroller);
  useEffect(ask);
  const latest = useRef({ ask, look });
  latest.current = { ask, look };
  const hasRows = keys.length > 0;
  useEffect(() => {
    if (!hasRows) return undefined;
    return afterPaint(() => {
      isPainted.current = true;
      latest.current.ask();
      latest.current.look();
    });
  }, [hasRows]);
  useEffect(() => () => clearTimeout(seen.current), []);
  useEffect(() => {
    if (!flashed) return undefined;
    const timer = setTimeout(() => setFlashed(undefined), FLASH_MS);
    return () => clearTimeout(timer);
  }, [flashed]);

  const reveal = (key: string) => {
    const row = scroller.current && rowOf(scroller.current, key);
    if (!row || !scroller.current) return false;
    anchor.hold(key, Math.max(48, (scroller.current.clientHeight - row.offsetHeight) / 2));
    setFlashed(key);
    row.focus({ preventScroll: true });
    return true;
  };
  const hold = ({ key, top }: RowPlace) => {
    if (!scroller.current || !rowOf(scroller.current, key)) return false;
    anchor.hold(key, top);
    return true;
  };
  const holdNew = (key: string) => {
    const element = scroller.current;
    if (!element || element.scrollHeight <= element.clientHeight) return element !== null;
    const line = element.querySelector<HTMLElement>('[data-new]');
    return hold({ key, top: element.clientHeight / 4 + (line?.offsetHeight ?? 0) });
  };
  const enter = () => {
    if (last && scroller.current) rowOf(scroller.current, last)?.focus();
  };
  const rest = (key: string) => {
    const row = scroller.current && rowOf(scroller.current, key);
    (row ?? scroller.current)?.focus({ preventScroll: true });
  };
  useImperativeHandle(ref, () => ({
    reveal,
    hold,
    holdNew,
    enter,
    rest,
    place: () => anchor.place,
    isAtLive: () => anchor.isAtLive,
    toLive: () => anchor.toLive(),
  }));

  const gestures = useRowGestures(scroller, selected !== undefined, onAct);
  const onKeyDown = (event: KeyboardEvent) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-key]');
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const target = neighbour(event.key, keys, row?.dataset.key);
    if (target !== undefined) {
      event.preventDefault();
      onMoved();
      if (scroller.current) focusRow(scroller.current, target);
      if (event.shiftKey && selected) onAct({ kind: 'select-to', key: target });
      return;
    }
    const beside = row ? controlBeside(event.key, row, event.target as Element) : undefined;
    const act = row && event.target === row ? actOf(event.key, row) : undefined;
    if (beside) beside.focus();
    else if (event.key === 'Escape' && row && event.target !== row) row.focus();
    else if (act) onAct(act);
    else return;
    event.preventDefault();
  };

  return (
    <div className={styles.frame}>
      <div
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label={label}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
        tabIndex={0}
        className={styles.scroller}
        onKeyDown={onKeyDown}
        onWheel={onMoved}
        onTouchMove={onMoved}
        {...gestures.handlers}
      >
        <div ref={list} className={styles.list}>
          {head}
          {days.map((day) => (
            <section key={day.key} aria-labelledby={`day-${day.key}`}>
              <DayLine id={`day-${day.key}`}>{dayName(day.at, now)}</DayLine>
              {day.rows.map((row) =>
                row.type === 'new' ? (
                  <p key={row.key} data-new="" className={styles.new}>
                    <span>{t('timeline.new')}</span>
                  </p>
                ) : (
                  renderRow(row, {
                    active: gestures.active === row.key && !selected,
                    flashed: flashed === row.key,
                    selected: selected?.has(row.key),
                  })
                ),
              )}
            </section>
          ))}
          {foot}
        </div>
      </div>
      {(isFar || !reachesLive) && keys.length > 0 && (
        <JumpToLatest
          count={newBelow}
          onJump={() => {
            if (reachesLive) anchor.toLive();
            onJumpToLatest();
          }}
        />
      )}
    </div>
  );
}

/** When the row that had the focus is not mounted any more, the thread has it, and the keys go on working. */
function useKeptFocus(scroller: RefObject<HTMLElement | null>) {
  const hadFocus = scroller.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    if (hadFocus && document.activeElement === document.body)
      scroller.current?.focus({ preventScroll: true });
  });
}

/** The end of the loaded rows that is less than {@link NEAR_ROWS} rows away from what is in view. */
function nearEnd(scroller: HTMLElement, keys: readonly string[]): 'start' | 'end' | undefined {
  const view = scroller.getBoundingClientRect();
  const oldest = rowOf(scroller, keys[Math.min(NEAR_ROWS, keys.length - 1)] ?? '');
  if (oldest && oldest.getBoundingClientRect().bottom > view.top) return 'start';
  const newest = rowOf(scroller, keys[Math.max(0, keys.length - 1 - NEAR_ROWS)] ?? '');
  if (newest && newest.getBoundingClientRect().top < view.bottom) return 'end';
  return undefined;
}

const PAGE_ROWS = 10;

/** The message that a key of movement leads to from the focused one. */
function neighbour(key: string, keys: readonly string[], from: string | undefined): string | undefined {
  const here = from === undefined ? keys.length : keys.indexOf(from);
  const to = {
    ArrowUp: here - 1,
    ArrowDown: here + 1,
    PageUp: here - PAGE_ROWS,
    PageDown: here + PAGE_ROWS,
    Home: 0,
    End: keys.length - 1,
  }[key];
  if (to === undefined || keys.length === 0) return undefined;
  return keys[Math.max(0, Math.min(keys.length - 1, to))];
}

function focusRow(scroller: HTMLElement, key: string) {
  const row = rowOf(scroller, key);
  row?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: 'nearest' });
}
