import { isInstalled, LIST_PAINTED, LIST_ROW, messageIn, rowOf, visitAnn } from '../harness/client';
import { pause, percentile, repeat } from '../harness/figures';
import { paintedAt } from '../harness/probe';
import { type Bench, type Visitor, visitorOn } from '../harness/rig';

const LOADS = 7;

/** The cache is written when nothing more urgent is to be done. */
const KEPT_AFTER_MS = 2_000;

/** G5: another visit, from what the device keeps; also with the server stopped. */
export async function measure(bench: Bench): Promise<void> {
  const world = await bench.world();
  const ann = await visitAnn(bench);
  await (await rowOf(ann, world.room(1))).click();
  await ann.page.waitForSelector(messageIn(world.room(1)));
  await isInstalled(ann);
  await pause(KEPT_AFTER_MS);
  await starts(bench, ann, 'server running', 1, { p50: 150, p95: 250 });
  await world.kith.stop();
  try {
    await starts(bench, ann, 'server stopped', 1, { p50: 150, p95: 250 });
    await starts(bench, ann, 'server stopped, CPU at a quarter', 4, { p50: 450, p95: 900 });
  } finally {
    await world.kith.start();
    await ann.leave();
  }
}

async function starts(
  bench: Bench,
  ann: Visitor,
  where: string,
  slower: number,
  bounds: { p50: number; p95: number },
): Promise<void> {
  // The first load fills caches of the browser's own, as it would for anyone who comes back.
  const [, ...samples] = await repeat(LOADS * (bench.quick ? 1 : 3) + 1, () => start(ann, slower));
  for (const percent of [50, 95] as const)
    bench.report({
      case: where,
      figure: `list painted, p${percent}, ms`,
      value: percentile(samples, percent),
      bound: { at_most: bounds[`p${percent}`] },
      samples,
    });
}

async function start(ann: Visitor, slower: number): Promise<number> {
  const page = await ann.page.context().newPage();
  const visitor = await visitorOn(page, 'Ann');
  await visitor.slowDown(slower);
  await page.goto('/', { waitUntil: 'commit' });
  const painted = await paintedAt(page, LIST_ROW, LIST_PAINTED);
  await page.close();
  return painted;
}
