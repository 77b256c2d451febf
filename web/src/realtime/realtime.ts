import type { Dispatch } from '@reduxjs/toolkit';
import { ApiError } from '@/lib/api';
import type { ServerEvents, SessionEndReason, SetTyping, SyncAnswer } from '@/protocol';
import { type PushItem, type PushName, type ServerItem, serverBatch } from './events';
import { Feed, type Schedule } from './feed';
import { type ConnectionState, type ConnectionStatus, statusChanged } from './slice';
import { type AnswerOf, backoff, type CommandName, type PayloadOf, type Wire } from './wire';

/** What {@link Realtime} needs of the store. */
export interface RealtimeHost {
  dispatch: Dispatch;
  getState(): { connection: ConnectionState };
}

/** Told what happens on the line, besides what is folded into the state. */
export interface RealtimeListener {
  /** The state is as the server's again: what waited for the line may be sent now. */
  caughtUp?(): void;
  /** The session is over; the socket is closed already. */
  sessionEnded?(reason: SessionEndReason): void;
  /** These items have just been folded. */
  folded?(items: readonly ServerItem[]): void;
}

/** Browser events after which a lost line is worth trying at once. */
const REASONS_TO_HURRY = ['online', 'focus', 'pageshow'] as const;

/**
 * The only place that sees the socket. What the server says goes into the feed and from there, at most once a frame, into
 * the store; what the client asks goes out through {@link Realtime.request}.
 *
 * After every connect, and after every `resync`, it sends `sync` with the last cursor until the answer says that there
 * is no more.
 */
export class Realtime {
  readonly #wire: Wire;
  readonly #host: RealtimeHost;
  readonly #feed: Feed;
  readonly #listeners = new Set<RealtimeListener>();
  /** Counts the lives of the line. A catch-up of an earlier one must not go on. */
  #life = 0;
  #running = false;
  /** There until it is known whether the first line comes about. */
  #beginning: { readonly over: Promise<void>; readonly end: () => void } | undefined;

  constructor(wire: Wire, host: RealtimeHost, schedule?: Schedule) {
    this.#wire = wire;
    this.#host = host;
    this.#feed = new Feed((items) => this.#fold(items), schedule);
  }

  /** Connects as whoever the cookie says. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#beginning = beginning();
    this.#tell('connecting');
    for (const reason of REASONS_TO_HURRY) globalThis.addEventListener?.(reason, this.#hurry);
    this.#wire.connect({
      connected: () => {
        this.#endBeginning();
        void this.#catchUp();
      },
      disconnected: () => this.#lost(),
      refused: () => this.#ended('revoked'),
      received: (name, payload) => this.#received(name, payload),
    });
  }

  /** Hangs up and forgets what had not been folded yet. */
  stop(): void {
    this.#running = false;
    this.#endBeginning();
    this.#life += 1;
    for (const reason of REASONS_TO_HURRY) globalThis.removeEventListener?.(reason, this.#hurry);
    this.#wire.disconnect();
    this.#feed.clear();
  }

  /**
   * Asks the server something; throws an {@link ApiError}. What is asked while the first line is being made waits for it:
   * a page that opens from what it kept is quicker than its line. Answers that hold rows belong into {@link fold}.
   */
  request<Name extends CommandName>(name: Name, payload: PayloadOf<Name>): Promise<AnswerOf<Name>> {
    const ask = () => this.#wire.request(name, payload);
    return this.#beginning ? this.#beginning.over.then(ask) : ask();
  }

  sendTyping(payload: SetTyping): void {
    this.#wire.sendTyping(payload);
  }

  /** Folds an answer, after everything that was pushed before it. The state holds it when this returns. */
  fold(item: ServerItem): void {
    this.#feed.push(item);
    this.#feed.flush();
  }

  /** Listens until the returned function is called. */
  listen(listener: RealtimeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  readonly #hurry = (): void => {
    this.#wire.hurry();
  };

  #received<Name extends keyof ServerEvents>(name: Name, payload: ServerEvents[Name]): void {
    if (name === 'resync') void this.#catchUp();
    else if (name === 'session:ended') this.#ended((payload as ServerEvents['session:ended']).reason);
    else this.#feed.push(pushItem(name as PushName, payload as ServerEvents[PushName]));
  }

  #endBeginning(): void {
    this.#beginning?.end();
    this.#beginning = undefined;
  }

  #lost(): void {
    this.#endBeginning();
    this.#life += 1;
    this.#tell('offline');
  }

  #ended(reason: SessionEndReason): void {
    if (!this.#running) return;
    this.stop();
    for (const listener of this.#listeners) listener.sessionEnded?.(reason);
  }

  #fold(items: readonly ServerItem[]): void {
    this.#host.dispatch(serverBatch(items));
    for (const listener of this.#listeners) listener.folded?.(items);
  }

  /** Sends `sync` until it says that there is no more; tries again when it fails and the line is still the same. */
  async #catchUp(): Promise<void> {
    this.#life += 1;
    const life = this.#life;
    this.#tell('updating');
    for (let attempt = 0; life === this.#life; attempt += 1) {
      try {
        await this.#syncAll(life);
        return;
      } catch (error) {
        if (ApiError.from(error).code === 'unauthorized') return this.#ended('revoked');
        await wait(backoff(attempt));
      }
    }
  }

  async #syncAll(life: number): Promise<void> {
    for (let more = true; more; ) {
      const { cursor, epoch } = this.#host.getState().connection;
      const answer = await this.request('sync', epoch === null ? { cursor } : { cursor, epoch });
      if (life !== this.#life) return;
      const fresh = isFresh(cursor, epoch, answer);
      this.fold({ kind: 'answer:sync', fresh, answer, receivedAt: Date.now() });
      more = answer.more;
    }
    this.#tell('online');
    for (const listener of this.#listeners) listener.caughtUp?.();
  }

  #tell(status: ConnectionStatus): void {
    if (this.#host.getState().connection.status !== status) this.#host.dispatch(statusChanged(status));
  }
}

function beginning() {
  let end: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { over, end };
}

function isFresh(cursor: string | null, epoch: string | null, answer: SyncAnswer): boolean {
  return cursor === null || answer.reset || (epoch !== null && epoch !== answer.epoch);
}

function pushItem<Name extends PushName>(kind: Name, payload: ServerEvents[Name]): PushItem {
  return { kind, payload, receivedAt: Date.now() } as PushItem;
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
