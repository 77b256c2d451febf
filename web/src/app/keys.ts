import { useEffect, useRef } from 'react';
import { combination, readKeymap, type Shortcut, shortcutOf } from '@/lib/shortcuts';

/** What the shortcuts do here. One that answers `false` leaves the keys to the browser. */
export type Deeds = Partial<Record<Shortcut, () => unknown>> & {
  /** Alt with a digit from 1 to 9. */
  digit?: (digit: number) => void;
};

/** Does what a shortcut asks for, wherever the focus is but in a dialog. */
export function useShortcuts(deeds: Deeds): void {
  const current = useRef(deeds);
  current.current = deeds;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]')) return;
      const deed = deedOf(event, current.current);
      if (deed && deed() !== false) event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}

function deedOf(event: KeyboardEvent, deeds: Deeds): (() => unknown) | undefined {
  const shortcut = shortcutOf(event);
  if (shortcut) return deeds[shortcut];
  const digit = /^Alt\+([1-9])$/.exec(combination(event) ?? '')?.[1];
  const { digit: onDigit } = deeds;
  return digit && onDigit && readKeymap().isOn ? () => onDigit(Number(digit)) : undefined;
}
