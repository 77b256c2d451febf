import { useEffect, useMemo } from 'react';
import { selectConversationIds, selectConversationTitle } from '@/entities/conversations';
import { useAppStore } from '@/entities/hooks';
import {
  asksAnything,
  keyOfHit,
  type MessageQuery,
  type Named,
  type SearchFilters,
  takeFilters,
  termsOf,
} from '@/entities/search';
import { useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import { nameOf } from '@/lib/people';
import { useNow } from '@/lib/watched';
import { announce } from '@/ui/Announcer';
import { Button } from '@/ui/Button';
import { FilterChips } from './FilterChips';
import styles from './Hit.module.css';
import { HitRow } from './HitRow';
import { type MessageSearch, useMessageSearch } from './useMessageSearch';

type Props = {
  query: MessageQuery;
  onQuery: (query: MessageQuery) => void;
  onOpen: (conversationId: string, seq: number, words: string) => void;
};

/** Found messages below found names, with the filters above them. Filters may be typed as well: `from:`, `in:`, `has:`. */
export function MessageResults({ query, onQuery, onOpen }: Props) {
  const t = useT();
  const now = useNow();
  const search = useMessageSearch(query);
  const terms = useMemo(() => termsOf(query), [query]);
  useTypedFilters(query, onQuery);
  useSpoken(search);
  const setFilters = (filters: SearchFilters) => onQuery({ ...query, filters });
  return (
    <section aria-label={t('search.messages')} aria-busy={search.status === 'busy'}>
      <h2 className={styles.heading}>{t('search.messages')}</h2>
      <FilterChips filters={query.filters} onChange={setFilters} />
      <ul>
        {search.hits.map((hit) => (
          <li key={keyOfHit(hit)}>
            <button
              type="button"
              className={styles.row}
              onClick={() => onOpen(hit.conversationId, hit.message.seq, query.words)}
            >
              <HitRow hit={hit} terms={terms} now={now} />
            </button>
          </li>
        ))}
      </ul>
      {asksAnything(query) && <SearchNote search={search} />}
    </section>
  );
}

/** Where the search stands, below what it has found. */
export function SearchNote({ search }: { search: MessageSearch }) {
  const t = useT();
  const { hits, status, error, more } = search;
  const words = {
    idle: undefined,
    busy: t('search.busy'),
    done: hits.length === 0 ? t('search.noMessages') : undefined,
    offline: t('search.offline'),
    failed: error && errorText(error),
  }[status];
  return (
    <>
      {words && <p className={styles.note}>{words}</p>}
      {more && (
        <div className={styles.note}>
          <Button look="quiet" onClick={more}>
            {t('search.more')}
          </Button>
        </div>
      )}
    </>
  );
}

/** Turns finished filters in the words into chips. */
function useTypedFilters(query: MessageQuery, onQuery: (query: MessageQuery) => void) {
  const store = useAppStore();
  const named = useNamed();
  useEffect(() => {
    const taken = takeFilters(query.words, query.filters, named(store.getState()));
    if (taken.filters !== query.filters) onQuery(taken);
    // What is named may change; what was typed is what asks.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [query]);
}

type State = Parameters<typeof selectConversationTitle>[0];

function useNamed(): (state: State) => Named {
  return useMemo(
    () => (state: State) => ({
      person: (name) =>
        Object.values(state.users).find((user) => [nameOf(user), user.username].some(begins(name)))?.id,
      conversation: (name) =>
        selectConversationIds(state, 'all').find((id) => begins(name)(selectConversationTitle(state, id))),
    }),
    [],
  );
}

function begins(name: string): (called: string) => boolean {
  const wanted = name.toLocaleLowerCase();
  return (called) => called.toLocaleLowerCase().startsWith(wanted);
}

/** Says how many there are once the search has come to rest. */
function useSpoken({ hits, status }: MessageSearch) {
  const t = useT();
  const isDone = status === 'done' || status === 'offline';
  useEffect(() => {
    if (isDone) announce(t('search.found', { count: hits.length }));
  }, [t, isDone, hits.length]);
}
