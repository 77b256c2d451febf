import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, type Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** The rules that a theme can break. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/**
 * The page as it is now has nothing that axe objects to, in the light theme and in the dark. No rule is left out and no
 * part of the page: in the dark theme only those are asked again that look at colours, because nothing else differs.
 */
export async function expectAccessible(page: Page, where: string): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light' });
  await settled(page);
  const light = await violations(page, { type: 'tag', values: RULES });
  await page.emulateMedia({ colorScheme: 'dark' });
  await settled(page);
  const dark = await violations(page, { type: 'rule', values: COLOUR_RULES });
  expect.soft({ where, light, dark }).toEqual({ where, light: [], dark: [] });
}

async function violations(
  page: Page,
  runOnly: { type: 'tag' | 'rule'; values: string[] },
): Promise<string[]> {
  // The policy of the page allows no foreign script, so the rules are evaluated by the driver.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(source);
  const { violations } = await page.evaluate(
    async (runOnly) =>
      (await (globalThis as unknown as { axe: typeof import('axe-core') }).axe.run(document, {
        runOnly,
      })) as AxeResults,
    runOnly,
  );
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  );
}

/** A colour on its way to another is neither. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const ending = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
}
