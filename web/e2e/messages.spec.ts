import { expect, test } from './journey';

test('a reply carries what it answers, and leads there', async ({ arrive }) => {
  const [ann, ben] = [await arrive('Ann'), await arrive('Ben')];
  const anns = await ann.talkTo(ben);
  await anns.say('Where do we meet?');
  for (let number = 1; number <= 15; number += 1) await anns.say(`Idea ${number}:\nat the fountain,\nor not`);
  await ben.list.open('Ann');
  const bens = ben.thread('Ann');
  await bens.message('Where do we meet?').act('Reply');
  await expect(ben.page.getByText('Replying to Ann')).toBeVisible();
  await bens.say('Under the clock');

  const answer = anns.message('Under the clock');
  await expect(answer.quote).toHaveAccessibleName('Answers You: Where do we meet?. Go to that message');
  await expect(answer.quote).toContainText('Where do we meet?');
  await expect(anns.message('Where do we meet?').row).not.toBeInViewport();
  await answer.quote.click();
  await expect(anns.message('Where do we meet?').row).toBeInViewport();
  await expect(anns.message('Where do we meet?').row).toBeFocused();

  await anns.message('Where do we meet?').deleteFor('everyone');
  await expect(bens.message('Under the clock').quote).toContainText('Message deleted');
  await expect(bens.message('Under the clock').quote).toBeDisabled();
});

test('an edit is seen by both, and what was being written waits for it', async ({ arrive }) => {
  const [ann, ben] = [await arrive('Ann'), await arrive('Ben')];
  const anns = await ann.talkTo(ben);
  await anns.say('See you at sevn');
  await ben.list.open('Ann');
  await anns.field.fill('half a thought');
  await anns.message('See you at sevn').act('Edit');
  await expect(anns.field).toHaveValue('See you at sevn');
  await anns.field.fill('See you at seven');
  await anns.field.press('Enter');
  const edited = ben.thread('Ann').message('See you at seven');
  await expect(edited.row).toHaveAccessibleName(/edited/);
  await expect(anns.message('See you at seven').row).toHaveAccessibleName(/edited/);
  await expect(anns.field).toHaveValue('half a thought');
  await anns.field.fill('');
  await anns.field.press('ArrowUp');
  await expect(anns.field).toHaveValue('See you at seven');
  await anns.field.press('Escape');
  await expect(anns.field).toHaveValue('');
});

test('reactions are counted, joined and taken back', async ({ arrive }) => {
  const [ann, ben] = [await arrive('Ann'), await arrive('Ben')];
  const anns = await ann.talkTo(ben);
  const mine = await anns.say('I got the job!');
  await ben.list.open('Ann');
  const bens = ben.thread('Ann').message('I got the job!');
  await bens.react('❤️');
  await expect(mine.reaction('❤️')).toHaveAccessibleName('❤️, 1');
  await mine.reaction('❤️').click();
  await expect(bens.reaction('❤️')).toHaveAccessibleName('❤️, 2, including you');
  await expect(mine.row).toHaveAccessibleName(/2 reactions/);

  await bens.press('React');
  await ben.page.getByRole('dialog', { name: 'Emoji' }).getByRole('button', { name: '🎉' }).first().click();
  await expect(mine.reaction('🎉')).toHaveAccessibleName('🎉, 1');
  await expect(mine.reaction('❤️')).toHaveAccessibleName('❤️, 1, including you');
  await mine.reaction('❤️').click();
  await expect(bens.reaction('❤️')).toBeHidden();
  await bens.reaction('🎉').click();
  await expect(mine.row).not.toHaveAccessibleName(/reaction/);
});

