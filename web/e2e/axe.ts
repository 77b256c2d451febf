import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, type Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** The page as it is now has nothing that axe objects to; no rule is left out. */
export async function expectAccessible(page: Page): Promise<void> {
  // The policy of the page allows no foreign script, so the rules are evaluated by the driver.
  await page.evaluate(source);
  const { violations } = await page.evaluate(
    async (rules) =>
      (await (globalThis as unknown as { axe: typeof import('axe-core') }).axe.run(document, {
        runOnly: rules,
      })) as AxeResults,
    RULES,
  );
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`),
  ).toEqual([]);
}
