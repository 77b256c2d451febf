import type { RefObject } from 'react';
import { shallowEqual } from 'react-redux';
import { openDirect, selectConversationIds, selectConversationTitle } from '@/entities/conversations';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import { selectMe } from '@/entities/session';
import { searchUsers } from '@/entities/users';
import { useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import { useLatest } from '@/lib/latest';
import { faceOf } from '@/lib/people';
import { useNow } from '@/lib/watched';
import { EmptyState } from '@/ui/EmptyState';
import { IconSearch } from '@/ui/icons';
import { PersonRow } from '@/ui/PersonRow';
import { toast } from '@/ui/toasts';
import { LiveConversation } from './LiveConversation';
import styles from './Sidebar.module.css';

type Props = {
  ref: RefObject<HTMLDivElement | null>;
  query: string;
  currentId: string | undefined;
  onOpen: (conversationId: string) => void;
  onDone: () => void;
};

const CONVERSATIONS_MAX = 30;

/** Conversations and people that are called so: those at hand at once, the server's below them as they come. */
export function SearchResults({ ref, query, currentId, onOpen, onDone }: Props) {
  const t = useT();
  const dispatch = useAppDispatch();
  const now = useNow();
  const meId = useAppSelector(selectMe)?.id;
  const conversations = useAppSelector((state) => {
    const wanted = query.toLocaleLowerCase();
    return [...selectConversationIds(state, 'all'), ...selectConversationIds(state, 'archived')]
      .filter((id) => selectConversationTitle(state, id).toLocaleLowerCase().includes(wanted))
      .slice(0, CONVERSATIONS_MAX);
  }, shallowEqual);
  const { answer, busy } = useLatest(query, (words) => dispatch(searchUsers(words)));
  const people = (answer ?? []).filter(({ id }) => id !== meId);
  const isEmpty = conversations.length === 0 && people.length === 0 && !busy;

  const talk = async (userId: string) => {
    try {
      onOpen(await dispatch(openDirect(userId)));
      onDone();
    } catch (error) {
      toast(errorText(error), { tone: 'danger' });
    }
  };
  return (
    <div ref={ref} className={styles.scroller}>
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
      {isEmpty && (
        <EmptyState icon={<IconSearch />} title={t('list.noResults')}>
          {t('list.noResultsHint')}
        </EmptyState>
      )}
    </div>
  );
}
