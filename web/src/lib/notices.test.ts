import { describe, expect, test } from 'vitest';
import { isQuiet } from './notices';

const at = (time: string) => new Date(`2026-05-09T${time}:00`);

describe('quiet hours', () => {
  test.each([
    ['22:00', '07:00', '22:00', true],
    ['22:00', '07:00', '03:30', true],
    ['22:00', '07:00', '07:00', false],
    ['22:00', '07:00', '21:59', false],
    ['13:00', '14:00', '13:59', true],
    ['13:00', '14:00', '14:00', false],
    ['13:00', '13:00', '13:00', false],
  ])('from %s to %s, at %s: %s', (from, to, time, expected) =>
    expect(isQuiet({ isOn: true, from, to }, at(time))).toBe(expected),
  );

  test('are none when they are off', () => {
    expect(isQuiet({ isOn: false, from: '00:00', to: '23:59' }, at('12:00'))).toBe(false);
  });
});
