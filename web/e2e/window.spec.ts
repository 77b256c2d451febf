import type { Locator } from '@playwright/test';
import { SERVER_AWAY } from './complaints';
import { history, line } from './history';
import { expect, test, WHOLE } from './journey';
import { isKept } from './kept';
import type { Thread } from './pages/thread';

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
  const id = await history(kith, ann, ben, 500, { answers: new Map([[495, 20]]) });
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
  const id = await history(kith, ann, ben, 200);
  const thread = ann.thread('Ben');
  const read = thread.message(line(40)).row;
  await ann.page.goto(`/c/${id}?at=40`);
  await expect(read).toBeInViewport();
  await expect(ann.page).toHaveURL(/\/c\/[^?]*$/);
  const top = async () => Math.round((await read.boundingBox())?.y ?? 0);
  const before = await top();

  await ann.page.reload();
  await expect(read).toBeInViewport();
  await expect.poll(top).toBe(before);
  await expect(thread.message(line(200)).row).not.toBeAttached();

  await thread.jumpToLatest.click();
  await expect(thread.message(line(200)).row).toBeInViewport();
});

test('whoever reads far back stays there, however much was said while there was no network', async ({
  kith,
  arrive,
  complaints,
}) => {
  complaints.excuse(SERVER_AWAY);
  // A machine always reaches what it calls localhost, so the client takes no notice there when the network goes.
  const baseURL = kith.url.replace('localhost', '127.0.0.1');
  const [ann, ben] = [await arrive('Ann', { baseURL }), await arrive('Ben')];
  const id = await history(kith, ben, ann, 100);
  const thread = ann.thread('Ben');
  const read = thread.message(line(40)).row;
  await ann.page.goto(`/c/${id}?at=40`);
  await expect(read).toBeInViewport();
  const top = async () => Math.round((await read.boundingBox())?.y ?? 0);
  const before = await top();

  await ann.page.context().setOffline(true);
  await expect(ann.list.region.getByRole('status')).toHaveText('Offline – showing saved messages');
  await history(kith, ben, ann, 210, { from: 101 });
  await ann.page.context().setOffline(false);
  await expect(ann.list.row('Ben')).toHaveAccessibleName(/Line 210 of/);
  await expect(ann.list.region.getByRole('status')).toBeEmpty();
  await expect.poll(top).toBe(before);
  await expect(thread.message(line(210)).row).not.toBeAttached();

  await thread.jumpToLatest.click();
  await expect(thread.message(line(210)).row).toBeInViewport();
});

test('without a server there is what was read, and words where that ends; with one, the place where it was left', async ({
  kith,
  arrive,
  stranger,
  complaints,
}) => {
  complaints.excuse(SERVER_AWAY);
  const [elsewhere, ben] = [await arrive('Ann'), await arrive('Ben')];
  const id = await history(kith, elsewhere, ben, 300);
  // Another device, which has heard nothing of it so far, and through the form may keep what it reads.
  const ann = await stranger('Ann', WHOLE);
  await ann.signIn();
  const thread = ann.thread('Ben');
  const newest = thread.message(line(300)).row;
  await ann.list.open('Ben');
  await expect(newest).toBeInViewport();
  await isKept(ann.page, line(300));
  // It was left at a message that this device does not have: another tab would do it so.
  await ann.page.goto('/settings/about');
  await ann.page.evaluate(
    (places) => localStorage.setItem('kith.places', places),
    JSON.stringify([[id, { seq: 40, top: 120 }]]),
  );
  await kith.stop();

  await ann.page.goto(`/c/${id}`);
  await expect(newest).toBeInViewport();
  const end = thread.log.getByText('Older messages are not on this device.');
  await readBackTo(thread, end);

  await kith.start();
  await expect(thread.message(line(40)).row).toBeInViewport();
  await expect(end).toBeHidden();
});

/** Scrolls up until it is in the page. */
async function readBackTo(thread: Thread, there: Locator): Promise<void> {
  await expect(async () => {
    await thread.log.evaluate((log) => log.scrollTo({ top: 0 }));
    await expect(there).toBeAttached({ timeout: 500 });
  }).toPass();
}

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
