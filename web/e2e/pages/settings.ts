import type { Locator, Page } from '@playwright/test';
import { expect } from '../patience';

export type SettingsPage = 'Profile' | 'Appearance' | 'Language' | 'Privacy' | 'Security' | 'About';

/** The settings, of which one page is shown. */
export class Settings {
  readonly page: Page;
  readonly devices: Locator;

  constructor(page: Page) {
    this.page = page;
    this.devices = page.getByRole('main').getByRole('listitem');
  }

  async open(name: SettingsPage): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Settings' }).click();
    const menu = this.page.getByRole('navigation', { name: 'Settings' });
    await menu.getByRole('link', { name }).click();
    await expect(this.page.getByRole('heading', { name, level: 1 })).toBeVisible();
  }

  async signOut(): Promise<void> {
    await this.open('Security');
    await this.page.getByRole('button', { name: 'Sign out', exact: true }).click();
  }

  async changePassword(current: string, next: string): Promise<void> {
    await this.page.getByLabel('Current password').fill(current);
    await this.page.getByLabel('New password').fill(next);
    await this.page.getByRole('button', { name: 'Change password' }).click();
  }
}
