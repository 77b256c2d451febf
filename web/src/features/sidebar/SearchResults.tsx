import type { KeyboardEvent, ReactNode, RefObject } from 'react';
import { shallowEqual } from 'react-redux';
import { openDirect, selectConversationIds, selectConversationTitle } from '@/entities/conversations';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import type { MessageQuery } from '@/entities/search';
import { selectMe } from '@/entities/session';
import { searchUsers } from '@/entities/users';
import { useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import { useLatest } from '@/lib/latest';
import { faceOf } from '@/lib/people';
import { useNow } from '@/lib/watched';
import { PersonRow } from '@/ui/PersonRow';
import { toast } from '@/ui/toasts';
import { LiveConversation } from './LiveConversation';
import styles from './Sidebar.module.css';

type Props = {
  ref: RefObject<HTMLDivElement | null>;
  query: MessageQuery;
  currentId: string | undefined;
  onOpen: (conversationId: string) => void;
  onDone: () => void;
  /** Found messages. */
  children: ReactNode;
};

const CONVERSATIONS_MAX = 30;
const NONE: readonly string[] = [];

/**
 * Conversations and people that are called so, and below them messages that say so. Up and Down move from one to the next.
 */
export function SearchResults({ ref, query, currentId, onOpen, onDone, children }: Props) {
  const t = useT();
  const dispatch = useAppDispatch();
  const now = useNow();
  const meId = useAppSelector(selectMe)?.id;
  // A filter asks for messages; nobody and no conversation has one.
  const name = Object.keys(query.filters).length > 0 ? '' : query.words.trim();
  const conversations = useAppSelector((state) => {
    if (name === '') return NONE;
    const wanted = name.toLocaleLowerCase();
    return [...selectConversationIds(state, 'all'), ...selectConversationIds(state, 'archived')]
      .filter((id) => selectConversationTitle(state, id).toLocaleLowerCase().includes(wanted))
      .slice(0, CONVERSATIONS_MAX);
  }, shallowEqual);
  const { answer, busy } = useLatest(name || undefined, (words) => dispatch(searchUsers(words)));
  const people = (answer ?? []).filter(({ id }) => id !== meId);
  const isEmpty = name !== '' && conversations.length === 0 && people.length === 0 && !busy;

  const talk = async (userId: string) => {
    try {
      onOpen(await dispatch(openDirect(userId)));
      onDone();
    } catch (error) {
      toast(errorText(error), { tone: 'danger' });
    }
  };
  return (
    <div ref={ref} className={styles.scroller} onKeyDown={stepThrough}>
      {conversations.length > 0 && (
        <section aria-label={t('list.label')}>
          <h2 className={styles.heading}>{t('list.label')}</h2>
          <ul
            onClick={(event) => {
              const id = (event.target as Element).closest<HTMLElement>('[data-conversation]')?.dataset
                .conversation;
              if (!id || event.ctrlKey || event.metaKey) return;
              event.preventDefault();
              onOpen(id);
              onDone();
            }}
          >
            {conversations.map((id) => (
              <li key={id}>
                <LiveConversation id={id} current={id === currentId} reachable now={now} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {people.length > 0 && (
        <section aria-label={t('list.people')}>
          <h2 className={styles.heading}>{t('list.people')}</h2>
          <ul>
            {people.map((profile) => (
              <li key={profile.id}>
                <PersonRow
                  face={faceOf(profile, profile.id)}
                  note={`@${profile.username}`}
                  onPress={() => void talk(profile.id)}
                />
              </li>
            ))}
          </ul>
        </section>
      )}
      {isEmpty && <p className={styles.noNames}>{t('list.noResultsHint')}</p>}
      {children}
    </div>
  );
}

/** Up and Down go through what was found; Up from the first goes back to the field. */
function stepThrough(event: KeyboardEvent<HTMLElement>) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  const found = [...event.currentTarget.querySelectorAll<HTMLElement>('li > a, li > button')];
  const here = found.indexOf(event.target as HTMLElement);
  if (here < 0) return;
  const field = event.currentTarget.closest('nav')?.querySelector<HTMLElement>('input[type="search"]');
  const next = here === 0 && step < 0 ? field : found[here + step];
  event.preventDefault();
  next?.focus();
}
