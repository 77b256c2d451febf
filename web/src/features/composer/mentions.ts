import type { Mention } from '@/protocol';

/** Someone who was picked from the list, as their name stands in the text after the `@`. */
export type Picked = { userId: string; name: string };

/** The `@…` that is being written: where it begins and what follows it. */
export type MentionQuery = { from: number; query: string };

/** Longer than any name one would type out; a stray `@` far back is no query. */
const QUERY_MAX = 32;

/** The mention that is being written just before the caret, or nothing. An `@` inside a word is an address, not a mention. */
export function mentionQuery(text: string, caret: number): MentionQuery | undefined {
  const from = text.lastIndexOf('@', caret - 1);
  if (from < 0 || caret - from > QUERY_MAX) return undefined;
  const before = text[from - 1];
  if (before !== undefined && /[\p{L}\p{N}_]/u.test(before)) return undefined;
  const query = text.slice(from + 1, caret);
  return /[\n@]|\s\s/.test(query) ? undefined : { from, query };
}

/** An emoji's name that is being written: a colon at the beginning of a word, with two letters behind it at least. */
export function emojiQuery(text: string, caret: number): MentionQuery | undefined {
  const from = text.lastIndexOf(':', caret - 1);
  if (from < 0 || caret - from > QUERY_MAX) return undefined;
  const before = text[from - 1];
  if (before !== undefined && !/\s/u.test(before)) return undefined;
  const query = text.slice(from + 1, caret);
  return /^[\p{L}\p{M}]{2,}$/u.test(query) ? { from, query } : undefined;
}

/**
 * Where the picked people stand in the text as it is now. Each place belongs to the longest name that fits, so that
 * “@Ann Lee” is not “@Ann”; people whose mention was deleted again are not mentioned.
 */
export function mentionsIn(text: string, picked: readonly Picked[]): Mention[] {
  const longestFirst = picked.toSorted((a, b) => b.name.length - a.name.length);
  const mentions: Mention[] = [];
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const who = longestFirst.find(({ name }) => text.startsWith(name, at + 1));
    if (who) mentions.push({ offset: at, length: who.name.length + 1, user_id: who.userId });
  }
  return mentions;
}

/** Whom the query may mean: those any word of whose name begins with it, at most eight. */
export function matching<T extends { name: string }>(people: readonly T[], query: string): T[] {
  const wanted = query.toLocaleLowerCase();
  return people
    .filter(({ name }) => {
      const lower = name.toLocaleLowerCase();
      return lower.startsWith(wanted) || lower.split(/\s+/u).some((word) => word.startsWith(wanted));
    })
    .slice(0, 8);
}
