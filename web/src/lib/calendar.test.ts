import { expect, test } from 'vitest';
import { addMonths, dayFor, type Noon, noonOf, startOf, weeksOf } from './calendar';

const SUNDAY = 0;
const MONDAY = 1;

function day(text: string): Noon {
  return noonOf(new Date(`${text}T12:00:00`).getTime());
}

function said(at: Noon): string {
  const date = new Date(at);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].join('-');
}

test('a month is told in whole weeks, from the day with which weeks begin', () => {
  const weeks = weeksOf(day('2026-11-23'), MONDAY);
  expect(weeks.map(([first]) => said(first ?? 0))).toEqual([
    '2026-10-26',
    '2026-11-2',
    '2026-11-9',
    '2026-11-16',
    '2026-11-23',
    '2026-11-30',
  ]);
  expect(weeksOf(day('2026-11-23'), SUNDAY).map(([first]) => said(first ?? 0))).toEqual([
    '2026-11-1',
    '2026-11-8',
    '2026-11-15',
    '2026-11-22',
    '2026-11-29',
  ]);
});

test('a month that is shorter ends on its last day', () => {
  expect(said(addMonths(day('2026-01-31'), 1))).toBe('2026-2-28');
  expect(said(addMonths(day('2024-02-29'), -12))).toBe('2023-2-28');
});

test('keys move by day, week, month and year', () => {
  const go = (key: string, shiftKey = false, isMirrored = false) =>
    said(dayFor({ key, shiftKey }, day('2026-11-25'), { firstDay: MONDAY, isMirrored }) ?? 0);
  expect(go('ArrowRight')).toBe('2026-11-26');
  expect(go('ArrowRight', false, true)).toBe('2026-11-24');
  expect(go('ArrowUp')).toBe('2026-11-18');
  expect(go('Home')).toBe('2026-11-23');
  expect(go('End')).toBe('2026-11-29');
  expect(go('PageUp')).toBe('2026-10-25');
  expect(go('PageDown', true)).toBe('2027-11-25');
  expect(dayFor({ key: 'x', shiftKey: false }, 0, { firstDay: 1, isMirrored: false })).toBeUndefined();
});

test('a day begins at its midnight', () => {
  expect(startOf(day('2026-11-25'))).toBe(new Date('2026-11-25T00:00:00').getTime());
});
