import { expect, it } from 'vitest';
import { uuidv7 } from './uuid';

it('makes ids of version 7 that carry their time', () => {
  const id = uuidv7(0x0192_3456_789a);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

it('makes ids that sort in the order in which they were made, also within a millisecond and when the clock turns back', () => {
  const now = Date.now() + 1_000;
  const ids = Array.from({ length: 10_000 }, (_, index) => uuidv7(index < 9_000 ? now : now - 500));
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});
