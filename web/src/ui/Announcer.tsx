import { useSyncExternalStore } from 'react';

const EVERY_MS = 2_000;
const KEPT_MS = 1_000;

let words = '';
let waiting = '';
let quietUntil = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

/**
 * Says a sentence to a screen reader, at most one every two seconds: what comes faster replaces what still waits. The
 * words leave the page after a second, so that nobody stumbles on them while reading.
 */
export function announce(text: string, now = performance.now()): void {
  waiting = text;
  if (timer !== undefined) return;
  timer = setTimeout(speak, Math.max(0, quietUntil - now));
}

/** The hidden region from which {@link announce} is heard. Mount it once. */
export function Announcer() {
  const text = useSyncExternalStore(subscribe, () => words);
  return (
    <div className="visually-hidden" aria-live="polite" aria-atomic="true">
      {text}
    </div>
  );
}

function speak() {
  timer = undefined;
  quietUntil = performance.now() + EVERY_MS;
  set(waiting);
  setTimeout(() => set(''), KEPT_MS);
}

function set(text: string) {
  words = text;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
