import { expect, test } from 'vitest';
import { withAccent } from './accents';

test('a conversation has one accent, and gives it back', () => {
  const one = withAccent({ a: 'plum' }, 'b', 'rose');
  expect(one).toEqual({ a: 'plum', b: 'rose' });
  expect(withAccent(one, 'a', 'slate')).toEqual({ b: 'rose', a: 'slate' });
  expect(withAccent(one, 'b', undefined)).toEqual({ a: 'plum' });
});

test('with one more than are kept, the oldest goes', () => {
  const full = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`c${index}`, 'plum' as const]));
  const next = withAccent(full, 'new', 'rose');
  expect(Object.keys(next)).toHaveLength(200);
  expect(next).not.toHaveProperty('c0');
});
