import { LIST_PAINTED, LIST_ROW, visitAnn } from '../harness/client';
import { percentile, repeat } from '../harness/figures';
import { paintedAt } from '../harness/probe';
import type { Bench } from '../harness/rig';

/** 1.6 Mbit/s down, 750 kbit/s up, 150 ms there and back: a telephone with two bars. */
const NETWORK = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750 };
const SLOWER = 4;

/** G4: a first visit of somebody who is signed in, with nothing kept, on a slow telephone. */
export async function measure(bench: Bench): Promise<void> {
  const { url } = await bench.world();
  const signedIn = await visitAnn(bench);
  const { cookies } = await signedIn.page.context().storageState();
  await signedIn.leave();
  const starts = await repeat(bench.runs, async () => {
    const ann = await bench.visit(url, 'Ann', {
      storageState: { cookies, origins: [] },
      viewport: { width: 390, height: 844 },
    });
    await ann.cdp.send('Network.enable');
    await ann.cdp.send('Network.emulateNetworkConditions', NETWORK);
    await ann.slowDown(SLOWER);
    await ann.page.goto('/', { waitUntil: 'commit' });
    const list = await paintedAt(ann.page, LIST_ROW, LIST_PAINTED);
    const first = await ann.page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    );
    await ann.leave();
    return { first, list };
  });
  const where = 'first visit, CPU at a quarter, 150 ms, 1.6 Mbit/s';
  const first = starts.map((start) => start.first);
  const list = starts.map((start) => start.list);
  bench.report({
    case: where,
    figure: 'first contentful paint, median, ms',
    value: percentile(first, 50),
    bound: { at_most: 1_200 },
    samples: first,
  });
  bench.report({
    case: where,
    figure: 'list painted, median, ms',
    value: percentile(list, 50),
    bound: { at_most: 2_600 },
    samples: list,
  });
}
