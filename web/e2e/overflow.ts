import type { Page } from '@playwright/test';
import { expect } from './patience';

/** Nothing has to be scrolled for sideways, and no words are cut off but where an ellipsis says so. */
export async function expectNothingCut(page: Page, where: string): Promise<void> {
  await page.evaluate(() => (document.documentElement.dir = 'ltr'));
  expect.soft({ where, cut: await page.evaluate(cutWords) }).toEqual({ where, cut: [] });
}

/** Runs in the page: what a reader of it would miss. */
function cutWords(): string[] {
  const width = document.documentElement.clientWidth;
  const found = new Set<string>();
  const scroller = document.scrollingElement;
  if (scroller && scroller.scrollWidth > width) found.add(`the page is ${scroller.scrollWidth} px wide`);

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!element || node.textContent?.trim() === '' || !element.checkVisibility()) continue;
    if (['SCRIPT', 'STYLE', 'NOSCRIPT'].includes(element.tagName) || isOnlyHeard(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    const edge = edgeOf(element, box);
    if (edge) found.add(`“${node.textContent?.trim().slice(0, 40)}” ${edge}`);
  }
  return [...found];

  /** What takes a part of the box away, if anything does. */
  function edgeOf(element: Element, box: DOMRect): string | undefined {
    for (let around: Element | null = element; around; around = around.parentElement) {
      const style = getComputedStyle(around);
      if (style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none') return undefined;
      const frame = around.getBoundingClientRect();
      const isOutsideX = box.left < frame.left - 1 || box.right > frame.right + 1;
      const isOutsideY = box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
      if (isOutsideX && /hidden|clip/.test(style.overflowX)) return `is cut by ${named(around)}`;
      if (isOutsideY && /hidden|clip/.test(style.overflowY)) return `is cut by ${named(around)}`;
      // What scrolls shows the rest when it is asked to; only sideways nobody looks for more.
      if (isOutsideX && /auto|scroll/.test(style.overflowX)) return `is beside what ${named(around)} shows`;
      if (isOutsideY && /auto|scroll/.test(style.overflowY)) return undefined;
      if (style.position === 'fixed') break;
    }
    return box.left < -1 || box.right > width + 1 ? 'is beside the screen' : undefined;
  }

  /** For screen readers, or a link past the navigation, which comes into sight with the keyboard. */
  function isOnlyHeard(element: Element): boolean {
    return element.closest('.visually-hidden, a[href="#main"]') !== null;
  }

  function named(element: Element): string {
    return `${element.tagName.toLowerCase()}.${element.className}`;
  }
}
