/**
 * Takes pictures of the demonstration, in both themes and three widths, into `target/screenshots`, and those of the README
 * into `docs/images`. They are for looking at; nothing compares them.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Page, request } from '@playwright/test';
import { Browsers, expect, test } from './journey';
import { PASSWORD, type Person } from './pages/person';
import { INSIDE, OUTSIDE } from './screens';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PICTURES = path.join(ROOT, 'target', 'screenshots');
const README = path.join(ROOT, 'docs', 'images');

const SIZES = [
  { width: 390, height: 844 },
  { width: 834, height: 1112 },
  { width: 1440, height: 900 },
];
const THEMES = ['light', 'dark'] as const;

for (const viewport of SIZES)
  for (const colorScheme of THEMES) {
    const folder = path.join(PICTURES, `${viewport.width}-${colorScheme}`);
    const picture = (page: Page, name: string) => take(page, path.join(folder, `${fileName(name)}.png`));

    test(`every screen ${viewport.width} pixels wide, ${colorScheme}`, async ({
      browser,
      demo,
      complaints,
    }) => {
      complaints.excuse(/status of 401 .*\/auth\/login$/);
      const people = new Browsers(browser, complaints);
      const ann = await people.open(demo.url, 'ann', { viewport, colorScheme });
      await ann.page.goto('/');
      await ann.door.heading('Try Kith').waitFor();
      await picture(ann.page, 'demonstration');
      for (const screen of OUTSIDE) {
        await screen.show(ann);
        await picture(ann.page, screen.name);
      }
      await enter(ann);
      for (const screen of INSIDE) {
        await screen.show(ann);
        await picture(ann.page, screen.name);
        await screen.leave?.(ann);
      }
      await people.close();
    });

    test(`first and last ${viewport.width} pixels wide, ${colorScheme}`, async ({ stranger, complaints }) => {
      complaints.excuse(/status of 401 /);
      const ann = await stranger('Ann', { viewport, colorScheme });
      await ann.page.goto('/');
      await ann.door.heading('Create account').waitFor();
      await picture(ann.page, 'the first account');
      await ann.door.register({ name: 'Ann', username: 'ann', password: PASSWORD });
      await ann.page.getByRole('heading', { name: 'Welcome to your server' }).waitFor();
      await picture(ann.page, 'welcome: you');
      await ann.page.getByRole('button', { name: 'Next' }).click();
      await ann.page.getByRole('heading', { name: 'How it looks to you' }).waitFor();
      await picture(ann.page, 'welcome: look');
      await ann.page.getByRole('button', { name: 'Next' }).click();
      await ann.page.getByLabel('Link for others').waitFor();
      await picture(ann.page, 'welcome: others');
      await ann.page.getByRole('button', { name: 'Start' }).click();
      await ann.list.region.getByText('No conversations yet').waitFor();
      await picture(ann.page, 'no conversations yet');
      await endElsewhere(ann);
      await ann.door.heading('Sign in').waitFor();
      await picture(ann.page, 'session ended');
    });
  }

test('the pictures of the README', async ({ browser, demo, complaints }) => {
  const people = new Browsers(browser, complaints);
  const desk = await people.open(demo.url, 'ann', { viewport: { width: 1280, height: 760 } });
  await enter(desk);
  await look(desk, 'Up to the lake 🏔️');
  await take(desk.page, path.join(README, 'desktop.png'));

  const size = { viewport: { width: 390, height: 760 } };
  const phone = await people.open(demo.url, 'ann', { ...size, colorScheme: 'dark' });
  await enter(phone);
  await take(phone.page, path.join(README, 'phone-list.png'));
  await look(phone, 'Ben Ortiz');
  // Somebody in the demonstration always has news.
  if (await phone.toast.isVisible()) await phone.toast.getByRole('button', { name: 'Close' }).click();
  await take(phone.page, path.join(README, 'phone-thread.png'));
  await people.close();
});

/** Another device takes a new password, which ends all sessions but its own. */
async function endElsewhere({ page }: Person): Promise<void> {
  const elsewhere = await request.newContext({
    baseURL: new URL(page.url()).origin,
    extraHTTPHeaders: { 'X-Kith': '1' },
  });
  await elsewhere.post('/api/v1/auth/login', { data: { username: 'ann', password: PASSWORD } });
  const answer = await elsewhere.put('/api/v1/me/password', {
    data: { current: PASSWORD, new: `${PASSWORD}, and longer` },
  });
  expect(answer.ok()).toBe(true);
  await elsewhere.dispose();
}

function fileName(screen: string): string {
  return screen.replaceAll(/[^a-z]+/gi, '-');
}

async function enter({ page, list }: Person): Promise<void> {
  await page.goto('/demo/ann');
  await list.row('Ben Ortiz').waitFor();
}

/** Opens a conversation, with the pointer out of the way. */
async function look(person: Person, title: string): Promise<void> {
  await person.list.open(title);
  await person.thread(title).messages.last().waitFor();
  await person.page.mouse.move(0, 0);
}

/** With every photo in sight painted. */
async function take(page: Page, file: string): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.waitForFunction(() =>
    [...document.images].every((image) => {
      const { top, bottom } = image.getBoundingClientRect();
      return image.complete || bottom < 0 || top > innerHeight || !image.checkVisibility();
    }),
  );
  await page.screenshot({ path: file, animations: 'disabled' });
}
