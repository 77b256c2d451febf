import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react';
import { shallowEqual } from 'react-redux';
import { openDirect, selectConversationIds, selectConversationTitle } from '@/entities/conversations';
import { useAppDispatch, useAppSelector } from '@/entities/hooks';
import { keyOfHit, type MessageQuery, termsOf } from '@/entities/search';
import { selectMe } from '@/entities/session';
import { searchUsers } from '@/entities/users';
import { useT } from '@/lib/i18n';
import { errorText } from '@/lib/i18n/errors';
import { useLatest } from '@/lib/latest';
import { faceOf, nameOf } from '@/lib/people';
import { findTerms, hasTerms } from '@/lib/text/find';
import { useNow } from '@/lib/watched';
import type { Profile } from '@/protocol';
import { announce } from '@/ui/Announcer';
import { Avatar } from '@/ui/Avatar';
import { classes } from '@/ui/classes';
import { useModal } from '@/ui/Dialog';
import { IconMessageCircle, IconSearch } from '@/ui/icons';
import searchField from '@/ui/SearchField.module.css';
import { toast } from '@/ui/toasts';
import hit from './Hit.module.css';
import { HitRow } from './HitRow';
import { SearchNote } from './MessageResults';
import styles from './Palette.module.css';
import { useMessageSearch } from './useMessageSearch';

/** Something that can be done from anywhere. */
export type PaletteAction = { id: string; label: string; icon: ReactNode; keys?: string; run: () => void };

type Props = {
  actions: readonly PaletteAction[];
  onOpen: (conversationId: string) => void;
  onOpenAt: (conversationId: string, seq: number, words: string) => void;
  onClose: () => void;
};

const CONVERSATIONS_MAX = 6;
const PEOPLE_MAX = 5;
const ACTIONS_MAX = 6;
const MESSAGES_PER_PAGE = 10;

type Option = { key: string; run: () => void; draw: ReactNode };
type Group = { id: string; label: string; options: Option[] };

/**
 * One field for everything: conversations, what can be done, people and messages. What is on the device shows at once;
 * what the server adds comes below, and the cursor stays with what it is on.
 */
export function Palette({ actions, onOpen, onOpenAt, onClose }: Props) {
  const t = useT();
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useModal(ref);
  const [words, setWords] = useState('');
  const groups = useGroups(words.trim(), { actions, onOpen, onOpenAt });
  const options = groups.shown.flatMap((group) => group.options);
  const [cursor, setCursor] = useState<string>();
  const here = Math.max(
    0,
    options.findIndex(({ key }) => key === cursor),
  );
  const selected = options[here];
  const idOf = (key: string) => `${id}-${options.findIndex((option) => option.key === key)}`;

  useEffect(() => {
    document.getElementById(`${id}-${here}`)?.scrollIntoView({ block: 'nearest' });
  }, [id, here]);
  useEffect(() => {
    if (words !== '') announce(t('search.found', { count: options.length }));
  }, [t, words, options.length]);

  const choose = (option: Option) => {
    // First, so that focus is where it was before what is chosen moves it.
    onClose();
    option.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const last = options.length - 1;
    const to = {
      ArrowDown: here === last ? 0 : here + 1,
      ArrowUp: here === 0 ? last : here - 1,
      PageDown: Math.min(last, here + 8),
      PageUp: Math.max(0, here - 8),
    }[event.key];
    if (to !== undefined) setCursor(options[to]?.key);
    else if (event.key === 'Enter' && selected) choose(selected);
    else return;
    event.preventDefault();
  };
  return (
    <dialog
      ref={ref}
      aria-label={t('palette.title')}
      className={styles.dialog}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        if (event.target === ref.current) onClose();
      }}
    >
      <div className={styles.sheet}>
        <div className={classes(searchField.field, searchField.head)}>
          <IconSearch aria-hidden="true" />
          <input
            role="combobox"
            data-autofocus=""
            dir="auto"
            autoComplete="off"
            aria-label={t('palette.title')}
            aria-expanded={options.length > 0}
            aria-controls={`${id}-list`}
            aria-activedescendant={selected && `${id}-${here}`}
            aria-autocomplete="list"
            placeholder={t('palette.placeholder')}
            value={words}
            onChange={(event) => {
              setWords(event.target.value);
              setCursor(undefined);
            }}
            onKeyDown={onKeyDown}
          />
          <kbd className={styles.keys}>Esc</kbd>
        </div>
        <div id={`${id}-list`} role="listbox" aria-label={t('palette.title')} className={styles.list}>
          {groups.shown.map((group) => (
            <div key={group.id} role="group" aria-label={group.label}>
              <div className={hit.heading} aria-hidden="true">
                {group.label}
              </div>
              {group.options.map((option) => (
                <div
                  key={option.key}
                  id={idOf(option.key)}
                  role="option"
                  tabIndex={-1}
                  aria-selected={option === selected}
                  className={classes(hit.row, styles.option)}
                  onPointerDown={(event) => event.preventDefault()}
                  onPointerMove={() => setCursor(option.key)}
                  onClick={() => choose(option)}
                >
                  {option.draw}
                </div>
              ))}
            </div>
          ))}
        </div>
        {words.trim() !== '' && <SearchNote search={groups.search} />}
      </div>
    </dialog>
  );
}

