import type { Locator, Page } from '@playwright/test';
import { expect } from '../patience';

/** Farther than this nobody wants to press Tab. */
const TABS_MAX = 40;

/** A person without a mouse. */
export class Keyboard {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Goes on with Tab until the element has the focus. Fails when Tab never gets there. */
  async tabTo(target: Locator): Promise<void> {
    await expect(target).toBeVisible();
    for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await this.page.keyboard.press('Tab');
    }
    await expect(target, `Tab leads there within ${TABS_MAX} steps`).toBeFocused();
  }

  /** One after the other. */
  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  /**
   * Something has the focus, it is seen that it has, and whoever sees nothing is told its role and its name: as the browser's
   * own accessibility tree has them, which is what screen readers get.
   */
  async expectOriented(): Promise<void> {
    const isSeen = await this.page.evaluate(() => {
      const focused = document.activeElement;
      if (!focused || focused === document.body) return 'nothing has the focus';
      if (!focused.matches(':focus-visible')) return 'the focus is not shown';
      const rings = [focused, focused.parentElement, ...focused.children].map(
        (element) => element && getComputedStyle(element),
      );
      const isDrawn = rings.some(
        (ring) => ring && (ring.outlineStyle !== 'none' || ring.boxShadow !== 'none'),
      );
      return isDrawn ? 'yes' : `no ring around ${focused.outerHTML.slice(0, 120)}`;
    });
    expect(isSeen).toBe('yes');
    const cdp = await this.page.context().newCDPSession(this.page);
    const { nodes } = await cdp.send('Accessibility.getFullAXTree');
    await cdp.detach();
    const focused = nodes.findLast(({ properties }) =>
      properties?.some(({ name, value }) => name === 'focused' && value.value === true),
    );
    expect(focused?.role?.value).not.toBe('generic');
    expect(focused?.name?.value).toBeTruthy();
  }
}
