/** Finding messages: in what this device holds, and at the server. */
import type { RootState } from '@/app/store';
import { type FindTerm, findTerms, hasTerms } from '@/lib/text/find';
import type { Attachment, ConversationId, Message, SearchResults } from '@/protocol';
import { selectConversationIds } from '../conversations/selectors';
import type { AppThunk } from '../thunk';
import { usersLoaded } from '../users/slice';
import { type MessageQuery, startOfDay } from './query';

export {
  asksAnything,
  HAS,
  type Has,
  keyOfQuery,
  type MessageQuery,
  type Named,
  type SearchFilters,
  takeFilters,
} from './query';

/** A message that was found. */
export type Hit = { readonly conversationId: ConversationId; readonly message: Message };

/** What the server found, newest first; with a `cursor` there is more. */
export type HitPage = { readonly hits: readonly Hit[]; readonly cursor: string | undefined };

/** Hits of this device, at most; the server's come below them. */
const LOCAL_MAX = 50;

/** Conversations whose kept messages are read from disk: those that something happened in lately. */
const CACHED_MAX = 100;

/** Messages at the server, newest first. Rejects with an `ApiError`. */
export function searchServer(query: MessageQuery, cursor?: string, limit = 30): AppThunk<Promise<HitPage>> {
  return async (dispatch, _getState, { api }) => {
    const answer = await api.get<SearchResults>(`/search?${parametersOf(query, cursor, limit)}`);
    dispatch(usersLoaded(answer.users));
    const hits = answer.results.map(({ conversation_id, message }) => ({
      conversationId: conversation_id,
      message,
    }));
    return { hits, cursor: answer.more ? answer.cursor : undefined };
  };
}

/** Messages that this device holds, newest first: what is in memory, and what it kept of earlier visits. */
export function searchDevice(query: MessageQuery): AppThunk<Promise<readonly Hit[]>> {
  return async (_dispatch, getState, { cache }) => {
    const state = getState();
    const matches = matcherOf(query);
    const ids = conversationsOf(state, query);
    const rows = await Promise.all(
      ids.map(async (conversationId) => {
        const held = state.messages.timelines[conversationId]?.rows;
        const rows = held ? Object.values(held) : await cache.readMessages(conversationId);
        return rows.filter(matches).map((message) => ({ conversationId, message }));
      }),
    );
    return rows
      .flat()
      .toSorted((a, b) => b.message.created_at - a.message.created_at || b.message.seq - a.message.seq)
      .slice(0, LOCAL_MAX);
  };
}

/** Adds what was found later below what is shown already: nothing that is being looked at moves. */
export function appended(shown: readonly Hit[], more: readonly Hit[]): readonly Hit[] {
  const held = new Set(shown.map(keyOfHit));
  const news = more.filter((hit) => !held.has(keyOfHit(hit)));
  return news.length === 0 ? shown : [...shown, ...news];
}

export function keyOfHit({ conversationId, message }: Hit): string {
  return `${conversationId}/${message.seq}`;
}

/** The words of a query, as they are marked in what was found. */
export function termsOf({ words }: MessageQuery): FindTerm[] {
  return findTerms(words);
}

function conversationsOf(state: RootState, { filters }: MessageQuery): readonly ConversationId[] {
  if (filters.within !== undefined) return [filters.within];
  return [...selectConversationIds(state, 'all'), ...selectConversationIds(state, 'archived')].slice(
    0,
    CACHED_MAX,
  );
}

function matcherOf(query: MessageQuery): (message: Message) => boolean {
  const { from, has, before, after } = query.filters;
  const terms = termsOf(query);
  const until = before === undefined ? Number.POSITIVE_INFINITY : startOfDay(before);
  const since = after === undefined ? 0 : startOfDay(after);
  return (message) =>
    message.kind === 'text' &&
    message.unsent_at === null &&
    message.created_at < until &&
    message.created_at >= since &&
    (from === undefined || message.sender_id === from) &&
    (has === undefined || shows(message, has)) &&
    hasTerms([message.text, ...message.attachments.map(wordsOf)].join(' '), terms);
}

function shows({ attachments, entities }: Message, has: string): boolean {
  if (has === 'link') return entities.some(({ kind }) => kind === 'link');
  return attachments.some(({ kind }) => (kind === 'image') === (has === 'photo'));
}

/** A file is found by its name, as at the server. */
function wordsOf({ name }: Attachment): string {
  return name;
}

function parametersOf({ words, filters }: MessageQuery, cursor: string | undefined, limit: number): string {
  const { from, within, has, before, after } = filters;
  const parameters = {
    q: words.trim(),
    conversation_id: within,
    from,
    has,
    before: before === undefined ? undefined : startOfDay(before),
    // The server's bounds exclude the moment that they name.
    after: after === undefined ? undefined : startOfDay(after) - 1,
    cursor,
    limit,
  };
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
}
