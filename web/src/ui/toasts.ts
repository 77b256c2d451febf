import { useSyncExternalStore } from 'react';

export type Toast = {
  id: number;
  text: string;
  tone: 'plain' | 'danger';
  action?: { label: string; onSelect: () => void } | undefined;
};

/** More than this at once is noise; the oldest gives way. */
const TOASTS_MAX = 3;
const SHOWN_FOR_MS = 6_000;

let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

/**
 * Says something for six seconds at the edge of the window, and to a screen reader once. What is lasting stays until it is
 * answered or closed.
 */
export function toast(
  text: string,
  options: { tone?: Toast['tone']; action?: Toast['action']; isLasting?: boolean } = {},
): void {
  lastId += 1;
  const id = lastId;
  set([...toasts, { id, text, tone: options.tone ?? 'plain', action: options.action }].slice(-TOASTS_MAX));
  if (!options.isLasting) setTimeout(() => dismissToast(id), SHOWN_FOR_MS);
}

/** Takes a toast away before its time. */
export function dismissToast(id: number): void {
  if (toasts.some((each) => each.id === id)) set(toasts.filter((each) => each.id !== id));
}

/** The toasts on screen now, oldest first. */
export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(subscribe, () => toasts);
}

function set(next: readonly Toast[]) {
  toasts = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
