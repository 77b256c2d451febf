import { describe, expect, test } from 'vitest';
import { findTerms, hasTerms, termRanges } from './find';

const found = (text: string, query: string) =>
  termRanges(text, findTerms(query)).map(({ from, to }) => text.slice(from, to));

describe('what is typed finds', () => {
  test.each([
    ['The ferry leaves', 'ferr', ['ferr']],
    ['Die FÄHRE fährt', 'fahr', ['FÄHR', 'fähr']],
    ['crème brûlée', 'creme bru', ['crème', 'brû']],
    ['写真ありがとう', '真あ', ['真あ']],
    ['سنلتقي يوم الجمعة', 'الجمعه', ['الجمعة']],
    ['a cat, a cart', 'cat', ['cat']],
    ['ﬁsh', 'fish', ['ﬁsh']],
  ])('in %j by %j', (text, query, expected) => expect(found(text, query)).toEqual(expected));

  test.each([
    ['reread', 'read'],
    ['boats sail', 'boat sail'],
    ['only one', 'one two'],
  ])('nothing in %j by %j', (text, query) => expect(hasTerms(text, findTerms(query))).toBe(false));
});

test('a query without words is in every text', () => {
  expect(findTerms(' … ')).toEqual([]);
  expect(hasTerms('anything', [])).toBe(true);
});
