import type { UnknownAction } from '@reduxjs/toolkit';

/** Raised when tabs of two builds of the client would not understand each other; they then do not hear each other. */
const FORMAT = 1;

/** What one tab tells the others: something that happened in it, and the files that go with it. */
export interface TabNote {
  readonly action: UnknownAction;
  readonly files?: ReadonlyMap<string, File>;
}

export interface TabListener {
  /** Another tab says that this happened. */
  heard?(note: TabNote): void;
  /** This tab leads from now on. */
  led?(): void;
}

/** The part of `navigator.locks` that is used. */
export type Locks = Pick<LockManager, 'request'>;

/** The part of a `BroadcastChannel` that is used. */
export interface Channel {
  postMessage(note: TabNote): void;
  addEventListener(name: 'message', listener: (event: MessageEvent<TabNote>) => void): void;
  close(): void;
}

/**
 * The tabs in which one person has the client open. At most one of them leads: it sends what was written in any of them
 * and writes the cache. When it goes, another follows by itself. Where the browser has no Web Locks, as over plain HTTP,
 * every tab leads itself and hears nothing of the others.
 */
export class Tabs {
  readonly #locks: Locks | undefined;
  readonly #openChannel: (name: string) => Channel;
  readonly #listeners = new Set<TabListener>();
  #channel: Channel | undefined;
  #leads = false;
  /** Ends this tab's membership: gives the lock back, or its place in the queue for it. */
  #leave: AbortController | undefined;

  constructor(locks: Locks | undefined, openChannel: (name: string) => Channel) {
    this.#locks = locks;
    this.#openChannel = openChannel;
  }

  /** The tabs of this browser. */
  static ofBrowser(): Tabs {
    const isAble = 'locks' in navigator && 'BroadcastChannel' in globalThis;
    return new Tabs(isAble ? navigator.locks : undefined, (name) => new BroadcastChannel(name));
  }

  /** A tab that knows of no others. */
  static alone(): Tabs {
    return new Tabs(undefined, () => ({ postMessage: ignore, addEventListener: ignore, close: ignore }));
  }

  /** Whether this tab is the one that sends and writes. */
  get isLeader(): boolean {
    return this.#leads || this.#locks === undefined;
  }

  /** From now on is one of this person's tabs. */
  join(user: string): void {
    this.leave();
    if (!this.#locks) return;
    this.#leave = new AbortController();
    const name = nameOf(user);
    this.#channel = this.#openChannel(name);
    this.#channel.addEventListener('message', ({ data }) => {
      for (const listener of this.#listeners) listener.heard?.(data);
    });
    void this.#lead(name, this.#leave.signal);
  }

  leave(): void {
    this.#leave?.abort();
    this.#leave = undefined;
    this.#channel?.close();
    this.#channel = undefined;
    this.#leads = false;
  }

  /** Takes the lead from a tab that does not do its part: the browser may have put it to sleep. */
  takeOver(user: string): void {
    if (!this.#leave || this.#leads) return;
    this.#leave.abort();
    this.#leave = new AbortController();
    void this.#lead(nameOf(user), this.#leave.signal, { steal: true });
  }

  /** Tells the other tabs what happened here. */
  share(note: TabNote): void {
    try {
      this.#channel?.postMessage(note);
    } catch {
      // Something that cannot be copied. What is on disk is found there.
    }
  }

  listen(listener: TabListener): void {
    this.#listeners.add(listener);
  }

  /** Waits until it is this tab's turn, and leads until it leaves or another takes over; then waits again. */
  async #lead(name: string, signal: AbortSignal, how: { steal?: boolean } = {}): Promise<void> {
    const options = how.steal ? how : { signal };
    try {
      await this.#locks?.request(name, options, () => this.#hold(signal));
    } catch (error) {
      if (signal.aborted) return;
      this.#leads = false;
      if (error instanceof DOMException && error.name === 'AbortError') return this.#lead(name, signal);
      // No locks after all: better twice, which the server notices, than never.
      this.#became();
    }
  }

  #hold(signal: AbortSignal): Promise<void> | undefined {
    if (signal.aborted) return undefined;
    this.#became();
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }

  #became(): void {
    this.#leads = true;
    for (const listener of this.#listeners) listener.led?.();
  }
}

function nameOf(user: string): string {
  return `kith.tabs.${FORMAT}.${user}`;
}

function ignore(): void {}
