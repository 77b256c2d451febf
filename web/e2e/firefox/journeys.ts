import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, launch, type Page } from 'puppeteer-core';
import { Kith } from '../kith';

/** Long, because the machine may be busy; where all is well it costs nothing. */
const WITHIN_MS = 60_000;
const PASSWORD = 'a long enough password';
const LATER = '::-p-aria([name="Later"][role="button"])';

/** One journey: what it shows, and how. */
export type Journey = { name: string; take: (company: Company) => Promise<void> };

/** The main journeys, in the other engine. Each begins with a server of its own. */
export const JOURNEYS: readonly Journey[] = [
  {
    name: 'an account is made and kept',
    take: async ({ open }) => {
      const ann = await open('Ann');
      await ann.register();
      await ann.page.reload();
      await ann.sees('No conversations yet');
    },
  },
  {
    name: 'two people talk',
    take: async (company) => {
      const { ann, ben } = await acquainted(company);
      await ann.says('Good morning Ben ☕');
      await ben.sees('Good morning Ben ☕');
      await ben.says('صباح الخير يا آن');
      await ann.sees('صباح الخير يا آن');
      await ann.finds('article[aria-label*="Good morning"][aria-label*="read"]');
    },
  },
  {
    name: 'a photo is sent and looked at',
    take: async (company) => {
      const { ann, ben } = await acquainted(company);
      await ann.attaches(photo());
      await ann.says('From above');
      const picture = await ben.finds('article[aria-label*="From above"] button[data-do="photo"]');
      await picture.click();
      const shown = await ben.finds('dialog[open] img');
      const width = () => shown.evaluate((image) => (image as HTMLImageElement).naturalWidth);
      while ((await width()) === 0) await ben.page.evaluate(() => new Promise(requestAnimationFrame));
      assert((await width()) > 100);
      await ben.page.keyboard.press('Escape');
      await ben.misses('dialog[open]');
    },
  },
  {
    name: 'a message is deleted for everyone',
    take: async (company) => {
      const { ann, ben } = await acquainted(company);
      await ann.says('Never mind');
      await ben.sees('Never mind');
      const row = await ann.finds('article[aria-label*="Never mind"]');
      await row.focus();
      await ann.page.keyboard.press('Delete');
      const button = await ann.finds('::-p-aria([name="Delete for everyone"][role="button"])');
      await button.click();
      // The toast offers an undo for some seconds, and leaves by itself.
      await ben.finds('article[aria-label*="Message deleted"]');
      await ben.misses('article[aria-label*="Never mind"]');
    },
  },
  {
    name: 'what is written while the server is away is sent when it is back',
    take: async (company) => {
      const { ann, ben } = await acquainted(company);
      await company.kith.stop();
      await ann.sees('Offline – showing saved messages');
      const away = ['One, written away', 'Two, written away', 'Three, written away'];
      for (const text of away) await ann.says(text);
      await company.kith.start();
      for (const text of away) await ben.finds(`article[aria-label*="${text}"]`);
      const told = await ben.page.$$eval('article', (rows) =>
        rows.map((row) => row.getAttribute('aria-label') ?? ''),
      );
      const order = told.flatMap((words) => away.find((text) => words.includes(text)) ?? []);
      assert.deepEqual(order, away);
    },
  },
];

/** Takes one journey in a browser that is there already. */
export async function take(journey: Journey, browser: Browser): Promise<void> {
  const kith = await Kith.fresh();
  const contexts: BrowserContext[] = [];
  const open = async (name: string) => {
    const context = await browser.createBrowserContext();
    contexts.push(context);
    return new Person(await context.newPage(), name, kith.url);
  };
  const arrive = async (name: string) => {
    const person = await open(name);
    await person.registerQuickly();
    return person;
  };
  try {
    await journey.take({ kith, open, arrive });
  } finally {
    for (const context of contexts) await context.close();
    await kith.remove();
  }
}

export function openFirefox(executablePath: string): Promise<Browser> {
  return launch({ browser: 'firefox', protocol: 'webDriverBiDi', executablePath, headless: true });
}

