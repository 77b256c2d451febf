import { type RefObject, useEffect, useState } from 'react';

/** Rows drawn beyond each edge of the view, so that a quick scroll shows rows and not the gap behind them. */
const OVERSCAN_ROWS = 12;

/** Which rows of a list of equal rows are drawn: from `first` up to but not including `end`. */
export type DrawnRange = { first: number; end: number };

/** The rows to draw for a scroll position, with some to spare on each side. */
export function drawnRange(scrollTop: number, height: number, row: number, count: number): DrawnRange {
  const first = Math.max(0, Math.floor(scrollTop / row) - OVERSCAN_ROWS);
  const end = Math.min(count, Math.ceil((scrollTop + height) / row) + OVERSCAN_ROWS);
  return { first: Math.min(first, end), end };
}

/**
 * Keeps {@link drawnRange} up to date while the element scrolls or changes its size. What is painted first are the rows that
 * fill the window, and only then those to spare.
 */
export function useDrawnRange(
  scroller: RefObject<HTMLElement | null>,
  row: number,
  count: number,
): DrawnRange {
  const [range, setRange] = useState<DrawnRange>();
  useEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const update = () => {
      const next = drawnRange(element.scrollTop, element.clientHeight, row, count);
      setRange((now) => (now && now.first === next.first && now.end === next.end ? now : next));
    };
    const observer = new ResizeObserver(update);
    observer.observe(element);
    element.addEventListener('scroll', update, { passive: true });
    update();
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', update);
    };
  }, [scroller, row, count]);
  // A list that was empty has no range worth keeping.
  return range && range.end > 0 ? range : { first: 0, end: Math.min(count, Math.ceil(innerHeight / row)) };
}
