import { isInstalled, messageIn, rowOf, visitAnn } from '../harness/client';
import { pause, percentile } from '../harness/figures';
import { pressToPaint } from '../harness/probe';
import type { Bench, Visitor } from '../harness/rig';
import { LongWay } from '../harness/sockets';
import type { World } from '../harness/world';

/** Rooms that are opened from each place. Fewer than twenty are held in memory. */
const ROOMS = 15;
const ROUND_TRIP_MS = 50;
const KEPT_AFTER_MS = 2_500;

/** G6: from a click on a conversation to its messages: from memory, from the device's cache, from the server. */
export async function measure(bench: Bench): Promise<void> {
  const world = await bench.world();
  const way = await LongWay.to(world.url, ROUND_TRIP_MS);
  try {
    await opening(bench, world, way.url, 1, 'full speed', { server: 300, memory: 50, cache: 80 });
    await opening(bench, world, way.url, 4, 'CPU at a quarter', { server: 500, memory: 200, cache: 250 });
  } finally {
    way.close();
  }
}

async function opening(
  bench: Bench,
  world: World,
  url: string,
  slower: number,
  speed: string,
  bounds: { server: number; memory: number; cache: number },
): Promise<void> {
  const rooms = Array.from({ length: bench.quick ? 6 : ROOMS }, (_, index) => world.room(index + 1));
  const report = (from: string, most: number, samples: readonly number[]) =>
    bench.report({
      case: `${from}, ${speed}`,
      figure: 'click to messages, p95, ms',
      value: percentile(samples, 95),
      bound: { at_most: most },
      samples,
    });
  const ann = await visitAnn(bench, url);
  await isInstalled(ann);
  await pause(KEPT_AFTER_MS);
  await ann.slowDown(slower);
  report(`from the server over ${ROUND_TRIP_MS} ms`, bounds.server, await open(ann, rooms));
  const turns = bench.quick ? 1 : 2;
  const again = Array.from({ length: turns }, () => rooms).flat();
  report('from memory', bounds.memory, await open(ann, again));
  await ann.slowDown(1);
  await pause(KEPT_AFTER_MS);
  await ann.page.goto('/');
  await ann.list.rows.first().waitFor();
  await pause(KEPT_AFTER_MS);
  await ann.slowDown(slower);
  report('from the cache', bounds.cache, await open(ann, rooms));
  await ann.leave();
}

async function open(ann: Visitor, titles: readonly string[]): Promise<number[]> {
  const samples: number[] = [];
  for (const title of titles) {
    const row = await rowOf(ann, title);
    samples.push(await pressToPaint(ann.page, messageIn(title), () => row.click()));
    await pause(150);
  }
  return samples;
}
