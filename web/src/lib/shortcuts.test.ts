import { describe, expect, test } from 'vitest';
import { combination, SHORTCUTS, shownKeys } from './shortcuts';

const press = (keys: Partial<KeyboardEvent>) => ({
  key: '',
  code: '',
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  ...keys,
});

describe('what is pressed', () => {
  test.each([
    ['Mod+K', press({ key: 'k', ctrlKey: true })],
    ['Mod+Shift+M', press({ key: 'M', ctrlKey: true, shiftKey: true })],
    ['Alt+N', press({ key: 'ñ', code: 'KeyN', altKey: true })],
    ['Alt+3', press({ key: '3', code: 'Digit3', altKey: true })],
    ['Alt+Shift+ArrowUp', press({ key: 'ArrowUp', altKey: true, shiftKey: true })],
  ])('%s', (keys, event) => expect(combination(event, false)).toBe(keys));

  test.each([
    press({ key: 'k' }),
    press({ key: 'K', shiftKey: true }),
    press({ key: 'Control', ctrlKey: true }),
  ])('is no shortcut', (event) => expect(combination(event, false)).toBeUndefined());

  test('on a Mac Option alone types letters', () => {
    expect(combination(press({ key: '˜', code: 'KeyN', altKey: true }), true)).toBeUndefined();
    expect(combination(press({ key: '˜', code: 'KeyN', altKey: true, ctrlKey: true }), true)).toBe('Alt+N');
    expect(combination(press({ key: 'k', metaKey: true }), true)).toBe('Mod+K');
  });
});

test('no two shortcuts have the same keys', () => {
  const keys = Object.values(SHORTCUTS);
  expect(new Set(keys).size).toBe(keys.length);
});

test('keys are shown as they are printed', () => {
  expect(shownKeys('Mod+Shift+M', false)).toBe('Ctrl + Shift + M');
  expect(shownKeys('Alt+ArrowUp', true)).toBe('⌃⌥↑');
});
