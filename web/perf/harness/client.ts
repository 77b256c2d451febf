import { Door } from '../../e2e/pages/door';
import { expect, PATIENCE_MS } from '../../e2e/patience';
import { PASSWORD } from './correspondent';
import type { Bench, Visitor } from './rig';

/** A row of the list of conversations. */
export const LIST_ROW = 'nav [role="list"] a[data-conversation]';

/** The client says so itself when it has drawn them. */
export const LIST_PAINTED = 'kith:list-painted';

/** A message of the conversation with this title. */
export function messageIn(title: string): string {
  return `[role="log"][aria-label$="${title}"] [data-key]`;
}

/** Ann of the world in a new browser: through the form, which lets the device keep things. */
export async function visitAnn(bench: Bench, url?: string): Promise<Visitor> {
  const world = await bench.world();
  const ann = await bench.visit(url ?? world.url, 'Ann');
  await ann.page.goto('/sign-in');
  await new Door(ann.page).signIn('ann', PASSWORD);
  await expect(ann.list.rows.first()).toBeVisible();
  return ann;
}

/** Until the worker has all of the client, and later parts do not come over the network any more. */
export async function isInstalled(ann: Visitor): Promise<void> {
  await ann.page.evaluate(async () => void (await navigator.serviceWorker.ready));
}

/** More than the list of the world has. */
const SCREENS_MAX = 20;

/** A row that stays where it is has been scrolled to by then. */
const SCROLLED_MS = 2_000;

/** The row of a conversation, wherever it is in the list: it is scrolled to, because the list draws only what is in view. */
export async function rowOf(ann: Visitor, title: string) {
  const row = ann.list.row(title);
  const list = ann.list.region.getByRole('list');
  for (let screen = 0; screen < SCREENS_MAX && !(await row.isVisible()); screen += 1) {
    await list.evaluate(({ parentElement: view }, screen) => {
      view?.scrollTo(0, screen * view.clientHeight);
      return new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    }, screen);
  }
  // A row that somebody writes in moves to another place while it is scrolled to.
  await expect(() => row.scrollIntoViewIfNeeded({ timeout: SCROLLED_MS })).toPass({ timeout: PATIENCE_MS });
  return row;
}

/** Opens a conversation by its address, as a link would: rows move while many people write. */
export async function goTo(ann: Visitor, id: string): Promise<void> {
  await ann.page.evaluate((path) => history.pushState(null, '', path), `/c/${id}`);
}
