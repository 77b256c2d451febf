import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

/** A row is the anchor when it covers this line below the top edge: near enough to be looked at, never a boundary. */
const ANCHOR_LINE_PX = 140;
/** Nearer to the end than this is the live end. */
const LIVE_END_PX = 4;

export type ScrollAnchor = {
  /** Whether the newest message is in sight and stays there as more arrive. */
  isAtLive: () => boolean;
  /** Goes to the newest message and stays there. */
  toLive: () => void;
  /** Holds this row where it is put, until the next scroll chooses another. */
  hold: (key: string, top: number) => void;
};

/**
 * Keeps what is being read where it is while rows come, go and change their height above and below it: the anchor is a
 * row, never an offset, and every correction is relative. Browsers' own anchoring is off, because shipped Safari has none.
 */
export function useScrollAnchor(
  scroller: RefObject<HTMLElement | null>,
  list: RefObject<HTMLElement | null>,
  onScroll: (state: { fromEnd: number }) => void,
): ScrollAnchor {
  const anchor = useRef<{ key: string; top: number }>(undefined);
  const atLive = useRef(true);
  /** Where we scrolled to ourselves: the event of that tells nothing about what the reader wants. */
  const placed = useRef(Number.NaN);
  const listener = useRef(onScroll);
  listener.current = onScroll;

  const api = useRef<ScrollAnchor & { correct: () => void }>({
    isAtLive: () => atLive.current,
    toLive: () => {
      atLive.current = true;
      anchor.current = undefined;
      api.current.correct();
    },
    hold: (key, top) => {
      atLive.current = false;
      anchor.current = { key, top };
      api.current.correct();
    },
    correct: () => {
      const element = scroller.current;
      if (!element) return;
      if (atLive.current) {
        element.scrollTop = element.scrollHeight;
        placed.current = element.scrollTop;
        return;
      }
      const held = anchor.current && rowOf(element, anchor.current.key);
      if (!held || !anchor.current) return;
      const drift = topIn(element, held) - anchor.current.top;
      if (Math.abs(drift) <= 0.5) return;
      element.scrollTop += drift;
      placed.current = element.scrollTop;
    },
  });

  useEffect(() => {
    const element = scroller.current;
    const rows = list.current;
    if (!element || !rows) return undefined;
    const remember = () => {
      const fromEnd = element.scrollHeight - element.clientHeight - element.scrollTop;
      const byUs = Math.abs(element.scrollTop - placed.current) < 1;
      atLive.current = fromEnd <= LIVE_END_PX || (byUs && atLive.current);
      const row = rowAt(element, ANCHOR_LINE_PX);
      anchor.current = row && { key: row.dataset.key ?? '', top: topIn(element, row) };
      listener.current({ fromEnd });
    };
    const observer = new ResizeObserver(() => api.current.correct());
    observer.observe(rows);
    observer.observe(element);
    element.addEventListener('scroll', remember, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', remember);
    };
  }, [scroller, list]);

  // In the commit that changed the rows, so that no frame shows them displaced.
  useLayoutEffect(() => api.current.correct());
  return api.current;
}

/** The row element of a message. */
export function rowOf(scroller: HTMLElement, key: string): HTMLElement | undefined {
  return scroller.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`) ?? undefined;
}

/** The row that covers a line below the top edge; rows are ordered, so it is found by halving. */
function rowAt(scroller: HTMLElement, line: number): HTMLElement | undefined {
  const rows = scroller.querySelectorAll<HTMLElement>('[data-key]');
  let low = 0;
  let high = rows.length - 1;
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
