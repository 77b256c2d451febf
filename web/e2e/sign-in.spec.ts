import { expectAccessible } from './axe';
import { expect, test } from './kith';

test('the first account owns the server, signs out and comes back', async ({ page, kith }) => {
  await page.goto(kith.url);
  await expect(page.getByRole('heading', { name: 'Create account' })).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel('Your name').fill('Ann');
  await page.getByLabel('Username').fill('ann');
  await page.getByLabel('Password', { exact: true }).fill('a long enough password');
  await page.getByRole('button', { name: 'Create account' }).click();

  await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('link', { name: 'Security' }).click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();

  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.getByLabel('Username').fill('ann');
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('wrong');
  await expect(page.getByLabel('Username')).toHaveValue('ann');

  await page.getByLabel('Password', { exact: true }).fill('a long enough password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible();
});
