import { expect, test } from 'vitest';
import { layOut, type Placed } from './grouping';

const NOON = new Date(2026, 4, 9, 12, 0).getTime();

function message(seq: number, senderId: string, minutes: number, isSystem = false): Placed {
  return { key: String(seq), seq, senderId, createdAt: NOON + minutes * 60_000, isSystem };
}

function drawn(messages: Placed[], firstUnread: number | null = null): string[] {
  return layOut(messages, firstUnread).flatMap((day) => [
    day.key,
    ...day.rows.map((row) =>
      row.type === 'message'
        ? `${row.key}${row.first ? ' first' : ''}${row.last ? ' last' : ''}`
        : `${row.key} ${row.type}`,
    ),
  ]);
}

test('a run ends with its sender and after five minutes', () => {
  expect(
    drawn([message(1, 'ann', 0), message(2, 'ann', 4), message(3, 'ann', 9), message(4, 'ben', 10)]),
  ).toEqual(['2026-05-09', '1 first', '2 last', '3 first last', '4 first last']);
});

test('midnight and a system line end a run', () => {
  const late = 11 * 60 + 59;
  expect(
    drawn([
      message(1, 'ann', late),
      message(2, 'ann', late + 1),
      message(3, 'ann', late + 2, true),
      message(4, 'ann', late + 3),
    ]),
  ).toEqual(['2026-05-09', '1 first last', '2026-05-10', '2 first last', '3 system', '4 first last']);
});

test('the line of new messages stands before the first that is not older than the mark', () => {
  expect(drawn([message(1, 'ann', 0), message(2, 'ann', 1), message(5, 'ann', 2)], 4)).toEqual([
    '2026-05-09',
    '1 first',
    '2 last',
    'new new',
    '5 first last',
  ]);
});

test('a message that has no number yet is never the first unread', () => {
  const pending: Placed = { ...message(0, 'me', 3), key: 'p', seq: null };
  expect(drawn([message(1, 'ann', 0), pending], 9)).toEqual(['2026-05-09', '1 first last', 'p first last']);
});
