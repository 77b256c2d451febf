import type { Message } from '../../e2e/pages/message';
import { expect, PATIENCE_MS } from '../../e2e/patience';
import { rowOf, visitAnn } from '../harness/client';
import { percentile } from '../harness/figures';
import type { Bench, Visitor } from '../harness/rig';
import { Traffic } from '../harness/traffic';
import type { World } from '../harness/world';

const SESSION_MS = { quick: 15_000, full: 120_000 };
const EVENTS_A_SECOND = 2;
/** How long a menu may take to come, at a quarter of the CPU. */
const MENU_MS = 5_000;

/** G9: how long the client takes to respond while somebody uses all of it for two minutes. */
export async function measure(bench: Bench): Promise<void> {
  await session(bench, 'full speed', 1, 40);
  await session(bench, 'CPU at a quarter', 4, 100);
}

async function session(bench: Bench, where: string, slower: number, most: number): Promise<void> {
  const world = await bench.world();
  const ann = await visitAnn(bench);
  // Parts that are loaded when they are first wanted are here, as they are for anyone after a minute.
  await around(ann, world, 0);
  await ann.slowDown(slower);
  const before = Object.keys(await interactions(ann)).length;
  const end = performance.now() + (bench.quick ? SESSION_MS.quick : SESSION_MS.full);
  await Traffic.during(world, EVENTS_A_SECOND, async () => {
    for (let turn = 1; performance.now() < end; turn += 1) await around(ann, world, turn);
  });
  const samples = Object.values(await interactions(ann)).slice(before);
  await ann.leave();
  bench.say(`${samples.length} interactions`);
  bench.report({
    case: `${where}, two minutes of use`,
    figure: 'interaction to paint, p98, ms',
    value: percentile(samples, 98),
    bound: { at_most: most },
    samples,
  });
}

/** Once through the client: read, write, answer, react, look somebody up, look at the details and the settings. */
async function around(ann: Visitor, world: World, turn: number): Promise<void> {
  const title = world.room(1 + (turn % 20));
  const { page, list } = ann;
  await (await rowOf(ann, title)).click();
  const thread = ann.thread(title);
  await thread.field.click();
  await page.keyboard.type(`Turn ${turn}`);
  await page.keyboard.press('Enter');
  await openMenu(thread.message(new RegExp(`Turn ${turn}\\b`)));
  await page.keyboard.press('Escape');
  await page.keyboard.press('r');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+i');
  await page.keyboard.press('Alt+i');
  await list.search.click();
  await page.keyboard.type('ro');
  await page.keyboard.press('Escape');
  await list.search.fill('');
  await page.keyboard.press('Control+,');
  await expect(page.getByRole('navigation', { name: 'Settings' })).toBeVisible();
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Chats' }).click();
}

/** Its row may move away from the pointer when something comes below it. */
async function openMenu({ row, menu }: Message): Promise<void> {
  await expect(async () => {
    await row.last().click({ button: 'right' });
    await expect(menu).toBeVisible({ timeout: MENU_MS });
  }).toPass({ timeout: PATIENCE_MS });
}

function interactions(ann: Visitor): Promise<Record<number, number>> {
  return ann.page.evaluate(() => globalThis.kithProbe.interactions);
}
