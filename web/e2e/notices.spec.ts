import { expect, test } from './journey';

test('a message of another conversation is told at the edge of the window, until it is read', async ({
  arrive,
}) => {
  const ben = await arrive('Ben');
  const ann = await arrive('Ann');
  const cem = await arrive('Cem');
  await ann.talkTo(cem);
  const bens = await ben.talkTo(ann);
  const told = ann.page.getByRole('status').filter({ hasText: 'Ben' });

  await bens.say('Are you there?');
  await expect(told).toContainText('Are you there?');
  await bens.say('Hello?');
  await expect(told).toContainText('Hello?');
  await expect(told).not.toContainText('Are you there?');
  await told.getByRole('button', { name: 'Open' }).click();
  await expect(ann.thread('Ben').message('Hello?').row).toBeVisible();
  await expect(ann.page).toHaveTitle('Ben · Kith');

  await bens.say('There you are');
  await expect(ann.thread('Ben').message('There you are').row).toBeVisible();
  await expect(told).toBeHidden();

  await test.step('the device chooses what it tells, and which keys do what', async () => {
    await ann.page.goto('/settings/notifications');
    const sound = ann.page.getByRole('checkbox', { name: 'Messages to me: Sound' });
    await expect(sound).not.toBeChecked();
    await sound.check();
    await ann.page.goto('/settings/shortcuts');
    await ann.page.getByRole('button', { name: 'Change the keys for “Go anywhere”, now Ctrl + K' }).click();
    await ann.page.keyboard.press('Control+j');
    await ann.page.reload();
    await expect(ann.page.getByRole('button', { name: /“Go anywhere”, now Ctrl \+ J/ })).toBeVisible();
    await ann.page.keyboard.press('Control+j');
    await expect(ann.page.getByRole('dialog', { name: 'Go anywhere' })).toBeVisible();
    await ann.page.keyboard.press('Escape');
    await ann.page.goto('/settings/notifications');
    await expect(sound).toBeChecked();
  });
});
