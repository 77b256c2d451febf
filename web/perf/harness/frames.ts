import type { Page } from '@playwright/test';
import type { Bench, Visitor } from './rig';

const CATEGORIES = ['cc', 'benchmark'];

/** What a frame came to is told when its report begins; Chromium has called that by two names. */
type Told = { state?: string };
type TraceEvent = { name: string; args?: { frame_reporter?: Told; chrome_frame_reporter?: Told } };

/** How many frames reached the screen while something was done, and how many were due and did not. */
export async function framesOf(bench: Bench, page: Page, deed: () => Promise<void>) {
  await bench.browser.startTracing(page, { categories: CATEGORIES });
  await deed();
  const trace = JSON.parse((await bench.browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const states = trace.traceEvents
    .filter(({ name }) => name === 'PipelineReporter')
    .flatMap(({ args }) => (args?.frame_reporter ?? args?.chrome_frame_reporter)?.state ?? []);
  if (states.length === 0) throw new Error('The trace tells of no frame.');
  return {
    dropped: states.filter((state) => state === 'STATE_DROPPED').length,
    presented: states.filter((state) => state.startsWith('STATE_PRESENTED')).length,
  };
}

/** Turns the wheel over what is in the middle of the page. Backwards, into the past, is positive. */
export async function scroll({ cdp, page }: Visitor, pixels: number, pixelsASecond: number): Promise<void> {
  const { width = 0, height = 0 } = page.viewportSize() ?? {};
  await cdp.send('Input.synthesizeScrollGesture', {
    x: width * 0.6,
    y: height / 2,
    yDistance: pixels,
    speed: pixelsASecond,
    gestureSourceType: 'mouse',
    preventFling: true,
  });
}
