import type { Locator, Page } from '@playwright/test';
import { expect } from '../patience';
import type { Upload } from '../photos';
import { Message } from './message';

/** A conversation that is open: its messages and the field. */
export class Thread {
  readonly page: Page;
  readonly title: string;
  readonly log: Locator;
  readonly field: Locator;
  /** Who is there, or writing. */
  readonly header: Locator;
  readonly tray: Locator;
  /** The line above what was unread. */
  readonly newLine: Locator;
  readonly jumpToLatest: Locator;
  /** What is asked about somebody who has written for the first time. */
  readonly newcomer: Locator;

  constructor(page: Page, title: string) {
    this.page = page;
    this.title = title;
    this.log = page.getByRole('log', { name: `Messages with ${title}` });
    this.field = page.getByRole('textbox', { name: `Message ${title}` });
    this.header = page.getByRole('main').locator('header');
    this.tray = page.getByRole('list', { name: /to send$/ });
    this.newLine = this.log.getByText('New messages');
    this.newcomer = page.getByRole('region', { name: 'Somebody new' });
    this.jumpToLatest = page.getByRole('button', { name: /Go to the newest/ });
  }

  /** What stands below the messages while some of them are chosen. */
  get selection() {
    const bar = this.page.getByRole('region', { name: 'Selected messages' });
    return {
      bar,
      count: bar.getByRole('status'),
      button: (name: 'Copy text' | 'Forward' | 'Delete' | 'Stop selecting') =>
        bar.getByRole('button', { name }),
    };
  }

  /** The message whose name holds these words. */
  message(words: string | RegExp): Message {
    return new Message(this.page, this.log.getByRole('article', { name: words }));
  }

  get messages(): Locator {
    return this.log.getByRole('article');
  }

  async say(text: string): Promise<Message> {
    await this.field.fill(text);
    await this.field.press('Enter');
    const message = this.message(text);
    await expect(message.row).toBeVisible();
    return message;
  }

  /** Puts files into the tray, through the button and the file chooser. */
  async attach(button: 'Add photos' | 'Add files', files: Upload[]): Promise<void> {
    const chooser = this.page.waitForEvent('filechooser');
    await this.page.getByRole('button', { name: button }).click();
    await (await chooser).setFiles(files);
    await expect(this.tray.getByRole('listitem')).toHaveCount(files.length);
  }

  async describe(file: string, alt: string): Promise<void> {
    await this.tray.getByRole('textbox', { name: `Describe ${file} for people` }).fill(alt);
  }

  async openDetails(): Promise<void> {
    await this.page.getByRole('button', { name: 'Details', exact: true }).click();
    await expect(this.page.getByRole('complementary', { name: 'Details' })).toBeVisible();
  }
}
