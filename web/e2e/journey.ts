import { type Browser, type BrowserContextOptions, test as base, type Page } from '@playwright/test';
import { Complaints } from './complaints';
import { Kith } from './kith';
import { Person } from './pages/person';

/**
 * What most journeys do without, because they are about something else: the worker that puts the whole client on the device,
 * and movements.
 */
const LIGHT: BrowserContextOptions = { serviceWorkers: 'block', reducedMotion: 'reduce' };

/** A browser with all that the client has. */
export const WHOLE: BrowserContextOptions = { serviceWorkers: 'allow', reducedMotion: 'no-preference' };

type Arrive = (name: string, options?: BrowserContextOptions) => Promise<Person>;

type Fixtures = {
  /** A server of this journey's own, on an empty folder. */
  kith: Kith;
  /** What the browsers complained of. Whatever the journey has not excused fails it. */
  complaints: Complaints;
  /** A browser of their own for somebody who has an account and is signed in. */
  arrive: Arrive;
  /** A browser of their own for somebody whom the server does not know yet. */
  stranger: Arrive;
};

type WorkerFixtures = {
  /** A demonstration, shared by the journeys of a worker. */
  demo: Kith;
};

export const test = base.extend<Fixtures, WorkerFixtures>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright wants the pattern even when nothing of it is used
  kith: async ({}, use) => {
    const kith = await Kith.fresh();
    await use(kith);
    await kith.remove();
  },
  demo: [
    // oxlint-disable-next-line no-empty-pattern -- as above
    async ({}, use) => {
      const kith = await Kith.demo();
      await use(kith);
      await kith.remove();
    },
    { scope: 'worker' },
  ],
  // oxlint-disable-next-line no-empty-pattern -- as above
  complaints: async ({}, use) => {
    const complaints = new Complaints();
    await use(complaints);
    complaints.expectNone();
  },
  stranger: async ({ browser, kith, complaints }, use) => {
    const people = new Browsers(browser, complaints);
    await use((name, options) => people.open(kith.url, name, options));
    await people.close();
  },
  arrive: async ({ stranger }, use) => {
    await use(async (name, options) => {
      const person = await stranger(name, options);
      await person.registerQuickly();
      return person;
    });
  },
});

export { expect } from './patience';

/** Browsers that are closed when the journey ends. They are light, unless they are asked to be {@link WHOLE}. */
export class Browsers {
  readonly #browser: Browser;
  readonly #complaints: Complaints;
  readonly #open: Person[] = [];

  constructor(browser: Browser, complaints: Complaints) {
    this.#browser = browser;
    this.#complaints = complaints;
  }

  async open(url: string, name: string, options?: BrowserContextOptions): Promise<Person> {
    const context = await this.#browser.newContext({
      baseURL: url,
      viewport: { width: 1280, height: 800 },
      locale: 'en-GB',
      ...LIGHT,
      ...options,
    });
    return this.adopt(await context.newPage(), name);
  }

  /** Takes care of a page that opened by itself. */
  adopt(page: Page, name: string): Person {
    const person = new Person(page, name);
    this.#complaints.listen(page);
    this.#open.push(person);
    return person;
  }

  async close(): Promise<void> {
    for (const person of this.#open) await person.page.context().close();
  }
}
