import type { Locator, Page } from '@playwright/test';

/** The forms with which one comes in. */
export class Door {
  readonly page: Page;
  readonly name: Locator;
  readonly username: Locator;
  readonly password: Locator;
  /** What is wrong, when it is not one field's fault. */
  readonly alert: Locator;

  constructor(page: Page) {
    this.page = page;
    this.name = page.getByLabel('Your name');
    this.username = page.getByLabel('Username');
    this.password = page.getByLabel('Password', { exact: true });
    this.alert = page.getByRole('alert');
  }

  heading(name: 'Sign in' | 'Create account' | 'Try Kith'): Locator {
    return this.page.getByRole('heading', { name });
  }

  button(name: 'Sign in' | 'Create account'): Locator {
    return this.page.getByRole('button', { name });
  }

  async register(account: { name: string; username: string; password: string }): Promise<void> {
    await this.name.fill(account.name);
    await this.username.fill(account.username);
    await this.password.fill(account.password);
    await this.button('Create account').click();
  }

  async signIn(username: string, password: string): Promise<void> {
    await this.username.fill(username);
    await this.password.fill(password);
    await this.button('Sign in').click();
  }
}
