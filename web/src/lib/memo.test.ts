import { expect, it } from 'vitest';
import { keepIfSame, memo, memoByKey } from './memo';

const state = { a: { n: 1 }, b: { n: 2 } };

it('computes anew only when an input is another object', () => {
  let computed = 0;
  const select = memoByKey(
    (from: typeof state, key: 'a' | 'b') => [from[key]] as const,
    ([item]) => {
      computed += 1;
      return { doubled: item.n * 2 };
    },
  );
  const first = select(state, 'a');
  expect(select({ ...state, b: { n: 5 } }, 'a')).toBe(first);
  expect(select(state, 'b')).toEqual({ doubled: 4 });
  expect(computed).toBe(2);
  expect(select({ ...state, a: { n: 3 } }, 'a')).toEqual({ doubled: 6 });
});

it('keeps two arguments apart', () => {
  const select = memoByKey(
    (_from: typeof state, x: string, y: number) => [x, y] as const,
    ([x, y]) => `${x}/${y}`,
  );
  expect([select(state, 'a', 1), select(state, 'a', 2), select(state, 'b', 1)]).toEqual([
    'a/1',
    'a/2',
    'b/1',
  ]);
});

it('forgets the oldest when it holds too much, and computes it again', () => {
  let computed = 0;
  const select = memoByKey(
    (_from: typeof state, key: number) => [key] as const,
    ([key]) => {
      computed += 1;
      return key;
    },
  );
  for (let key = 0; key <= 2_000; key += 1) select(state, key);
  expect(computed).toBe(2_001);
  select(state, 2_000);
  expect(computed).toBe(2_001);
  select(state, 0);
  expect(computed).toBe(2_002);
});

it('remembers one result', () => {
  const select = memo(
    (from: typeof state) => [from.a] as const,
    ([a]) => ({ ...a }),
  );
  expect(select({ ...state })).toBe(select(state));
});

it('keeps the list that holds the same', () => {
  const list = [1, 2];
  expect(keepIfSame(list, [1, 2])).toBe(list);
  expect(keepIfSame(list, [1, 2, 3])).toEqual([1, 2, 3]);
  expect(keepIfSame(undefined, [])).toEqual([]);
});
