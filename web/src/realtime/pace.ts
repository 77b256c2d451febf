import { afterPaint } from '@/lib/painted';
import type { Schedule } from './feed';

/** Of the page's time at most one part in so many goes to a flood; the rest is for whoever reads and scrolls … */
const SHARE = 8;

/** … and of the time of somebody who is typing one in so many: a letter must not wait. */
const SHARE_WHILE_TYPING = 20;

/** Who has typed nothing for so long has paused. */
const TYPING_PAUSE_MS = 500;

/** Two deliveries are at least a frame apart, for nobody would see the first … */
const REST_MIN_MS = 16;

/** … and not farther apart than this, however slow the device is. */
const REST_MAX_MS = 500;
const REST_MAX_WHILE_TYPING_MS = 1_000;

/**
 * So few items at a time are no flood, but people who talk: somebody is seen typing, then the message comes, then how far it
 * has come. After them the page rests only as long as they took.
 */
const FEW = 4;
const SHARE_OF_FEW = 2;

/** How long items wait while the page is hidden and draws no frames. */
const HIDDEN_REST_MS = 250;

/**
 * Hands over what comes after a pause at once, so that one message is on screen in the very next frame; what follows waits
 * together until the page has rested as long as the last delivery deserves, by how many items it had and what it cost to fold,
 * draw and paint. Few events are thus drawn as they come, and a flood in as many portions as the device can bear.
 */
export function paced(): Schedule {
  let restedAt = 0;
  let typedAt = Number.NEGATIVE_INFINITY;
  globalThis.addEventListener?.('input', () => (typedAt = performance.now()), { capture: true });
  let waiting: (() => number) | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const goOn = () => {
    clearTimeout(timer);
    if (!waiting) return;
    const rest = restedAt - performance.now();
    if (rest > 0) timer = setTimeout(goOn, rest);
    else deliver(waiting);
  };
  const deliver = (flush: () => number) => {
    waiting = undefined;
    const begun = performance.now();
    // Until it is known what this one cost; a page that draws no frames never gets to know it.
    restedAt = begun + (document.hidden ? HIDDEN_REST_MS : REST_MAX_MS);
    const items = flush();
    if (document.hidden) return;
    // What hangs on the state is drawn in a microtask that was asked for before this one.
    queueMicrotask(() => {
      const drawnIn = performance.now() - begun;
      afterPaint((paintedIn) => {
        const cost = drawnIn + paintedIn;
        const isTyping = performance.now() - typedAt < TYPING_PAUSE_MS;
        restedAt = begun + (isTyping ? restWhileTyping(cost) : restAfter(items, cost));
        goOn();
      });
    });
  };
  return (flush) => {
    waiting = flush;
    if (restedAt > performance.now()) goOn();
    else queueMicrotask(goOn);
  };
}

/** Counted from the beginning of a delivery, whose own time is part of it. */
function restAfter(items: number, cost: number): number {
  const share = items > FEW ? SHARE : SHARE_OF_FEW;
  return Math.min(REST_MAX_MS, Math.max(REST_MIN_MS, share * cost));
}

function restWhileTyping(cost: number): number {
  return Math.min(REST_MAX_WHILE_TYPING_MS, Math.max(REST_MIN_MS, SHARE_WHILE_TYPING * cost));
}
