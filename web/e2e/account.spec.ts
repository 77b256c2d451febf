import { expectAccessible } from './axe';
import { expect, test } from './journey';
import { Keyboard } from './pages/keyboard';
import { PASSWORD } from './pages/person';
import { smallPhoto } from './photos';

const NEXT_PASSWORD = 'another long password';

test('a refusal keeps what was typed and says what is wrong', async ({ stranger, complaints }) => {
  complaints.excuse(/status of 401 .*\/auth\/login$/);
  complaints.excuse(/status of 409 .*\/auth\/register$/);
  const ann = await stranger('Ann');
  await ann.page.goto('/');
  await expect(ann.page.getByText('The first account owns it')).toBeVisible();
  await ann.door.register({ name: 'Ann', username: 'an', password: 'short' });
  await expect(ann.page.getByText('Use 3 to 32 characters.')).toBeVisible();
  await expect(ann.door.username).toBeFocused();
  await expect(ann.door.password).toHaveAccessibleDescription('Use at least 8 characters.');
  await ann.door.register({ name: 'Ann', username: 'ann', password: PASSWORD });

  await test.step('who owns the server is shown around', async () => {
    await expect(ann.page.getByLabel('Your name')).toHaveValue('Ann');
    await ann.page.getByRole('button', { name: 'Next' }).click();
    await expect(ann.page.getByRole('heading', { name: 'How it looks to you' })).toBeFocused();
    await ann.page.getByRole('button', { name: 'Next' }).click();
    await expect(ann.page.getByLabel('Link for others')).toHaveValue(/^http.*\/register$/);
    await ann.page.getByRole('button', { name: 'Start' }).click();
    await expect(ann.list.region).toBeVisible();
  });

  const other = await stranger('Other');
  await other.page.goto('/');
  await other.page.getByRole('link', { name: 'Create an account' }).click();
  await other.door.register({ name: 'Annie', username: 'ANN', password: PASSWORD });
  await expect(other.door.username).toHaveAccessibleDescription('This username is taken.');
  await expect(other.door.name).toHaveValue('Annie');

  await other.page.getByRole('link', { name: 'Sign in' }).click();
  await other.door.signIn('ann', 'not the password');
  await expect(other.door.alert).toHaveText('Username or password is wrong.');
  await expect(other.door.username).toHaveValue('ann');
  await expect(other.door.password).toHaveValue('not the password');
  await other.page.getByRole('button', { name: 'Show password' }).click();
  await expect(other.door.password).toHaveAttribute('type', 'text');
  await other.door.signIn('Ann', PASSWORD);
  await expect(other.list.region).toBeVisible();
});

test('a device is signed out from another, here or for good', async ({ stranger, complaints }) => {
  complaints.excuse(/status of 401 /);
  const desk = await stranger('Ann');
  await desk.register();
  const phone = await stranger('Ann');
  await phone.signIn();
  await desk.settings.open('Security');
  await expect(desk.settings.devices).toHaveCount(2);
  await expect(desk.settings.devices.filter({ hasText: 'This device' })).toHaveCount(1);
  await desk.page.getByRole('button', { name: /^Sign out Chrom/ }).click();
  await expect(phone.door.heading('Sign in')).toBeVisible();
  await expect(desk.settings.devices).toHaveCount(1);

  await phone.page.reload();
  await expect(phone.door.heading('Sign in')).toBeVisible();
  await desk.settings.signOut();
  await expect(desk.door.heading('Sign in')).toBeVisible();
  await desk.page.goto('/settings/security');
  await expect(desk.door.heading('Sign in')).toBeVisible();
});

test('a deletion that can still be taken back goes through when its writer signs out', async ({ arrive }) => {
  const [ann, ben] = [await arrive('Ann'), await arrive('Ben')];
  const anns = await ann.talkTo(ben);
  for (const text of ['Milk', 'Bread']) await (await anns.say(text)).expectState('delivered');
  await anns.message('Milk').askToDeleteFor('everyone');
  await expect(ann.toast).toContainText('Message deleted');
  await ann.settings.signOut();
  await expect(ann.door.heading('Sign in')).toBeVisible();
  await expect(ann.toast).toBeHidden();
  await ben.list.open('Ann');
  await expect(ben.thread('Ann').messages).toHaveText([/deleted/, /Bread/]);
});

test('a new password ends the other devices and replaces the old', async ({ stranger, complaints }) => {
  complaints.excuse(/status of 40[13] /);
  const ann = await stranger('Ann');
  await ann.register();
  const phone = await stranger('Ann');
  await phone.signIn();
  await ann.settings.open('Security');
  await ann.settings.changePassword('not the password', NEXT_PASSWORD);
  await expect(ann.page.getByLabel('Current password')).toHaveAccessibleDescription(
    'This is not your current password.',
  );
  await ann.settings.changePassword(PASSWORD, NEXT_PASSWORD);
  await expect(ann.toast).toContainText('Password changed');
  await expect(ann.settings.devices).toHaveCount(1);
  await expect(phone.door.heading('Sign in')).toBeVisible();
  await phone.door.signIn('ann', PASSWORD);
  await expect(phone.door.alert).toBeVisible();
  await phone.door.signIn('ann', NEXT_PASSWORD);
  await expect(phone.list.region).toBeVisible();
});

