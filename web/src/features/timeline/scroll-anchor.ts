import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

/** A row is the anchor when it covers this line below the top edge: near enough to be looked at, never a boundary. */
const ANCHOR_LINE_PX = 140;
/** Nearer to the end than this is the live end. */
const LIVE_END_PX = 4;
/** Less than this is rounding. */
const DRIFT_PX = 0.5;

/**
 * Keeps what is being read where it is while rows come, go and change their height above and below it: the anchor is a
 * row, never an offset, and every correction is relative. Browsers' own anchoring is off, because shipped Safari has none.
 */
export class ScrollAnchor {
  #scroller: HTMLElement | null = null;
  #anchor: { key: string; top: number } | undefined;
  #isAtLive = true;
  /** Whether the last row that is mounted is the newest message, so that its end is the live end. */
  #hasLiveEnd = true;
  /** Where we scrolled to ourselves: the event of that tells nothing about what the reader wants. */
  #placedAt = Number.NaN;
  /** Where it stood when we last looked. A commit may come between a scroll and its event. */
  #lookedAt = 0;

  attach(scroller: HTMLElement | null): void {
    this.#scroller = scroller;
  }

  /** Whether the newest message is in sight and stays there as more arrive. */
  get isAtLive(): boolean {
    return this.#isAtLive;
  }

  /** The row that is held, and where; nothing at the live end. */
  get place(): { key: string; top: number } | undefined {
    return this.#isAtLive ? undefined : this.#anchor;
  }

  /** Goes to the newest message and stays there. */
  toLive(): void {
    this.#isAtLive = true;
    this.#anchor = undefined;
    if (this.#scroller) this.#put(this.#scroller, this.#scroller.scrollHeight);
  }

  /** Holds this row where it is put, until the next scroll chooses another. */
  hold(key: string, top: number): void {
    this.#isAtLive = false;
    this.#anchor = { key, top };
    if (this.#scroller) this.#restore(this.#scroller);
  }

  /** The reader scrolled: what they look at now is the anchor. */
  scrolled(): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    // A row may have changed its height since the scroll: that is put right first, or it would count as scrolled.
    if (this.#anchor && !this.#isAtLive) {
      this.#anchor.top -= scroller.scrollTop - this.#lookedAt;
      this.#restore(scroller);
    }
    const byUs = Math.abs(scroller.scrollTop - this.#placedAt) < 1;
    this.#isAtLive = this.#hasLiveEnd && (fromEnd(scroller) <= LIVE_END_PX || (byUs && this.#isAtLive));
    const row = rowAt(scroller, ANCHOR_LINE_PX);
    this.#anchor = row && { key: row.dataset.key ?? '', top: topIn(scroller, row) };
    this.#lookedAt = scroller.scrollTop;
  }

  /** The rows changed, and reach the newest message or not. What was looked at goes back to where it was. */
  rowsChanged(hasLiveEnd: boolean): void {
    this.#hasLiveEnd = hasLiveEnd;
    // Before there is a row, nothing is looked at that could be held instead.
    if (this.#isAtLive && !hasLiveEnd && this.#hasRows()) this.scrolled();
    this.correct();
  }

  /** Something changed its height: what was looked at goes back to where it was. */
  correct(): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    const moved = scroller.scrollTop - this.#lookedAt;
    if (this.#isAtLive && moved < -LIVE_END_PX && fromEnd(scroller) > LIVE_END_PX) this.scrolled();
    else if (this.#anchor) this.#anchor.top -= moved;
    if (this.#isAtLive) this.#put(scroller, scroller.scrollHeight);
    else this.#restore(scroller);
  }

  #hasRows(): boolean {
    return this.#scroller?.querySelector('[data-key]') != null;
  }

  #restore(scroller: HTMLElement): void {
    this.#lookedAt = scroller.scrollTop;
    const row = this.#anchor && rowOf(scroller, this.#anchor.key);
    if (!row || !this.#anchor) return;
    const drift = topIn(scroller, row) - this.#anchor.top;
    if (Math.abs(drift) > DRIFT_PX) this.#put(scroller, scroller.scrollTop + drift);
  }

  #put(scroller: HTMLElement, top: number): void {
    scroller.scrollTop = top;
    this.#placedAt = scroller.scrollTop;
    this.#lookedAt = scroller.scrollTop;
  }
}

/** A {@link ScrollAnchor} on a scroller and the list in it, corrected in every commit and with every change of height. */
export function useScrollAnchor(
  scroller: RefObject<HTMLElement | null>,
  list: RefObject<HTMLElement | null>,
  hasLiveEnd: boolean,
  onScroll: (state: { fromEnd: number }) => void,
): ScrollAnchor {
  const held = useRef<ScrollAnchor>(undefined);
  held.current ??= new ScrollAnchor();
  const anchor = held.current;
  const listener = useRef(onScroll);
  listener.current = onScroll;

  // In the commit that changed the rows, so that no frame shows them displaced.
  useLayoutEffect(() => {
    anchor.attach(scroller.current);
    anchor.rowsChanged(hasLiveEnd);
  });

  useEffect(() => {
    const element = scroller.current;
    const rows = list.current;
    if (!element || !rows) return undefined;
    const scrolled = () => {
      anchor.scrolled();
      listener.current({ fromEnd: fromEnd(element) });
    };
    const observer = new ResizeObserver(() => anchor.correct());
    observer.observe(rows);
    observer.observe(element);
    element.addEventListener('scroll', scrolled, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', scrolled);
    };
  }, [anchor, scroller, list]);
  return anchor;
}

/** The row element of a message. */
export function rowOf(scroller: HTMLElement, key: string): HTMLElement | undefined {
  return scroller.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`) ?? undefined;
}

/** The last row that is in view as a whole. */
export function lastInView(scroller: HTMLElement): HTMLElement | undefined {
  const rows = [...scroller.querySelectorAll<HTMLElement>('[data-key]')];
  const height = scroller.clientHeight;
  return rows.findLast((row) => topIn(scroller, row) + row.offsetHeight <= height);
}

function fromEnd(scroller: HTMLElement): number {
  return scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
}

/**
 * The row that covers a line below the top edge; rows are ordered, so it is found by halving. Neither the first nor the
 * last, if there are others: those look different as soon as they have a neighbour.
 */
function rowAt(scroller: HTMLElement, line: number): HTMLElement | undefined {
  const rows = scroller.querySelectorAll<HTMLElement>('[data-key]');
  const inner = rows.length > 2 ? 1 : 0;
  let low = inner;
  let high = rows.length - 1 - inner;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row && topIn(scroller, row) + row.offsetHeight > line) high = middle;
    else low = middle + 1;
  }
  return rows[low];
}

function topIn(scroller: HTMLElement, row: HTMLElement): number {
  return row.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
}
