/**
 * Takes pictures of the demonstration, in both themes and three widths, into `target/screenshots`, and those of the README
 * into `docs/images`. They are for looking at; nothing compares them.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions, Page } from '@playwright/test';
import { Browsers, test } from './journey';
import type { Person } from './pages/person';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PICTURES = path.join(ROOT, 'target', 'screenshots');
const README = path.join(ROOT, 'docs', 'images');

const SIZES = [
  { width: 390, height: 844 },
  { width: 834, height: 1112 },
  { width: 1440, height: 900 },
];
const THEMES = ['light', 'dark'] as const;
const STILL: BrowserContextOptions = { reducedMotion: 'reduce' };
const OUTSIDE = { demo: '/', 'sign-in': '/sign-in', register: '/register' };

/** What is looked at, each from its address and as whoever has the demonstration open. */
const SCENES: readonly { name: string; path: string; prepare?: (person: Person) => Promise<void> }[] = [
  { name: 'list', path: '/' },
  { name: 'thread', path: '/', prepare: (person) => look(person, 'Ben Ortiz') },
  { name: 'group', path: '/', prepare: (person) => look(person, 'Up to the lake 🏔️') },
  {
    name: 'details',
    path: '/',
    prepare: async (person) => {
      await look(person, 'Up to the lake 🏔️');
      await person.thread('Up to the lake 🏔️').openDetails();
    },
  },
  {
    name: 'message-menu',
    path: '/',
    prepare: async (person) => {
      await look(person, 'Ben Ortiz');
      await person.thread('Ben Ortiz').messages.last().click({ button: 'right' });
    },
  },
  { name: 'new-conversation', path: '/', prepare: ({ list }) => list.newConversation.click() },
  { name: 'people', path: '/people' },
  { name: 'settings', path: '/settings' },
  { name: 'appearance', path: '/settings/appearance' },
  { name: 'security', path: '/settings/security' },
];

for (const viewport of SIZES)
  for (const colorScheme of THEMES)
    test(`${viewport.width} pixels wide, ${colorScheme}`, async ({ browser, demo, complaints }) => {
      test.setTimeout(120_000);
      const people = new Browsers(browser, complaints);
      const folder = path.join(PICTURES, `${viewport.width}-${colorScheme}`);
      const ann = await people.open(demo.url, 'ann', { ...STILL, viewport, colorScheme });
      for (const [name, address] of Object.entries(OUTSIDE)) {
        await ann.page.goto(address);
        await ann.page.getByRole('heading', { level: 1 }).waitFor();
        await take(ann.page, path.join(folder, `${name}.png`));
      }
      await enter(ann);
      for (const { name, path: address, prepare } of SCENES) {
        await ann.page.goto(address);
        await ann.page.getByRole('heading', { level: 1 }).first().waitFor();
        await prepare?.(ann);
        await take(ann.page, path.join(folder, `${name}.png`));
      }
      await people.close();
    });

test('the pictures of the README', async ({ browser, demo, complaints }) => {
  const people = new Browsers(browser, complaints);
  const desk = await people.open(demo.url, 'ann', { ...STILL, viewport: { width: 1280, height: 760 } });
  await enter(desk);
  await look(desk, 'Up to the lake 🏔️');
  await take(desk.page, path.join(README, 'desktop.png'));

  const size = { viewport: { width: 390, height: 760 } };
  const phone = await people.open(demo.url, 'ann', { ...STILL, ...size, colorScheme: 'dark' });
  await enter(phone);
  await take(phone.page, path.join(README, 'phone-list.png'));
  await look(phone, 'Ben Ortiz');
  await take(phone.page, path.join(README, 'phone-thread.png'));
  await people.close();
});

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
