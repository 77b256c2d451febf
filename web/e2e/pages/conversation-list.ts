import type { Locator, Page } from '@playwright/test';

/** The conversations, and the search above them. */
export class ConversationList {
  readonly page: Page;
  readonly region: Locator;
  readonly search: Locator;
  /** In the header; in an empty list also below it. */
  readonly newConversation: Locator;
  readonly rows: Locator;

  constructor(page: Page) {
    this.page = page;
    this.region = page.getByRole('navigation', { name: 'Conversations' });
    this.search = page.getByRole('searchbox', { name: 'Search conversations, people and messages' });
    this.newConversation = this.region.getByRole('button', { name: 'New conversation' });
    this.rows = this.region.getByRole('list').getByRole('link');
  }

  /** One conversation. Its name begins with its title and says everything that its signs show. */
  row(title: string): Locator {
    return this.region.getByRole('link', { name: new RegExp(`^${title},`) });
  }

  async open(title: string): Promise<void> {
    await this.row(title).click();
  }

  /** Searches for a person and opens the conversation with them. */
  async find(words: string, name: string): Promise<void> {
    await this.search.fill(words);
    await this.region.getByRole('region', { name: 'People' }).getByRole('button', { name }).click();
  }

  async filter(name: 'All' | 'Unread' | 'Groups' | 'Archived'): Promise<void> {
    await this.region.getByRole('group', { name: 'Show' }).getByRole('button', { name }).click();
  }

  /** Chooses from what can be done with a conversation. */
  async act(title: string, item: string): Promise<void> {
    await this.row(title).click({ button: 'right' });
    const menu = this.page.getByRole('menu', { name: `What to do with ${title}` });
    await menu.getByRole('menuitem', { name: item, exact: true }).click();
  }
}
