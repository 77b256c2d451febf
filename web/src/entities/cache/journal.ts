/**
 * What was written or done here and the database may not have yet. The disk takes its time, and a page that is closed
 * takes the transactions with it that are under way; `localStorage` has the words when the call returns.
 */

const PREFIX = 'kith.outbox.';

/** More than this waits for a disk only when there is none; what does not fit is as safe as the database makes it. */
const ENTRIES_MAX = 200;

/** Notes a record down, in place of what was noted under its id. */
export function note(id: string, record: unknown): void {
  try {
    const key = PREFIX + id;
    if (localStorage.getItem(key) !== null || keys().length < ENTRIES_MAX) {
      localStorage.setItem(key, JSON.stringify(record));
    }
  } catch {
    // It is full or refused.
  }
}

export function strike(id: string): void {
  try {
    localStorage.removeItem(PREFIX + id);
  } catch {
    // Nothing was noted either.
  }
}

/** Strikes all of it. */
export function strikeAll(): void {
  for (const key of keys()) strike(key.slice(PREFIX.length));
}

/** What was noted and not struck. */
export function readNotes(): readonly unknown[] {
  return keys().flatMap((key) => {
    try {
      return [JSON.parse(localStorage.getItem(key) ?? '') as unknown];
    } catch {
      return [];
    }
  });
}

function keys(): readonly string[] {
  try {
    const all = Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index) ?? '');
    return all.filter((key) => key.startsWith(PREFIX));
  } catch {
    return [];
  }
}
