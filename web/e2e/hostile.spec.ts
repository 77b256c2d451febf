import { expect, test } from './journey';
import type { Person } from './pages/person';
import type { Thread } from './pages/thread';
import { smallPhoto, textFile } from './photos';

const LIMIT = 16_000;

/** Marks upon marks, and a command to read backwards that nobody ends. */
const ZALGO = `Z${'\u0334\u0352\u0356'.repeat(60)}algo`;
const BACKWARDS = 'invoice\u202Efdp.exe';

test('what is long, marked or turned around stays what it is and where it is', async ({
  arrive,
  complaints,
}) => {
  const [ann, ben] = [await arrive('Ann'), await arrive('Ben')];
  const anns = await ann.talkTo(ben);
  await anns.field.fill('w'.repeat(LIMIT));
  await anns.field.press('Enter');
  await ben.list.open('Ann');
  const bens = ben.thread('Ann');
  await expect(bens.message('www').row).toContainText('w'.repeat(LIMIT));
  for (const text of [ZALGO, BACKWARDS]) {
    await anns.field.fill(text);
    await anns.field.press('Enter');
    await expect(bens.messages.last()).toContainText(text);
  }
  await bens.say('After all that');
  for (const person of [ann, ben]) await expectNothingWide(person);

  await test.step('four thousand lines become a file, and none is lost', async () => {
    const lines = Array.from({ length: 4_000 }, (_, number) => `line ${number + 1}`).join('\n');
    await paste(anns, lines);
    await expect(anns.tray.getByText('pasted.txt')).toBeVisible();
    await expect(anns.field).toHaveValue('');
    await anns.say('All the lines');
    const link = bens.message('All the lines').row.getByRole('link', { name: /^Download pasted\.txt/ });
    const url = (await link.getAttribute('href')) ?? '';
    const answer = await ben.page.request.get(url, { headers: { 'X-Kith': '1' } });
    expect(await answer.text()).toBe(lines);
  });

  await test.step('a photo that never comes, or fails, leaves its place, and the rest goes on', async () => {
    complaints.excuse(/ERR_FAILED .*\/thumbnail/);
    let [waiting, failed] = [0, 0];
    await ben.page.route('**/thumbnail*', () => void (waiting += 1), { times: 1 });
    await anns.attach('Add photos', [smallPhoto('never.jpg')]);
    await anns.say('Look at this');
    await expectPlace(bens, 'Look at this');
    await expect.poll(() => waiting).toBe(1);
    await ben.page.route('**/thumbnail*', (route) => ((failed += 1), route.abort()));
    await anns.attach('Add photos', [smallPhoto('broken.jpg')]);
    await anns.say('And this');
    await expectPlace(bens, 'And this');
    await expect.poll(() => failed).toBeGreaterThan(0);
    await bens.say('I see nothing yet');
    await expect(anns.message('I see nothing yet').row).toBeVisible();
  });
});

test('a name that is too long for a file is shortened or refused in words', async ({
  arrive,
  complaints,
}) => {
  complaints.excuse(/status of 400 .*\/(attachments|uploads)/);
  const [ann, ben] = [await arrive('Ann'), await arrive('Ben')];
  const anns = await ann.talkTo(ben);
  await anns.attach('Add files', [textFile(`${'long '.repeat(60)}.txt`, 'all of it')]);
  await anns.say('With a long name');
  await ben.list.open('Ann');
  await expect(ben.thread('Ann').message('With a long name').row.getByRole('link')).toBeVisible();
  await expectNothingWide(ben);
});

/** What is wrong with a device, as its pages find it. */
const DEVICES = {
  'that keeps nothing': () => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('Refused.', 'SecurityError');
    };
  },
  'whose storage is full': () => {
    const full = () => {
      throw new DOMException('There is no room.', 'QuotaExceededError');
    };
    IDBObjectStore.prototype.put = full;
    IDBObjectStore.prototype.add = full;
    Storage.prototype.setItem = full;
  },
  'whose storage breaks half-way': () => {
    const { put } = IDBObjectStore.prototype;
    const broken = new WeakSet<IDBTransaction>();
    let puts = 0;
    IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...args) {
      puts += 1;
      // As a disk does it: the request is taken, and what belongs together fails together.
      if (puts % 3 === 0 && !broken.has(this.transaction)) {
        broken.add(this.transaction);
        queueMicrotask(() => this.transaction.abort());
      }
      return put.apply(this, args);
    };
  },
  'whose database is closed again and again': () => {
    const { transaction } = IDBDatabase.prototype;
    let transactions = 0;
    IDBDatabase.prototype.transaction = function (this: IDBDatabase, ...args) {
      transactions += 1;
      if (transactions % 4 === 0) this.close();
      return transaction.apply(this, args);
    };
  },
  'whose clock is a year ahead': () => {
    const { now } = Date;
    Date.now = () => now() + 31_536_000_000;
  },
  'whose clock is a year behind': () => {
    const { now } = Date;
    Date.now = () => now() - 31_536_000_000;
  },
} as const;

const PAIRS: readonly (readonly [keyof typeof DEVICES, keyof typeof DEVICES])[] = [
  ['that keeps nothing', 'whose clock is a year ahead'],
  ['whose storage is full', 'whose database is closed again and again'],
  ['whose clock is a year behind', 'whose storage breaks half-way'],
];

for (const [one, other] of PAIRS)
  test(`a device ${one} and another ${other} talk like any two`, async ({ stranger }) => {
    const [ann, ben] = [await stranger('Ann'), await stranger('Ben')];
    await ann.page.addInitScript(DEVICES[one]);
    await ben.page.addInitScript(DEVICES[other]);
    await ann.register();
    await ben.register();
    const anns = await ann.talkTo(ben);
    await anns.say('One');
    await ben.list.open('Ann');
    const bens = ben.thread('Ann');
    await bens.say('Two');
    await expect(anns.message('Two').row).toBeVisible();
    const three = await anns.say('Three');
    await three.expectState('read');
    for (const { page } of [ann, ben]) await page.reload();
    for (const thread of [anns, bens]) await expect(thread.messages).toHaveText([/One/, /Two/, /Three/]);
    await bens.say('Four');
    for (const thread of [anns, bens]) await expect(thread.messages).toHaveCount(4);
  });

/** A photo that is not there takes the room that it will need. */
async function expectPlace(thread: Thread, words: string): Promise<void> {
  const picture = thread.message(words).photos;
  await expect(picture).toBeVisible();
  expect((await picture.boundingBox())?.height).toBeGreaterThan(50);
}

async function paste(thread: Thread, text: string): Promise<void> {
  await thread.field.focus();
  await thread.field.evaluate((field, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', text);
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

/** Nothing has to be scrolled for sideways. */
async function expectNothingWide({ page }: Person): Promise<void> {
  const wide = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll('[role="log"]')].map(
      (element) => element.scrollWidth - element.clientWidth,
    ),
  );
  expect(wide).toEqual([0, 0]);
}
