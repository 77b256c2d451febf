import { useSyncExternalStore } from 'react';
import { ACCENTS, type Accent } from './look';

/** The accents that conversations were given on this device, by conversation. Kept there like the look itself. */
type Accents = Readonly<Record<string, Accent>>;

const KEY = 'kith.accents';

/** With one more, the one that was chosen first goes. */
const ACCENTS_MAX = 200;

let accents: Accents | undefined;
const listeners = new Set<() => void>();

/** A conversation's own accent; nothing when it has the client's. */
export function useAccent(conversationId: string): Accent | undefined {
  return useSyncExternalStore(subscribe, () => read()[conversationId]);
}

/** Gives a conversation an accent of its own, or takes it back. Holds at once, and is kept on this device. */
export function setAccent(conversationId: string, accent: Accent | undefined): void {
  accents = withAccent(read(), conversationId, accent);
  for (const listener of listeners) listener();
  try {
    localStorage.setItem(KEY, JSON.stringify(accents));
  } catch {
    // A device that keeps nothing still shows it until it is closed.
  }
}

/** The accents with one changed, the newest last. */
export function withAccent(held: Accents, conversationId: string, accent: Accent | undefined): Accents {
  const others = Object.entries(held).filter(([id]) => id !== conversationId);
  const all: [string, Accent][] = accent ? [...others, [conversationId, accent]] : others;
  return Object.fromEntries(all.slice(-ACCENTS_MAX));
}

function read(): Accents {
  accents ??= stored();
  return accents;
}

function stored(): Accents {
  try {
    const kept = Object.entries(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, unknown>);
    return Object.fromEntries(kept.filter((each): each is [string, Accent] => isAccent(each[1])));
  } catch {
    return {};
  }
}

function isAccent(value: unknown): value is Accent {
  return ACCENTS.some((accent) => accent === value);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