test('a message is forwarded as a copy and pinned in a group', async ({ arrive }) => {
  const [ann, ben, cleo] = [await arrive('Ann'), await arrive('Ben'), await arrive('Cleo')];
  const withBen = await ann.talkTo(ben);
  await withBen.say('The door code is 4711');
  const group = await ann.makeGroup('House', [ben, cleo]);
  await ann.list.open('Ben');
  await withBen.message('door code').act('Forward');
  const dialog = ann.page.getByRole('dialog', { name: 'Forward to' });
  await dialog.getByRole('option', { name: 'House' }).click();
  await dialog.getByRole('button', { name: 'Forward', exact: true }).click();
  await expect(ann.toast).toContainText('Forwarded');

  await cleo.list.open('House');
  const cleos = cleo.thread('House').message('door code');
  await expect(cleos.row).toContainText('Forwarded');
  await cleos.act('Pin');
  await ann.list.open('House');
  await group.message('door code').press('More actions');
  await expect(group.message('door code').menu.getByRole('menuitem', { name: 'Unpin' })).toBeVisible();
  await ann.page.keyboard.press('Escape');
  await group.message('door code').act('Info');
  const info = ann.page.getByRole('dialog', { name: 'Message info' });
  await expect(info.getByRole('listitem').filter({ hasText: 'Cleo' })).toBeVisible();
});

test('a draft outlives the conversation, the page and the device', async ({ arrive, stranger }) => {
  const [ann, ben, cleo] = [await arrive('Ann'), await arrive('Ben'), await arrive('Cleo')];
  await ann.talkTo(cleo);
  const withBen = await ann.talkTo(ben);
  await withBen.field.fill('What I never dared to say');
  await ann.list.open('Cleo');
  await expect(ann.list.row('Ben')).toHaveAccessibleName(/Draft: What I never dared to say/);
  await expect(ann.thread('Cleo').field).toHaveValue('');
  await ann.page.reload();
  await ann.list.open('Ben');
  await expect(withBen.field).toHaveValue('What I never dared to say');

  const phone = await stranger('Ann');
  await phone.signIn();
  await phone.list.open('Ben');
  await expect(phone.thread('Ben').field).toHaveValue('What I never dared to say');
  await phone.thread('Ben').field.press('Enter');
  await expect(ben.list.row('Ann')).toHaveAccessibleName(/What I never dared to say/);
  await ann.list.open('Cleo');
  await expect(ann.list.row('Ben')).not.toHaveAccessibleName(/Draft/);
});

test('a file travels as it is, and its name stays its name', async ({ arrive }) => {
  const [ann, ben] = [await arrive('Ann'), await arrive('Ben')];
  const anns = await ann.talkTo(ben);
  const name = 'Übersicht „2026“ (final).txt';
  await anns.attach('Add files', [{ name, mimeType: 'text/plain', buffer: Buffer.from('forty-two\n') }]);
  await anns.say('The numbers');
  await ben.list.open('Ann');
  const link = ben
    .thread('Ann')
    .message('The numbers')
    .row.getByRole('link', { name: `Download ${name}, 10` });
  const download = ben.page.waitForEvent('download');
  await link.click();
  expect((await download).suggestedFilename()).toBe(name);
});

test('what looks like markup is text, and what is emphasis is drawn', async ({ arrive }) => {
  const [ann, ben] = [await arrive('Ann'), await arrive('Ben')];
  const anns = await ann.talkTo(ben);
  const text = '<img src=x onerror=alert(1)> **bold** and `code` at https://example.org/a?b=1';
  await anns.field.fill(text);
  await anns.field.press('Enter');
  await ben.list.open('Ann');
  const row = ben.thread('Ann').message('onerror').row;
  await expect(row).toContainText('<img src=x onerror=alert(1)> bold and code at');
  await expect(row.getByRole('strong')).toHaveText('bold');
  await expect(row.getByRole('code')).toHaveText('code');
  const link = row.getByRole('link', { name: 'https://example.org/a?b=1' });
  await expect(link).toHaveAttribute('rel', /noopener/);
  await expect(ben.page.getByRole('log').locator('img[src="x"]')).toHaveCount(0);
});

test('somebody without an answer is greeted with one press', async ({ arrive }) => {
  const [ann, ben] = [await arrive('Ann'), await arrive('Ben')];
  await ann.talkTo(ben);
  await ann.page.getByRole('button', { name: 'Hello Ben!' }).click();
  await expect(ben.list.row('Ann')).toHaveAccessibleName(/Hello Ben!, .*, 1 unread/);
});