type Company = {
  kith: Kith;
  /** Opens a browser of their own for somebody whom the server does not know yet. */
  open: (name: string) => Promise<Person>;
  /** The same for somebody who has an account and is signed in, without what only takes time. */
  arrive: (name: string) => Promise<Person>;
};

/** Ann and Ben, each with the conversation with the other before them. */
async function acquainted({ arrive }: Company): Promise<{ ann: Person; ben: Person }> {
  const [ann, ben] = [await arrive('Ann'), await arrive('Ben')];
  await ann.lookUp('ben', 'Ben');
  await ann.says('Hello Ben');
  await (await ben.finds('nav a[data-conversation]')).click();
  await ben.sees('Hello Ben');
  return { ann, ben };
}

/** Somebody in a window of Firefox. */
class Person {
  readonly page: Page;
  readonly #name: string;
  readonly #url: string;

  constructor(page: Page, name: string, url: string) {
    this.page = page;
    this.#name = name;
    this.#url = url;
  }

  /** By one request, and without the worker that puts the whole client on the device. */
  async registerQuickly(): Promise<void> {
    await this.page.setViewport({ width: 1280, height: 800 });
    await this.page.evaluateOnNewDocument(() => {
      navigator.serviceWorker.register = () => new Promise(() => undefined);
    });
    await this.page.goto(`${this.#url}/sign-in`);
    const data = { username: this.#name.toLowerCase(), password: PASSWORD, display_name: this.#name };
    const status = await this.page.evaluate(async (body) => {
      const headers = { 'X-Kith': '1', 'Content-Type': 'application/json' };
      return (await fetch('/api/v1/auth/register', { method: 'POST', headers, body })).status;
    }, JSON.stringify(data));
    assert.equal(status, 201);
    await this.page.goto(this.#url);
    await this.sees('No conversations yet');
  }

  async register(): Promise<void> {
    await this.page.setViewport({ width: 1280, height: 800 });
    await this.page.goto(`${this.#url}/register`);
    await (await this.finds('::-p-aria([name="Your name"])')).type(this.#name);
    await (await this.finds('input[name="username"]')).type(this.#name.toLowerCase());
    await (await this.finds('input[name="password"]')).type(PASSWORD);
    await this.page.keyboard.press('Enter');
    // Whoever comes first owns the server, and is shown around before there are conversations.
    await this.finds(`${LATER}, ::-p-text(No conversations yet)`);
    await (await this.page.$(LATER))?.click();
    await this.sees('No conversations yet');
  }

  async lookUp(username: string, name: string): Promise<void> {
    await (await this.finds('nav input[type="search"]')).type(username);
    await (await this.finds(`nav section button ::-p-text(${name})`)).click();
    await this.finds('textarea');
  }

  async says(text: string): Promise<void> {
    await (await this.finds('textarea')).type(text);
    await (await this.finds('::-p-aria([name="Send"][role="button"])')).click();
    await this.finds(`article[aria-label*="${text}"]`);
  }

  async attaches(file: string): Promise<void> {
    const input = await this.page.waitForSelector('input[type="file"][accept="image/*"]', {
      timeout: WITHIN_MS,
    });
    assert(input);
    await (input as unknown as { uploadFile(...paths: string[]): Promise<void> }).uploadFile(file);
    await this.finds('img[src^="blob:"]');
  }

  async sees(words: string): Promise<void> {
    await this.finds(`::-p-text(${words})`);
  }

  async finds(selector: string) {
    const found = await this.page.waitForSelector(selector, { visible: true, timeout: WITHIN_MS });
    assert(found, `${this.#name} finds ${selector}`);
    return found;
  }

  async misses(selector: string): Promise<void> {
    await this.page.waitForSelector(selector, { hidden: true, timeout: WITHIN_MS });
  }
}

/** Any picture will do. */
function photo(): string {
  return fileURLToPath(new URL('../../public/icon-512.png', import.meta.url));
}
