import { expect, test } from 'vitest';
import { searchSince } from './days';

/** Ten messages a day, of which the reader does not see every third. */
function history(last: number) {
  const asked: number[] = [];
  const all = Array.from({ length: last }, (_, index) => index + 1)
    .filter((seq) => seq % 3 !== 0)
    .map((seq) => ({ seq, created_at: Math.floor(seq / 10) }));
  const after = async (from: number, limit: number) => {
    asked.push(from);
    return all.filter(({ seq }) => seq > from).slice(0, limit);
  };
  return { after, asked };
}

test('the first message of a day is found, or the next one that can be seen', async () => {
  const { after } = history(1_000);
  expect(await searchSince(2, 1_000, after)).toBe(20);
  expect(await searchSince(3, 1_000, after)).toBe(31);
  expect(await searchSince(0, 1_000, after)).toBe(1);
  expect(await searchSince(99, 1_000, after)).toBe(991);
  expect(await searchSince(100, 1_000, after)).toBe(1_000);
});

test('where everything is older there is none', async () => {
  const { after } = history(1_000);
  expect(await searchSince(101, 1_000, after)).toBeUndefined();
  expect(await searchSince(1, 0, after)).toBeUndefined();
});

test('a hundred thousand messages take a dozen questions', async () => {
  const { after, asked } = history(100_000);
  expect(await searchSince(4_321, 100_000, after)).toBe(43_210);
  expect(asked.length).toBeLessThanOrEqual(13);
});
