import { Kith } from '../../e2e/kith';
import type { Bench, Visitor } from './rig';

/** Two people who have a conversation open with each other, each in a browser of their own, and their server. */
export type Pair = { kith: Kith; ann: Visitor; ben: Visitor };

/** Brings two together for as long as `deed` takes. */
export async function withPair(bench: Bench, deed: (pair: Pair) => Promise<void>): Promise<void> {
  const kith = await Kith.fresh();
  try {
    const ann = await bench.visit(kith.url, 'Ann');
    const ben = await bench.visit(kith.url, 'Ben');
    await ann.register();
    await ben.register();
    await (await ann.talkTo(ben)).say('Hello');
    await ben.list.open('Ann');
    await ben.thread('Ann').message('Hello').row.waitFor();
    await deed({ kith, ann, ben });
    await ann.leave();
    await ben.leave();
  } finally {
    await kith.remove();
  }
}
