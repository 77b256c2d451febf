import { LIMITS, type UserId } from '@/protocol';
import type { Realtime } from '@/realtime';
import type { Host } from '../thunk';
import { presencesTold } from './slice';

/** Rows come and go while a list scrolls; the server is asked when that has settled. */
const SETTLE_MS = 100;

/** Keeps the server's set of watched people equal to those on screen, across reconnects. */
export class PresenceWatch {
  readonly #host: Host;
  readonly #realtime: Realtime;
  /** How many on screen watch each person. */
  readonly #watchers = new Map<UserId, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: Host, realtime: Realtime) {
    this.#host = host;
    this.#realtime = realtime;
    realtime.listen({ caughtUp: () => void this.#ask() });
  }

  /** Watches these people until the returned function is called. */
  watch(ids: readonly UserId[]): () => void {
    for (const id of ids) this.#watchers.set(id, (this.#watchers.get(id) ?? 0) + 1);
    this.#plan();
    return () => {
      for (const id of ids) this.#release(id);
      this.#plan();
    };
  }

  #release(id: UserId): void {
    const count = (this.#watchers.get(id) ?? 0) - 1;
    if (count > 0) this.#watchers.set(id, count);
    else this.#watchers.delete(id);
  }

  #plan(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), SETTLE_MS);
  }

  async #ask(): Promise<void> {
    const user_ids = [...this.#watchers.keys()].slice(-LIMITS.PRESENCE_WATCH_MAX);
    try {
      const { presences } = await this.#realtime.request('presence:watch', { user_ids });
      this.#host.dispatch(presencesTold(presences));
    } catch {
      // Presence may be lost; the next catch-up asks again.
    }
  }
}
