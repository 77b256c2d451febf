import type { Page } from '@playwright/test';

/** What the probe in a page answers. Times are milliseconds since the page began to load. */
export type Probe = {
  /** When an element that matches had been painted, once there is a visible one. */
  painted(selector: string): Promise<number>;
  /** When the last press of the pointer or of a key happened, by the clock of its event. */
  pressedAt(): number;
  /** From the press of each key to the next painted frame. */
  keys: number[];
  /** Counts, from the next key on, the frames until one holds an element that matches. */
  countFrames(selector: string): void;
  framesCounted(): Promise<number>;
  /** Tasks that held the main thread for more than 50 ms. */
  longTasks: number[];
  /** The longest event of each interaction, by its id. */
  interactions: Record<number, number>;
  /** Blob URLs that have been made and not revoked. */
  blobUrls(): number;
};

declare global {
  var kithProbe: Probe;
}

/**
 * Runs in every page before its own scripts. It costs nothing while nothing is waited for, and asks the page for nothing: what
 * is measured is what a person would see, whatever the client thinks of itself.
 */
export function installProbe(): void {
  let pressedAt = 0;
  const keys: number[] = [];
  const longTasks: number[] = [];
  const interactions: Record<number, number> = {};
  const blobs = new Set<string>();
  let counting: Promise<number> = Promise.resolve(Number.NaN);
  globalThis.kithProbe = {
    painted,
    pressedAt: () => pressedAt,
    keys,
    countFrames: (selector) => {
      counting = new Promise((resolve) => {
        addEventListener('keydown', () => void framesUntil(selector).then(resolve), {
          capture: true,
          once: true,
        });
      });
    },
    framesCounted: () => counting,
    longTasks,
    interactions,
    blobUrls: () => blobs.size,
  };

  addEventListener('pointerdown', (event) => (pressedAt = event.timeStamp), true);
  addEventListener(
    'keydown',
    ({ timeStamp }) => {
      pressedAt = timeStamp;
      void afterPaint().then((now) => keys.push(now - timeStamp));
    },
    true,
  );
  watch('longtask', ({ duration }) => longTasks.push(duration));
  watch('event', (entry) => {
    const { interactionId = 0, duration } = entry as PerformanceEntry & { interactionId?: number };
    if (interactionId > 0) interactions[interactionId] = Math.max(interactions[interactionId] ?? 0, duration);
  });
  const { createObjectURL, revokeObjectURL } = URL;
  URL.createObjectURL = (blob) => {
    const url = createObjectURL.call(URL, blob);
    blobs.add(url);
    return url;
  };
  URL.revokeObjectURL = (url) => {
    blobs.delete(url);
    revokeObjectURL.call(URL, url);
  };

  function painted(selector: string): Promise<number> {
    return new Promise((resolve) => {
      const look = () => {
        if (!document.querySelector(selector)?.checkVisibility()) return false;
        observer.disconnect();
        void afterPaint().then(resolve);
        return true;
      };
      const observer = new MutationObserver(look);
      if (!look()) observer.observe(document, { subtree: true, childList: true, attributes: true });
    });
  }

  async function framesUntil(selector: string): Promise<number> {
    for (let frames = 1; ; frames += 1) {
      await afterPaint();
      if (document.querySelector(selector)) return frames;
    }
  }

  /** The frame that is next is drawn after its callbacks; a message sent from one of them arrives when it has been. */
  function afterPaint(): Promise<number> {
    return new Promise((resolve) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.addEventListener('message', () => resolve(performance.now()), { once: true });
        port1.start();
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has none
        port2.postMessage(null);
      });
    });
  }

  function watch(type: string, heard: (entry: PerformanceEntry) => void): void {
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) heard(entry);
    });
    observer.observe({ type, buffered: true, durationThreshold: 16 } as PerformanceObserverInit);
  }
}

/** When the page had painted what the selector names; also when the client's own mark says that it was later. */
export async function paintedAt(page: Page, selector: string, mark?: string): Promise<number> {
  const seen = await page.evaluate((selector) => globalThis.kithProbe.painted(selector), selector);
  const marks = await page.evaluate(
    (mark) => (mark ? performance.getEntriesByName(mark).map(({ startTime }) => startTime) : []),
    mark,
  );
  return Math.max(seen, marks[0] ?? 0);
}

/** From the press that `press` makes to the painting of what it brings. */
export async function pressToPaint(
  page: Page,
  selector: string,
  press: () => Promise<void>,
): Promise<number> {
  const painted = page.evaluate((selector) => globalThis.kithProbe.painted(selector), selector);
  // A press that fails leaves nobody waiting; the page that is closed then is no second failure.
  painted.catch(() => undefined);
  await press();
  return (await painted) - (await page.evaluate(() => globalThis.kithProbe.pressedAt()));
}
