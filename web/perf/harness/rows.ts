import type { Page } from '@playwright/test';

/** What was seen of the rows of a thread, frame by frame. */
export type Watched = {
  frames: number;
  /** Frames in which rows covered less than nine tenths of the view. */
  bare: number;
  /** Frames in which what is read moved against the way it was scrolled, by more than a pixel. */
  reversed: number;
};

declare global {
  var kithRows: { stop(): Watched };
}

/** Watches from now on, while the reader scrolls into the past: rows may only move down. */
export async function watchRows(page: Page): Promise<void> {
  await page.evaluate(() => {
    const log = document.querySelector('[role="log"]');
    const seen = { frames: 0, bare: 0, reversed: 0 };
    let isOver = false;
    let held: { row: Element; top: number } | undefined;
    globalThis.kithRows = {
      stop: () => {
        isOver = true;
        return seen;
      },
    };
    requestAnimationFrame(look);

    function look() {
      if (isOver || !log) return;
      requestAnimationFrame(look);
      const view = log.getBoundingClientRect();
      const boxes = [...log.querySelectorAll('[data-key]')].map((row) => ({
        row,
        box: row.getBoundingClientRect(),
      }));
      const [first, last] = [boxes[0], boxes.at(-1)];
      seen.frames += 1;
      const covered =
        first && last ? Math.min(last.box.bottom, view.bottom) - Math.max(first.box.top, view.top) : 0;
      if (covered < 0.9 * view.height) seen.bare += 1;
      if (held?.row.isConnected && held.row.getBoundingClientRect().top < held.top - 1) seen.reversed += 1;
      const middle = boxes.find(({ box }) => box.top > view.top + view.height / 2) ?? last;
      held = middle && { row: middle.row, top: middle.box.top };
    }
  });
}

export function rowsWatched(page: Page): Promise<Watched> {
  return page.evaluate(() => globalThis.kithRows.stop());
}

/** How far the row in the middle of the view has moved after something was done that should not move it, in pixels. */
export async function driftDuring(page: Page, deed: () => Promise<void>): Promise<number> {
  const row = await page.evaluateHandle(() => {
    const log = document.querySelector('[role="log"]');
    const middle = (log?.getBoundingClientRect().top ?? 0) + (log?.clientHeight ?? 0) / 2;
    return [...(log?.querySelectorAll('[data-key]') ?? [])].find(
      (row) => row.getBoundingClientRect().top > middle,
    );
  });
  const top = () => row.evaluate((row) => row?.getBoundingClientRect().top ?? Number.NaN);
  const before = await top();
  await deed();
  return Math.abs((await top()) - before);
}
