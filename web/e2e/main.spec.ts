import { SERVER_AWAY } from './complaints';
import { expect, test, WHOLE } from './journey';
import { metadataOf } from './jpeg';
import { Lightbox } from './pages/lightbox';
import type { Person } from './pages/person';
import type { Thread } from './pages/thread';
import { CANARY, largePhoto, smallPhoto } from './photos';

/** What two people say to each other, by turns. */
const TALK = [
  'Good morning Ben, did you sleep? ☕',
  'صباح الخير يا آن، نمت جيداً 😴',
  'おはよう！今日は山に登ろう 🏔️👩‍👩‍👧',
  'Zażółć gęślą jaźń – até já! 🇵🇹',
];

test('two people find each other, talk, send photos, delete, and find everything again', async ({
  kith,
  stranger,
  complaints,
}) => {
  const ann = await stranger('Ann', WHOLE);
  const ben = await stranger('Ben', WHOLE);
  await test.step('both make an account', () => makeAccounts(ann, ben));
  const anns = await ann.talkTo(ben);
  const bens = await test.step('they meet', () => meet(ann, anns, ben));
  await test.step('they talk in their languages', () => talk(anns, bens));
  await test.step('one sees the other type', () => type(ann, anns, ben, bens));
  await test.step('an album travels without its metadata', () => sendAlbum(anns, ben, bens));

  const phone = await stranger('Ann', WHOLE);
  await phone.signIn();
  await phone.list.open('Ben');
  const pocket = phone.thread('Ben');
  await test.step('one message goes for one, another for both', () => deleteTwo(ann, anns, pocket, bens));

  await test.step('the server starts again, and all is as it was', async () => {
    complaints.excuse(SERVER_AWAY);
    const before = [await told(anns), await told(bens), await told(pocket)];
    expect(await kith.stop()).toBe(0);
    await expect(ann.list.region.getByText('Offline')).toBeVisible();
    await expect(ben.list.region.getByText('Offline')).toBeVisible();
    await kith.start();
    await expect(ann.list.region.getByText('Offline')).toBeHidden();
    await expect(ann.list.row('Ben')).toHaveAccessibleName(/, Online/);
    await expect(ben.list.row('Ann')).toHaveAccessibleName(/, Online/);
    expect([await told(anns), await told(bens), await told(pocket)]).toEqual(before);

    for (const { page } of [ann, ben, phone]) await page.reload();
    for (const [index, thread] of [anns, bens, pocket].entries())
      await expect.poll(() => told(thread)).toEqual(before[index]);
    await bens.say('We are back.');
    await expect(anns.message('We are back.').row).toBeVisible();
  });
});

async function makeAccounts(ann: Person, ben: Person): Promise<void> {
  await ann.page.goto('/');
  await expect(ann.door.heading('Create account')).toBeVisible();
  await ann.register();
  await expect(ann.list.region.getByText('No conversations yet')).toBeVisible();
  await ben.register();
}

/** Ben is there, but looks elsewhere: what Ann writes is delivered. He looks: it is read. */
async function meet(ann: Person, anns: Thread, ben: Person): Promise<Thread> {
  await expect(anns.header).toContainText('Online');
  const first = await anns.say('Hello Ben');
  await first.expectState('delivered');
  await expect(ben.list.row('Ann')).toHaveAccessibleName(/^Ann, Hello Ben, .*, 1 unread, Online/);
  await expect(ben.page).toHaveTitle(/^\(1\)/);
  await ben.list.open('Ann');
  await expect(ben.thread('Ann').message('Hello Ben').row).toBeVisible();
  await first.expectState('read');
  await expect(ben.list.row('Ann')).not.toHaveAccessibleName(/unread/);
  await expect(ann.list.row('Ben')).toHaveAccessibleName(/^Ben, You: Hello Ben, .*, read, Online/);
  return ben.thread('Ann');
}

async function talk(anns: Thread, bens: Thread): Promise<void> {
  for (const [index, text] of TALK.entries()) {
    const [speaker, listener] = index % 2 === 0 ? [anns, bens] : [bens, anns];
    const said = await speaker.say(text);
    await expect(listener.message(text).row).toBeVisible();
    await said.expectState('read');
  }
  expect((await told(anns)).map((words) => TALK.find((text) => words.includes(text)))).toEqual([
    undefined,
    ...TALK,
  ]);
}

async function type(ann: Person, anns: Thread, ben: Person, bens: Thread): Promise<void> {
  await bens.field.pressSequentially('Wait');
  await expect(anns.log.getByText('Ben is typing…')).toBeAttached();
  await expect(ann.list.row('Ben')).toHaveAccessibleName(/typing…/);
  await bens.field.fill('');
  await expect(anns.log.getByText('Ben is typing…')).toBeHidden();
  await expect(ben.list.row('Ann')).not.toHaveAccessibleName(/typing…/);
}

