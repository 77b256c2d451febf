import { createServer } from 'vite';
import { expectAccessible, type Look } from './axe';
import { GALLERY, galleryUrl } from './gallery';
import { Browsers, expect, test } from './journey';
import { expectNothingCut } from './overflow';
import { INSIDE, OUTSIDE, type Screen } from './screens';

const SIZES = {
  desktop: { width: 1280, height: 800 },
  tablet: { width: 834, height: 1112 },
  /** What WCAG asks everything to fit into, and narrower than any phone of today. */
  phone: { width: 320, height: 640 },
};

/**
 * A pairwise choice: over the three sizes each screen is seen in both themes and both directions, and each size, theme and
 * direction meets each of the others. `cargo xtask perf G14` looks at all there are.
 */
function lookFor(screen: number, size: number): Look {
  const isDark = (screen + size) % 2 === 1;
  const isMirrored = ((screen >> 1) + size) % 2 === 1;
  return { theme: isDark ? 'dark' : 'light', direction: isMirrored ? 'rtl' : 'ltr' };
}

for (const [index, [size, viewport]] of Object.entries(SIZES).entries()) {
  test(`every screen is accessible on a ${size}`, async ({ browser, demo, complaints }) => {
    test.setTimeout(600_000);
    complaints.excuse(/status of 401 .*\/auth\/login$/);
    const people = new Browsers(browser, complaints);
    const ann = await people.open(demo.url, 'ann', { viewport });
    const see = async (screen: Screen, number: number) => {
      await screen.show(ann);
      if (viewport === SIZES.phone) await expectNothingCut(ann.page, screen.name);
      await expectAccessible(ann.page, screen.name, lookFor(number, index));
      await screen.leave?.(ann);
    };
    await ann.page.goto('/');
    await expect(ann.door.heading('Try Kith')).toBeVisible();
    await expectAccessible(ann.page, 'demonstration');
    for (const [number, screen] of OUTSIDE.entries()) await see(screen, number);
    await ann.page.goto('/demo/ann');
    await expect(ann.list.row('Ben Ortiz')).toBeVisible();
    for (const [number, screen] of INSIDE.entries()) await test.step(screen.name, () => see(screen, number));
    await people.close();
  });
}

test('every view of the gallery is accessible', async ({ browser, complaints }) => {
  test.setTimeout(400_000);
  const server = await createServer({
    logLevel: 'silent',
    server: { port: 0, host: '127.0.0.1', hmr: false },
  });
  await server.listen();
  const page = await browser.newPage({ reducedMotion: 'reduce' });
  complaints.listen(page);
  for (const [number, view] of GALLERY.entries()) {
    await page.goto(galleryUrl(server.resolvedUrls?.local[0] ?? '', view));
    await expect(page.locator('#root > *').first()).toBeVisible();
    for (const [index, viewport] of Object.values(SIZES).entries()) {
      await page.setViewportSize(viewport);
      await expectAccessible(page, `${view} at ${viewport.width} px`, lookFor(number, index));
    }
  }
  await page.close();
  await server.close();
});

test('an account without conversations is accessible', async ({ arrive }) => {
  const ann = await arrive('Ann');
  await expect(ann.list.region.getByText('No conversations yet')).toBeVisible();
  await expectAccessible(ann.page, 'empty list');
  const ben = await arrive('Ben', { viewport: SIZES.phone });
  await expectAccessible(ben.page, 'empty list on a phone', { theme: 'dark', direction: 'rtl' });
  await ben.talkTo(ann);
  await expectAccessible(ben.page, 'empty conversation on a phone');
});
