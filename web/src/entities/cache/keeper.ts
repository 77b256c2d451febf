import type { UserId } from '@/protocol';

/**
 * Names the person whose cache this device keeps. Absent on a shared computer, where nothing is kept. `index.html` looks for it
 * too, to have the client fetched early.
 */
const KEY = 'kith.cache';

/** Whether this device keeps something of somebody, who is then most likely still signed in. */
export function keepsSomebody(): boolean {
  return readKeeper() !== undefined;
}

export function readKeeper(): UserId | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Whether the browser lets us remember it. */
export function writeKeeper(user: UserId | undefined): boolean {
  try {
    if (user === undefined) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, user);
    return user !== undefined;
  } catch {
    return false;
  }
}
