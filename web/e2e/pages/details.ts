import type { Locator, Page } from '@playwright/test';

/** What there is to know about the open conversation. */
export class Details {
  readonly page: Page;
  readonly region: Locator;

  constructor(page: Page) {
    this.page = page;
    this.region = page.getByRole('complementary', { name: 'Details' });
  }

  /** Somebody in the group, with their role beside their name. */
  member(name: string): Locator {
    return this.region.getByRole('listitem').filter({ hasText: name });
  }

  async act(member: string, item: string): Promise<void> {
    const name = `What to do with ${member}`;
    await this.region.getByRole('button', { name }).click();
    await this.page.getByRole('menu', { name }).getByRole('menuitem', { name: item, exact: true }).click();
  }

  async rename(title: string): Promise<void> {
    await this.region.getByRole('button', { name: 'Rename' }).click();
    const dialog = this.page.getByRole('dialog', { name: 'Rename' });
    await dialog.getByLabel('Name of the group').fill(title);
    await dialog.getByRole('button', { name: 'Save' }).click();
  }

  async add(username: string, name: string): Promise<void> {
    await this.region.getByRole('button', { name: 'Add people' }).click();
    const dialog = this.page.getByRole('dialog', { name: 'Add people' });
    await dialog.getByRole('combobox').fill(username);
    await dialog.getByRole('option', { name }).click();
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  }
}
