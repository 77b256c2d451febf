import { useMemo, useState } from 'react';
import { shallowEqual } from 'react-redux';
import { openDirect } from '@/entities/conversations';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import { selectPresence, useWatchPresence } from '@/entities/presence';
import { selectMe } from '@/entities/session';
import { searchUsers } from '@/entities/users';
import { useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import { useLatest } from '@/lib/latest';
import { faceOf, nameOf } from '@/lib/people';
import { presenceOf } from '@/lib/presence';
import { useNow } from '@/lib/watched';
import type { Profile } from '@/protocol';
import { EmptyState } from '@/ui/EmptyState';
import { IconUsers } from '@/ui/icons';
import { PersonRow } from '@/ui/PersonRow';
import { SearchField } from '@/ui/SearchField';
import { toast } from '@/ui/toasts';
import styles from './People.module.css';

/** People that are listed before anyone was searched for. */
const KNOWN_MAX = 200;

/** Whom one knows from one's conversations, and how to find the others. */
export function People({ onOpen }: { onOpen: (conversationId: string) => void }) {
  const t = useT();
  const dispatch = useAppDispatch();
  const now = useNow();
  const meId = useAppSelector(selectMe)?.id;
  const [query, setQuery] = useState('');
  const words = query.trim();
  const known = useKnown(meId);
  const { answer, busy } = useLatest(words || undefined, (asked) => dispatch(searchUsers(asked)));
  const people = words === '' ? known : (answer ?? []).filter(({ id }) => id !== meId);
  useWatchPresence(useMemo(() => people.slice(0, KNOWN_MAX).map(({ id }) => id), [people]));

  const talk = async (userId: string) => {
    try {
      onOpen(await dispatch(openDirect(userId)));
    } catch (error) {
      toast(errorText(error), { tone: 'danger' });
    }
  };
  return (
    <nav aria-label={t('people.title')} className={styles.people}>
      <h1 className={styles.title}>{t('people.title')}</h1>
      <div role="search" className={styles.search}>
        <SearchField
          label={t('people.searchLabel')}
          value={query}
          placeholder={t('new.search')}
          onChange={(event) => setQuery(event.target.value)}
        />
      </div>
      <div className={styles.scroller}>
        {words === '' && people.length > 0 && <h2 className={styles.heading}>{t('people.known')}</h2>}
        <ul>
          {people.map((profile) => (
            <li key={profile.id}>
              <Person profile={profile} now={now} onPress={() => void talk(profile.id)} />
            </li>
          ))}
        </ul>
        {people.length === 0 && !busy && (
          <EmptyState icon={<IconUsers />} title={words === '' ? t('people.empty') : t('list.noResults')}>
            {words === '' ? t('people.emptyHint') : t('new.nobody')}
          </EmptyState>
        )}
      </div>
    </nav>
  );
}

function Person({ profile, now, onPress }: { profile: Profile; now: number; onPress: () => void }) {
  const presence = useAppSelector((state) => selectPresence(state, profile.id));
  return (
    <PersonRow
      face={faceOf(profile, profile.id)}
      note={profile.about || `@${profile.username}`}
      presence={presenceOf(presence, now)}
      onPress={onPress}
    />
  );
}

/** Everyone this device has heard of, by name. */
function useKnown(meId: string | undefined): readonly Profile[] {
  return useAppSelector(
    (state) =>
      Object.values(state.users)
        .filter((profile) => profile.id !== meId && !profile.deleted)
        .toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)))
        .slice(0, KNOWN_MAX),
    shallowEqual,
  );
}
