import { loadavg } from 'node:os';
import {
  type Browser,
  type BrowserContextOptions,
  type CDPSession,
  chromium,
  type Page,
} from '@playwright/test';
import { Person } from '../../e2e/pages/person';
import { PATIENCE_MS } from '../../e2e/patience';
import { installProbe } from './probe';
import { World } from './world';

/** How often a figure is measured when its median is wanted. */
const RUNS = 5;

/** What a figure is held against. */
export type Bound = { at_most: number } | { at_least: number };

/** One thing that was measured once. The unit stands at the end of `figure`. */
export type Figure = {
  case: string;
  figure: string;
  value: number;
  bound?: Bound;
  samples?: readonly number[];
};

/** Runs in a page and says how fast the machine is, so that figures of two days can be told from two speeds of it. */
export type SpeedTest = () => number;

/** Measures one goal and reports its figures, each as often as it was measured. */
export type Measure = (bench: Bench) => Promise<void>;

/** What a script measures with. */
export type Bench = {
  /** A short form is wanted: an estimate in a fraction of the time. */
  readonly quick: boolean;
  readonly runs: number;
  report(figure: Figure): void;
  /** For whoever watches. */
  say(words: string): void;
  /** Conversations to look at and people who write in them; filled when it is first asked for. */
  world(): Promise<World>;
  /** Somebody in a browser of their own. */
  visit(url: string, name: string, options?: BrowserContextOptions): Promise<Visitor>;
  readonly browser: Browser;
};

/** Somebody whose browser is watched while they use it. */
export class Visitor extends Person {
  readonly cdp: CDPSession;

  constructor(page: Page, name: string, cdp: CDPSession) {
    super(page, name);
    this.cdp = cdp;
  }

  /** Makes the processor of the page so many times slower. */
  async slowDown(times: number): Promise<void> {
    await this.cdp.send('Emulation.setCPUThrottlingRate', { rate: times });
  }

  async leave(): Promise<void> {
    await this.page.context().close();
  }
}

export const BROWSER = {
  executablePath: process.env.KITH_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ],
};

/** The browser, the servers, and where results go. */
export class Rig {
  readonly quick: boolean;
  readonly #browser: Browser;
  readonly #benchmarkIndex: number | null;
  #world: Promise<World> | undefined;

  private constructor(quick: boolean, browser: Browser, benchmarkIndex: number | null) {
    this.quick = quick;
    this.#browser = browser;
    this.#benchmarkIndex = benchmarkIndex;
  }

  static async set(quick: boolean, speedTest: SpeedTest | undefined): Promise<Rig> {
    const browser = await chromium.launch(BROWSER);
    return new Rig(quick, browser, await indexOf(browser, speedTest));
  }

  async clear(): Promise<void> {
    await this.#browser.close();
    const world = await this.#world?.catch(() => undefined);
    await world?.close();
  }

  /** Closes whatever a goal has left open, so that it costs the next one nothing. */
  async closeVisits(): Promise<void> {
    await Promise.all(this.#browser.contexts().map((visit) => visit.close()));
  }

  say(words: string): void {
    process.stderr.write(`${words}\n`);
  }

  forGoal(goal: string): Bench {
    return {
      quick: this.quick,
      runs: this.quick ? 1 : RUNS,
      browser: this.#browser,
      report: (figure) => this.#report(goal, figure),
      say: (words) => this.say(`  ${words}`),
      world: () => (this.#world ??= World.fill((words) => this.say(`  ${words}`))),
      visit: (url, name, options) => visit(this.#browser, url, name, options),
    };
  }

  #report(goal: string, { samples, ...figure }: Figure): void {
    const about = {
      browser: `Chromium ${this.#browser.version()}`,
      node: process.version,
      benchmark_index: this.#benchmarkIndex,
      load_average: Number(loadavg()[0]?.toFixed(2)),
    };
    const line = {
      goal,
      ...figure,
      value: rounded(figure.value),
      ...(samples ? { samples: samples.map(rounded) } : {}),
      about,
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
}

async function visit(
  browser: Browser,
  url: string,
  name: string,
  options?: BrowserContextOptions,
): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  await context.addInitScript(installProbe);
  return visitorOn(await context.newPage(), name);
}

/** Somebody on a page that is open already, in a context that has the probe. */
export async function visitorOn(page: Page, name: string): Promise<Visitor> {
  return new Visitor(page, name, await page.context().newCDPSession(page));
}

async function indexOf(browser: Browser, speedTest: SpeedTest | undefined): Promise<number | null> {
  if (!speedTest) return null;
  const page = await browser.newPage();
  const index = await page.evaluate(speedTest);
  await page.close();
  return index;
}

/** To a thousandth: the rest is noise, and the results are kept. */
function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
