import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import { createServer } from 'vite';
import { allViolations } from '../../e2e/axe';
import { GALLERY, galleryUrl } from '../../e2e/gallery';
import globalSetup from '../../e2e/global-setup';
import { Kith } from '../../e2e/kith';
import { expect } from '../../e2e/patience';
import { INSIDE, OUTSIDE } from '../../e2e/screens';
import { unitFailures, WEB } from '../harness/commands';
import type { Bench } from '../harness/rig';

const WIDTHS = [390, 834, 1440];
const JOURNEYS_MIN = 12;

/** G14: every screen and every view of the gallery, at three widths, in both themes and both directions. */
export async function measure(bench: Bench): Promise<void> {
  const widths = bench.quick ? WIDTHS.slice(0, 1) : WIDTHS;
  const takeAway = await globalSetup();
  try {
    await Promise.all(widths.map((width) => screens(bench, width)));
  } finally {
    await takeAway();
  }
  await gallery(bench, widths);
  const listed = await promisify(execFile)('npx', ['playwright', 'test', '--list', '--grep', '@keyboard'], {
    cwd: WEB,
  });
  const journeys = listed.stdout.split('\n').filter((line) => line.includes('›')).length;
  const report = (figure: string, value: number, bound: { at_most: number } | { at_least: number }) =>
    bench.report({ case: 'journeys and tokens', figure, value, bound });
  report('journeys by keyboard alone', journeys, { at_least: JOURNEYS_MIN });
  report('failed tests of contrast', await unitFailures('src/ui/contrast.test.ts'), { at_most: 0 });
}

async function screens(bench: Bench, width: number): Promise<void> {
  const kith = await Kith.demo();
  try {
    const ann = await bench.visit(kith.url, 'ann', {
      viewport: { width, height: 844 },
      reducedMotion: 'reduce',
    });
    const found: string[] = [];
    const look = async (name: string) => found.push(...(await named(name, width, ann.page)));
    for (const screen of OUTSIDE) {
      await screen.show(ann);
      await look(screen.name);
    }
    await ann.page.goto('/demo/ann');
    await expect(ann.list.row('Ben Ortiz')).toBeVisible();
    for (const screen of INSIDE) {
      await screen.show(ann);
      await look(screen.name);
      await straight(ann.page);
      await screen.leave?.(ann);
    }
    await ann.leave();
    tell(bench, `${OUTSIDE.length + INSIDE.length} screens at ${width} px`, found);
  } finally {
    await kith.remove();
  }
}

async function gallery(bench: Bench, widths: readonly number[]): Promise<void> {
  const server = await createServer({
    root: WEB,
    logLevel: 'silent',
    server: { port: 0, host: '127.0.0.1', hmr: false },
  });
  await server.listen();
  const base = server.resolvedUrls?.local[0] ?? '';
  const page = await bench.browser.newPage({ reducedMotion: 'reduce' });
  try {
    for (const width of widths) {
      const found: string[] = [];
      await page.setViewportSize({ width, height: 844 });
      for (const view of GALLERY) {
        await page.goto(galleryUrl(base, view));
        await page.locator('#root > *').first().waitFor();
        found.push(...(await named(view, width, page)));
      }
      tell(bench, `${GALLERY.length} views of the gallery at ${width} px`, found);
    }
  } finally {
    await page.close();
    await server.close();
  }
}

async function named(name: string, width: number, page: Page): Promise<string[]> {
  return (await allViolations(page)).map((violation) => `${name} at ${width} px, ${violation}`);
}

/** Reading goes from left to right again. */
async function straight(page: Page): Promise<void> {
  await page.evaluate(() => (document.documentElement.dir = 'ltr'));
}

function tell(bench: Bench, where: string, found: readonly string[]): void {
  for (const violation of found) bench.say(violation);
  bench.report({
    case: where,
    figure: 'violations, both themes and directions',
    value: found.length,
    bound: { at_most: 0 },
  });
}
