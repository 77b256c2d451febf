import { expect, test } from './journey';
import { Keyboard } from './pages/keyboard';
import { PASSWORD } from './pages/person';

test('somebody signs in, reads, answers, reacts and deletes without a mouse', async ({
  arrive,
  stranger,
}) => {
  const ben = await arrive('Ben');
  const ann = await stranger('Ann');
  await ann.registerQuickly();
  const bens = await ben.talkTo(ann);
  await bens.say('Hello from Ben');
  await bens.say('Shall we walk?');
  await ann.page.context().clearCookies();
  await ann.page.goto('/sign-in');

  const keys = new Keyboard(ann.page);
  await keys.tabTo(ann.door.username);
  await keys.type('ann');
  await keys.tabTo(ann.door.password);
  await keys.type(PASSWORD);
  await keys.press('Enter');
  await keys.tabTo(ann.list.row('Ben'));
  await keys.press('Enter');
  const anns = ann.thread('Ben');
  await expect(anns.message('Shall we walk?').row).toBeVisible();

  await test.step('write', async () => {
    await keys.tabTo(anns.field);
    await keys.type('Yes, at four');
    await keys.press('Enter');
    await expect(bens.message('Yes, at four').row).toBeVisible();
    await expect(anns.field).toBeFocused();
  });

  await test.step('answer', async () => {
    await keys.press('Control+ArrowUp');
    await expect(anns.message('Yes, at four').row).toBeFocused();
    await keys.press('ArrowUp');
    await expect(anns.message('Shall we walk?').row).toBeFocused();
    await keys.press('r');
    await expect(anns.field).toBeFocused();
    await keys.type('To the lake');
    await keys.press('Enter');
    await expect(bens.message('To the lake').quote).toContainText('Shall we walk?');
  });

  await test.step('react', async () => {
    await keys.press('Control+ArrowUp', 'Home', '+');
    await expect(ann.page.getByRole('dialog', { name: 'Emoji' })).toBeVisible();
    await keys.press('ArrowRight', 'Enter');
    await expect(bens.message('Hello from Ben').row).toHaveAccessibleName(/1 reaction/);
    await expect(anns.message('Hello from Ben').row).toBeFocused();
  });

  await test.step('delete, from the menu', async () => {
    await keys.press('End', 'Enter');
    await expect(anns.message('To the lake').menu).toBeVisible();
    await keys.press('End', 'Enter');
    const dialog = ann.page.getByRole('dialog', { name: 'Delete this message?' });
    await keys.tabTo(dialog.getByRole('button', { name: 'Delete for everyone' }));
    await keys.press('Enter');
    await expect(bens.message('Message deleted').row).toBeVisible();
    await expect(bens.message('To the lake').row).toBeHidden();
    await keys.press('Escape');
    await expect(anns.field).toBeFocused();
  });

  await test.step('edit the last, and think better of it', async () => {
    await keys.press('ArrowUp');
    await expect(anns.field).toHaveValue('Yes, at four');
    await keys.press('Escape');
    await expect(anns.field).toHaveValue('');
  });
});

test('the list, the search, the settings and the panels need no mouse', async ({ arrive }) => {
  const [ann, ben, cleo] = [await arrive('Ann'), await arrive('Ben'), await arrive('Cleo')];
  await (await ben.talkTo(ann)).say('One');
  await (await cleo.talkTo(ann)).say('Two');
  const keys = new Keyboard(ann.page);

  await test.step('arrows and letters in the list', async () => {
    await keys.tabTo(ann.list.row('Cleo'));
    await keys.press('ArrowDown');
    await expect(ann.list.row('Ben')).toBeFocused();
    await keys.press('c');
    await expect(ann.list.row('Cleo')).toBeFocused();
    await keys.press('Shift+F10');
    const menu = ann.page.getByRole('menu', { name: 'What to do with Cleo' });
    await expect(menu.getByRole('menuitem').first()).toBeFocused();
    await keys.press('Enter');
    await expect(ann.list.row('Cleo')).toHaveAccessibleName(/pinned/);
    await expect(ann.list.row('Cleo')).toBeFocused();
    await keys.press('Enter');
    await expect(ann.thread('Cleo').field).toBeVisible();
  });

  await test.step('to the next conversation, its details and back', async () => {
    await keys.press('Alt+ArrowDown');
    await expect(ann.thread('Ben').field).toBeVisible();
    await keys.press('Alt+i');
    await expect(ann.details.region).toBeVisible();
    await keys.press('Alt+i');
    await expect(ann.details.region).toBeHidden();
  });

  await test.step('a search', async () => {
    await keys.press('F6', 'F6', 'F6');
    await keys.tabTo(ann.list.search);
    await keys.type('cle');
    await expect(ann.list.row('Cleo')).toBeVisible();
    await keys.press('ArrowDown', 'Enter');
    await expect(ann.thread('Cleo').field).toBeVisible();
    await expect(ann.list.search).toHaveValue('');
  });

  await test.step('the settings', async () => {
    await keys.press('Control+,');
    await expect(ann.page.getByRole('heading', { name: 'Profile', level: 1 })).toBeVisible();
    const appearance = ann.page
      .getByRole('navigation', { name: 'Settings' })
      .getByRole('link', { name: 'Appearance' });
    await keys.tabTo(appearance);
    await keys.press('Enter');
    await keys.tabTo(ann.page.getByRole('radio', { name: 'System' }));
    await keys.press('ArrowRight', 'ArrowRight');
    await expect(ann.page.locator('html')).toHaveAttribute('data-theme', 'dark');
  });

  await test.step('a group', async () => {
    await keys.press('Alt+n');
    const dialog = ann.page.getByRole('dialog', { name: 'New conversation' });
    await expect(dialog.getByRole('combobox', { name: 'To' })).toBeFocused();
    await keys.type('ben');
    await expect(dialog.getByRole('option', { name: 'Ben' })).toBeVisible();
    await keys.press('Enter');
    await keys.type('cle');
    await expect(dialog.getByRole('option', { name: 'Cleo' })).toBeVisible();
    await keys.press('Enter');
    await keys.tabTo(dialog.getByRole('button', { name: 'Next' }));
    await keys.press('Enter');
    await keys.type('Trio');
    await keys.press('Enter');
    await expect(ann.thread('Trio').field).toBeVisible();
  });
});
