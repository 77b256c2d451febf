import { rowOf, visitAnn } from '../harness/client';
import { pause, percentile } from '../harness/figures';
import type { Bench, Visitor } from '../harness/rig';
import { Traffic } from '../harness/traffic';

const KEYS = 61;
const KEY_EVERY_MS = 60;
const EVENTS_A_SECOND = 50;

/** G8: from a key to the letter on the screen. */
export async function measure(bench: Bench): Promise<void> {
  const world = await bench.world();
  const ann = await visitAnn(bench);
  await (await rowOf(ann, world.room(1))).click();
  await ann.thread(world.room(1)).field.waitFor();
  for (let run = 0; run < bench.runs; run += 1) {
    await typing(bench, ann, 'full speed', 1, 16);
    await typing(bench, ann, 'CPU at a quarter', 4, 50);
    await Traffic.during(world, EVENTS_A_SECOND, () =>
      typing(bench, ann, `CPU at a quarter, ${EVENTS_A_SECOND} events a second`, 4, 60),
    );
  }
  await ann.leave();
}

async function typing(
  bench: Bench,
  ann: Visitor,
  where: string,
  slower: number,
  most: number,
): Promise<void> {
  const { field } = ann.thread((await bench.world()).room(1));
  await field.fill('');
  await ann.slowDown(slower);
  await ann.page.evaluate(() => (globalThis.kithProbe.keys.length = 0));
  for (let key = 0; key < KEYS; key += 1) {
    await ann.page.keyboard.press(key % 7 === 6 ? 'Space' : 'abcdefghijklm'.charAt(key % 13));
    await pause(KEY_EVERY_MS);
  }
  const samples = await ann.page.evaluate(() => globalThis.kithProbe.keys);
  await ann.slowDown(1);
  await field.fill('');
  bench.report({
    case: where,
    figure: 'key to paint, p95, ms',
    value: percentile(samples, 95),
    bound: { at_most: most },
    samples,
  });
}
