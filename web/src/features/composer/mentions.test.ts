import { describe, expect, test } from 'vitest';
import { emojiQuery, matching, mentionQuery, mentionsIn } from './mentions';

const ANN = { userId: 'a', name: 'Ann' };
const ANN_LEE = { userId: 'b', name: 'Ann Lee' };

describe('the mention being written', () => {
  test.each([
    ['@', 1, { from: 0, query: '' }],
    ['hi @an', 6, { from: 3, query: 'an' }],
    ['hi @ann le', 10, { from: 3, query: 'ann le' }],
    ['(@b', 3, { from: 1, query: 'b' }],
  ])('%j at %i', (text, caret, expected) => expect(mentionQuery(text, caret)).toEqual(expected));

  test.each([
    ['ann@example', 11],
    ['@ann\nmore', 9],
    ['plain', 5],
    [`@${'x'.repeat(40)}`, 41],
  ])('nothing in %j', (text, caret) => expect(mentionQuery(text, caret)).toBeUndefined());
});

describe('the emoji being named', () => {
  test.each([
    [':so', 3, { from: 0, query: 'so' }],
    ['hi :möhre', 9, { from: 3, query: 'möhre' }],
  ])('%j at %i', (text, caret, expected) => expect(emojiQuery(text, caret)).toEqual(expected));

  test.each([
    [':s', 2],
    ['at 7:so', 7],
    ['https://so', 10],
    [': so', 4],
    [':so ', 4],
  ])('nothing in %j', (text, caret) => expect(emojiQuery(text, caret)).toBeUndefined());
});

describe('mentions of a text', () => {
  test('the longest name wins', () => {
    expect(mentionsIn('@Ann Lee and @Ann', [ANN, ANN_LEE])).toEqual([
      { offset: 0, length: 8, user_id: 'b' },
      { offset: 13, length: 4, user_id: 'a' },
    ]);
  });

  test('one who was deleted from the text again is not mentioned', () => {
    expect(mentionsIn('hello', [ANN])).toEqual([]);
  });

  test('offsets count UTF-16 units', () => {
    expect(mentionsIn('🎉 @Ann', [ANN])[0]?.offset).toBe(3);
  });
});

test('any word of a name may match', () => {
  expect(matching([ANN, ANN_LEE], 'LE')).toEqual([ANN_LEE]);
});