test('a profile and its photo are seen by others at once', async ({ arrive }) => {
  const [ann, ben] = [await arrive('Ann'), await arrive('Ben')];
  await (await ben.talkTo(ann)).openDetails();
  await ann.settings.open('Profile');
  await ann.page.getByLabel('Your name').fill('Ann Keller');
  await ann.page.getByLabel('About you').fill('Hills and bread');
  await ann.page.getByRole('button', { name: 'Save' }).click();
  await expect(ann.toast).toContainText('Saved');
  await expect(ben.details.region.getByRole('heading', { name: 'Ann Keller' })).toBeVisible();
  await expect(ben.details.region.getByText('Hills and bread')).toBeVisible();
  await expect(ben.list.row('Ann Keller')).toBeVisible();

  const chooser = ann.page.waitForEvent('filechooser');
  await ann.page.getByRole('button', { name: 'Change photo' }).click();
  await (await chooser).setFiles(smallPhoto('me.jpg'));
  const crop = ann.page.getByRole('dialog', { name: 'Choose what is seen of it' });
  const keys = new Keyboard(ann.page);
  await expect(crop.getByRole('group', { name: 'The photo' })).toBeFocused();
  // It was taken upright, so there is more of it above and below.
  const top = () => crop.locator('img').evaluate((image) => (image as HTMLElement).offsetTop);
  await expect.poll(top).toBeLessThan(0);
  const before = await top();
  await keys.press('ArrowDown', 'Tab', 'ArrowRight');
  await expect(crop.getByRole('slider', { name: 'Closer' })).toHaveValue('1.05');
  await expect.poll(top).toBeLessThan(before);
  await expectAccessible(ann.page, 'the part of a photo');
  await keys.tabTo(crop.getByRole('button', { name: 'Use photo' }));
  await keys.press('Enter');
  await expect(crop).toBeHidden();
  await expect(ann.page.getByRole('button', { name: 'Remove photo' })).toBeVisible();
  const portrait = ben.details.region.locator('img[src*="/thumbnail"]').first();
  await expect(portrait).toBeVisible();
  await expect
    .poll(() =>
      portrait.evaluate(({ naturalWidth, naturalHeight }: HTMLImageElement) => naturalWidth / naturalHeight),
    )
    .toBe(1);
  await ann.page.getByRole('button', { name: 'Remove photo' }).click();
  await expect(portrait).toBeHidden();
});

test('the look that was chosen is there again before anything else', async ({ arrive }) => {
  const ann = await arrive('Ann', { colorScheme: 'light' });
  await ann.settings.open('Appearance');
  const ground = () => ann.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await ann.page.getByRole('radio', { name: 'Dark' }).check({ force: true });
  await expect.poll(ground).not.toBe(light);
  await ann.page.getByRole('radio', { name: 'Plum' }).check({ force: true });
  await ann.page.getByRole('radio', { name: /^130/ }).check({ force: true });
  await ann.page.getByRole('radio', { name: 'Compact' }).check({ force: true });
  await ann.page.reload();
  const root = ann.page.locator('html');
  await expect(root).toHaveAttribute('data-theme', 'dark');
  await expect(root).toHaveAttribute('data-accent', 'plum');
  await expect(root).toHaveAttribute('data-density', 'compact');
  await expect(root).toHaveCSS('--text-scale', '1.3');
  await expect(ann.page.getByRole('radio', { name: 'Plum' })).toBeChecked();
});

test('who hides what they read, or that they are there, does not see it of others', async ({ arrive }) => {
  const [ann, ben] = [await arrive('Ann'), await arrive('Ben')];
  const anns = await ann.talkTo(ben);
  await expect(anns.header).toContainText('Online');
  await ben.settings.open('Privacy');
  await ben.page.getByRole('switch', { name: 'Show what I have read' }).click();
  await ben.page.getByRole('switch', { name: 'Show when I am online' }).click();
  await expect(anns.header).not.toContainText('Online');
  const asked = await anns.say('Are you there?');
  await ben.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Chats' }).click();
  await ben.list.open('Ann');
  const bens = ben.thread('Ann');
  await expect(bens.header).not.toContainText('Online');
  // What is told is told in order: by the time of the reaction the reading would have been.
  await bens.message('Are you there?').react('👍');
  await expect(asked.reaction('👍')).toBeVisible();
  await asked.expectState('delivered');

  const answered = await bens.say('I am');
  await anns.message('I am').react('👍');
  await expect(answered.reaction('👍')).toBeVisible();
  await answered.expectState('delivered');
});

test('a deleted account is gone, and what it wrote stays if it wished so', async ({ arrive, complaints }) => {
  complaints.excuse(/status of 40[13] /);
  const [ann, ben] = [await arrive('Ann'), await arrive('Ben')];
  await (await ben.talkTo(ann)).say('So long');
  await ann.list.open('Ben');
  await ben.settings.open('Security');
  await ben.page.getByRole('button', { name: 'Delete account' }).click();
  const dialog = ben.page.getByRole('dialog', { name: 'Delete account' });
  await dialog.getByLabel('Current password').fill('not the password');
  await dialog.getByRole('button', { name: 'Delete my account' }).click();
  await expect(dialog.getByText('This is not your current password.')).toBeVisible();
  await dialog.getByLabel('Current password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Delete my account' }).click();
  await expect(ben.door.heading('Sign in')).toBeVisible();
  await expect(ann.list.row('Deleted account')).toBeVisible();
  await expect(ann.page.getByText('You cannot write to this account.')).toBeVisible();
  await expect(ann.thread('Deleted account').message('So long').row).toBeVisible();
  await ben.door.signIn('ben', PASSWORD);
  await expect(ben.door.alert).toBeVisible();
});
