import { expect, test } from 'vitest';
import { oneLine, plainText } from './plain-text';

test('marks are left out, also nested ones', () => {
  const entities = [
    { kind: 'bold' as const, offset: 2, length: 9, marks: 2 },
    { kind: 'italic' as const, offset: 6, length: 3, marks: 1 },
  ];
  expect(plainText('a **b _c_** d', entities)).toBe('a b c d');
});

test('lines become one', () => {
  expect(oneLine(' a\n\n b\t c ', [])).toBe('a b c');
});
