import type { Browser } from '@playwright/test';
import { Complaints } from './complaints';
import { Browsers, expect, test } from './journey';
import { Kith } from './kith';
import { Keyboard } from './pages/keyboard';
import { Lightbox } from './pages/lightbox';
import { PASSWORD, type Person } from './pages/person';
import type { Thread } from './pages/thread';
import { smallPhoto } from './photos';

/** Ann has no mouse. What she does goes on from one journey to the next, with Ben at the other end. */
test.describe('by keyboard alone', { tag: '@keyboard' }, () => {
  test.describe.configure({ mode: 'serial' });

  let kith: Kith;
  let complaints: Complaints;
  let people: Browsers;
  let ann: Person;
  let ben: Person;
  let keys: Keyboard;
  let anns: Thread;
  let bens: Thread;

  test.beforeAll(async ({ browser }: { browser: Browser }) => {
    kith = await Kith.fresh();
    complaints = new Complaints();
    people = new Browsers(browser, complaints);
    ben = await people.open(kith.url, 'Ben');
    ann = await people.open(kith.url, 'Ann');
    await ben.registerQuickly();
    keys = new Keyboard(ann.page);
    anns = ann.thread('Ben');
    bens = ben.thread('Ann');
  });

  test.afterEach(() => keys.expectOriented());

  test.afterAll(async () => {
    await people.close();
    await kith.remove();
    complaints.expectNone();
  });

  test('an account is made', async () => {
    await ann.page.goto('/register');
    await keys.tabTo(ann.door.name);
    await keys.type('Ann');
    await keys.press('Tab');
    await expect(ann.door.username).toBeFocused();
    await keys.type('ann');
    await keys.tabTo(ann.door.password);
    await keys.type(PASSWORD);
    await keys.press('Enter');
    await expect(ann.list.region.getByText('No conversations yet')).toBeVisible();
    await keys.tabTo(ann.list.search);
  });

  test('one signs out and in again', async () => {
    await keys.press('Control+,');
    await keys.tabTo(
      ann.page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Security' }),
    );
    await keys.press('Enter');
    await keys.tabTo(ann.page.getByRole('button', { name: 'Sign out', exact: true }));
    await keys.press('Enter');
    await expect(ann.door.heading('Sign in')).toBeVisible();
    await keys.tabTo(ann.door.username);
    await keys.type('ann');
    await keys.tabTo(ann.door.password);
    await keys.type(PASSWORD);
    await keys.press('Enter');
    await expect(ann.list.region).toBeVisible();
    await keys.tabTo(ann.list.search);
  });

  test('a conversation is begun and something said', async () => {
    await keys.press('Alt+n');
    const dialog = ann.page.getByRole('dialog', { name: 'New conversation' });
    await expect(dialog.getByRole('combobox', { name: 'To' })).toBeFocused();
    await keys.expectOriented();
    await keys.type('ben');
    await keys.press('Enter');
    await expect(dialog.getByRole('button', { name: 'Remove Ben' })).toBeVisible();
    await keys.tabTo(dialog.getByRole('button', { name: 'Message', exact: true }));
    await keys.press('Enter');
    await keys.tabTo(anns.field);
    await keys.type('Shall we walk?');
    await keys.press('Enter');
    await expect(anns.field).toBeFocused();
    await ben.list.open('Ann');
    await expect(bens.message('Shall we walk?').row).toBeVisible();
    await bens.say('To the lake?');
    await expect(anns.message('To the lake?').row).toBeVisible();
  });

  test('a message is answered', async () => {
    await keys.press('Control+ArrowUp');
    await expect(anns.message('To the lake?').row).toBeFocused();
    await keys.press('r');
    await expect(anns.field).toBeFocused();
    await keys.type('At four');
    await keys.press('Enter');
    await expect(bens.message('At four').quote).toContainText('To the lake?');
  });

  test('a quote is followed to what it quotes', async () => {
    await keys.press('Control+ArrowUp');
    await expect(anns.message('At four').row).toBeFocused();
    await keys.press('ArrowRight');
    await expect(anns.message('At four').quote).toBeFocused();
    await keys.press('Enter');
    await expect(anns.message('To the lake?').row).toBeFocused();
    await keys.press('ArrowRight', 'Escape');
    await expect(anns.message('To the lake?').row).toBeFocused();
    await keys.press('Escape');
    await expect(anns.field).toBeFocused();
  });

  test('the last message is edited, and an edit thought better of', async () => {
    await keys.press('ArrowUp');
    await expect(anns.field).toHaveValue('At four');
    await keys.press('Escape');
    await expect(anns.field).toHaveValue('');
    await keys.press('ArrowUp', 'End');
    await keys.type(' or five');
    await keys.press('Enter');
    await expect(bens.message('At four or five').row).toHaveAccessibleName(/edited/);
  });

  test('an emoji is chosen as a reaction', async () => {
    await keys.press('Control+ArrowUp', 'Home', '+');
    const picker = ann.page.getByRole('dialog', { name: 'Emoji' });
    await expect(picker).toBeVisible();
    await keys.expectOriented();
    await keys.press('ArrowDown', 'Enter');
    await expect(picker).toBeHidden();
    await expect(bens.message('Shall we walk?').row).toHaveAccessibleName(/1 reaction/);
    await expect(anns.message('Shall we walk?').row).toBeFocused();
  });

  test('a message is deleted from its menu', async () => {
    await keys.press('End', 'Enter');
    await expect(anns.message('At four or five').menu).toBeVisible();
    await keys.expectOriented();
    await keys.press('End', 'Enter');
    const dialog = ann.page.getByRole('dialog', { name: 'Delete this message?' });
    await keys.tabTo(dialog.getByRole('button', { name: 'Delete for everyone' }));
    await keys.press('Enter');
    await expect(bens.message('Message deleted').row).toBeVisible();
    await keys.press('Escape');
    await expect(anns.field).toBeFocused();
  });

  test('a photo is attached, described and sent', async () => {
    const add = ann.page.getByRole('button', { name: 'Add photos' });
    // Before the page is asked something: a key that follows at once may overtake the wish to be told.
    const chooser = ann.page.waitForEvent('filechooser');
    await keys.press('Shift+Tab');
    await expect(add).toBeFocused();
    await keys.press('Enter');
    await (await chooser).setFiles(smallPhoto('lake.jpg'));
    const description = anns.tray.getByRole('textbox', { name: 'Describe lake.jpg for people' });
    await expect(description).toBeVisible();
    await keys.press('Shift+Tab', 'Shift+Tab');
    await keys.tabTo(description);
    await keys.type('Mist over water');
    await keys.tabTo(anns.field);
    await keys.type('This morning');
    await keys.press('Enter');
    await expect(bens.message('This morning').photos).toHaveCount(1);
  });

  test('a photo is looked at and closed again', async () => {
    await keys.press('Control+ArrowUp');
    await expect(anns.message('This morning').row).toBeFocused();
    await keys.press('ArrowRight');
    await expect(anns.message('This morning').photos).toBeFocused();
    await keys.press('Enter');
    const lightbox = new Lightbox(ann.page);
    await expect(lightbox.photo('Mist over water')).toBeVisible();
    await keys.press('Tab');
    await keys.expectOriented();
    await keys.press('Escape');
    await expect(lightbox.dialog).toBeHidden();
    await expect(anns.message('This morning').photos).toBeFocused();
    await keys.press('Escape', 'Escape');
    await expect(anns.field).toBeFocused();
  });

  test('a group is made', async () => {
    const cleo = await people.open(kith.url, 'Cleo');
    await cleo.registerQuickly();
    await keys.press('Alt+n');
    const dialog = ann.page.getByRole('dialog', { name: 'New conversation' });
    const to = dialog.getByRole('combobox', { name: 'To' });
    for (const name of ['Ben', 'Cleo']) {
      await expect(to).toBeFocused();
      // At once: what is listed is still what was found before.
      await keys.type(name.toLowerCase());
      await keys.press('Enter');
      await expect(to).toHaveValue('');
      await expect(dialog.getByRole('button', { name: `Remove ${name}` })).toBeVisible();
    }
    await keys.tabTo(dialog.getByRole('button', { name: 'Next' }));
    await keys.press('Enter');
    await keys.type('Trio');
    await keys.press('Enter');
    await keys.tabTo(ann.thread('Trio').field);
  });

  test('a member becomes an admin', async () => {
    await keys.press('Alt+i');
    await keys.tabTo(ann.details.region.getByRole('button', { name: 'What to do with Ben' }));
    await keys.press('Enter');
    await expect(ann.page.getByRole('menu', { name: 'What to do with Ben' })).toBeVisible();
    await keys.expectOriented();
    await keys.type('make');
    await keys.press('Enter');
    await expect(ann.details.member('Ben').getByText('Admin')).toBeVisible();
    await keys.press('Alt+i');
    await expect(ann.details.region).toBeHidden();
    await expect(ann.thread('Trio').field).toBeFocused();
    await keys.tabTo(ann.list.search);
  });

  test('the list is gone through, and something pinned from its menu', async () => {
    await keys.press('ArrowDown', 't');
    await expect(ann.list.row('Trio')).toBeFocused();
    await keys.press('b');
    await expect(ann.list.row('Ben')).toBeFocused();
    await keys.press('Shift+F10');
    const menu = ann.page.getByRole('menu', { name: 'What to do with Ben' });
    await expect(menu.getByRole('menuitem').first()).toBeFocused();
    await keys.press('Enter');
    await expect(ann.list.row('Ben')).toHaveAccessibleName(/pinned/);
    await expect(ann.list.row('Ben')).toBeFocused();
    await keys.press('Enter');
    await keys.tabTo(anns.field);
    await keys.press('Alt+ArrowDown');
    await keys.tabTo(ann.thread('Trio').field);
  });

  test('something is searched for and opened', async () => {
    await keys.press('F6', 'F6', 'F6');
    await keys.tabTo(ann.list.search);
    await keys.type('be');
    await expect(ann.list.row('Ben')).toBeVisible();
    await keys.press('ArrowDown', 'Enter');
    await keys.tabTo(anns.field);
    await expect(ann.list.search).toHaveValue('');
  });

  test('the look is changed in the settings', async () => {
    await keys.press('Control+,');
    const menu = ann.page.getByRole('navigation', { name: 'Settings' });
    await keys.tabTo(menu.getByRole('link', { name: 'Appearance' }));
    await keys.press('Enter');
    await keys.tabTo(ann.page.getByRole('radio', { name: 'System' }));
    await keys.press('ArrowRight', 'ArrowRight');
    await expect(ann.page.locator('html')).toHaveAttribute('data-theme', 'dark');
  });
});
