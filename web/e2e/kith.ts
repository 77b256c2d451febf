import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test as base } from '@playwright/test';

/** A server that listens: where, and how to end it. */
export type Kith = { url: string; stop: () => Promise<void> };

const STARTS_WITHIN_MS = 15_000;
const ENDS_WITHIN_MS = 10_000;

/** Journeys with a server of their own, on an empty folder, gone when the journey ends. */
export const test = base.extend<{ kith: Kith }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright wants the pattern even when nothing of it is used
  kith: async ({}, use) => {
    const data = await mkdtemp(path.join(tmpdir(), 'kith-e2e-'));
    const kith = await startKith(data);
    await use(kith);
    await kith.stop();
    await rm(data, { recursive: true, force: true });
  },
});

export { expect } from '@playwright/test';

/** Starts `KITH_BIN` on a free loopback port and waits until it answers. */
export async function startKith(data: string): Promise<Kith> {
  const program = process.env.KITH_BIN;
  if (!program) throw new Error('KITH_BIN names the program under test, and is not set.');
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const child = spawn(program, ['serve', '--data', data, '--listen', `127.0.0.1:${port}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await answers(`${url}/readyz`, child);
  return { url, stop: () => ended(child) };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + STARTS_WITHIN_MS;
  while (Date.now() < until) {
    if (child.exitCode !== null)
      throw new Error(`The server ended with ${child.exitCode} before it answered.`);
    const isReady = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error(`The server did not answer within ${STARTS_WITHIN_MS} ms.`);
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
