import { describe, expect, test } from 'vitest';
import { asksAnything, takeFilters } from './query';

const named = {
  person: (name: string) => (name.toLowerCase() === 'ann' ? 'user-ann' : undefined),
  conversation: (name: string) => (name === 'Up to the lake' ? 'lake' : undefined),
};
const take = (typed: string) => takeFilters(typed, {}, named);

describe('filters among the words', () => {
  test.each([
    ['from:Ann ferry', { words: 'ferry', filters: { from: 'user-ann' } }],
    ['ferry in:"Up to the lake" now', { words: 'ferry now', filters: { within: 'lake' } }],
    ['has:photos ', { words: '', filters: { has: 'photo' } }],
    [
      'after:2026-01-31 before:2026-02-28 x',
      { words: 'x', filters: { after: '2026-01-31', before: '2026-02-28' } },
    ],
  ])('%j', (typed, expected) => {
    const { words, filters } = take(typed);
    expect({ words: words.trim().replaceAll(/\s+/gu, ' '), filters }).toEqual(expected);
  });

  test('one that is still being typed stays words', () => {
    expect(take('from:An')).toEqual({ words: 'from:An', filters: {} });
  });

  test.each(['from:nobody x', 'before:soon x', 'before:2026-13-01 x', 'has:wings x'])(
    '%j names nothing and stays',
    (typed) => expect(take(typed)).toEqual({ words: typed, filters: {} }),
  );

  test('one that names nothing does not keep those behind it', () => {
    expect(take('from:nobody has:link x')).toEqual({ words: 'from:nobody x', filters: { has: 'link' } });
  });
});

test('dates alone ask nothing', () => {
  expect(asksAnything({ words: ' ', filters: { before: '2026-01-01' } })).toBe(false);
  expect(asksAnything({ words: '', filters: { has: 'file' } })).toBe(true);
});
