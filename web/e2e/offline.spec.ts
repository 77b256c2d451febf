import { SERVER_AWAY } from './complaints';
import { expect, test } from './journey';
import type { Thread } from './pages/thread';

const WRITTEN_AWAY = ['First of three', 'Second of three', 'Third of three'];

test('what is written while the server is away is sent once and in order when it is back', async ({
  kith,
  stranger,
  complaints,
}) => {
  complaints.excuse(SERVER_AWAY);
  const [ann, ben] = [await stranger('Ann'), await stranger('Ben')];
  await ann.register();
  await ben.register();
  const anns = await ann.talkTo(ben);
  await anns.say('Still here');
  await ben.list.open('Ann');
  await anns.message('Still here').expectState('read');

  expect(await kith.stop()).toBe(0);
  await expect(ann.list.region.getByRole('status')).toHaveText('Offline – showing saved messages');
  for (const text of WRITTEN_AWAY) await expectWaiting(anns, text);
  await expect(ann.list.row('Ben')).toHaveAccessibleName(/You: Third of three, .*, waiting to be sent/);
  await anns.message('Still here').react('👍');
  await expect(anns.message('Still here').reaction('👍')).toBeVisible();

  await kith.start();
  await expect(ann.list.region.getByRole('status')).toBeEmpty();
  for (const text of WRITTEN_AWAY) await anns.message(text).expectState('read');
  const bens = ben.thread('Ann');
  await expect(bens.messages).toHaveText([/Still here/, ...WRITTEN_AWAY.map((text) => new RegExp(text))]);
  await expect(anns.messages).toHaveText([/Still here/, ...WRITTEN_AWAY.map((text) => new RegExp(text))]);
  await expect(bens.message('Still here').reaction('👍')).toBeVisible();
});

test('a page that is closed before the server is back loses nothing', async ({
  kith,
  stranger,
  complaints,
}) => {
  complaints.excuse(SERVER_AWAY);
  const [ann, ben] = [await stranger('Ann'), await stranger('Ben')];
  await ann.register();
  await ben.register();
  const anns = await ann.talkTo(ben);
  await anns.say('Before');
  await anns.message('Before').expectState('delivered');
  await kith.stop();
  await expect(ann.list.region.getByRole('status')).toHaveText('Offline – showing saved messages');
  for (const text of WRITTEN_AWAY) await expectWaiting(anns, text);
  const context = ann.page.context();
  await ann.page.close();

  await kith.start();
  const page = await context.newPage();
  complaints.listen(page);
  await page.goto('/');
  await ben.list.open('Ann');
  const bens = ben.thread('Ann');
  await expect(bens.messages).toHaveText([/Before/, ...WRITTEN_AWAY.map((text) => new RegExp(text))]);
});

test('whoever signs out before their words have gone is asked first', async ({
  kith,
  stranger,
  complaints,
}) => {
  complaints.excuse(SERVER_AWAY);
  const [ann, ben] = [await stranger('Ann'), await stranger('Ben')];
  await ann.register();
  await ben.register();
  // Without a service worker the page of settings is there only once it has been opened.
  await ann.settings.open('Security');
  await ann.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Chats' }).click();
  const anns = await ann.talkTo(ben);
  await anns.say('Before');
  await kith.stop();
  await expect(ann.list.region.getByRole('status')).toHaveText('Offline – showing saved messages');
  await expectWaiting(anns, 'Not lost');
  await ann.settings.signOut();
  const question = ann.page.getByRole('dialog', { name: 'Sign out before everything is sent?' });
  await expect(question).toContainText('One thing you wrote or changed has not reached the server yet.');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(question).toBeHidden();

  await kith.start();
  await ben.list.open('Ann');
  await expect(ben.thread('Ann').messages).toHaveText([/Before/, /Not lost/]);
  await ann.settings.signOut();
  await expect(ann.door.heading('Sign in')).toBeVisible();
});

test('a network that goes and comes back leaves no hole', async ({ kith, arrive, complaints }) => {
  complaints.excuse(SERVER_AWAY);
  // A machine always reaches what it calls localhost, so the client takes no notice there when the network goes.
  const baseURL = kith.url.replace('localhost', '127.0.0.1');
  const [ann, ben] = [await arrive('Ann'), await arrive('Ben', { baseURL })];
  const anns = await ann.talkTo(ben);
  await anns.say('Can you hear me?');
  await ben.list.open('Ann');
  const bens = ben.thread('Ann');
  await expect(bens.message('Can you hear me?').row).toBeVisible();

  await ben.page.context().setOffline(true);
  await expect(ben.list.region.getByRole('status')).toHaveText('Offline – showing saved messages');
  for (const text of WRITTEN_AWAY) await anns.say(text);
  await anns.message('First of three').act('Edit');
  await anns.field.fill('First of three, mended');
  await anns.field.press('Enter');
  await expect(anns.message('mended').row).toBeVisible();
  await anns.message('Can you hear me?').deleteFor('everyone');
  await expectWaiting(bens, 'From the tunnel');
  await expect(bens.messages).toHaveCount(2);

  await ben.page.context().setOffline(false);
  for (const thread of [anns, bens])
    await expect(thread.messages).toHaveText([
      /deleted/,
      /First of three, mended/,
      /Second of three/,
      /Third of three/,
      /From the tunnel/,
    ]);
});

/** Writes something that cannot leave yet. */
async function expectWaiting(thread: Thread, text: string): Promise<void> {
  const message = await thread.say(text);
  await expect(message.row).toHaveAccessibleName(/, (waiting to be sent|sending)$/);
}
