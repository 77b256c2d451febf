import { goTo, messageIn, visitAnn } from '../harness/client';
import { pause } from '../harness/figures';
import type { Bench, Visitor } from '../harness/rig';
import { Traffic } from '../harness/traffic';
import type { World } from '../harness/world';

/** What an hour brings at ten events a second, in a minute. */
const EVENTS_A_SECOND = 600;
const SECONDS = { quick: 10, full: 60 };
const SWITCHES = { quick: 30, full: 200 };
/** The rooms that are looked at during the traffic; where one of them was left, it is opened again. */
const ROOMS = 20;
/** One that is not. */
const QUIET_ROOM = 30;
const MIB = 1_048_576;
/** Her browser has heard by then what she read elsewhere. */
const TOLD_AFTER_MS = 2_000;
/** The last toast has gone by then, and the cache is written. */
const SETTLED_AFTER_MS = 8_000;

type Held = { heap: number; nodes: number; listeners: number; blobUrls: number };

/** G11: what is still held after an hour's traffic and two hundred changes of the conversation. */
export async function measure(bench: Bench): Promise<void> {
  const world = await bench.world();
  const ann = await visitAnn(bench);
  // Everything that is kept on purpose is there before: the windows of the conversations that are looked at, and what is
  // loaded when the first message comes.
  await Traffic.during(world, EVENTS_A_SECOND, () => wander(ann, world, ROOMS));
  const before = await held(ann, world);
  const end = performance.now() + (bench.quick ? SECONDS.quick : SECONDS.full) * 1_000;
  const switches = bench.quick ? SWITCHES.quick : SWITCHES.full;
  const sent = await Traffic.during(world, EVENTS_A_SECOND, async (traffic) => {
    await wander(ann, world, switches);
    await pause(Math.max(0, end - performance.now()));
    return traffic.sent;
  });
  const after = await held(ann, world);
  await ann.leave();
  bench.say(`${sent} events, ${switches} switches; before ${JSON.stringify(before)}`);
  const where = 'an hour of traffic';
  const report = (figure: string, value: number, most: number) =>
    bench.report({ case: where, figure, value, bound: { at_most: most } });
  report('heap growth, MiB', (after.heap - before.heap) / MIB, 8);
  report('heap, MiB', after.heap / MIB, 60);
  report('nodes', after.nodes, 6_000);
  report('more listeners', after.listeners - before.listeners, 0);
  report('more blob URLs', after.blobUrls - before.blobUrls, 0);
}

async function wander(ann: Visitor, world: World, switches: number): Promise<void> {
  for (let turn = 0; turn < switches; turn += 1) {
    const title = world.room(1 + (turn % ROOMS));
    await goTo(ann, world.id(title));
    // Not waitForSelector: what that answers would keep the row, and with it the whole thread, from being let go.
    await ann.page.locator(messageIn(title)).first().waitFor();
  }
}

/**
 * What is left once everything that can go has gone. What is on the page is held, too: a button has a listener, and above new
 * messages there is one more. So it is always the same that is on the page: a room in which all has been read, at its end.
 */
async function held(ann: Visitor, world: World): Promise<Held> {
  await world.readAll();
  await pause(TOLD_AFTER_MS);
  await goTo(ann, world.id(world.room(QUIET_ROOM)));
  await ann.page
    .locator(messageIn(world.room(QUIET_ROOM)))
    .first()
    .waitFor();
  await pause(SETTLED_AFTER_MS);
  for (let turn = 0; turn < 2; turn += 1) await ann.cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await ann.cdp.send('Runtime.getHeapUsage');
  const { nodes, jsEventListeners } = await ann.cdp.send('Memory.getDOMCounters');
  const blobUrls = await ann.page.evaluate(() => globalThis.kithProbe.blobUrls());
  return { heap: usedSize, nodes, listeners: jsEventListeners, blobUrls };
}
