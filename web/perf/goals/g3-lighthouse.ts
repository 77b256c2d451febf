import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BrowserContext, chromium } from '@playwright/test';
import { PASSWORD } from '../harness/correspondent';
import { repeat } from '../harness/figures';
import { type Bench, BROWSER } from '../harness/rig';
import { freePort } from '../harness/sockets';

const program = fileURLToPath(new URL('../node_modules/lighthouse/cli/index.js', import.meta.url));
/** Each takes a quarter of a minute. */
const RUNS = 3;
const CATEGORIES = 'performance,accessibility,best-practices';

type Audit = { score: number | null; numericValue?: number };
type Report = { categories: Record<string, Audit>; audits: Record<string, Audit> };

/** G3: Lighthouse on its slow telephone, on the page of signing in and on the list of somebody who is signed in. */
export async function measure(bench: Bench): Promise<void> {
  if (!existsSync(program)) throw new Error('Lighthouse is not installed: npm ci --prefix perf');
  const world = await bench.world();
  const profile = await mkdtemp(path.join(tmpdir(), 'kith-lighthouse-'));
  const port = await freePort();
  const context = await chromium.launchPersistentContext(profile, {
    ...BROWSER,
    args: [...BROWSER.args, `--remote-debugging-port=${port}`],
  });
  try {
    await inspect(bench, 'sign-in page', `${world.url}/sign-in`, port, profile);
    await signIn(context, world.url);
    await inspect(bench, 'list, signed in', `${world.url}/`, port, profile);
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
}

async function inspect(
  bench: Bench,
  where: string,
  url: string,
  port: number,
  folder: string,
): Promise<void> {
  for (const { categories, audits } of await repeat(bench.quick ? 1 : RUNS, () =>
    lighthouse(url, port, folder),
  )) {
    const score = (name: string, least: number) =>
      bench.report({
        case: where,
        figure: `${name.replace('-', ' ')}, of 100`,
        value: (categories[name]?.score ?? 0) * 100,
        bound: { at_least: least },
      });
    const time = (name: string, figure: string, most: number) =>
      bench.report({
        case: where,
        figure,
        value: audits[name]?.numericValue ?? Number.POSITIVE_INFINITY,
        bound: { at_most: most },
      });
    score('performance', 95);
    score('accessibility', 100);
    score('best-practices', 100);
    time('largest-contentful-paint', 'largest contentful paint, ms', 1_500);
    time('interactive', 'time to interactive, ms', 1_800);
    time('total-blocking-time', 'total blocking time, ms', 100);
    time('cumulative-layout-shift', 'cumulative layout shift', 0.02);
    for (const [id, audit] of Object.entries(audits))
      if (audit.score === 0 && id !== 'unused-javascript') bench.say(`${where}: ${id} scores nothing`);
  }
}

async function lighthouse(url: string, port: number, folder: string): Promise<Report> {
  const file = path.join(folder, 'report.json');
  const args = [url, `--port=${port}`, '--output=json', `--output-path=${file}`, '--quiet'];
  await promisify(execFile)(process.execPath, [program, ...args, `--only-categories=${CATEGORIES}`]);
  return JSON.parse(await readFile(file, 'utf8')) as Report;
}

/** By one request, so that the browser has nothing but the cookie. */
async function signIn(context: BrowserContext, url: string): Promise<void> {
  const answer = await context.request.post(`${url}/api/v1/auth/login`, {
    headers: { 'X-Kith': '1' },
    data: { username: 'ann', password: PASSWORD },
  });
  if (!answer.ok()) throw new Error(`Signing in was answered with ${answer.status()}.`);
}
