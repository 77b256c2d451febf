import { Browsers, expect, test } from './journey';
import { expectNothingCut } from './overflow';
import { INSIDE, OUTSIDE } from './screens';

test('nothing is lost with text at 200 %', async ({ browser, demo, complaints }) => {
  test.setTimeout(400_000);
  complaints.excuse(/status of 401 .*\/auth\/login$/);
  const people = new Browsers(browser, complaints);
  const ann = await people.open(demo.url, 'ann', { viewport: { width: 640, height: 800 } });
  // As a browser does it for whoever has set a larger text.
  await ann.page.addInitScript(() => {
    addEventListener('DOMContentLoaded', () =>
      document.documentElement.style.setProperty('font-size', '200%'),
    );
  });
  for (const screen of OUTSIDE) {
    await screen.show(ann);
    await expectNothingCut(ann.page, screen.name);
  }
  await ann.page.goto('/demo/ann');
  await expect(ann.list.row('Ben Ortiz')).toBeVisible();
  for (const screen of INSIDE) {
    await test.step(screen.name, async () => {
      await screen.show(ann);
      await expectNothingCut(ann.page, screen.name);
      await screen.leave?.(ann);
    });
  }
  await people.close();
});
