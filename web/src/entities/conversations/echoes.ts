import type { UnknownAction } from '@reduxjs/toolkit';
import { ApiError } from '@/lib/api';
import type { Tabs } from '@/lib/tabs';
import type { ConversationId, Seq } from '@/protocol';
import type { Realtime } from '@/realtime';
import type { Host } from '../thunk';
import type { ConversationEntry, Echo } from './entry';
import { readHereUpTo, setHere, setSettled } from './slice';

/**
 * Tells the server what was done here to one's own part of conversations: read marks, mutes, pins, drafts. It shows at
 * once as an echo over the server's word, and is sent when the line allows, the latest only, one request at a time for
 * each conversation. The person's other tabs show it, too.
 */
export class Echoes {
  readonly #host: Host;
  readonly #realtime: Realtime;
  readonly #tabs: Tabs;
  readonly #busy = new Set<ConversationId>();

  constructor(host: Host, realtime: Realtime, tabs: Tabs) {
    this.#host = host;
    this.#realtime = realtime;
    this.#tabs = tabs;
    realtime.listen({ caughtUp: () => this.#sendAll() });
    tabs.listen({ heard: ({ action }) => isEcho(action) && host.dispatch(action) });
  }

  set(id: ConversationId, set: Echo['set']): void {
    this.#tell(setHere({ id, set }));
    void this.#send(id);
  }

  /** Read up to `seq`; `left` are the others' messages after it, as far as they are held. */
  read(id: ConversationId, seq: Seq, left: { unread: number; mentions: number }): void {
    this.#tell(readHereUpTo({ id, seq, left }));
    void this.#send(id);
  }

  #sendAll(): void {
    for (const [id, entry] of Object.entries(this.#host.getState().conversations.byId)) {
      if (isWaiting(entry)) void this.#send(id);
    }
  }

  async #send(id: ConversationId): Promise<void> {
    if (this.#busy.has(id)) return;
    this.#busy.add(id);
    try {
      for (let entry = this.#entry(id); entry && isWaiting(entry); entry = this.#entry(id)) {
        if (!(await this.#sendEcho(id, entry))) break;
      }
    } finally {
      this.#busy.delete(id);
    }
  }

  /** Sends what the entry's echo says now; whether it was settled, one way or the other. */
  async #sendEcho(id: ConversationId, { my, echo }: ConversationEntry): Promise<boolean> {
    if (Object.keys(echo.set).length > 0) return this.#settle(id, echo.set);
    return this.#report(id, Math.max(echo.read_seq, my.read_seq));
  }

  async #settle(id: ConversationId, set: Echo['set']): Promise<boolean> {
    try {
      await this.#realtime.request('account:set', { conversation_id: id, ...set });
      this.#tell(setSettled({ id, set, accepted: true }));
      return true;
    } catch (error) {
      if (ApiError.from(error).isTransient) return false;
      this.#tell(setSettled({ id, set, accepted: false }));
      return true;
    }
  }

  readonly #reported = new Map<ConversationId, Seq>();

  async #report(id: ConversationId, seq: Seq): Promise<boolean> {
    if ((this.#reported.get(id) ?? 0) >= seq) return false;
    try {
      await this.#realtime.request('conversation:read', { conversation_id: id, seq });
      this.#reported.set(id, seq);
      return true;
    } catch {
      return false;
    }
  }

  /** Here and in the other tabs. */
  #tell(action: UnknownAction): void {
    this.#host.dispatch(action);
    this.#tabs.share({ action });
  }

  #entry(id: ConversationId): ConversationEntry | undefined {
    return this.#host.getState().conversations.byId[id];
  }
}

function isEcho(action: UnknownAction): boolean {
  return setHere.match(action) || readHereUpTo.match(action) || setSettled.match(action);
}

function isWaiting({ my, echo }: ConversationEntry): boolean {
  return echo.read_seq > my.read_seq || Object.keys(echo.set).length > 0;
}
