import type { ConversationId, UserId } from '@/protocol';

/** What a message must show. */
export const HAS = ['photo', 'file', 'link'] as const;
export type Has = (typeof HAS)[number];

/** Narrows a search. Days are local, as `YYYY-MM-DD`: `before` ends before its day, `after` begins with it. */
export type SearchFilters = {
  readonly from?: UserId;
  readonly within?: ConversationId;
  readonly has?: Has;
  readonly before?: string;
  readonly after?: string;
};

/** What is looked for: words, narrowed by filters. */
export type MessageQuery = { readonly words: string; readonly filters: SearchFilters };

/** Finds what a filter names: the first whose name begins so, or nothing. */
export type Named = {
  person: (name: string) => UserId | undefined;
  conversation: (name: string) => ConversationId | undefined;
};

/** A finished filter among the words: `from:ann`, `in:"Up to the lake"`, with a space behind it. */
const TYPED = /(?:^|\s)(from|in|has|before|after):(?:"([^"]+)"|(\S+))(?=\s)/iu;

/**
 * Takes the finished filters out of what is being typed. One that names nothing stays where it is, as words: it is for
 * the person to see that nobody is called that.
 */
export function takeFilters(typed: string, filters: SearchFilters, named: Named): MessageQuery {
  const rest = taking(typed, filters, named);
  return rest.filters === filters ? rest : { ...rest, words: rest.words.trimStart() };
}

/** Whether there is anything to look for. */
export function asksAnything({ words, filters }: MessageQuery): boolean {
  return words.trim() !== '' || filters.from !== undefined || filters.has !== undefined;
}

/** The same text for the same question. */
export function keyOfQuery({ words, filters }: MessageQuery): string {
  const { from = '', within = '', has = '', before = '', after = '' } = filters;
  return JSON.stringify([words.trim(), from, within, has, before, after]);
}

/** The first moment of a local day. */
export function startOfDay(day: string): number {
  return new Date(`${day}T00:00:00`).getTime();
}

function taking(typed: string, filters: SearchFilters, named: Named): MessageQuery {
  const match = TYPED.exec(typed);
  if (!match) return { words: typed, filters };
  const [whole, key = '', quoted, bare = ''] = match;
  const before = typed.slice(0, match.index);
  const after = typed.slice(match.index + whole.length);
  const taken = filterOf(key.toLowerCase(), quoted ?? bare, named);
  if (taken) return taking(`${before}${after}`, { ...filters, ...taken }, named);
  const rest = taking(after, filters, named);
  return { words: `${before}${whole}${rest.words}`, filters: rest.filters };
}

function filterOf(key: string, value: string, named: Named): SearchFilters | undefined {
  switch (key) {
    case 'from': {
      const from = named.person(value);
      return from === undefined ? undefined : { from };
    }
    case 'in': {
      const within = named.conversation(value);
      return within === undefined ? undefined : { within };
    }
    case 'has': {
      const has = HAS.find((each) => each === value.toLowerCase().replace(/s$/u, ''));
      return has && { has };
    }
    default:
      return isDay(value) ? { [key]: value } : undefined;
  }
}

function isDay(value: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/u.test(value) && !Number.isNaN(startOfDay(value));
}
