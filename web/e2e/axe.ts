import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';
import { expect } from './patience';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

type RunOnly = { type: 'tag' | 'rule'; values: string[] };

const ALL: RunOnly = {
  type: 'tag',
  values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
};

/** The rules that a theme can break. */
const COLOURS: RunOnly = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };

/** How a page is looked at. */
export type Look = { theme: 'light' | 'dark'; direction: 'ltr' | 'rtl' };

const LOOKS: readonly Look[] = (['ltr', 'rtl'] as const).flatMap((direction) =>
  (['light', 'dark'] as const).map((theme) => ({ theme, direction })),
);

/**
 * The page as it is now has nothing that axe objects to, looked at in one way: by default as it is, in the light theme. No
 * rule is left out and no part of the page.
 */
export async function expectAccessible(
  page: Page,
  where: string,
  look: Look = { theme: 'light', direction: 'ltr' },
): Promise<void> {
  const found = await violations(page, look);
  expect.soft({ where, ...look, found }).toEqual({ where, ...look, found: [] });
}

/**
 * What axe objects to in either theme and either direction. In the second theme only those rules are asked again that
 * look at colours, because nothing else differs.
 */
export async function allViolations(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const look of LOOKS) {
    const rules = look.theme === 'light' ? ALL : COLOURS;
    for (const violation of await violations(page, look, rules))
      found.push(`${look.theme}, ${look.direction}: ${violation}`);
  }
  return found;
}

async function violations(page: Page, { theme, direction }: Look, runOnly: RunOnly = ALL): Promise<string[]> {
  await page.emulateMedia({ colorScheme: theme });
  await page.evaluate((direction) => (document.documentElement.dir = direction), direction);
  await settled(page);
  // The policy of the page allows no foreign script, so the rules are evaluated by the driver.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(source);
  const { violations } = await page.evaluate(
    async (runOnly) =>
      (await (globalThis as unknown as { axe: typeof import('axe-core') }).axe.run(document, {
        runOnly,
        // Nobody reads what is in order, and describing it takes longer than looking at it.
        resultTypes: ['violations'],
      })) as AxeResults,
    runOnly,
  );
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  );
}

/** Until what has moved to under the pointer knows it. */
const STILL_FRAMES = 3;

/** Longer than anything moves here that ends. What has not ended by then is looked at as it is. */
const SETTLED_MS = 5_000;

/** A colour on its way to another is neither. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(
    async ({ frames, most }) => {
      const late = new Promise((resolve) => setTimeout(resolve, most));
      const end = performance.now() + most;
      for (let still = 0; still < frames && performance.now() < end; still += 1) {
        await new Promise(requestAnimationFrame);
        const ending = document
          .getAnimations()
          .filter(({ playState }) => playState === 'running')
          .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
        if (ending.length > 0) still = -1;
        await Promise.race([late, Promise.allSettled(ending.map(({ finished }) => finished))]);
      }
    },
    { frames: STILL_FRAMES, most: SETTLED_MS },
  );
}
