import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { classes } from './classes';
import { IconCheck } from './icons';
import styles from './Menu.module.css';
import { homeOf, type Place, place } from './place';

export type MenuItem =
  | 'line'
  | {
      id: string;
      label: string;
      icon?: ReactNode;
      danger?: boolean;
      /** Given for an item that is one of a choice: it is drawn with a tick and read as checked or not. */
      checked?: boolean;
      onSelect: () => void;
    };

type Props = {
  label: string;
  items: MenuItem[];
  /** The element the menu belongs to, or the point that was clicked. */
  at: Place;
  onClose: () => void;
  /** Something above the items, such as quick reactions. */
  header?: ReactNode;
};

/**
 * A menu of actions: arrows, Home, End and first letters move, Enter and Space choose, Escape and Tab close, focus goes
 * back to where it was. On a phone it is a sheet at the foot of the screen.
 */
export function Menu({ label, items, at, onClose, header }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  const [home] = useState(() => homeOf(at));
  useOpen(ref, at, onClose);
  return createPortal(
    <div ref={ref} popover="manual" className={styles.layer}>
      <div className={styles.veil} aria-hidden="true" />
      <div
        role="menu"
        tabIndex={-1}
        aria-label={label}
        className={styles.menu}
        onKeyDown={(event) => onKey(event, onClose)}
        onContextMenu={(event) => event.preventDefault()}
      >
        {header}
        {items.map((item, index) =>
          item === 'line' ? (
            // oxlint-disable-next-line react/no-array-index-key -- lines are all alike and never move
            <hr key={`line-${index}`} className={styles.line} />
          ) : (
            <button
              key={item.id}
              type="button"
              tabIndex={-1}
              role={item.checked === undefined ? 'menuitem' : 'menuitemradio'}
              aria-checked={item.checked}
              className={classes(styles.item, item.danger && styles.danger)}
              onClick={() => {
                item.onSelect();
                onClose();
              }}
            >
              <span className={styles.icon}>{item.icon}</span>
              {item.label}
              {item.checked && <IconCheck className={styles.check} aria-hidden="true" />}
            </button>
          ),
        )}
      </div>
    </div>,
    home,
  );
}

function useOpen(ref: React.RefObject<HTMLDivElement | null>, at: Place, onClose: () => void) {
  useLayoutEffect(() => {
    const layer = ref.current;
    const menu = layer?.querySelector<HTMLElement>('[role="menu"]');
    if (!layer || !menu) return undefined;
    const before = document.activeElement;
    layer.showPopover();
    place(menu, at);
    (focusables(menu)[0] ?? menu).focus({ preventScroll: true });
    return () => {
      const hadFocus = layer.contains(document.activeElement) || document.activeElement === document.body;
      if (hadFocus && before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, [ref, at]);

  useEffect(() => {
    const outside = (event: Event) => {
      const target = event.target as Node;
      const menu = ref.current?.querySelector('[role="menu"]');
      // The button that opened the menu closes it itself.
      if (menu?.contains(target) || (at instanceof Element && at.contains(target))) return;
      onClose();
    };
    document.addEventListener('pointerdown', outside, true);
    window.addEventListener('resize', onClose);
    return () => {
      document.removeEventListener('pointerdown', outside, true);
      window.removeEventListener('resize', onClose);
    };
  }, [ref, at, onClose]);
}

function onKey(event: KeyboardEvent<HTMLElement>, onClose: () => void) {
  const all = focusables(event.currentTarget);
  const here = all.indexOf(document.activeElement as HTMLElement);
  const target = destination(event.key, all, here);
  event.stopPropagation();
  if (event.key === 'Escape' || event.key === 'Tab') onClose();
  else if (target) target.focus();
  else return;
  event.preventDefault();
}

function destination(key: string, all: HTMLElement[], here: number): HTMLElement | undefined {
  switch (key) {
    case 'ArrowDown':
    case 'ArrowRight':
      return all[(here + 1) % all.length];
    case 'ArrowUp':
    case 'ArrowLeft':
      return all[(here - 1 + all.length) % all.length];
    case 'Home':
      return all[0];
    case 'End':
      return all.at(-1);
    default:
      return key.length === 1 && key !== ' ' ? byFirstLetter(key, all, here) : undefined;
  }
}

function byFirstLetter(letter: string, all: HTMLElement[], here: number): HTMLElement | undefined {
  const from = [...all.slice(here + 1), ...all.slice(0, here + 1)];
  return from.find((item) => item.textContent?.trim().toLowerCase().startsWith(letter.toLowerCase()));
}

function focusables(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('button:not(:disabled)')];
}
