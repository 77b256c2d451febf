import { type KeyboardEvent, useEffect, useState } from 'react';
import { useT } from '@/lib/i18n';
import { announce } from '@/ui/Announcer';
import type { Face } from '@/ui/Avatar';
import { emojiQuery, type MentionQuery, matching, mentionQuery } from './mentions';

/** What may stand for the word that is being written. */
export type Completion = { kind: 'person'; person: Face } | { kind: 'emoji'; emoji: string; name: string };

/** How to look for an emoji by its name. */
type Table = { find: (query: string) => Completion[] };

const FOUND_MAX = 8;

type Asked = MentionQuery & { kind: Completion['kind'] };

/** The list above the field, from the moment an `@` or a `:` with letters is typed until it is settled. */
export function useCompletion(people: readonly Face[]) {
  const t = useT();
  const [asked, setAsked] = useState<Asked>();
  const [at, setAt] = useState(0);
  const table = useTable(asked?.kind === 'emoji');
  const found = asked ? foundFor(asked, people, table) : [];
  const selected = Math.min(at, Math.max(0, found.length - 1));
  const { length } = found;
  const wanted = asked?.query;
  useEffect(() => {
    // A field of many lines cannot be a combobox, so the list is announced instead of implied.
    if (length > 0 && wanted !== undefined) {
      announce(
        t(asked?.kind === 'emoji' ? 'composer.emojiFound' : 'composer.mentionFound', { count: length }),
      );
    }
  }, [t, length, wanted, asked?.kind]);

  return {
    asked,
    found,
    selected,
    close: () => setAsked(undefined),
    read: (field: HTMLTextAreaElement | null) => {
      if (!field) return;
      setAsked(askedIn(field, people.length > 0));
      setAt(0);
    },
    /** Whether the key was for the list. */
    onKey: (event: KeyboardEvent, pick: (completion: Completion) => void): boolean => {
      if (length === 0) return false;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const chosen = found[selected];
      if (step !== undefined) setAt((selected + step + length) % length);
      else if ((event.key === 'Enter' || event.key === 'Tab') && chosen) pick(chosen);
      else if (event.key === 'Escape') setAsked(undefined);
      else return false;
      event.preventDefault();
      return true;
    },
  };
}

function askedIn(field: HTMLTextAreaElement, hasPeople: boolean): Asked | undefined {
  const mention = hasPeople ? mentionQuery(field.value, field.selectionStart) : undefined;
  if (mention) return { ...mention, kind: 'person' };
  const emoji = emojiQuery(field.value, field.selectionStart);
  return emoji && { ...emoji, kind: 'emoji' };
}

function foundFor(asked: Asked, people: readonly Face[], table: Table | undefined): Completion[] {
  if (asked.kind === 'emoji') return table?.find(asked.query) ?? [];
  return matching(people, asked.query).map((person) => ({ kind: 'person', person }));
}

/** The names of the emoji, loaded when the first `:` asks for them. */
function useTable(isWanted: boolean): Table | undefined {
  const [table, setTable] = useState<Table>();
  useEffect(() => {
    if (!isWanted || table) return;
    import('@/ui/emoji-names')
      .then(async ({ loadEmojiNames, findEmoji, nameOfEmoji }) => {
        const names = await loadEmojiNames();
        const find = (query: string) =>
          findEmoji(names, query, FOUND_MAX).map((emoji) => ({
            kind: 'emoji' as const,
            emoji,
            name: nameOfEmoji(names, emoji),
          }));
        setTable({ find });
      })
      .catch(() => undefined);
  }, [isWanted, table]);
  return table;
}
