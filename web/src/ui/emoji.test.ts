import { describe, expect, test } from 'vitest';
import { ranked, toned } from './emoji';
import { findEmoji } from './emoji-names';
import german from './emoji-names/de.json';
import english from './emoji-names/en.json';

describe('the six quick reactions', () => {
  test('are the usual ones at first', () => {
    expect(ranked({})).toEqual(['👍', '❤️', '😂', '😮', '😢', '🎉']);
  });

  test('are ordered by use, and others come in', () => {
    expect(ranked({ '🎉': 2, '🦊': 5 })).toEqual(['🦊', '🎉', '👍', '❤️', '😂', '😮']);
  });
});

test.each([
  ['👍', '👍🏽'],
  ['✌️', '✌🏽'],
  ['🧠', '🧠'],
  ['🎉', '🎉'],
  ['❤️‍🔥', '❤️‍🔥'],
])('%s in a tone', (emoji, expected) => expect(toned(emoji, '🏽')).toBe(expected));

test('emoji are found by the beginnings of their names, in any language', () => {
  expect(findEmoji(english, 'party', 3)).toContain('🎉');
  expect(findEmoji(german, 'möhre', 3)).toContain('🥕');
  expect(findEmoji(english, 'dog face', 1)).toEqual(['🐶']);
  expect(findEmoji(english, '', 3)).toEqual([]);
});
