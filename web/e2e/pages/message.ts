import type { Locator, Page } from '@playwright/test';
import { expect, PATIENCE_MS } from '../patience';

/** So long the pointer rests on a row before it is put there again. */
const HOVERED_MS = 3_000;

export type State = 'waiting to be sent' | 'sending' | 'sent' | 'delivered' | 'read' | 'not sent';

/** One message and what can be done with it. */
export class Message {
  readonly page: Page;
  /** Its name says who wrote it, when, what, and how far it has come. */
  readonly row: Locator;

  constructor(page: Page, row: Locator) {
    this.page = page;
    this.row = row;
  }

  /** How far it has come, as its name and its tick say. */
  async expectState(state: State): Promise<void> {
    await expect(this.row).toHaveAccessibleName(new RegExp(`, ${state}(,|$)`));
  }

  get photos(): Locator {
    return this.row.getByRole('button', { name: /^Open photo/ });
  }

  get quote(): Locator {
    return this.row.getByRole('button', { name: /^Answers / });
  }

  reaction(emoji: string): Locator {
    return this.row.getByRole('button', { name: new RegExp(`^${emoji}, `) });
  }

  /** One of the buttons that appear under the pointer, from which the row moves away when something comes below it. */
  async press(button: 'React' | 'Reply' | 'More actions'): Promise<void> {
    await expect(async () => {
      await this.row.hover();
      await this.row.getByRole('button', { name: button }).click({ timeout: HOVERED_MS });
    }).toPass({ timeout: PATIENCE_MS });
  }

  /** A finger rests on it until its menu comes. */
  async longPress(): Promise<void> {
    const box = await this.row.boundingBox();
    if (!box) throw new Error('The message is not in the page.');
    const at = { clientX: box.x + 40, clientY: box.y + box.height / 2 };
    await this.row.dispatchEvent('pointerdown', { pointerType: 'touch', isPrimary: true, ...at });
    await expect(this.menu).toBeVisible();
    await this.row.dispatchEvent('pointerup', { pointerType: 'touch', isPrimary: true, ...at });
  }

  get menu(): Locator {
    return this.page.getByRole('menu', { name: 'Message actions' });
  }

  async act(
    item:
      | 'Reply'
      | 'Edit'
      | 'Forward'
      | 'Copy text'
      | 'Copy link'
      | 'Pin'
      | 'Unpin'
      | 'Select'
      | 'Info'
      | 'Delete',
  ): Promise<void> {
    await this.press('More actions');
    await this.menu.getByRole('menuitem', { name: item, exact: true }).click();
  }

  async react(emoji: string): Promise<void> {
    await this.press('More actions');
    await this.menu.getByRole('menuitemcheckbox', { name: emoji }).click();
  }

  /** Deletes it, and does not wait for second thoughts. */
  async deleteFor(whom: 'me' | 'everyone'): Promise<void> {
    await this.askToDeleteFor(whom);
    const toast = this.page.getByRole('status').locator('div').filter({ hasText: 'Message deleted' });
    const close = toast.getByRole('button', { name: 'Close' });
    await expect(close).toBeVisible();
    // It leaves by itself as well, on a slow machine under the pointer.
    await close.click({ timeout: HOVERED_MS }).catch(() => {});
    await expect(close).toBeHidden();
  }

  /** Deletes it, which can be taken back for a while. */
  async askToDeleteFor(whom: 'me' | 'everyone'): Promise<void> {
    await this.act('Delete');
    const dialog = this.page.getByRole('dialog', { name: 'Delete this message?' });
    await dialog.getByRole('button', { name: `Delete for ${whom}` }).click();
  }
}