type Doors = Pick<Props, 'actions' | 'onOpen' | 'onOpenAt'>;

/** What is offered for the words, in groups; those that the server fills are last. */
function useGroups(words: string, { actions, onOpen, onOpenAt }: Doors) {
  const t = useT();
  const now = useNow();
  const dispatch = useAppDispatch();
  const terms = useMemo(() => findTerms(words), [words]);
  const query = useMemo<MessageQuery>(() => ({ words, filters: {} }), [words]);
  const search = useMessageSearch(query, MESSAGES_PER_PAGE);
  const meId = useAppSelector(selectMe)?.id;
  const conversations = useAppSelector(
    (state) =>
      [...selectConversationIds(state, 'all'), ...selectConversationIds(state, 'archived')]
        .filter((id) => hasTerms(selectConversationTitle(state, id), terms))
        .slice(0, CONVERSATIONS_MAX),
    shallowEqual,
  );
  const users = useAppSelector((state) => state.users);
  const known = useMemo(
    () =>
      words === ''
        ? []
        : Object.values(users)
            .filter((user) => user.id !== meId && !user.deleted)
            .filter((user) => hasTerms(`${nameOf(user)} ${user.username}`, terms))
            .slice(0, PEOPLE_MAX),
    // Who the server adds comes below, not among those who were known when the words were typed.
    // oxlint-disable-next-line react/exhaustive-deps
    [words],
  );
  const { answer } = useLatest(words || undefined, (asked) => dispatch(searchUsers(asked)));
  const others = (answer ?? [])
    .filter(({ id }) => id !== meId && !known.some((person) => person.id === id))
    .slice(0, PEOPLE_MAX);
  const talk = (userId: string) =>
    dispatch(openDirect(userId)).then(onOpen, (error: unknown) =>
      toast(errorText(error), { tone: 'danger' }),
    );

  const person = (profile: Profile): Option => ({
    key: `person ${profile.id}`,
    run: () => void talk(profile.id),
    draw: <PersonOption profile={profile} />,
  });
  const shown: Group[] = [
    {
      id: 'conversations',
      label: t('list.label'),
      options: conversations.map((id) => ({
        key: `conversation ${id}`,
        run: () => onOpen(id),
        draw: <ConversationOption id={id} />,
      })),
    },
    {
      id: 'actions',
      label: t('palette.actions'),
      options: actions
        .filter(({ label }) => hasTerms(label, terms))
        .slice(0, ACTIONS_MAX)
        .map((action) => ({
          key: `action ${action.id}`,
          run: action.run,
          draw: <ActionOption action={action} />,
        })),
    },
    { id: 'people', label: t('list.people'), options: known.map(person) },
    {
      id: 'messages',
      label: t('search.messages'),
      options: search.hits.map((found) => ({
        key: `message ${keyOfHit(found)}`,
        run: () => onOpenAt(found.conversationId, found.message.seq, words),
        draw: <HitRow hit={found} terms={termsOf(query)} now={now} />,
      })),
    },
    { id: 'others', label: t('palette.morePeople'), options: others.map(person) },
  ];
  return { shown: shown.filter(({ options }) => options.length > 0), search };
}

function ConversationOption({ id }: { id: string }) {
  const t = useT();
  const title = useAppSelector((state) => selectConversationTitle(state, id)) || t('user.saved');
  return (
    <>
      <span className={styles.icon}>
        <IconMessageCircle aria-hidden="true" />
      </span>
      <bdi className={styles.name}>{title}</bdi>
    </>
  );
}

function PersonOption({ profile }: { profile: Profile }) {
  return (
    <>
      <Avatar {...faceOf(profile, profile.id)} size={32} />
      <bdi className={styles.name}>{nameOf(profile)}</bdi>
      <bdi className={styles.keys}>@{profile.username}</bdi>
    </>
  );
}

function ActionOption({ action }: { action: PaletteAction }) {
  return (
    <>
      <span className={styles.icon}>{action.icon}</span>
      <bdi className={styles.name}>{action.label}</bdi>
      {action.keys && (
        <kbd dir="ltr" className={styles.keys}>
          {action.keys}
        </kbd>
      )}
    </>
  );
}
