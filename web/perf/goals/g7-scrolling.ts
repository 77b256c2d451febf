import { randomUUID } from 'node:crypto';
import { expect } from '../../e2e/patience';
import { messageIn, rowOf, visitAnn } from '../harness/client';
import { pause, repeat } from '../harness/figures';
import { framesOf, scroll } from '../harness/frames';
import type { Bench, Visitor } from '../harness/rig';
import { driftDuring, rowsWatched, watchRows } from '../harness/rows';
import { LIBRARY, type World } from '../harness/world';

const PIXELS_A_SECOND = 4_000;
const PIXELS = 18_000;
const GESTURES = 4;
const HEIGHT_CHANGES = 40;
const APPENDS = 20;
const JUMPS = 50;

const TALLER = 'A line.\n'.repeat(12);

/** G7: through a hundred thousand messages: smooth, without gaps, and nothing moves that is being read. */
export async function measure(bench: Bench): Promise<void> {
  const world = await bench.world();
  await smoothness(bench, 'full speed', 1, 1);
  await smoothness(bench, 'CPU at a quarter', 4, 10);
  await steadiness(bench);
  await stillness(bench, world);
  await jumps(bench, world);
}

async function smoothness(bench: Bench, where: string, slower: number, most: number): Promise<void> {
  const runs = bench.quick ? 1 : 3;
  await repeat(runs, async () => {
    const ann = await inLibrary(bench);
    await ann.slowDown(slower);
    const { dropped, presented } = await framesOf(bench, ann.page, () => intoThePast(bench, ann));
    await ann.leave();
    bench.report({
      case: where,
      figure: 'dropped frames, %',
      value: (100 * dropped) / (dropped + presented),
      bound: { at_most: most },
      samples: [dropped, presented],
    });
  });
}

/** Apart from the frames, because looking at every row in every frame costs some. */
async function steadiness(bench: Bench): Promise<void> {
  const ann = await inLibrary(bench);
  await watchRows(ann.page);
  await intoThePast(bench, ann);
  const { frames, bare, reversed } = await rowsWatched(ann.page);
  await ann.leave();
  bench.say(`${frames} frames were looked at`);
  bench.report({
    case: 'full speed',
    figure: 'frames with less than 90 % rows',
    value: bare,
    bound: { at_most: 0 },
  });
  bench.report({
    case: 'full speed',
    figure: 'frames that moved back',
    value: reversed,
    bound: { at_most: 0 },
  });
}

/** Rows above change their height and new ones come while somebody reads history. */
async function stillness(bench: Bench, world: World): Promise<void> {
  const { ben } = world;
  const conversation_id = world.id(LIBRARY);
  const ann = await inLibrary(bench);
  await scroll(ann, 1_500, PIXELS_A_SECOND);
  await pause(500);
  const changed = await editable(world, await rowsAbove(ann), bench.quick ? 8 : HEIGHT_CHANGES);
  const drift = await driftDuring(ann.page, async () => {
    for (const { writer, seq, version } of changed) {
      await writer.ask('message:edit', { conversation_id, seq, if_version: version, text: TALLER });
      await pause(30);
    }
    for (let number = 0; number < APPENDS; number += 1) await ben.say(conversation_id, `Meanwhile ${number}`);
    await pause(500);
  });
  await ann.leave();
  bench.report({
    case: `${changed.length} rows change, ${APPENDS} come`,
    figure: 'drift, px',
    value: drift,
    bound: { at_most: 1 },
  });
}

/** What is in the page above the part of it that is seen: a row that grows in sight has to move others. */
function rowsAbove(ann: Visitor): Promise<number[]> {
  return ann.page.locator('[role="log"]').evaluate((log) => {
    const { top } = log.getBoundingClientRect();
    return [...log.querySelectorAll('[data-key]')]
      .filter((row) => row.getBoundingClientRect().bottom < top)
      .map((row) => Number(row.getAttribute('data-key')));
  });
}

/** Some of these messages, each with who wrote it and can therefore edit it. */
async function editable({ writers, ben, rooms }: World, shown: readonly number[], count: number) {
  const conversation_id = rooms.get(LIBRARY) ?? '';
  const { messages } = await ben.ask('message:page', {
    conversation_id,
    after: Math.min(...shown) - 1,
    limit: 100,
  });
  return messages
    .filter(({ seq }) => shown.includes(seq))
    .flatMap(({ seq, version, sender_id }) => {
      const writer = writers.find(({ userId }) => userId === sender_id);
      return writer ? [{ writer, seq, version }] : [];
    })
    .slice(0, count);
}

/** Answers lead to messages anywhere in the past: each leads there exactly, and what was landed on stays where it is. */
async function jumps(bench: Bench, world: World): Promise<void> {
  const conversation_id = world.id(LIBRARY);
  const count = bench.quick ? 5 : JUMPS;
  const targets = Array.from({ length: count }, (_, turn) => 1 + ((turn * 7_919 + 13) % 95_000));
  const ann = await inLibrary(bench);
  let missed = 0;
  let drift = 0;
  for (const seq of targets) {
    const text = `Answer to ${seq}`;
    await world.ben.ask('message:send', { conversation_id, client_id: randomUUID(), text, reply_to: seq });
    const answer = ann.thread(LIBRARY).message(text);
    await answer.quote.click();
    const target = ann.page.locator(`[role="log"] [data-key="${seq}"]`);
    try {
      await expect(target).toBeInViewport({ timeout: 3_000 });
      drift = Math.max(drift, await driftDuring(ann.page, () => pause(150)));
    } catch {
      missed += 1;
    }
    await ann.thread(LIBRARY).jumpToLatest.click();
    await expect(answer.row).toBeInViewport();
  }
  await ann.leave();
  bench.report({
    case: `${count} jumps`,
    figure: 'did not lead there',
    value: missed,
    bound: { at_most: 0 },
  });
  bench.report({
    case: `${count} jumps`,
    figure: 'drift after landing, px',
    value: drift,
    bound: { at_most: 1 },
  });
}

async function inLibrary(bench: Bench): Promise<Visitor> {
  const ann = await visitAnn(bench);
  await (await rowOf(ann, LIBRARY)).click();
  await ann.page.waitForSelector(messageIn(LIBRARY));
  await pause(1_000);
  return ann;
}

async function intoThePast(bench: Bench, ann: Visitor): Promise<void> {
  for (let gesture = 0; gesture < (bench.quick ? 2 : GESTURES); gesture += 1)
    await scroll(ann, PIXELS, PIXELS_A_SECOND);
}
