import type { Page } from '@playwright/test';
import { SERVER_AWAY } from './complaints';
import { expect, test } from './journey';
import { Person } from './pages/person';

const DAY_MS = 86_400_000;

declare global {
  /** What this page has put on the system's screen. */
  var told: string[];
  /** Whether somebody looks at this page. A browser under test says so of all its pages at once. */
  var isLookedAt: boolean;
  /** How far the clock of this page has gone on by itself. */
  var sleptMs: number;
}

test('of three tabs one tells of a message, and none while one of them is looked at', async ({
  arrive,
  complaints,
}) => {
  const [ben, first] = [await arrive('Ben'), await arrive('Ann')];
  const context = first.page.context();
  await context.addInitScript(outOfSight);
  await first.page.reload();
  const ann = [first, new Person(await context.newPage(), 'Ann'), new Person(await context.newPage(), 'Ann')];
  for (const { page, list } of ann.slice(1)) {
    complaints.listen(page);
    await page.goto('/');
    await expect(list.region.getByText('No conversations yet')).toBeVisible();
  }
  const bens = await ben.talkTo(first);
  const unread = async (count: number) => {
    for (const { list } of ann)
      await expect(list.row('Ben')).toHaveAccessibleName(new RegExp(`, ${count} unread`));
  };

  await bens.say('One');
  await bens.say('Two');
  await unread(2);
  await expect.poll(() => allTold(ann)).toEqual([['One', 'Two'], [], []]);

  await test.step('a tab that is looked at tells of it itself', async () => {
    const [, , third] = ann;
    await look(third?.page, true);
    await bens.say('Three');
    await expect(third?.page.getByRole('status').filter({ hasText: 'Three' }) ?? bens.log).toBeVisible();
    await unread(3);
    await look(third?.page, false);
  });

  await test.step('when the one that tells is closed, another does', async () => {
    await ann.shift()?.page.close();
    await bens.say('Four');
    await unread(4);
    await expect.poll(async () => (await allTold(ann)).flat()).toEqual(['Four']);
  });

  await test.step('what is read in one is read in all', async () => {
    await look(ann[0]?.page, true);
    await ann[0]?.list.open('Ben');
    for (const { list } of ann) await expect(list.row('Ben')).not.toHaveAccessibleName(/unread/);
  });
});

test('a tab that was put to sleep for a day catches up and loses nothing', async ({
  kith,
  arrive,
  complaints,
}) => {
  complaints.excuse(SERVER_AWAY);
  const [ann, ben] = [await arrive('Ann'), await arrive('Ben')];
  await ann.page.addInitScript(ownClock);
  await ann.page.reload();
  const anns = await ann.talkTo(ben);
  await anns.say('Good night');
  await anns.field.fill('And sweet dr');
  await ben.list.open('Ann');
  const bens = ben.thread('Ann');
  await expect(bens.message('Good night').row).toBeVisible();

  await ann.page.evaluate((slept) => (globalThis.sleptMs = slept), DAY_MS);
  const wake = await putToSleep(ann.page);
  // The connection does not outlive the night.
  await kith.stop();
  await kith.start();
  const written = ['Good morning', 'Still asleep?', 'It is noon'];
  for (const text of written) await bens.say(text);
  await bens.message('It is noon').expectState('sent');
  await expect(ben.list.row('Ann')).not.toHaveAccessibleName(/Online/);
  await bens.message('Good night').react('👍');
  await wake();

  await expect(anns.messages).toHaveText(['Good night', ...written].map((text) => new RegExp(text)));
  await expect(anns.message('Good night').reaction('👍')).toBeVisible();
  await expect(ann.list.region.getByRole('status')).toBeEmpty();
  await expect(anns.field).toHaveValue('And sweet dr');
  await anns.field.fill('And sweet dreams');
  await anns.field.press('Enter');
  await expect(bens.messages).toHaveText(
    ['Good night', ...written, 'And sweet dreams'].map((text) => new RegExp(text)),
  );
});

/** Runs in a page: nobody looks at it, and what it would put on the system's screen is kept in a list. */
function outOfSight(): void {
  globalThis.told = [];
  globalThis.isLookedAt = false;
  document.hasFocus = () => globalThis.isLookedAt;
  class Notice extends EventTarget {
    static readonly permission = 'granted';
    constructor(_title: string, { body = '' }: NotificationOptions) {
      super();
      globalThis.told.push(body);
    }
    close(): void {}
  }
  globalThis.Notification = Notice as unknown as typeof Notification;
}

/** Runs in a page: its clock can be put forward. */
function ownClock(): void {
  globalThis.sleptMs = 0;
  const Clock = Date;
  globalThis.Date = class extends Clock {
    constructor(...parts: []) {
      super(...((parts.length > 0 ? parts : [Clock.now() + globalThis.sleptMs]) as []));
    }
    static override now(): number {
      return Clock.now() + globalThis.sleptMs;
    }
  } as DateConstructor;
}

/**
 * Nothing runs in the page any more until what is returned is called: as in a tab that the browser has frozen, which it does
 * to none that is in sight, and under test all are.
 */
async function putToSleep(page: Page): Promise<() => Promise<void>> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Debugger.enable');
  const asleep = new Promise((resolve) => devtools.once('Debugger.paused', resolve));
  await devtools.send('Debugger.pause');
  // Sleep comes with the next thing that would be done, and this is one.
  devtools.send('Runtime.evaluate', { expression: '0' }).catch(() => undefined);
  await asleep;
  return () => devtools.detach();
}

async function look(page: Page | undefined, isLookedAt: boolean): Promise<void> {
  await page?.evaluate((isLookedAt) => {
    globalThis.isLookedAt = isLookedAt;
    dispatchEvent(new Event(isLookedAt ? 'focus' : 'blur'));
  }, isLookedAt);
}

function allTold(people: readonly Person[]): Promise<string[][]> {
  return Promise.all(people.map(({ page }) => page.evaluate(() => globalThis.told)));
}
