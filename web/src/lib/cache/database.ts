import { deleteDB, type IDBPDatabase, type IDBPTransaction, openDB } from 'idb';

const NAME = 'kith';

/** Raised when what is cached changes its shape. What another version left of it is dropped, not migrated. */
const VERSION = 2;

/** Nobody waits longer than this for a disk that does not answer. */
const PATIENCE_MS = 5_000;

/** What runs behind the screen's back may take longer on a busy machine, and is then given up all the same. */
const BACKGROUND_PATIENCE_MS = 60_000;

/**
 * `boot` one record · `timelines` by conversation · `messages` by conversation and number · `outbox` by client id ·
 * `files` by local id.
 */
const STORES = ['boot', 'timelines', 'messages', 'outbox', 'files'] as const;

/** These are not a cache: what was written here and not sent yet is nowhere else. */
const LASTING: ReadonlySet<string> = new Set(['outbox', 'files']);

export type StoreName = (typeof STORES)[number];

/**
 * IndexedDB that never gets in the way. It may be refused, full, deleted by the browser or broken; then reads find
 * nothing, writes answer `false`, and the client goes on with what the server says.
 */
export class Database {
  #opening: Promise<IDBPDatabase | undefined> | undefined;

  /** Opens the database early, so that it is there when the first read comes. */
  open(): void {
    this.#opening ??= openOrNothing(() => this.#lost());
  }

  /** One record, as it was stored; the caller checks that it is what it expects. */
  async get(store: StoreName, key: string): Promise<unknown> {
    return this.#attempt((db) => db.get(store, key) as Promise<unknown>);
  }

  /** All records of a store, ordered by key. */
  async all(store: StoreName): Promise<readonly unknown[]> {
    return (await this.#attempt((db) => db.getAll(store) as Promise<unknown[]>)) ?? [];
  }

  /** Whether the record is stored. `strict` waits until it is on disk. */
  async put(
    store: StoreName,
    key: string,
    value: unknown,
    durability: 'strict' | 'relaxed',
  ): Promise<boolean> {
    const stored = await this.#attempt(async (db) => {
      const transaction = heeded(db.transaction(store, 'readwrite', { durability }));
      await Promise.all([transaction.store.put(value, key), transaction.done]);
      return true;
    });
    return stored ?? false;
  }

  async delete(store: StoreName, keys: readonly string[]): Promise<void> {
    await this.#attempt(async (db) => {
      const transaction = heeded(db.transaction(store, 'readwrite'));
      await Promise.all([...keys.map((key) => transaction.store.delete(key)), transaction.done]);
    });
  }

  async clear(stores: readonly StoreName[]): Promise<void> {
    await this.#attempt(async (db) => {
      const transaction = heeded(db.transaction(stores, 'readwrite'));
      await Promise.all([...stores.map((store) => transaction.objectStore(store).clear()), transaction.done]);
    });
  }

  /**
   * Does several things to some stores, all of them or none; `undefined` when it could not be. A slow disk is waited for,
   * since what becomes of a transaction that was given up is not known: who is waited for asks {@link inTime}.
   */
  async transact<Stores extends StoreName[], Mode extends 'readonly' | 'readwrite', Result>(
    stores: Stores,
    mode: Mode,
    work: (transaction: IDBPTransaction<unknown, Stores, Mode>) => Promise<Result>,
  ): Promise<Result | undefined> {
    return this.#attempt(async (db) => {
      const transaction = heeded(db.transaction(stores, mode, { durability: 'relaxed' }));
      try {
        const result = await work(transaction);
        await transaction.done;
        return result;
      } catch (error) {
        abort(transaction);
        throw error;
      }
    }, BACKGROUND_PATIENCE_MS);
  }

  /** Deletes all of it. A later write begins a new one. */
  async destroy(): Promise<void> {
    const db = await this.#opening;
    this.#opening = undefined;
    db?.close();
    try {
      await inTime(deleteDB(NAME));
    } catch {
      // There is no IndexedDB here, so nothing was kept.
    }
  }

  async #attempt<Result>(
    work: (db: IDBPDatabase) => Promise<Result>,
    patienceMs = PATIENCE_MS,
  ): Promise<Result | undefined> {
    this.open();
    const db = await this.#opening;
    if (!db) return undefined;
    try {
      return await inTime(work(db), patienceMs);
    } catch {
      return undefined;
    }
  }

  /** The browser closed it under us; the next call opens it again. */
  #lost(): void {
    this.#opening = undefined;
  }
}

/** What the disk answers, or nothing when that takes too long for somebody who waits. The work itself goes on. */
export async function inTime<Result>(
  work: Promise<Result>,
  patienceMs = PATIENCE_MS,
): Promise<Result | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patienceMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A request that is refused on the spot leaves nobody waiting for the end of its transaction, which is then no news. */
function heeded<Transaction extends { done: Promise<void> }>(transaction: Transaction): Transaction {
  transaction.done.catch(() => undefined);
  return transaction;
}

function abort(transaction: { abort(): void }): void {
  try {
    transaction.abort();
  } catch {
    // It has ended by itself already.
  }
}

async function openOrNothing(onLost: () => void): Promise<IDBPDatabase | undefined> {
  if (!('indexedDB' in globalThis)) return undefined;
  try {
    const db = await openDB(NAME, VERSION, {
      upgrade(database) {
        const lasting = new Set([...database.objectStoreNames].filter((name) => LASTING.has(name)));
        for (const name of database.objectStoreNames) {
          if (!lasting.has(name)) database.deleteObjectStore(name);
        }
        for (const name of STORES) {
          if (!lasting.has(name)) database.createObjectStore(name);
        }
      },
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
      terminated: onLost,
    });
    return db;
  } catch {
    return undefined;
  }
}
