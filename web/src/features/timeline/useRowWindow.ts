import { useState } from 'react';
import type { MessageKey } from '@/entities/messages';
import { grow, openAt, type RowWindow, rebase } from './window';

/** The rows that are in the page, and how to have others there. */
export type Rows = {
  shown: readonly MessageKey[];
  /** Nothing that is held lies before, or after, what is in the page. */
  reachesStart: boolean;
  reachesEnd: boolean;
  holds: (index: number) => boolean;
  grow: (towards: 'start' | 'end') => void;
  /** Begins anew around a held row, or at the newest. */
  moveTo: (index: number | undefined) => void;
};

type Held = { keys: readonly MessageKey[]; window: RowWindow };

const NOTHING: Held = { keys: [], window: { start: 0, end: 0 } };

/** The window over the rows that are held. It stays on its rows while others come and go around them. */
export function useRowWindow(keys: readonly MessageKey[], follows: () => boolean): Rows {
  const [held, setHeld] = useState(NOTHING);
  let { window } = held;
  if (held.keys !== keys) {
    window = rebase(window, held.keys, keys, follows()) ?? openAt(undefined, keys.length);
    setHeld({ keys, window });
  }
  const { start, end } = window;
  return {
    shown: keys.slice(start, end),
    reachesStart: start === 0,
    reachesEnd: end >= keys.length,
    holds: (index) => start <= index && index < end,
    grow: (towards) => setHeld((now) => ({ ...now, window: grow(now.window, towards, now.keys.length) })),
    moveTo: (index) => setHeld((now) => ({ ...now, window: openAt(index, now.keys.length) })),
  };
}
