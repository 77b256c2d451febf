import { expect, test } from 'vitest';
import { isJumbo } from './jumbo';

test.each([
  '👍',
  '❤️',
  '☝🏽',
  '👩🏾‍🚀',
  '❤️‍🔥',
  '❤‍🔥',
  '🏳️‍🌈',
  '🇩🇪',
  '1️⃣',
  '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  '👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦',
  '😀 😀 😀',
  ' 😀\n',
  '🇩🇪🇫🇷🇯🇵',
])('%s alone is large', (text) => {
  expect(isJumbo(text)).toBe(true);
});

test.each([
  '',
  ' ',
  'a',
  '1',
  '123',
  '#',
  '™',
  '❤',
  '😀\ufe0e',
  '😀a',
  'hi 😀',
  '😀😀😀😀',
  '🇩',
  '🇩🇪🇫',
  '👍\u200d',
  '★',
  '1\ufe0f',
  '😀'.repeat(20_000),
])('%j is text', (text) => {
  expect(isJumbo(text)).toBe(false);
});
