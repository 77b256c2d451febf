import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Long, because a demonstration has its photos painted first, and the machine may be busy. */
const STARTS_WITHIN_MS = 120_000;
const ENDS_WITHIN_MS = 60_000;

/** The program under test, on a folder of its own and a free port of this machine, which it keeps when it starts again. */
export class Kith {
  readonly #folder: string;
  readonly #options: readonly string[];
  #child: ChildProcess | undefined;
  #url = '';

  private constructor(folder: string, options: readonly string[]) {
    this.#folder = folder;
    this.#options = options;
  }

  /** Starts on an empty folder. `options` go to `kith serve`. */
  static async fresh(...options: string[]): Promise<Kith> {
    const kith = new Kith(await mkdtemp(path.join(tmpdir(), 'kith-e2e-')), options);
    await kith.start();
    return kith;
  }

  /** Starts on a copy of the demonstration that was filled before the journeys began. */
  static async demo(): Promise<Kith> {
    const filled = process.env.KITH_E2E_DEMO;
    if (!filled) throw new Error('The demonstration is filled before the journeys begin, and is not there.');
    const kith = new Kith(await mkdtemp(path.join(tmpdir(), 'kith-e2e-')), [
      '--demo',
      '--demo-library=false',
    ]);
    await cp(filled, kith.#folder, { recursive: true });
    await kith.start();
    return kith;
  }

  /** Fills a folder with a demonstration. */
  static async fillDemo(folder: string): Promise<void> {
    await rm(folder, { recursive: true, force: true });
    const kith = new Kith(folder, ['--demo', '--demo-library=false']);
    await kith.start();
    await kith.stop();
  }

  /** Where it listens, without a slash at the end. */
  get url(): string {
    return this.#url;
  }

  async start(): Promise<void> {
    const port = this.#url === '' ? '0' : new URL(this.#url).port;
    const address = ['--data', this.#folder, '--listen', `127.0.0.1:${port}`];
    const child = spawn(program(), ['serve', ...address, ...this.#options], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    this.#url = await readiness(child);
  }

  /** Asks it to end and waits until it has. The answer is its exit code; `null` when it had to be killed. */
  async stop(): Promise<number | null> {
    const child = this.#child;
    if (!child) throw new Error('The server is not running.');
    this.#child = undefined;
    if (child.exitCode !== null) return child.exitCode;
    const killing = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number | null];
    clearTimeout(killing);
    return code;
  }

  /** Ends it, if it still runs, and removes its folder. */
  async remove(): Promise<void> {
    if (this.#child) await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function program(): string {
  const named = process.env.KITH_BIN;
  if (!named) throw new Error('KITH_BIN names the program under test, and is not set.');
  return named;
}

/** The address in the line with which the program says that it is ready. */
async function readiness(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('The output of the server is not read.');
  const killing = setTimeout(() => child.kill('SIGKILL'), STARTS_WITHIN_MS);
  const ended = once(child, 'exit').then(([code, signal]: (number | string | null)[]) => {
    throw new Error(`The server ended with ${code ?? signal} before it was ready.`);
  });
  try {
    return await Promise.race([announced(child.stdout), ended]);
  } finally {
    clearTimeout(killing);
    ended.catch(() => undefined);
  }
}

async function announced(output: Readable): Promise<string> {
  const lines = createInterface({ input: output });
  return new Promise((resolve) => {
    lines.on('line', (line) => {
      const url = /^Kith is ready: (http:\S+)$/.exec(line)?.[1];
      if (url) resolve(url);
    });
  });
}
