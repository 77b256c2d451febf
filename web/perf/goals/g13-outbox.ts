import { expect } from '../../e2e/patience';
import { withPair } from '../harness/pair';
import type { Bench, Visitor } from '../harness/rig';

const MESSAGES = 100;
const DELIVERED_WITHIN_MS = 60_000;

/** G13: written without a network, the tab killed, the server started again: everything arrives, once, in order. */
export async function measure(bench: Bench): Promise<void> {
  await withPair(bench, async ({ kith, ann, ben }) => {
    await ann.page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await kith.stop();
    await write(ann);
    await ann.page.close();
    await kith.start();
    const begun = performance.now();
    await (await ann.page.context().newPage()).goto('/');
    const arrived = await received(ben);
    const took = performance.now() - begun;
    const where = `${MESSAGES} written away, tab killed, server restarted`;
    const distinct = new Set(arrived);
    const inOrder = arrived.filter((number, index) => index === 0 || number > (arrived[index - 1] ?? 0));
    bench.report({ case: where, figure: 'delivered', value: distinct.size, bound: { at_least: MESSAGES } });
    bench.report({
      case: where,
      figure: 'twice',
      value: arrived.length - distinct.size,
      bound: { at_most: 0 },
    });
    bench.report({
      case: where,
      figure: 'out of order',
      value: arrived.length - inOrder.length,
      bound: { at_most: 0 },
    });
    bench.report({ case: where, figure: 'until all were there, ms', value: took });
  });
}

async function write(ann: Visitor): Promise<void> {
  const { field } = ann.thread('Ben');
  for (let number = 1; number <= MESSAGES; number += 1) {
    await field.fill(`Away ${number}.`);
    await field.press('Enter');
  }
  await expect(ann.thread('Ben').message(`Away ${MESSAGES}.`).row).toBeVisible();
}

/** The numbers of the messages as the server has them, once no more of them come. */
async function received(ben: Visitor): Promise<number[]> {
  const last = ben.thread('Ann').message(`Away ${MESSAGES}.`).row;
  await expect(last).toBeVisible({ timeout: DELIVERED_WITHIN_MS });
  const id = new URL(ben.page.url()).pathname.split('/').at(-1) ?? '';
  const texts: string[] = [];
  for (let before: number | undefined; ; ) {
    const page = await messagesBefore(ben, id, before);
    texts.unshift(...page.map(({ text }) => text));
    before = page[0]?.seq;
    if (page.length === 0 || before === 1) break;
  }
  return texts.flatMap((text) => /^Away (\d+)\.$/.exec(text)?.[1] ?? []).map(Number);
}

async function messagesBefore(ben: Visitor, id: string, before: number | undefined) {
  const query = before === undefined ? '' : `?before=${before}`;
  const answer = await ben.page.request.get(`/api/v1/conversations/${id}/messages${query}`, {
    headers: { 'X-Kith': '1' },
  });
  return ((await answer.json()) as { messages: { seq: number; text: string }[] }).messages;
}
