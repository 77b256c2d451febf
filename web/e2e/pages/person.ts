import type { Page } from '@playwright/test';
import { expect } from '../patience';
import { ConversationList } from './conversation-list';
import { Details } from './details';
import { Door } from './door';
import { Settings } from './settings';
import { Thread } from './thread';

export const PASSWORD = 'a long enough password';

/** Somebody in a browser of their own, and what they have before them. */
export class Person {
  readonly page: Page;
  /** What others call them. */
  readonly name: string;
  readonly username: string;
  readonly door: Door;
  readonly list: ConversationList;
  readonly settings: Settings;
  readonly details: Details;

  constructor(page: Page, name: string) {
    this.page = page;
    this.name = name;
    this.username = name.toLowerCase();
    this.door = new Door(page);
    this.list = new ConversationList(page);
    this.settings = new Settings(page);
    this.details = new Details(page);
  }

  /** The conversation that is open, by its title. */
  thread(title: string): Thread {
    return new Thread(this.page, title);
  }

  /** To another place in the client, which goes on running. */
  async goTo(path: string): Promise<void> {
    await this.page.evaluate((path) => history.pushState(null, '', path), path);
  }

  /** Through the form, as a person does it. */
  async register(): Promise<void> {
    await this.page.goto('/register');
    await this.door.register({ name: this.name, username: this.username, password: PASSWORD });
    // Who owns the server is shown around first.
    const later = this.page.getByRole('button', { name: 'Later' });
    await expect(this.list.region.or(later)).toBeVisible();
    if (await later.isVisible()) await later.click();
    await expect(this.list.region).toBeVisible();
  }

  /** By one request: for journeys that are about something else. */
  async registerQuickly(): Promise<void> {
    const answer = await this.page.request.post('/api/v1/auth/register', {
      headers: { 'X-Kith': '1' },
      data: { username: this.username, password: PASSWORD, display_name: this.name },
    });
    expect(answer.status()).toBe(201);
    await this.page.goto('/');
    await expect(this.list.region).toBeVisible();
  }

  async signIn(): Promise<void> {
    await this.page.goto('/sign-in');
    await this.door.signIn(this.username, PASSWORD);
    await expect(this.list.region).toBeVisible();
  }

  /** Finds somebody by their username and opens the conversation with them. */
  async talkTo(other: Person): Promise<Thread> {
    await this.list.find(other.username, other.name);
    const thread = this.thread(other.name);
    await expect(thread.field).toBeVisible();
    return thread;
  }

  /** Makes a group through the dialog. */
  async makeGroup(title: string, members: readonly Person[]): Promise<Thread> {
    await this.list.newConversation.first().click();
    const dialog = this.page.getByRole('dialog', { name: 'New conversation' });
    for (const member of members) {
      await dialog.getByRole('combobox', { name: 'To' }).fill(member.username);
      await dialog.getByRole('option', { name: member.name }).click();
    }
    await dialog.getByRole('button', { name: 'Next' }).click();
    const naming = this.page.getByRole('dialog', { name: 'New group' });
    await naming.getByLabel('Name of the group').fill(title);
    await naming.getByRole('button', { name: 'Create group' }).click();
    const thread = this.thread(title);
    await expect(thread.field).toBeVisible();
    return thread;
  }

  /** Answers the question that is being asked. */
  async confirm(answer: string): Promise<void> {
    await this.page.getByRole('dialog').getByRole('button', { name: answer, exact: true }).click();
  }

  get toast() {
    return this.page.getByRole('status').filter({ has: this.page.getByRole('button', { name: 'Close' }) });
  }
}
