import { useEffect, useRef } from 'react';

type Keys = {
  onNew: () => void;
  onSettings: () => void;
  onDetails: () => void;
  /** To the previous (-1) or next (+1) conversation of the list. */
  onStep: (step: 1 | -1) => void;
};

/**
 * The keys that work everywhere but in a dialog: Alt+Up and Alt+Down between conversations, Alt+N a new one, Alt+I its
 * details, Ctrl+, the settings. On a Mac Option types letters, so there it is Ctrl+Option.
 */
export function useGlobalKeys(keys: Keys): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]')) return;
      const act = actOf(event, current.current);
      if (!act) return;
      event.preventDefault();
      act();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}

const IS_MAC = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

function actOf(event: KeyboardEvent, keys: Keys): (() => void) | undefined {
  if (event.key === ',' && (IS_MAC ? event.metaKey : event.ctrlKey)) return keys.onSettings;
  if (!event.altKey || event.shiftKey || event.metaKey || event.ctrlKey !== IS_MAC) return undefined;
  // By its place on the keyboard, because with Alt the letter may be another.
  return {
    ArrowUp: () => keys.onStep(-1),
    ArrowDown: () => keys.onStep(1),
    KeyN: keys.onNew,
    KeyI: keys.onDetails,
  }[event.code];
}
