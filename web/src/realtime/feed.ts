import type { ServerItem } from './events';

/** How long items wait while the page is hidden and draws no frames. */
const HIDDEN_FLUSH_MS = 250;

/** Items that are folded at once; more than this waits for the next frame, so that a flood cannot freeze the page. */
const BATCH_ITEMS_MAX = 500;

/** Calls `flush` before the next frame, or soon when no frames are drawn. Replaced in tests. */
export type Schedule = (flush: () => void) => void;

/**
 * Collects what the server says and hands it over once a frame, in order.
 *
 * Nothing is dropped: items are either in the queue or have been handed to `deliver`.
 */
export class Feed {
  #queue: ServerItem[] = [];
  #scheduled = false;
  readonly #deliver: (items: readonly ServerItem[]) => void;
  readonly #schedule: Schedule;

  constructor(deliver: (items: readonly ServerItem[]) => void, schedule: Schedule = nextFrame) {
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
      if (this.#queue.length === 0) return;
      this.#deliver(this.#queue.splice(0, BATCH_ITEMS_MAX));
      if (this.#queue.length > 0) this.#plan();
    });
  }
}

/**
 * Before the next frame. A page that becomes hidden while it waits gets no frame any more, hence the timer beside it:
 * whichever comes first.
 */
function nextFrame(flush: () => void): void {
  let done = false;
  const once = () => {
    if (done) return;
    done = true;
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    flush();
  };
  const timer = setTimeout(once, HIDDEN_FLUSH_MS);
  const frame = document.hidden ? 0 : requestAnimationFrame(once);
}
