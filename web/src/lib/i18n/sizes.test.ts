import { i18n } from '@lingui/core';
import { afterAll, expect, test } from 'vitest';
import { fileSize } from './sizes';

afterAll(() => i18n.activate('en'));

test('bytes are counted in words, more of them in units', () => {
  expect([1, 60, 999].map(fileSize)).toEqual(['1 byte', '60 bytes', '999 bytes']);
  expect([1_000, 340_400, 4_100_000].map(fileSize)).toEqual(['1 kB', '340 kB', '4.1 MB']);
});

test.each([
  ['de', 'Byte'],
  ['ar', 'بايت'],
  ['ja', 'バイト'],
])('%s says a number of bytes in its own words', (locale, word) => {
  i18n.loadAndActivate({ locale, messages: {} });
  expect(fileSize(60)).toContain(word);
});
