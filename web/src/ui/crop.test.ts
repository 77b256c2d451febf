import { expect, test } from 'vitest';
import { CLOSEST, moved, sideOf, WHOLE, zoomed } from './crop';

const WIDE = { width: 400, height: 200 };

test('the largest square moves along the longer side only, and not beyond the picture', () => {
  expect(sideOf(WIDE, WHOLE)).toBe(200);
  expect(moved(WIDE, WHOLE, 0.25, 0.25)).toEqual({ zoom: 1, x: 0.625, y: 0.5 });
  expect(moved(WIDE, WHOLE, 9, 9)).toEqual({ zoom: 1, x: 0.75, y: 0.5 });
  expect(moved(WIDE, WHOLE, -9, -9)).toEqual({ zoom: 1, x: 0.25, y: 0.5 });
});

test('a closer square moves both ways, and is in the picture again when it grows', () => {
  const close = moved(WIDE, zoomed(WIDE, WHOLE, 2), 9, 9);
  expect(sideOf(WIDE, close)).toBe(100);
  expect(close).toEqual({ zoom: 2, x: 0.875, y: 0.75 });
  expect(zoomed(WIDE, close, 1)).toEqual({ zoom: 1, x: 0.75, y: 0.5 });
});

test('there is an end to coming closer, and to going away', () => {
  expect(zoomed(WIDE, WHOLE, CLOSEST + 1).zoom).toBe(CLOSEST);
  expect(zoomed(WIDE, WHOLE, 0.5).zoom).toBe(1);
});
