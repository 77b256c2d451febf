import { history, line } from './history';
import { expect, test } from './journey';

/** As many as a thread ever has in the page. */
const ROWS_MAX = 180;

test('a long conversation is read backwards, and nothing that is read moves', async ({ kith, arrive }) => {
  const [ann, ben] = [await arrive('Ann'), await arrive('Ben')];
  await history(kith, ann, ben, 400);
  await ann.list.open('Ben');
  const thread = ann.thread('Ben');
  await expect(thread.message(line(400)).row).toBeInViewport();

  const seen = await thread.log.evaluate(readBackwards, 15);
  expect(seen.rowsMax).toBeLessThanOrEqual(ROWS_MAX);
  expect(seen.driftPx).toBeLessThanOrEqual(1);
  await expect(thread.message(line(400)).row).not.toBeAttached();

  await thread.jumpToLatest.click();
  await expect(thread.message(line(400)).row).toBeInViewport();
  await expect(thread.jumpToLatest).toBeHidden();
});

test('a quote far back is jumped to, and Back returns', async ({ kith, arrive }) => {
  const [ann, ben] = [await arrive('Ann'), await arrive('Ben')];
  const id = await history(kith, ann, ben, 500, new Map([[495, 20]]));
  await ann.list.open('Ben');
  const thread = ann.thread('Ben');
  await expect(thread.message(line(500)).row).toBeInViewport();
  await thread.log.evaluate((log) => log.scrollBy({ top: -300 }));
  const answer = thread.message(line(495)).row;
  await expect(answer).toBeInViewport();
  await expect(thread.message(line(500)).row).not.toBeInViewport();

  await thread.message(line(495)).quote.click();
  await expect(thread.message(line(20)).row).toBeInViewport();
  await expect(thread.message(line(20)).row).toBeFocused();
  expect(new URL(ann.page.url()).search).toBe('');

  await ann.page.goBack();
  await expect(answer).toBeInViewport();
  await expect(thread.message(line(20)).row).not.toBeAttached();

  await ann.page.goto(`/c/${id}?at=250`);
  await expect(thread.message(line(250)).row).toBeInViewport();
});

test('a reload returns to what was being read, far from the newest', async ({ kith, stranger }) => {
  const [ann, ben] = [await stranger('Ann'), await stranger('Ben')];
  // Through the form, which says that this device is one's own and may remember the place.
  await ann.register();
  await ben.register();
  const id = await history(kith, ann, ben, 300);
  const thread = ann.thread('Ben');
  const read = thread.message(line(40)).row;
  await ann.page.goto(`/c/${id}?at=40`);
  await expect(read).toBeInViewport();
  const top = async () => Math.round((await read.boundingBox())?.y ?? 0);
  const before = await top();

  await ann.page.reload();
  await expect(read).toBeInViewport();
  await expect.poll(top).toBe(before);
  await expect(thread.message(line(300)).row).not.toBeAttached();

  await thread.jumpToLatest.click();
  await expect(thread.message(line(300)).row).toBeInViewport();
});

/**
 * Scrolls up by the screen, while a row above what is read grows each time. Tells how far what is read moved by itself,
 * and how many rows were in the page at most.
 */
async function readBackwards(log: Element, screens: number): Promise<{ driftPx: number; rowsMax: number }> {
  const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  const frames = async (count: number) => {
    for (let drawn = 0; drawn < count; drawn += 1) await frame();
  };
  let [driftPx, rowsMax] = [0, 0];
  for (let screen = 0; screen < screens; screen += 1) {
    log.scrollTop -= log.clientHeight;
    await frame();
    const rows = [...log.querySelectorAll<HTMLElement>('[data-key]')];
    const line = log.getBoundingClientRect().top + 140;
    const index = rows.findIndex((row) => row.getBoundingClientRect().bottom > line);
    const [above, read] = [rows[index - 3], rows[index]];
    const before = read?.getBoundingClientRect().top ?? 0;
    if (above) above.style.paddingBlockEnd = `${20 + screen}px`;
    await frames(8);
    if (read?.isConnected) driftPx = Math.max(driftPx, Math.abs(read.getBoundingClientRect().top - before));
    rowsMax = Math.max(rowsMax, rows.length, log.querySelectorAll('[data-key]').length);
  }
  return { driftPx, rowsMax };
}
