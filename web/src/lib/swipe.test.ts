import { expect, test } from 'vitest';
import { damped } from './swipe';

test.each([
  [0, 0],
  [96, 96],
  [-96, -96],
  [156, 106],
  [-156, -106],
])('a finger that moved %i px takes the row %i px along', (moved, expected) => {
  expect(damped(moved)).toBe(expected);
});
