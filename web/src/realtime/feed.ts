import type { ServerItem } from './events';
import { paced } from './pace';

/** Items that are folded at once; more than this waits for the next turn, so that a flood cannot freeze the page. */
const BATCH_ITEMS_MAX = 500;

/** Calls `flush` soon, once, and not before this returns; it says how many items there were. Replaced in tests. */
export type Schedule = (flush: () => number) => void;

/**
 * Collects what the server says and hands it over in turns, at most one a frame, in order.
 *
 * Nothing is dropped: items are either in the queue or have been handed to `deliver`.
 */
export class Feed {
  #queue: ServerItem[] = [];
  #scheduled = false;
  readonly #deliver: (items: readonly ServerItem[]) => void;
  readonly #schedule: Schedule;

  constructor(deliver: (items: readonly ServerItem[]) => void, schedule: Schedule = paced()) {
    this.#deliver = deliver;
    this.#schedule = schedule;
  }

  push(item: ServerItem): void {
    this.#queue.push(item);
    this.#plan();
  }

  /** Hands over everything now. Whoever needs the state to hold an answer calls it right after pushing the answer. */
  flush(): void {
    while (this.#queue.length > 0) this.#deliver(this.#queue.splice(0, BATCH_ITEMS_MAX));
  }

  /** Forgets what waits, when it no longer concerns the person who is signed in. */
  clear(): void {
    this.#queue = [];
  }

  #plan(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(() => {
      this.#scheduled = false;
      const items = this.#queue.splice(0, BATCH_ITEMS_MAX);
      if (items.length > 0) this.#deliver(items);
      if (this.#queue.length > 0) this.#plan();
      return items.length;
    });
  }
}
