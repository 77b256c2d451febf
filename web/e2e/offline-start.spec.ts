import { SERVER_AWAY } from './complaints';
import { expect, test, WHOLE } from './journey';
import { isKept } from './kept';
import { Person } from './pages/person';

const WRITTEN_AWAY = ['One, written away', 'Two, written away', 'Three, written away'];

test('a page that is opened while the server is stopped shows what was kept, and loses nothing', {
  tag: '@installed',
}, async ({ kith, stranger, complaints }) => {
  complaints.excuse(SERVER_AWAY);
  const [ann, ben] = [await stranger('Ann', WHOLE), await stranger('Ben')];
  // Through the form, which says that this device is one's own and may keep something.
  await ann.register();
  await ben.register();
  await (await ann.talkTo(ben)).say('Before');
  await isKept(ann.page, 'Before');
  await kith.stop();

  const page = await ann.page.context().newPage();
  complaints.listen(page);
  await page.goto('/');
  const late = new Person(page, 'Ann');
  await expect(late.list.row('Ben')).toBeVisible();
  await expect(late.list.region.getByRole('status')).toHaveText('Offline – showing saved messages');
  await late.list.open('Ben');
  const thread = late.thread('Ben');
  await expect(thread.message('Before').row).toBeVisible();
  for (const text of WRITTEN_AWAY) await thread.say(text);

  await kith.start();
  for (const text of WRITTEN_AWAY) await thread.message(text).expectState('delivered');
  await ben.list.open('Ann');
  const told = ['Before', ...WRITTEN_AWAY].map((text) => new RegExp(text));
  await expect(ben.thread('Ann').messages).toHaveText(told);
  await expect(thread.messages).toHaveText(told);
});

test('a page that gets no answer says so, and opens as soon as there is one', async ({ stranger }) => {
  const ann = await stranger('Ann');
  // Neither answered nor refused: what is held here is given up by the page itself.
  await ann.page.route('**/api/v1/server', () => {});
  await ann.page.goto('/');
  await expect(ann.page.getByText('Kith could not start')).toBeVisible();
  await ann.page.unrouteAll();
  await expect(ann.door.heading('Create account')).toBeVisible();
});
