import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { currentToasts, dismissToast, dismissToasts, pauseToasts, toast } from './toasts';

const shown = () => currentToasts().map(({ text }) => text);

beforeEach(() => vi.useFakeTimers());

afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
});

test('goes after six seconds', () => {
  toast('saved');
  vi.advanceTimersByTime(5_999);
  expect(shown()).toEqual(['saved']);
  vi.advanceTimersByTime(1);
  expect(shown()).toEqual([]);
});

test('three are shown at once, and the oldest gives way', () => {
  for (const text of ['a', 'b', 'c', 'd']) toast(text);
  expect(shown()).toEqual(['b', 'c', 'd']);
});

test('a newer one about the same takes the place of the one before', () => {
  toast('Hello', { about: 'ann' });
  toast('Hi', { about: 'ben' });
  toast('Are you there?', { about: 'ann' });
  expect(shown()).toEqual(['Hi', 'Are you there?']);
  dismissToasts((about) => about === 'ann');
  expect(shown()).toEqual(['Hi']);
});

test('none goes while it is held, and not at once afterwards', () => {
  toast('read me');
  pauseToasts(true);
  vi.advanceTimersByTime(60_000);
  expect(shown()).toEqual(['read me']);
  pauseToasts(false);
  vi.advanceTimersByTime(1_999);
  expect(shown()).toEqual(['read me']);
  vi.advanceTimersByTime(1);
  expect(shown()).toEqual([]);
});

test('whoever waits for its end is told of it once, however it came', () => {
  const ends: string[] = [];
  const say = (text: string, about?: string) => toast(text, { about, onGone: () => ends.push(text) });
  say('a');
  say('b', 'ben');
  say('c', 'ben');
  expect(ends).toEqual(['b']);
  const [first] = currentToasts();
  dismissToast(first?.id ?? 0);
  vi.runAllTimers();
  expect(ends).toEqual(['b', 'a', 'c']);
});
