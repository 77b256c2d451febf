import type { MessageKey } from '@/entities/messages';

/** Rows of a thread that are in the page at once, at most. */
export const WINDOW_ROWS_MAX = 180;

/** Rows by which the window grows at one end. At the other end as many go, once it is full. */
export const STEP_ROWS = 60;

/** Rows that are mounted first, so that a conversation is painted in the frame after it was chosen. */
export const FIRST_ROWS = 30;

/** Of these so many stand above the row that the conversation opens at. */
const FIRST_ROWS_ABOVE = 10;

/** The stretch of the held rows that is in the page: from `start`, up to but without `end`. */
export interface RowWindow {
  readonly start: number;
  readonly end: number;
}

/** The window a conversation opens with: around this row, or, without one, at the newest. */
export function openAt(index: number | undefined, count: number): RowWindow {
  if (index === undefined) return { start: Math.max(0, count - FIRST_ROWS), end: count };
  const start = Math.max(0, Math.min(index - FIRST_ROWS_ABOVE, count - FIRST_ROWS));
  return { start, end: Math.min(count, start + FIRST_ROWS) };
}

/** Takes more rows in at one end, and lets the farthest go at the other. */
export function grow({ start, end }: RowWindow, towards: 'start' | 'end', count: number): RowWindow {
  if (towards === 'start') {
    const from = Math.max(0, start - STEP_ROWS);
    return { start: from, end: Math.min(end, from + WINDOW_ROWS_MAX) };
  }
  const to = Math.min(count, end + STEP_ROWS);
  return { start: Math.max(start, to - WINDOW_ROWS_MAX), end: to };
}

/**
 * The same rows after the held ones changed: some came before or after them, some went. Where the window reached the
 * last row it takes in what was appended; it lets rows go for that only if the reader `follows` the newest. Nothing when
 * none of its rows are left.
 */
export function rebase(
  window: RowWindow,
  before: readonly MessageKey[],
  now: readonly MessageKey[],
  follows: boolean,
): RowWindow | undefined {
  const places = new Map(now.map((key, index) => [key, index]));
  const kept = before
    .slice(window.start, window.end)
    .map((key) => places.get(key))
    .filter((index) => index !== undefined);
  const [first, last] = [kept[0], kept.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  if (window.end < before.length) return { start: first, end: last + 1 };
  if (follows) return { start: Math.max(first, now.length - WINDOW_ROWS_MAX), end: now.length };
  return { start: first, end: Math.max(last + 1, Math.min(now.length, first + WINDOW_ROWS_MAX)) };
}
