import { expect, test } from './journey';

test('a group is made, named, joined, left and taken care of', async ({ arrive }) => {
  const [ann, ben, cleo, dan] = [
    await arrive('Ann'),
    await arrive('Ben'),
    await arrive('Cleo'),
    await arrive('Dan'),
  ];
  const hike = await ann.makeGroup('Hike', [ben, cleo]);
  await hike.say('Who brings bread?');
  await expect(ben.list.row('Hike')).toHaveAccessibleName(/^Hike, Ann: Who brings bread\?, .*, 1 unread$/);

  await test.step('a new name, and somebody new, who sees what was said before', async () => {
    await hike.openDetails();
    await ann.details.rename('Long hike');
    await expect(ben.list.row('Long hike')).toBeVisible();
    await ann.details.add('dan', 'Dan');
    await expect(ann.details.region.getByText('Group · 4 people')).toBeVisible();
    await dan.list.open('Long hike');
    await expect(dan.thread('Long hike').message('Who brings bread?').row).toBeVisible();
    await expect(dan.thread('Long hike').log.getByText('Ann added you')).toBeVisible();
    await expect(ben.list.row('Long hike')).toHaveAccessibleName(/Ann added/);
    await expect(dan.thread('Long hike').newLine).toBeHidden();
  });

  await test.step('an admin may do what a member may not', async () => {
    await ben.list.open('Long hike');
    const bens = ben.thread('Long hike');
    await bens.openDetails();
    await expect(ben.details.member('Ann')).toContainText('Owner');
    await ben.details.region.getByRole('button', { name: 'What to do with Cleo' }).click();
    const menu = ben.page.getByRole('menu', { name: 'What to do with Cleo' });
    await expect(menu.getByRole('menuitem')).toHaveText(['Message Cleo']);
    await ben.page.keyboard.press('Escape');

    await ann.details.act('Ben', 'Make admin');
    await expect(ben.details.member('You')).toContainText('Admin');
    await ben.details.act('Cleo', 'Remove from group');
    await ben.confirm('Remove from group');
    await expect(bens.log.getByText('You removed Cleo')).toBeVisible();
    await expect(ann.thread('Long hike').log.getByText('Ben removed Cleo')).toBeVisible();
    await expect(cleo.list.row('Long hike')).toBeHidden();
    await expect(cleo.list.region.getByText('No conversations yet')).toBeVisible();
  });

  await test.step('the owner hands over and leaves', async () => {
    await ann.details.act('Ben', 'Hand over the group');
    await expect(ann.details.member('Ben')).toContainText('Owner');
    await ann.details.region.getByRole('button', { name: 'Leave group' }).click();
    await ann.confirm('Leave group');
    await expect(ann.list.row('Long hike')).toBeHidden();
    await expect(ben.thread('Long hike').log.getByText('Ann left')).toBeVisible();
    await expect(ben.details.region.getByText('Group · 2 people')).toBeVisible();
  });
});

test('whoever is removed while looking is told that the conversation is gone', async ({ arrive }) => {
  const [ann, ben, cleo] = [await arrive('Ann'), await arrive('Ben'), await arrive('Cleo')];
  const group = await ann.makeGroup('Choir', [ben, cleo]);
  await group.say('Tuesday at eight');
  await cleo.list.open('Choir');
  await expect(cleo.thread('Choir').message('Tuesday at eight').row).toBeVisible();
  await group.openDetails();
  await ann.details.act('Cleo', 'Remove from group');
  await ann.confirm('Remove from group');
  await expect(cleo.page.getByText('This conversation is not here')).toBeVisible();
  await expect(cleo.page.getByText('Tuesday at eight')).toBeHidden();
});

