import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the client. */
export const WEB = fileURLToPath(new URL('../..', import.meta.url));

/** How a command ended, and how long it took. */
export type Ending = { code: number; output: string; seconds: number };

/** What runs us may have set it, and then `npm run build` would make a client for those who develop. */
const { NODE_ENV: _, ...ENVIRONMENT } = process.env;

/** Runs a command in the folder of the client. What it says is kept, and a failure is an answer like another. */
export function run(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ending> {
  const begun = performance.now();
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { cwd: WEB, env: { ...ENVIRONMENT, ...env }, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
        resolve({ code, output: `${stdout}${stderr}`, seconds: (performance.now() - begun) / 1_000 });
      },
    );
  });
}

/** How many unit tests of a file or folder fail; one when they could not even be run. */
export async function unitFailures(where: string): Promise<number> {
  return inFolder(async (folder) => {
    const report = path.join(folder, 'report.json');
    await run('npx', ['vitest', 'run', where, '--reporter=json', `--outputFile=${report}`]);
    const { numFailedTests, numTotalTests } = await read<{ numFailedTests: number; numTotalTests: number }>(
      report,
    );
    return numTotalTests > 0 ? numFailedTests : 1;
  });
}

/** How the journeys with a tag end. */
export async function journeys(tag: string): Promise<{ passed: number; failed: number; output: string }> {
  return inFolder(async (folder) => {
    const report = path.join(folder, 'report.json');
    const { output } = await run(
      'npx',
      ['playwright', 'test', '--project', 'journeys', '--grep', tag, '--reporter=list,json'],
      { PLAYWRIGHT_JSON_OUTPUT_FILE: report },
    );
    const { stats } = await read<{ stats: { expected: number; unexpected: number } }>(report);
    return { passed: stats.expected, failed: stats.unexpected, output };
  });
}

async function inFolder<Result>(deed: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(path.join(tmpdir(), 'kith-perf-'));
  try {
    return await deed(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function read<Json>(file: string): Promise<Json> {
  return JSON.parse(await readFile(file, 'utf8')) as Json;
}
