import { useSyncExternalStore } from 'react';

export type Toast = {
  id: number;
  /** Of whom or what it tells, above the text. */
  title?: string | undefined;
  text: string;
  tone: 'plain' | 'danger';
  /** What it is about: a newer one about the same takes its place. */
  about?: string | undefined;
  action?: { label: string; onSelect: () => void } | undefined;
  /** It is no longer there, for whatever reason; after `action`, if that was chosen. */
  onGone?: (() => void) | undefined;
};

type Options = Partial<Pick<Toast, 'title' | 'tone' | 'about' | 'action' | 'onGone'>> & {
  /** Stays until it is answered or closed. */
  isLasting?: boolean;
};

/** More than this at once is noise; the oldest gives way. */
const TOASTS_MAX = 3;
const SHOWN_FOR_MS = 6_000;
/** What was due while somebody looked at it stays this much longer. */
const LINGERS_FOR_MS = 2_000;

let toasts: readonly Toast[] = [];
let lastId = 0;
let isPaused = false;
let due: number[] = [];
const listeners = new Set<() => void>();

/**
 * Says something for six seconds at the edge of the window, and to a screen reader once. What is lasting stays until it is
 * answered or closed. {@link dismissToast} takes the answer.
 */
export function toast(text: string, { isLasting, tone = 'plain', ...rest }: Options = {}): number {
  lastId += 1;
  const id = lastId;
  const others = toasts.filter(({ about }) => about === undefined || about !== rest.about);
  set([...others, { ...rest, id, text, tone }].slice(-TOASTS_MAX));
  if (!isLasting) setTimeout(() => expire(id), SHOWN_FOR_MS);
  return id;
}

/** Takes a toast away before its time. */
export function dismissToast(id: number): void {
  if (toasts.some((each) => each.id === id)) set(toasts.filter((each) => each.id !== id));
}

/** Takes away those about something for which this holds. */
export function dismissToasts(holds: (about: string) => boolean): void {
  const rest = toasts.filter(({ about }) => about === undefined || !holds(about));
  if (rest.length < toasts.length) set(rest);
}

/** While somebody points at the toasts or has the focus in them, none goes by itself. */
export function pauseToasts(isHeld: boolean): void {
  isPaused = isHeld;
  if (isHeld) return;
  for (const id of due) setTimeout(() => expire(id), LINGERS_FOR_MS);
  due = [];
}

/** The toasts on screen now, oldest first. */
export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(subscribe, currentToasts);
}

/** The same outside of React. */
export function currentToasts(): readonly Toast[] {
  return toasts;
}

function expire(id: number) {
  if (isPaused) due.push(id);
  else dismissToast(id);
}

function set(next: readonly Toast[]) {
  const gone = toasts.filter((each) => !next.includes(each));
  toasts = next;
  for (const listener of listeners) listener();
  for (const { onGone } of gone) onGone?.();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
