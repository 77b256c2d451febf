import type { Presence } from '@/protocol';

/** Away for less than this is still “just been here”. */
const RECENT_MS = 30 * 60_000;

/** What a presence dot shows: there, just gone, or nothing. */
export function presenceOf(presence: Presence | undefined, now: number): 'online' | 'recent' | undefined {
  if (!presence) return undefined;
  if (presence.online) return 'online';
  const away = presence.last_active_at === null ? Number.POSITIVE_INFINITY : now - presence.last_active_at;
  return away < RECENT_MS ? 'recent' : undefined;
}
