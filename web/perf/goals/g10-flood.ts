import { rowOf, visitAnn } from '../harness/client';
import { pause } from '../harness/figures';
import type { Bench, Visitor } from '../harness/rig';
import { Traffic } from '../harness/traffic';

const EVENTS_A_SECOND = 200;
const SECONDS = { quick: 10, full: 60 };

/** Until the last of it has been drawn. */
const SETTLED_AFTER_MS = 1_500;
const TURNS_MAX = 8;

/** G10: two hundred messages a second in sixty conversations, while one of them is open. */
export async function measure(bench: Bench): Promise<void> {
  const world = await bench.world();
  const ann = await visitAnn(bench);
  await (await rowOf(ann, world.room(1))).click();
  await ann.thread(world.room(1)).field.waitFor();
  // The list keeps its order for a while under a pointer.
  await ann.page.mouse.move(900, 400);
  await pause(SETTLED_AFTER_MS);
  await ann.cdp.send('Performance.enable');
  await ann.page.evaluate(() => (globalThis.kithProbe.longTasks.length = 0));
  const before = await busySeconds(ann);
  const seconds = bench.quick ? SECONDS.quick : SECONDS.full;
  const { busy, traffic } = await Traffic.during(world, EVENTS_A_SECOND, async (traffic) => {
    await pause(seconds * 1_000);
    return { busy: (await busySeconds(ann)) - before, traffic };
  });
  await pause(SETTLED_AFTER_MS);
  const longTasks = await ann.page.evaluate(() => globalThis.kithProbe.longTasks);
  const wrong = await outOfOrder(ann, traffic.lastSpoken);
  await ann.leave();
  const where = `${EVENTS_A_SECOND} messages a second, 60 conversations`;
  bench.say(`${traffic.sent} messages in ${seconds} s`);
  bench.report({
    case: where,
    figure: 'tasks over 50 ms',
    value: longTasks.length,
    bound: { at_most: 0 },
    samples: longTasks,
  });
  bench.report({
    case: where,
    figure: 'main thread busy, %',
    value: (100 * busy) / seconds,
    bound: { at_most: 30 },
  });
  bench.report({
    case: where,
    figure: 'rows out of order at the end',
    value: wrong,
    bound: { at_most: 0 },
  });
}

/** Rows at the top of the list below which one stands where something was said later, once nothing more changes. */
async function outOfOrder(ann: Visitor, lastSpoken: ReadonlyMap<string, number>): Promise<number> {
  const list = ann.list.region.getByRole('list');
  await list.evaluate((list) => list.parentElement?.scrollTo(0, 0));
  let wrong = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < TURNS_MAX && wrong > 0; turn += 1) {
    await pause(SETTLED_AFTER_MS);
    const shown = await ann.list.rows.evaluateAll((rows) =>
      rows.map((row) => row.getAttribute('data-conversation') ?? ''),
    );
    const times = shown.map((id) => lastSpoken.get(id) ?? 0);
    wrong = times.filter((time, index) => time < (times[index + 1] ?? 0)).length;
  }
  return wrong;
}

async function busySeconds(ann: Visitor): Promise<number> {
  const { metrics } = await ann.cdp.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
}
