import { dayKey } from '@/lib/i18n/dates';

/** What of a message decides where it stands among its neighbours. */
export type Placed = {
  key: string;
  /** `null` while the message has no number yet: it is newer than every numbered one. */
  seq: number | null;
  senderId: string;
  createdAt: number;
  isSystem: boolean;
};

/** A message in its run: the first carries the name, the last the avatar and the time. */
export type Row =
  | { type: 'message'; key: string; first: boolean; last: boolean }
  | { type: 'system'; key: string }
  | { type: 'new'; key: 'new' };

/** The rows of one local calendar day. */
export type Day = { key: string; at: number; rows: Row[] };

/** Longer silence than this begins a new run even when the same person goes on. */
const RUN_BREAK_MS = 5 * 60_000;

/**
 * Lays messages out: days, runs of one sender, and a line before `firstUnread`, the number of the first message that was
 * unread when the conversation was opened.
 */
export function layOut(messages: readonly Placed[], firstUnread: number | null): Day[] {
  const days: Day[] = [];
  messages.forEach((message, index) => {
    const day = dayKey(message.createdAt);
    if (days.at(-1)?.key !== day) days.push({ key: day, at: message.createdAt, rows: [] });
    const rows = days.at(-1)?.rows ?? [];
    const previous = messages[index - 1];
    const startsNew = isFirstUnread(message, previous, firstUnread);
    if (startsNew) rows.push({ type: 'new', key: 'new' });
    rows.push(rowOf(message, previous, messages[index + 1], startsNew, firstUnread));
  });
  return days;
}

function rowOf(
  message: Placed,
  previous: Placed | undefined,
  next: Placed | undefined,
  startsNew: boolean,
  firstUnread: number | null,
): Row {
  if (message.isSystem) return { type: 'system', key: message.key };
  const first = startsNew || !previous || !sameRun(previous, message);
  const last = !next || !sameRun(message, next) || isFirstUnread(next, message, firstUnread);
  return { type: 'message', key: message.key, first, last };
}

function sameRun(a: Placed, b: Placed): boolean {
  return (
    !a.isSystem &&
    !b.isSystem &&
    a.senderId === b.senderId &&
    b.createdAt - a.createdAt < RUN_BREAK_MS &&
    dayKey(a.createdAt) === dayKey(b.createdAt)
  );
}

/** The numbered message may itself be hidden or unsent, so the line stands before the first that is not older. */
function isFirstUnread(message: Placed, previous: Placed | undefined, firstUnread: number | null): boolean {
  if (firstUnread === null || message.seq === null || message.seq < firstUnread) return false;
  return !previous || previous.seq === null || previous.seq < firstUnread;
}
