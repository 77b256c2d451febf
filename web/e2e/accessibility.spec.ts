import { expectAccessible } from './axe';
import { Browsers, expect, test } from './journey';
import { INSIDE, OUTSIDE } from './screens';

const SIZES = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 } },
};

for (const [size, options] of Object.entries(SIZES)) {
  test(`every screen is accessible on a ${size}, in both themes`, async ({ browser, demo, complaints }) => {
    test.setTimeout(180_000);
    complaints.excuse(/status of 401 .*\/auth\/login$/);
    const people = new Browsers(browser, complaints);
    const ann = await people.open(demo.url, 'ann', { ...options, reducedMotion: 'reduce' });
    await ann.page.goto('/');
    await expect(ann.door.heading('Try Kith')).toBeVisible();
    await expectAccessible(ann.page, 'demonstration');
    for (const screen of OUTSIDE) {
      await screen.show(ann);
      await expectAccessible(ann.page, screen.name);
    }
    await ann.page.goto('/demo/ann');
    await expect(ann.list.row('Ben Ortiz')).toBeVisible();
    for (const screen of INSIDE) {
      await test.step(screen.name, async () => {
        await screen.show(ann);
        await expectAccessible(ann.page, screen.name);
        await screen.leave?.(ann);
      });
    }
    await people.close();
  });
}

test('an account without conversations is accessible', async ({ arrive }) => {
  const ann = await arrive('Ann', { reducedMotion: 'reduce' });
  await expect(ann.list.region.getByText('No conversations yet')).toBeVisible();
  await expectAccessible(ann.page, 'empty list');
  const ben = await arrive('Ben', { ...SIZES.phone, reducedMotion: 'reduce' });
  await expectAccessible(ben.page, 'empty list on a phone');
  await ben.talkTo(ann);
  await expectAccessible(ben.page, 'empty conversation on a phone');
});
