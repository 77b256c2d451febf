import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useT } from '@/lib/i18n';
import styles from './EmojiPicker.module.css';
import { EMOJI_GROUPS, recentEmoji, rememberEmoji } from './emoji';
import { homeOf, type Place, place } from './place';

type Props = {
  at: Place;
  onPick: (emoji: string) => void;
  onClose: () => void;
};

const COLUMNS = 8;

/** A small table of emoji beside what asked for it. Arrows move, Enter picks, Escape closes and gives focus back. */
export function EmojiPicker({ at, onPick, onClose }: Props) {
  const t = useT();
  const ref = useRef<HTMLDivElement>(null);
  const [recent] = useState(recentEmoji);
  const [home] = useState(() => homeOf(at));
  useFloating(ref, at, onClose);

  const groups = [...(recent.length > 0 ? [{ id: 'recent', emoji: recent.join(' ') }] : []), ...EMOJI_GROUPS];
  return createPortal(
    <div
      ref={ref}
      popover="manual"
      role="dialog"
      aria-label={t('emoji.title')}
      className={styles.picker}
      onKeyDown={(event) => onKey(event, onClose)}
      onClick={(event) => {
        const emoji = (event.target as Element).closest<HTMLElement>('[data-emoji]')?.dataset.emoji;
        if (!emoji) return;
        rememberEmoji(emoji);
        onPick(emoji);
      }}
    >
      <div className={styles.scroller}>
        {groups.map((group) => (
          <section key={group.id} aria-label={t(`emoji.${group.id}`)}>
            <h3 className={styles.heading}>{t(`emoji.${group.id}`)}</h3>
            <div className={styles.grid}>
              {group.emoji.split(' ').map((emoji) => (
                <button key={emoji} type="button" tabIndex={-1} data-emoji={emoji} className={styles.emoji}>
                  {emoji}
                </button>
              ))}
            </div>
          </section>
        ))}
      </div>
    </div>,
    home,
  );
}

function useFloating(ref: React.RefObject<HTMLDivElement | null>, at: Place, onClose: () => void) {
  useLayoutEffect(() => {
    const picker = ref.current;
    if (!picker) return undefined;
    const before = document.activeElement;
    picker.showPopover();
    place(picker, at, 'above');
    picker.querySelector<HTMLElement>('[data-emoji]')?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, [ref, at]);

  useEffect(() => {
    const outside = (event: Event) => {
      const target = event.target as Node;
      if (ref.current?.contains(target) || (at instanceof Element && at.contains(target))) return;
      onClose();
    };
    document.addEventListener('pointerdown', outside, true);
    return () => document.removeEventListener('pointerdown', outside, true);
  }, [ref, at, onClose]);
}

function onKey(event: KeyboardEvent<HTMLElement>, onClose: () => void) {
  event.stopPropagation();
  if (event.key === 'Escape' || event.key === 'Tab') {
    event.preventDefault();
    onClose();
    return;
  }
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-emoji]')];
  const here = all.indexOf(document.activeElement as HTMLElement);
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  all[Math.max(0, Math.min(all.length - 1, here + step))]?.focus();
}