test('a mention is counted, drawn and cleared by reading', async ({ arrive }) => {
  const [ann, ben, cleo] = [await arrive('Ann'), await arrive('Ben'), await arrive('Cleo')];
  const band = await ann.makeGroup('Band', [ben, cleo]);
  await band.say('Rehearsal on Friday');
  await band.field.pressSequentially('Ask @be');
  const list = ann.page.getByRole('listbox', { name: 'People to mention' });
  await expect(list.getByRole('option')).toHaveCount(1);
  await expect(list.getByRole('option')).toHaveAccessibleName('Ben');
  await band.field.press('Enter');
  await expect(band.field).toHaveValue('Ask @Ben ');
  await band.field.press('Enter');
  await expect(band.message('Ask @Ben').row).toBeVisible();

  await expect(ben.list.row('Band')).toHaveAccessibleName(/^Band, Ann: Ask @Ben, .*, 2 unread, 1 mention$/);
  await expect(cleo.list.row('Band')).toHaveAccessibleName(/^Band, Ann: Ask @Ben, .*, 2 unread$/);
  await expect(ben.page).toHaveTitle(/^\(2\)/);
  await ben.list.filter('Unread');
  await ben.list.open('Band');
  const bens = ben.thread('Band');
  await expect(bens.newLine).toBeVisible();
  await expect(bens.message('Ask @Ben').row).toBeVisible();
  await expect(ben.list.region.getByText('All read')).toBeVisible();
  await ben.list.filter('Groups');
  await expect(ben.list.row('Band')).not.toHaveAccessibleName(/unread|mention/);
  await expect(ben.page).not.toHaveTitle(/^\(/);
  await expect(band.message('Ask @Ben').row).toHaveAccessibleName(/read by Ben/);
});

test('a long conversation opens at what is new, and the way back counts what comes', async ({ arrive }) => {
  const [ann, ben] = [await arrive('Ann'), await arrive('Ben')];
  const anns = await ann.talkTo(ben);
  for (let number = 1; number <= 12; number += 1) await anns.say(`Before ${number}`);
  await ben.list.open('Ann');
  const bens = ben.thread('Ann');
  await expect(bens.message('Before 12').row).toBeVisible();
  await anns.message('Before 12').expectState('read');
  await ben.page.getByRole('link', { name: 'People' }).click();
  for (let number = 1; number <= 12; number += 1)
    await anns.say(`After ${number}\nof twelve,\nin three lines`);
  await anns.message('After 12').expectState('delivered');

  await ben.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Chats' }).click();
  await expect(ben.list.row('Ann')).toHaveAccessibleName(/12 unread/);
  await ben.list.open('Ann');
  await expect(bens.newLine).toBeInViewport();
  await expect(bens.message(/After 1 of/).row).toBeInViewport();
  await expect(bens.message('After 12').row).not.toBeInViewport();

  await anns.say('One more');
  await anns.say('And another');
  await expect(bens.jumpToLatest).toHaveAccessibleName('2 new messages. Go to the newest');
  await expect(anns.message('And another').row).toHaveAccessibleName(/delivered/);
  await bens.jumpToLatest.click();
  await expect(bens.message('And another').row).toBeInViewport();
  await expect(bens.jumpToLatest).toBeHidden();
  await anns.message('And another').expectState('read');
});

test('a conversation is pinned, muted, marked, archived and cleared, on every device', async ({
  arrive,
  stranger,
}) => {
  const [ann, ben, cleo] = [await arrive('Ann'), await arrive('Ben'), await arrive('Cleo')];
  await (await ben.talkTo(ann)).say('From Ben');
  await (await cleo.talkTo(ann)).say('From Cleo');
  const phone = await stranger('Ann');
  await phone.signIn();
  await expect(phone.list.rows).toHaveText([/^.*Cleo/, /^.*Ben/]);

  await ann.list.act('Ben', 'Pin to the top');
  await expect(phone.list.rows).toHaveText([/^.*Ben/, /^.*Cleo/]);
  await expect(phone.list.row('Ben')).toHaveAccessibleName(/pinned/);
  await ann.list.act('Ben', 'Unpin');
  await expect(phone.list.rows).toHaveText([/^.*Cleo/, /^.*Ben/]);

  await ann.list.act('Cleo', 'Mute for 8 hours');
  await expect(phone.list.row('Cleo')).toHaveAccessibleName(/muted/);
  await expect(phone.page).toHaveTitle(/^\(1\)/);
  await ann.list.act('Cleo', 'Unmute');
  await expect(phone.list.row('Cleo')).not.toHaveAccessibleName(/muted/);
  await expect(phone.page).toHaveTitle(/^\(2\)/);

  await ann.list.act('Cleo', 'Mark as read');
  await expect(phone.list.row('Cleo')).not.toHaveAccessibleName(/unread/);
  await ann.list.act('Cleo', 'Mark as unread');
  await expect(phone.list.row('Cleo')).toHaveAccessibleName(/marked as unread/);

  await ann.list.act('Ben', 'Archive');
  await expect(phone.list.rows).toHaveCount(1);
  await phone.list.filter('Archived');
  await phone.list.open('Ben');
  await expect(phone.thread('Ben').message('From Ben').row).toBeVisible();
  await ann.list.act('Cleo', 'Clear for me');
  await ann.confirm('Clear for me');
  await phone.list.filter('All');
  await phone.list.open('Cleo');
  await expect(phone.thread('Cleo').message('From Cleo').row).toBeHidden();
  await expect(cleo.thread('Ann').message('From Cleo').row).toBeVisible();
});

test('somebody new is answered, put aside or kept away', async ({ arrive }) => {
  const [ann, ben] = [await arrive('Ann'), await arrive('Ben')];
  const bens = await ben.talkTo(ann);
  await bens.say('We met at the lake');
  await expect(bens.newcomer).toBeHidden();
  await ann.list.open('Ben');
  const anns = ann.thread('Ben');
  await anns.newcomer.getByRole('button', { name: 'Archive' }).click();
  await expect(ann.list.row('Ben')).toBeHidden();
  await ann.toast.getByRole('button', { name: 'Undo' }).click();
  await ann.list.open('Ben');

  await anns.newcomer.getByRole('button', { name: 'Block' }).click();
  await ann.confirm('Block Ben');
  await expect(anns.newcomer).toBeHidden();
  const unblock = ann.page.getByRole('button', { name: 'Unblock', exact: true });
  await expect(unblock).toBeFocused();
  await unblock.press('Enter');

  await anns.newcomer.getByRole('button', { name: 'Answer' }).click();
  await expect(anns.field).toBeFocused();
  await anns.say('I remember');
  await expect(anns.newcomer).toBeHidden();
  await ann.page.reload();
  await expect(anns.message('I remember').row).toBeVisible();
  await expect(anns.newcomer).toBeHidden();
});

test('who is blocked can no longer write, until they are let in again', async ({ arrive, complaints }) => {
  complaints.excuse(/status of 40[34]/);
  const [ann, ben] = [await arrive('Ann'), await arrive('Ben')];
  const bens = await ben.talkTo(ann);
  await bens.say('Buy my course');
  await ann.list.open('Ben');
  const anns = ann.thread('Ben');
  await anns.openDetails();
  await ann.details.region.getByRole('button', { name: 'Block Ben' }).click();
  await ann.confirm('Block Ben');
  await expect(ann.page.getByText('You blocked Ben.')).toBeVisible();
  await expect(anns.field).toBeHidden();

  const refused = await bens.say('It is cheap');
  await refused.expectState('not sent');
  await expect(ann.page.getByRole('button', { name: 'Unblock', exact: true })).toBeVisible();
  await ann.page.goto('/settings/privacy');
  await ann.page.getByRole('button', { name: 'Unblock Ben' }).click();
  await expect(ann.page.getByText('You have not blocked anyone.')).toBeVisible();
  await ann.page.goBack();
  await expect(anns.field).toBeVisible();
  await expect(anns.message('It is cheap').row).toBeHidden();
  await refused.row.getByRole('button', { name: 'Send again' }).click();
  await expect(anns.message('It is cheap').row).toBeVisible();
});
