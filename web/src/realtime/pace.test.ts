import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { paced } from './pace';

/** What drawing and painting a delivery costs here, in milliseconds. */
let cost = 0;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  vi.stubGlobal('document', { hidden: false });
  vi.stubGlobal('requestAnimationFrame', (frame: () => void) => setTimeout(frame, 1));
  vi.stubGlobal('MessageChannel', TimelyChannel);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('hands over at once what comes after a pause, but not before the caller is done', async () => {
  const deliver = vi.fn(() => 1);
  paced()(deliver);
  expect(deliver).not.toHaveBeenCalled();
  await Promise.resolve();
  expect(deliver).toHaveBeenCalledOnce();
});

it('lets what follows wait for the next frame at least', async () => {
  const { schedule, delivered } = ready();
  await schedule();
  await schedule();
  expect(delivered()).toBe(1);
  await vi.advanceTimersByTimeAsync(17);
  expect(delivered()).toBe(2);
});

it('rests the longer the more a flood cost, and not for ever', async () => {
  const { schedule, delivered } = ready(5);
  await costing(20, schedule);
  await schedule();
  await vi.advanceTimersByTimeAsync(130);
  expect(delivered()).toBe(1);
  await vi.advanceTimersByTimeAsync(40);
  expect(delivered()).toBe(2);
  await costing(5_000, schedule);
  await vi.advanceTimersByTimeAsync(500);
  await schedule();
  expect(delivered()).toBe(4);
});

it('rests after a few no longer than they took', async () => {
  const { schedule, delivered } = ready(4);
  await costing(20, schedule);
  await schedule();
  await vi.advanceTimersByTimeAsync(10);
  expect(delivered()).toBe(1);
  await vi.advanceTimersByTimeAsync(20);
  expect(delivered()).toBe(2);
});

it('rests longer while somebody types', async () => {
  const typing = new EventTarget();
  vi.stubGlobal('addEventListener', typing.addEventListener.bind(typing));
  const { schedule, delivered } = ready();
  typing.dispatchEvent(new Event('input'));
  await costing(20, schedule);
  await schedule();
  await vi.advanceTimersByTimeAsync(350);
  expect(delivered()).toBe(1);
  await vi.advanceTimersByTimeAsync(100);
  expect(delivered()).toBe(2);
});

it('goes on while the page is hidden and draws nothing', async () => {
  vi.stubGlobal('document', { hidden: true });
  const { schedule, delivered } = ready();
  await schedule();
  await schedule();
  expect(delivered()).toBe(1);
  await vi.advanceTimersByTimeAsync(250);
  expect(delivered()).toBe(2);
});

/** Of deliveries with so many items each. */
function ready(items = 1) {
  const schedule = paced();
  let count = 0;
  const deliver = () => {
    count += 1;
    vi.advanceTimersByTime(cost);
    return items;
  };
  return {
    schedule: async () => {
      schedule(deliver);
      await vi.advanceTimersByTimeAsync(0);
    },
    delivered: () => count,
  };
}

async function costing(milliseconds: number, deed: () => Promise<void>): Promise<void> {
  cost = milliseconds;
  await deed();
  cost = 0;
  // The frame, and the message behind it that says how long it took.
  await vi.advanceTimersByTimeAsync(2);
}

/** A channel whose messages arrive by the clock of the test. */
class TimelyChannel {
  readonly port1 = Object.assign(new EventTarget(), { start: () => undefined, close: () => undefined });
  readonly port2 = { postMessage: () => setTimeout(() => this.port1.dispatchEvent(new Event('message')), 0) };
}
