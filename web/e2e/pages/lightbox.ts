import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';

/** Photos, one at a time, on black. */
export class Lightbox {
  readonly page: Page;
  readonly dialog: Locator;

  constructor(page: Page) {
    this.page = page;
    this.dialog = page.getByRole('dialog', { name: 'Photos' });
  }

  /** The photo that is shown, by its description. */
  photo(alt: string): Locator {
    return this.dialog.getByRole('img', { name: alt });
  }

  /** One of the small ones below it, the first being 1. */
  frame(number: number): Locator {
    return this.dialog.getByRole('button', { name: new RegExp(`^Open photo ${number} of `) });
  }

  /** Takes the photo home as it is on the server. */
  async download(): Promise<{ name: string; bytes: Buffer }> {
    const download = this.page.waitForEvent('download');
    await this.dialog.getByRole('link', { name: 'Download' }).click();
    const file = await download;
    return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
  }
}
