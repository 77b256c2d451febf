import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { type MessageQuery, termsOf } from '@/entities/search';
import type { Noon } from '@/lib/calendar';
import { useT } from '@/lib/i18n';
import { number } from '@/lib/i18n/numbers';
import type { FindTerm } from '@/lib/text/find';
import { useNow } from '@/lib/watched';
import { announce } from '@/ui/Announcer';
import { Calendar } from '@/ui/Calendar';
import { useFloating } from '@/ui/floating';
import { IconButton } from '@/ui/IconButton';
import { IconCalendar, IconChevronDown, IconX } from '@/ui/icons';
import { homeOf } from '@/ui/place';
import { SearchField } from '@/ui/SearchField';
import { Spinner } from '@/ui/Spinner';
import styles from './FindBar.module.css';
import { useMessageSearch } from './useMessageSearch';

type Props = {
  conversationId: string;
  title: string;
  onJump: (seq: number) => void;
  /** The words that are looked for now, to be marked in the thread. */
  onTerms: (terms: readonly FindTerm[]) => void;
  /** When the conversation began; before that there is no day to go to. */
  began: number;
  /** To the first message of a day. */
  onDay: (day: Noon) => void;
  onClose: () => void;
};

/** As many as one bar walks through before more are asked for. */
const PAGE = 50;

/**
 * Looks for words in one conversation: Enter goes to the next older message that has them, Shift+Enter back, Escape
 * closes. Ctrl+F in the field is the browser's own search. Besides words one can go to a day.
 */
export function FindBar(props: Props) {
  const { conversationId, title, began, onJump, onDay, onTerms, onClose } = props;
  const t = useT();
  const [words, setWords] = useState('');
  const query = useMemo<MessageQuery>(
    () => ({ words, filters: { within: conversationId } }),
    [words, conversationId],
  );
  const { hits, status, more } = useMessageSearch(query, PAGE);
  // The server's newest may be newer than what is kept here; in a bar that walks, the time decides.
  const seqs = useMemo(() => hits.map(({ message }) => message.seq).toSorted((a, b) => b - a), [hits]);
  const [at, setAt] = useState<number>();
  const place = at === undefined ? -1 : seqs.indexOf(at);
  /** Until the message that was jumped to has taken the focus, and it was taken back: Enter goes on. */
  const isJumping = useRef(false);
  const jump = useRef(onJump);
  jump.current = onJump;

  useEffect(() => onTerms(termsOf(query)), [onTerms, query]);
  useEffect(() => () => onTerms([]), [onTerms]);
  useEffect(() => setAt(undefined), [words]);

  const go = (step: 1 | -1) => {
    if (seqs.length === 0) return;
    const next = place < 0 ? 0 : (place + step + seqs.length) % seqs.length;
    if (next === seqs.length - 1) more?.();
    const seq = seqs[next];
    if (seq === undefined) return;
    setAt(seq);
    isJumping.current = true;
    jump.current(seq);
    announce(t('find.place', { number: number(next + 1), count: number(seqs.length) }));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    // On a button beside the field it presses that.
    if (event.key === 'Enter' && event.target instanceof HTMLInputElement) go(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const isAsked = words.trim() !== '';
  const isDone = status === 'done' || status === 'offline';
  const count = isDone && seqs.length === 0 ? t('search.found', { count: 0 }) : undefined;
  const position =
    seqs.length > 0
      ? t('find.place', { number: number(Math.max(place, 0) + 1), count: number(seqs.length) })
      : count;
  return (
    <div
      role="search"
      aria-label={t('find.label', { name: title })}
      className={styles.bar}
      onKeyDown={onKeyDown}
    >
      <SearchField
        label={t('find.label', { name: title })}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- it was asked for
        autoFocus
        data-find=""
        value={words}
        placeholder={t('list.search')}
        onChange={(event) => setWords(event.target.value)}
        onBlur={({ currentTarget, relatedTarget }) => {
          if (!isJumping.current || !relatedTarget?.closest('[data-key]')) return;
          isJumping.current = false;
          currentTarget.focus({ preventScroll: true });
        }}
      >
        {status === 'busy' && <Spinner />}
        {isAsked && position && <span className={styles.place}>{position}</span>}
      </SearchField>
      <IconButton small label={t('find.older')} disabled={seqs.length === 0} onClick={() => go(1)}>
        <IconChevronDown className={styles.up} />
      </IconButton>
      <IconButton small label={t('find.newer')} disabled={seqs.length === 0} onClick={() => go(-1)}>
        <IconChevronDown />
      </IconButton>
      <DayButton began={began} onDay={onDay} />
      <IconButton small label={t('find.close')} onClick={onClose}>
        <IconX />
      </IconButton>
      {status === 'offline' && <p className={styles.note}>{t('search.offline')}</p>}
    </div>
  );
}

/** A button with a calendar behind it. */
function DayButton({ began, onDay }: Pick<Props, 'began' | 'onDay'>) {
  const t = useT();
  const [at, setAt] = useState<Element>();
  return (
    <>
      <IconButton
        small
        label={t('find.day')}
        aria-haspopup="dialog"
        aria-expanded={at !== undefined}
        onClick={(event) => setAt(at ? undefined : event.currentTarget)}
      >
        <IconCalendar />
      </IconButton>
      {at && (
        <DayPicker
          at={at}
          began={began}
          onClose={() => setAt(undefined)}
          onDay={(day) => {
            setAt(undefined);
            onDay(day);
          }}
        />
      )}
    </>
  );
}

type PickerProps = Pick<Props, 'began' | 'onDay' | 'onClose'> & { at: Element };

function DayPicker({ at, began, onDay, onClose }: PickerProps) {
  const t = useT();
  const now = useNow();
  const ref = useRef<HTMLDivElement>(null);
  useFloating(ref, { at, first: '[tabindex="0"]', onClose });
  return createPortal(
    <div
      ref={ref}
      popover="manual"
      role="dialog"
      aria-label={t('find.day')}
      className={styles.days}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key !== 'Escape') return;
        event.preventDefault();
        onClose();
      }}
    >
      <Calendar min={began} max={now} onPick={onDay} />
    </div>,
    homeOf(at),
  );
}
