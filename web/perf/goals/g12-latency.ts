import { percentile } from '../harness/figures';
import { withPair } from '../harness/pair';
import type { Bench, Visitor } from '../harness/rig';

const MESSAGES = 30;

/** G12: from Enter to the other's screen, between two browsers on one machine, and to one's own. */
export async function measure(bench: Bench): Promise<void> {
  await withPair(bench, async ({ ann, ben }) => {
    for (let run = 0; run < bench.runs; run += 1) await exchange(bench, ann, ben, run);
  });
}

async function exchange(bench: Bench, ann: Visitor, ben: Visitor, run: number): Promise<void> {
  const there: number[] = [];
  const here: number[] = [];
  for (let number = 0; number < MESSAGES; number += 1) {
    const text = `Message ${run}-${number}.`;
    await ann.thread('Ben').field.fill(text);
    const arrival = paintedByTheClock(ben, text);
    await ann.page.evaluate((selector) => globalThis.kithProbe.countFrames(selector), saying(text));
    await ann.page.keyboard.press('Enter');
    const pressed = await ann.page.evaluate(() => performance.timeOrigin + globalThis.kithProbe.pressedAt());
    there.push((await arrival) - pressed);
    here.push(await ann.page.evaluate(() => globalThis.kithProbe.framesCounted()));
  }
  bench.report({
    case: 'two browsers, loopback',
    figure: 'Enter to the other’s screen, p95, ms',
    value: percentile(there, 95),
    bound: { at_most: 80 },
    samples: there,
  });
  bench.report({
    case: 'two browsers, loopback',
    figure: 'frames until one sees one’s own, p95',
    value: percentile(here, 95),
    bound: { at_most: 1 },
    samples: here,
  });
}

const saying = (text: string) => `[role="log"] [data-key][aria-label*="${text}"]`;

/** By the clock that all pages of this machine share. */
function paintedByTheClock(person: Visitor, text: string): Promise<number> {
  return person.page.evaluate(
    async (selector) => performance.timeOrigin + (await globalThis.kithProbe.painted(selector)),
    saying(text),
  );
}
