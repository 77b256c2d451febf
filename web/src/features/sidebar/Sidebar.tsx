import { type KeyboardEvent, type ReactNode, Suspense, useRef, useState } from 'react';
import { type ConversationFilter, selectConversationIds } from '@/entities/conversations';
import { useAppSelector } from '@/entities/hooks';
import type { MessageQuery } from '@/entities/search';
import { useT } from '@/lib/i18n';
import { lazily } from '@/lib/lazily';
import { selectConnection } from '@/realtime';
import { Chip } from '@/ui/Chip';
import { IconButton } from '@/ui/IconButton';
import { IconPencil, IconX } from '@/ui/icons';
import { SearchField } from '@/ui/SearchField';
import { ConnectionLine } from './ConnectionLine';
import { ConversationList } from './ConversationList';
import styles from './Sidebar.module.css';

const SearchResults = lazily(async () => (await import('./SearchResults')).SearchResults);

type Props = {
  currentId: string | undefined;
  onOpen: (conversationId: string) => void;
  onNew: () => void;
  /** The conversation on screen was left or cleared away. */
  onGone: (conversationId: string) => void;
  /** What stands below found conversations and people: found messages. It may change what is looked for. */
  renderMessages: (query: MessageQuery, onQuery: (query: MessageQuery) => void) => ReactNode;
};

const NO_QUERY: MessageQuery = { words: '', filters: {} };

const FILTERS: ConversationFilter[] = ['all', 'unread', 'groups', 'archived'];

/** The conversations: what is new, what is pinned, and how to find the rest. */
export function Sidebar({ currentId, onOpen, onNew, onGone, renderMessages }: Props) {
  const t = useT();
  const [filter, setFilter] = useState<ConversationFilter>('all');
  const [query, setQuery] = useState(NO_QUERY);
  const list = useRef<HTMLDivElement>(null);
  const ids = useAppSelector((state) => selectConversationIds(state, filter));
  const connection = useAppSelector(selectConnection);
  const isSearching = query.words.trim() !== '' || Object.keys(query.filters).length > 0;
  const stopSearching = () => setQuery(NO_QUERY);

  const intoList = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && isSearching) {
      stopSearching();
      event.stopPropagation();
    } else if (event.key === 'ArrowDown') {
      event.preventDefault();
      list.current?.querySelector<HTMLElement>('[tabindex="0"], a, button')?.focus();
    }
  };

  return (
    <nav aria-label={t('list.label')} className={styles.sidebar}>
      <header className={styles.header}>
        <h1 className={styles.title}>{t('list.title')}</h1>
        <IconButton label={t('list.new')} onClick={onNew}>
          <IconPencil />
        </IconButton>
      </header>
      <div role="search" className={styles.search}>
        <SearchField
          label={t('list.searchLabel')}
          value={query.words}
          placeholder={t('list.search')}
          onChange={(event) => setQuery({ ...query, words: event.target.value })}
          onKeyDown={intoList}
        >
          {isSearching && (
            <button type="button" aria-label={t('list.clearSearch')} onClick={stopSearching}>
              <IconX />
            </button>
          )}
        </SearchField>
      </div>
      <div role="group" aria-label={t('list.filters')} className={styles.filters}>
        {FILTERS.map((each) => (
          <Chip key={each} pressed={each === filter} onClick={() => setFilter(each)}>
            {t(`list.filter.${each}`)}
          </Chip>
        ))}
      </div>
      <ConnectionLine state={connection} />
      {!isSearching ? (
        <ConversationList
          ref={list}
          ids={ids}
          filter={filter}
          currentId={currentId}
          onOpen={onOpen}
          onNew={onNew}
          onGone={onGone}
        />
      ) : (
        <Suspense>
          <SearchResults
            ref={list}
            query={query}
            currentId={currentId}
            onOpen={onOpen}
            onDone={stopSearching}
          >
            {renderMessages(query, setQuery)}
          </SearchResults>
        </Suspense>
      )}
    </nav>
  );
}
