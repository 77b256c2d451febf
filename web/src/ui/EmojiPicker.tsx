import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useT } from '@/lib/i18n';
import { classes } from './classes';
import styles from './EmojiPicker.module.css';
import {
  EMOJI_GROUPS,
  readTone,
  recentEmoji,
  rememberEmoji,
  setTone,
  TONES,
  type Tone,
  toned,
} from './emoji';
import { type EmojiNames, findEmoji, loadEmojiNames, nameOfEmoji } from './emoji-names';
import { useFloating } from './floating';
import { homeOf, type Place } from './place';
import { SearchField } from './SearchField';

type Props = {
  at: Place;
  onPick: (emoji: string) => void;
  onClose: () => void;
};

const COLUMNS = 8;
const FOUND_MAX = 48;

type Group = { id: string; label: string; emoji: readonly string[] };

/**
 * A small table of emoji beside what asked for it. Arrows move, Enter picks, letters search, Escape closes and gives focus
 * back.
 */
export function EmojiPicker({ at, onPick, onClose }: Props) {
  const t = useT();
  const ref = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [home] = useState(() => homeOf(at));
  const [tone, choose] = useState(readTone);
  const [query, setQuery] = useState('');
  const names = useNames();
  const groups = useGroups(query, names);
  useFloating(ref, { at, prefer: 'above', first: '[data-emoji]', onClose });

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    event.stopPropagation();
    if (event.key === 'Escape') {
      event.preventDefault();
      if (query === '') onClose();
      else setQuery('');
    } else if (event.key === 'Enter' && event.target === field.current) {
      ref.current?.querySelector<HTMLElement>('[data-emoji]')?.click();
    } else if (!stepThrough(event, ref.current, field.current) && isLetter(event)) field.current?.focus();
  };
  return createPortal(
    <div
      ref={ref}
      popover="manual"
      role="dialog"
      aria-label={t('emoji.title')}
      className={styles.picker}
      onKeyDown={onKeyDown}
      onClick={(event) => {
        const emoji = (event.target as Element).closest<HTMLElement>('[data-emoji]')?.dataset.emoji;
        if (!emoji) return;
        rememberEmoji(emoji);
        onPick(emoji);
      }}
    >
      <div className={styles.top}>
        <SearchField
          ref={field}
          label={t('emoji.search')}
          value={query}
          placeholder={t('emoji.search')}
          onChange={(event) => setQuery(event.target.value)}
        />
        <Tones
          tone={tone}
          onChoose={(next) => {
            setTone(next);
            choose(next);
          }}
        />
      </div>
      <div className={styles.scroller}>
        {groups.map((group) => (
          <section key={group.id} aria-label={group.label}>
            <h2 className={styles.heading}>{group.label}</h2>
            <div className={styles.grid}>
              {group.emoji.map((plain) => {
                const emoji = toned(plain, tone);
                return (
                  <button
                    key={plain}
                    type="button"
                    tabIndex={-1}
                    data-emoji={emoji}
                    title={nameOfEmoji(names, plain)}
                    className={styles.emoji}
                  >
                    {emoji}
                  </button>
                );
              })}
            </div>
          </section>
        ))}
        {groups.length === 0 && (
          <p role="status" className={styles.none}>
            {t('emoji.none')}
          </p>
        )}
      </div>
    </div>,
    home,
  );
}

/** Hands in six tones, of which one is chosen. */
function Tones({ tone, onChoose }: { tone: Tone; onChoose: (tone: Tone) => void }) {
  const t = useT();
  return (
    <div role="group" aria-label={t('emoji.tone')} className={styles.tones}>
      {TONES.map((each, index) => (
        <button
          key={each}
          type="button"
          aria-pressed={each === tone}
          aria-label={t(`emoji.tone.${index}`)}
          className={classes(styles.tone, each === tone && styles.chosen)}
          onClick={() => onChoose(each)}
        >
          {toned('✋', each)}
        </button>
      ))}
    </div>
  );
}

function useGroups(query: string, names: EmojiNames): readonly Group[] {
  const t = useT();
  const [recent] = useState(recentEmoji);
  return useMemo(() => {
    if (query.trim() !== '') {
      const emoji = findEmoji(names, query, FOUND_MAX);
      return emoji.length > 0 ? [{ id: 'found', label: t('emoji.found'), emoji }] : [];
    }
    const groups = EMOJI_GROUPS.map(({ id, emoji }) => ({
      id,
      label: t(`emoji.${id}`),
      emoji: emoji.split(' '),
    }));
    return recent.length > 0
      ? [{ id: 'recent', label: t('emoji.recent'), emoji: recent }, ...groups]
      : groups;
  }, [t, query, names, recent]);
}

/** What the emoji are called; nothing until it is there, or when it cannot be loaded. */
function useNames(): EmojiNames {
  const [names, setNames] = useState<EmojiNames>({});
  useEffect(() => {
    loadEmojiNames().then(setNames, () => undefined);
  }, []);
  return names;
}

/** Arrows go through the table; Up from its first row goes to the field, Down from there into it. */
function stepThrough(
  event: KeyboardEvent<HTMLElement>,
  picker: HTMLElement | null,
  field: HTMLElement | null,
): boolean {
  const all = [...(picker?.querySelectorAll<HTMLElement>('[data-emoji]') ?? [])];
  const here = all.indexOf(event.target as HTMLElement);
  const isField = event.target === field;
  if (here < 0 && !(isField && event.key === 'ArrowDown')) return false;
  const rtl = document.documentElement.dir === 'rtl' ? -1 : 1;
  const step = { ArrowRight: rtl, ArrowLeft: -rtl, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
  if (step === undefined) return false;
  event.preventDefault();
  if (isField) all[0]?.focus();
  else if (here + step < 0 && step === -COLUMNS) field?.focus();
  else all[Math.max(0, Math.min(all.length - 1, here + step))]?.focus();
  return true;
}

function isLetter(event: KeyboardEvent): boolean {
  return event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey;
}
