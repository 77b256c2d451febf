import { test as base, expect, WHOLE } from './journey';
import type { Person } from './pages/person';
import { NEXT, Upgradable } from './upgrade';

const test = base.extend<{ server: Upgradable }>({
  server: async ({ kith }, use) => {
    const server = await Upgradable.before(kith);
    await use(server);
    await server.close();
  },
});

test('an update that comes while something is written waits, and takes nothing of it away', {
  tag: '@installed',
}, async ({ server, stranger, arrive }) => {
  const baseURL = server.url;
  const ann = await stranger('Ann', { ...WHOLE, baseURL });
  await ann.register();
  const ben = await arrive('Ben', { baseURL });
  const anns = await ann.talkTo(ben);
  await anns.field.fill('Half a thought');
  const before = await ann.page.locator('script[type="module"][src]').first().getAttribute('src');
  await isGuarded(ann);

  await server.upgrade();
  await ann.page.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
  const offer = ann.page.getByRole('status').filter({ hasText: 'Kith was updated' });
  await expect(offer).toBeVisible();
  await expect(anns.field).toHaveValue('Half a thought');

  await test.step('parts that the server no longer has come from the device', async () => {
    expect((await ann.page.request.get(before ?? '')).status()).toBe(404);
    await ann.page.keyboard.press('Control+/');
    await expect(ann.page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
    await ann.page.keyboard.press('Escape');
  });

  await test.step('the two versions talk to each other', async () => {
    await ben.page.reload();
    await expectNext(ben);
    await ben.list.open('Ann');
    await ben.thread('Ann').say('Is yours new, too?');
    await anns.message('Is yours new, too?').react('👍');
    await expect(ben.thread('Ann').message('Is yours new, too?').reaction('👍')).toBeVisible();
    await expectNext(ann, 0);
  });

  await test.step('the newer one has the draft, too', async () => {
    await offer.getByRole('button', { name: 'Reload' }).click();
    await expectNext(ann);
    await expect(anns.field).toHaveValue('Half a thought');
    await anns.field.press('Enter');
    await expect(ben.thread('Ann').message('Half a thought').row).toBeVisible();
  });
});

test('where nothing is kept, a part that is gone is said to be, and what was written is there again', async ({
  server,
  arrive,
  complaints,
}) => {
  complaints.excuse(/status of 404 .*\/assets\/|Unable to preload CSS|dynamically imported module/);
  const baseURL = server.url;
  const [ann, ben] = [await arrive('Ann', { baseURL }), await arrive('Ben', { baseURL })];
  const anns = await ann.talkTo(ben);
  await anns.field.fill('Half a thought');
  await server.upgrade();
  await ann.page.keyboard.press('Control+,');
  await expect(ann.page.getByText('This part could not be loaded').first()).toBeVisible();
  await ann.page.getByRole('button', { name: 'Reload', exact: true }).first().click();
  await expectNext(ann);
  await expect(ann.page.getByRole('navigation', { name: 'Settings' })).toBeVisible();
  await ann.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Chats' }).click();
  await ann.list.open('Ben');
  await expect(anns.field).toHaveValue('Half a thought');
});

/** Until the page has its parts from the worker, which has all of them. */
async function isGuarded({ page }: Person): Promise<void> {
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe('activated');
}

/** Whether the page is of the client that came with the upgrade. */
async function expectNext({ page }: Person, count = 1): Promise<void> {
  await expect(page.locator(`script[type="module"][src*="/${NEXT}"]`)).toHaveCount(count);
}
