import { expect, test } from 'vitest';
import { drawnRange } from './fixed-window';

test('at the top the rows in view and some below are drawn', () => {
  expect(drawnRange(0, 680, 68, 10_000)).toEqual({ first: 0, end: 22 });
});

test('in the middle there are some to spare on both sides', () => {
  expect(drawnRange(68 * 100, 680, 68, 10_000)).toEqual({ first: 88, end: 122 });
});

test('at the end nothing beyond the last row is drawn', () => {
  expect(drawnRange(68 * 95, 680, 68, 100)).toEqual({ first: 83, end: 100 });
});

test('a list that has shrunk under its scroll position draws nothing false', () => {
  expect(drawnRange(68 * 90, 680, 68, 3)).toEqual({ first: 3, end: 3 });
});
