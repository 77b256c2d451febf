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
import { DayLine } from '@/ui/DayLine';
import { type Act, actOf, controlBeside, useRowGestures } from './acts';
import type { Day, Row } from './grouping';
import { JumpToLatest } from './JumpToLatest';
import { rowOf, type ScrollAnchor, useScrollAnchor } from './scroll-anchor';
import styles from './Timeline.module.css';

/** How a row is drawn beyond what it holds. */
export type RowLook = { active: boolean; flashed: boolean };

export type TimelineHandle = {
  /** Brings a loaded message into view, marks it for a moment and puts the keyboard on it. */
  reveal: (key: string) => boolean;
  toLive: () => void;
  /** Puts the keyboard on the newest message. */
  enter: () => void;
};

type Props = {
  ref?: RefObject<TimelineHandle | null>;
  /** Whose messages these are, for those who hear it. */
  label: string;
  days: readonly Day[];
  now: number;
  /** The newest loaded message is the newest there is. */
  reachesLive: boolean;
  /** How many others' messages came since the reader left the live end. */
  newBelow: number;
  renderRow: (row: Exclude<Row, { type: 'new' }>, look: RowLook) => ReactNode;
  /** Above the oldest loaded row: what loads, failed to load, or began here. */
  head: ReactNode;
  /** Below the newest: who is typing. */
  foot: ReactNode;
  onAct: (act: Act) => void;
  /** The reader nears an end of what is loaded. */
  onNear: (end: 'start' | 'end') => void;
  onJumpToLatest: () => void;
  /** The reader is at the live end, or left it. */
  onLive: (isAtLive: boolean) => void;
};

/** Rows from an end at which more are asked for. */
const NEAR_ROWS = 15;
/** Farther from the end than this the way back is offered. */
const FAR_PX = 400;
const FLASH_MS = 1_300;

/**
 * The messages of one conversation, newest at the foot. It is one stop for Tab; arrows move from message to message, and
 * letters act on the one that has the focus.
 */
export function Timeline(props: Props) {
  const {
    ref,
    label,
    days,
    now,
    reachesLive,
    newBelow,
    renderRow,
    head,
    foot,
    onAct,
    onNear,
    onJumpToLatest,
    onLive,
  } = props;
  const t = useT();
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [isFar, setFar] = useState(false);
  const [flashed, setFlashed] = useState<string>();
  const asked = useRef('');

  const keys = days.flatMap((day) => day.rows.filter(({ type }) => type !== 'new').map(({ key }) => key));
  const [first, last] = [keys[0], keys.at(-1)];

  const anchor = useScrollAnchor(scroller, list, ({ fromEnd }) => {
    setFar(fromEnd > FAR_PX);
    onLive(anchor.isAtLive && reachesLive);
    ask();
  });

  /** Asks for more once per end and per state of the list, so that a slow answer is not asked for twice. */
  const ask = () => {
    const element = scroller.current;
    if (!element || keys.length === 0) return;
    const near = nearEnd(element, keys);
    if (!near || (near === 'end' && reachesLive)) return;
    const token = `${near} ${keys.length} ${near === 'start' ? first : last}`;
    if (asked.current === token) return;
    asked.current = token;
    onNear(near);
  };

  useOpening(scroller, keys.length > 0, anchor);
  useEffect(ask);
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
  const enter = () => {
    if (last && scroller.current) rowOf(scroller.current, last)?.focus();
  };
  useImperativeHandle(ref, () => ({ reveal, enter, toLive: () => anchor.toLive() }));

  const gestures = useRowGestures(scroller, onAct);
  const onKeyDown = (event: KeyboardEvent) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-key]');
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const target = neighbour(event.key, keys, row?.dataset.key);
    if (target !== undefined) {
      event.preventDefault();
      if (scroller.current) focusRow(scroller.current, target);
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
                    active: gestures.active === row.key,
                    flashed: flashed === row.key,
                  })
                ),
              )}
            </section>
          ))}
          {reachesLive && foot}
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

/** Where a conversation opens: at the line of new messages, a quarter from the top, else at its live end. */
function useOpening(scroller: RefObject<HTMLElement | null>, hasRows: boolean, anchor: ScrollAnchor) {
  const isPlaced = useRef(false);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || !hasRows || isPlaced.current) return;
    isPlaced.current = true;
    const line = element.querySelector<HTMLElement>('[data-new]');
    const row = line?.nextElementSibling as HTMLElement | null | undefined;
    const overflows = element.scrollHeight > element.clientHeight;
    if (line && row?.dataset.key && overflows) {
      anchor.hold(row.dataset.key, element.clientHeight / 4 + line.offsetHeight);
    } else anchor.toLive();
  }, [scroller, hasRows, anchor]);
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
