import { useState } from 'react';
import { selectConversationIds, selectConversationTitle } from '@/entities/conversations';
import { useAppSelector, useAppStore } from '@/entities/hooks';
import { HAS, type SearchFilters } from '@/entities/search';
import { selectUser } from '@/entities/users';
import { t, useT } from '@/lib/i18n';
import { dayName } from '@/lib/i18n/dates';
import { nameOf } from '@/lib/people';
import { useNow } from '@/lib/watched';
import { Avatar } from '@/ui/Avatar';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { IconPlus, IconX } from '@/ui/icons';
import { Menu, type MenuItem } from '@/ui/Menu';
import { TextField } from '@/ui/TextField';
import styles from './FilterChips.module.css';

type Props = { filters: SearchFilters; onChange: (filters: SearchFilters) => void };

const KEYS = ['from', 'within', 'has', 'after', 'before'] as const;
type Key = (typeof KEYS)[number];

const LABELS: Record<Key, string> = {
  from: 'search.from',
  within: 'search.in',
  has: 'search.has',
  after: 'search.after',
  before: 'search.before',
};

/** A menu longer than this is no help; whoever is not in it can be typed: `from:`, `in:`. */
const CHOICES_MAX = 12;

/** The filters of a search: those that hold, each with a way out, and those that could. */
export function FilterChips({ filters, onChange }: Props) {
  const translate = useT();
  const [asking, setAsking] = useState<{ key: Key; at: Element }>();
  const close = () => setAsking(undefined);
  const choose = (change: SearchFilters) => {
    onChange({ ...filters, ...change });
    close();
  };
  return (
    <div role="group" aria-label={translate('search.filters')} className={styles.chips}>
      {KEYS.map((key) =>
        filters[key] === undefined ? (
          <button
            key={key}
            type="button"
            className={styles.open}
            aria-haspopup={isDay(key) ? 'dialog' : 'menu'}
            onClick={(event) => setAsking({ key, at: event.currentTarget })}
          >
            <IconPlus aria-hidden="true" />
            {translate(LABELS[key])}
          </button>
        ) : (
          <Held key={key} of={key} filters={filters} onRemove={() => onChange(without(filters, key))} />
        ),
      )}
      {asking && isDay(asking.key) && <DayDialog of={asking.key} onChoose={choose} onClose={close} />}
      {asking && !isDay(asking.key) && (
        <Choices of={asking.key} at={asking.at} onChoose={choose} onClose={close} />
      )}
    </div>
  );
}

function Held({ of, filters, onRemove }: { of: Key; filters: SearchFilters; onRemove: () => void }) {
  const translate = useT();
  const now = useNow();
  const { from = '', within = '', has = '' } = filters;
  const person = useAppSelector((state) => selectUser(state, from));
  const title = useAppSelector((state) => selectConversationTitle(state, within));
  const words: Record<Key, () => string> = {
    from: () => t('search.fromPerson', { name: nameOf(person) }),
    within: () => t('search.inConversation', { name: title || t('user.saved') }),
    has: () => t(`search.has.${has}`),
    after: () => t('search.afterDay', { day: dayName(dayAt(filters.after), now) }),
    before: () => t('search.beforeDay', { day: dayName(dayAt(filters.before), now) }),
  };
  const said = words[of]();
  return (
    <span className={styles.held}>
      <bdi>{said}</bdi>
      <button
        type="button"
        aria-label={translate('search.removeFilter', { filter: said })}
        onClick={onRemove}
      >
        <IconX />
      </button>
    </span>
  );
}

type ChoicesProps = {
  of: Key;
  at: Element;
  onChoose: (change: SearchFilters) => void;
  onClose: () => void;
};

function Choices({ of, at, onChoose, onClose }: ChoicesProps) {
  const translate = useT();
  const store = useAppStore();
  const [items] = useState<MenuItem[]>(() => {
    const state = store.getState();
    const item = (id: string, label: string, change: SearchFilters, icon?: React.ReactNode): MenuItem => ({
      id,
      label,
      icon,
      onSelect: () => onChoose(change),
    });
    if (of === 'has') return HAS.map((has) => item(has, t(`search.has.${has}`), { has }));
    if (of === 'within') {
      return selectConversationIds(state, 'all')
        .slice(0, CHOICES_MAX)
        .map((id) => item(id, selectConversationTitle(state, id) || t('user.saved'), { within: id }));
    }
    return Object.values(state.users)
      .filter(({ deleted }) => !deleted)
      .toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)))
      .slice(0, CHOICES_MAX)
      .map((person) =>
        item(
          person.id,
          nameOf(person),
          { from: person.id },
          <Avatar id={person.id} name={nameOf(person)} size={24} />,
        ),
      );
  });
  return <Menu at={at} label={translate(LABELS[of])} items={items} onClose={onClose} />;
}

type DayProps = { of: Key; onChoose: (change: SearchFilters) => void; onClose: () => void };

function DayDialog({ of, onChoose, onClose }: DayProps) {
  const translate = useT();
  return (
    <Dialog
      title={translate(LABELS[of])}
      size="small"
      closeLabel={translate('action.close')}
      onClose={onClose}
    >
      <form
        className={styles.day}
        onSubmit={(event) => {
          event.preventDefault();
          const day = String(new FormData(event.currentTarget).get('day'));
          if (day !== '') onChoose({ [of]: day });
        }}
      >
        <TextField name="day" type="date" label={translate('search.day')} required data-autofocus="" />
        <Button type="submit" look="primary" wide>
          {translate('search.apply')}
        </Button>
      </form>
    </Dialog>
  );
}

function isDay(key: Key): boolean {
  return key === 'before' || key === 'after';
}

function without(filters: SearchFilters, key: Key): SearchFilters {
  const { [key]: _gone, ...rest } = filters;
  return rest;
}

function dayAt(day: string | undefined): number {
  return new Date(`${day}T12:00:00`).getTime();
}