async function sendAlbum(anns: Thread, ben: Person, bens: Thread): Promise<void> {
  const original = largePhoto('summit.jpg');
  expect(metadataOf(original.buffer)).toContain('segment APP13');
  expect(metadataOf(original.buffer).join()).toContain('EXIF tag 8825');
  await anns.attach('Add photos', [smallPhoto('hut.jpg'), original, smallPhoto('soup.jpg')]);
  await anns.describe('summit.jpg', 'Snow under a blue sky');
  await anns.tray.getByRole('button', { name: 'Move summit.jpg forward' }).click();
  await expect(anns.tray.getByRole('button', { name: /^Remove/ }).first()).toHaveAccessibleName(
    'Remove summit.jpg',
  );
  const sent = await anns.say('From above');
  await sent.expectState('read');
  const received = bens.message('From above');
  await expect(received.photos).toHaveCount(3);

  const thumbnails = await received.photos
    .getByRole('presentation')
    .evaluateAll((images) => images.map((image) => (image as HTMLImageElement).src));
  expect(thumbnails).toHaveLength(3);
  for (const url of thumbnails) await expectNoWords(ben, url);

  await received.photos.first().click();
  const lightbox = new Lightbox(ben.page);
  const shown = lightbox.photo('Snow under a blue sky');
  await expect(shown).toBeVisible();
  const { name, bytes } = await lightbox.download();
  expect(name).toBe('summit.jpg');
  expect(metadataOf(bytes)).toEqual([]);
  expect(bytes.includes(CANARY)).toBe(false);
  expect(bytes.length).toBeGreaterThan(original.buffer.length / 2);
  await expectNoWords(ben, (await shown.getAttribute('src')) ?? '');
  await ben.page.keyboard.press('ArrowRight');
  await expect(lightbox.dialog.getByText('2 of 3')).toBeVisible();
  await lightbox.frame(3).click();
  await expect(lightbox.dialog.getByText('3 of 3')).toBeVisible();
  await expect(lightbox.frame(3)).toHaveAttribute('aria-current', 'true');
  await lightbox.dialog.getByRole('button', { name: 'Forward' }).click();
  await expect(ben.page.getByRole('dialog', { name: 'Forward to' })).toBeVisible();
  await ben.page.keyboard.press('Escape');
  await expect(lightbox.dialog).toBeVisible();
  await lightbox.dialog.getByRole('button', { name: 'Show in the conversation' }).click();
  await expect(lightbox.dialog).toBeHidden();
  await expect(received.row).toBeFocused();
}

/** What a browser fetches to show a photo holds nothing of what the camera wrote. */
async function expectNoWords(person: Person, url: string): Promise<void> {
  const answer = await person.page.request.get(url, { headers: { 'X-Kith': '1' } });
  expect(answer.status()).toBe(200);
  const bytes = await answer.body();
  expect(bytes.length).toBeGreaterThan(500);
  for (const words of [CANARY, 'Exif\0\0', 'http://ns.adobe.com/xap', '<x:xmpmeta', 'Photoshop 3.0'])
    expect(bytes.includes(words), `${url} holds ${words}`).toBe(false);
}

async function deleteTwo(ann: Person, anns: Thread, pocket: Thread, bens: Thread): Promise<void> {
  const [onlyHere = '', everywhere = ''] = [TALK[1], TALK[2]];
  await expect(pocket.message(onlyHere).row).toBeVisible();
  await anns.message(onlyHere).deleteFor('me');
  await expect(anns.message(onlyHere).row).toBeHidden();
  await expect(pocket.message(onlyHere).row).toBeHidden();
  await expect(bens.message(onlyHere).row).toBeVisible();

  await anns.message(everywhere).deleteFor('everyone');
  for (const thread of [anns, bens, pocket]) {
    await expect(thread.message(everywhere).row).toBeHidden();
    await expect(thread.message('Message deleted').row).toBeVisible();
  }
  await expect(anns.message('Message deleted').row).toContainText('You deleted a message');

  await ann.page.reload();
  await expect(anns.message(TALK[3] ?? '').row).toBeVisible();
  await expect(anns.message(onlyHere).row).toBeHidden();
  await expect(anns.message(everywhere).row).toBeHidden();
}

/** Every message as it is told to somebody who cannot see it. */
function told(thread: Thread): Promise<string[]> {
  return thread.messages.evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label') ?? ''));
}
