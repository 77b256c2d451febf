import { Database } from '@/lib/cache';
import type { ClientId, ConversationId, Me, Message, PageRequest, Profile, Seq, UserId } from '@/protocol';
import type { ServerItem } from '@/realtime';
import type { AccountState } from '../account/slice';
import type { ConversationEntry } from '../conversations/entry';
import type { PendingChange, PendingMessage } from '../outbox/slice';
import type { ConversationReceipts } from '../receipts/slice';
import { History, type KeptPage } from './history';
import * as journal from './journal';
import { keepsSomebody, readKeeper, writeKeeper } from './keeper';

/** Raised when {@link BootRecord} or {@link OutboxRecord} change: what an earlier client stored is then dropped. */
const FORMAT = 1;

/** What the next start shows before the server has answered. */
export interface BootRecord {
  readonly me: Me;
  readonly epoch: string;
  /** `null` when not all conversations are in the record: the server is asked for the list from the beginning. */
  readonly cursor: string | null;
  readonly account: Pick<AccountState, 'version' | 'settings' | 'blocks'>;
  readonly conversations: readonly ConversationEntry[];
  readonly receipts: Readonly<Record<ConversationId, ConversationReceipts>>;
  readonly users: readonly Profile[];
}

export type OutboxRecord =
  | { readonly kind: 'message'; readonly message: PendingMessage }
  | { readonly kind: 'change'; readonly change: PendingChange };

interface StoredFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Blob;
}

/** Where a conversation was being read when it was left: a message, and how far below the top it stood, in pixels. */
export interface Whereabouts {
  readonly seq: Seq;
  readonly top: number;
}

const PLACES_KEY = 'kith.places';

/** Conversations whose place is remembered; the one left longest ago goes first. */
const PLACES_MAX = 100;

/**
 * What this device keeps between visits: a cache of what the server said, and the outbox, which is not a cache. Nothing
 * is kept before {@link keep} was called for the person who is signed in. No method throws.
 */
export class LocalCache {
  readonly #database: Database;
  readonly #history: History;
  #isKept = keepsSomebody();

  /** By conversation, the one left last at the end. */
  #places = new Map<ConversationId, Whereabouts>();

  /** With a database of its own, or one that somebody has opened ahead of the first read. */
  constructor(database = new Database()) {
    this.#database = database;
    this.#history = new History(database);
    if (this.#isKept) this.#places = readPlaces();
  }

  /** Whether this device keeps what belongs to this person. */
  isKeptFor(user: UserId): boolean {
    return this.#isKept && readKeeper() === user;
  }

  /** From now on keeps what belongs to this person; what was another's goes. */
  async keep(user: UserId): Promise<void> {
    const keeper = readKeeper();
    if (keeper !== undefined && keeper !== user) {
      this.#places.clear();
      this.#history.forget();
      journal.strikeAll();
      await this.#database.destroy();
    }
    this.#isKept = writeKeeper(user);
  }

  /** Deletes everything and keeps nothing until {@link keep} is called again. */
  async destroy(): Promise<void> {
    this.#isKept = false;
    this.#history.forget();
    this.#places.clear();
    writePlaces(this.#places);
    writeKeeper(undefined);
    journal.strikeAll();
    await this.#database.destroy();
  }

  /** Drops what the server said, not what waits in the outbox. */
  async dropServerState(): Promise<void> {
    if (!this.#isKept) return;
    await this.#database.clear(['boot']);
    await this.#history.clear();
  }

  /** Where a conversation was left, if that was not at its newest message. */
  leftAt(id: ConversationId): Whereabouts | undefined {
    return this.#places.get(id);
  }

  /** Remembers where a conversation was left. At once, because the page may be about to go. */
  leave(id: ConversationId, place: Whereabouts | undefined): void {
    if (!this.#places.delete(id) && !place) return;
    if (place) this.#places.set(id, place);
    for (const old of [...this.#places.keys()].slice(0, -PLACES_MAX)) this.#places.delete(old);
    if (this.#isKept) writePlaces(this.#places);
  }

  async readBoot(): Promise<BootRecord | undefined> {
    return this.#isKept ? current<BootRecord>(await this.#database.get('boot', 'boot')) : undefined;
  }

  async writeBoot(record: BootRecord): Promise<void> {
    if (this.#isKept) await this.#database.put('boot', 'boot', formatted(record), 'relaxed');
  }

  /** Takes what the server said of messages; written by {@link writeMessages}, and before the next page is read. */
  tellMessages(items: readonly ServerItem[], me: UserId): void {
    if (this.#isKept) this.#history.tell(items, me);
  }

  async writeMessages(): Promise<void> {
    if (this.#isKept) await this.#history.write();
  }

  /** The page of messages that answers a request, as far as this device has it. */
  async readPage(request: Omit<PageRequest, 'limit'>, count: number): Promise<KeptPage | undefined> {
    return this.#isKept ? this.#history.page(request, count) : undefined;
  }

  /** All messages of a conversation that this device has. */
  async readMessages(id: ConversationId): Promise<readonly Message[]> {
    return this.#isKept ? this.#history.all(id) : [];
  }

  async dropMessages(ids: readonly ConversationId[]): Promise<void> {
    if (this.#isKept && ids.length > 0) await this.#history.drop(ids);
  }

  /** In the order in which it was written. */
  async readOutbox(): Promise<readonly OutboxRecord[]> {
    if (!this.#isKept) return [];
    // First, since what is struck from the journal is in the database by then.
    const noted = journal.readNotes();
    const stored = await this.#database.all('outbox');
    const byId = new Map<string, OutboxRecord>();
    for (const record of [...stored, ...noted].map((value) => current<OutboxRecord>(value))) {
      if (record) byId.set(idOf(record), record);
    }
    return [...byId.values()].toSorted((one, other) => (idOf(one) < idOf(other) ? -1 : 1));
  }

  /** Outlasts the page from now on. The answer is whether it is on disk. */
  async putOutbox(record: OutboxRecord): Promise<boolean> {
    if (!this.#isKept) return false;
    const [id, value] = [idOf(record), formatted(record)];
    journal.note(id, value);
    const isStored = await this.#database.put('outbox', id, value, 'strict');
    if (isStored) journal.strike(id);
    return isStored;
  }

  async dropOutbox(id: ClientId): Promise<void> {
    if (!this.#isKept) return;
    journal.strike(id);
    await this.#database.delete('outbox', [id]);
  }

  /** Whether it is on disk. Name and type are kept beside the bytes: not every browser stores a `File` whole. */
  async putFile(localId: string, file: File): Promise<boolean> {
    const record: StoredFile = {
      name: file.name,
      type: file.type,
      bytes: new Blob([file], { type: file.type }),
    };
    return this.#isKept && this.#database.put('files', localId, formatted(record), 'strict');
  }

  async readFile(localId: string): Promise<File | undefined> {
    if (!this.#isKept) return undefined;
    const record = current<StoredFile>(await this.#database.get('files', localId));
    return record && new File([record.bytes], record.name, { type: record.type });
  }

  async dropFiles(localIds: readonly string[]): Promise<void> {
    if (this.#isKept && localIds.length > 0) await this.#database.delete('files', localIds);
  }
}

/** Ids are in the order of time. */
function idOf(record: OutboxRecord): ClientId {
  return record.kind === 'message' ? record.message.client_id : record.change.id;
}

function formatted(value: unknown): { format: number; value: unknown } {
  return { format: FORMAT, value };
}

/** The value, if this client stored it. */
function current<Value>(record: unknown): Value | undefined {
  if (typeof record !== 'object' || record === null) return undefined;
  if (!('format' in record) || record.format !== FORMAT || !('value' in record)) return undefined;
  return record.value as Value;
}

function readPlaces(): Map<ConversationId, Whereabouts> {
  try {
    return new Map(JSON.parse(localStorage.getItem(PLACES_KEY) ?? '[]') as [ConversationId, Whereabouts][]);
  } catch {
    return new Map();
  }
}

function writePlaces(places: ReadonlyMap<ConversationId, Whereabouts>): void {
  try {
    if (places.size === 0) localStorage.removeItem(PLACES_KEY);
    else localStorage.setItem(PLACES_KEY, JSON.stringify([...places]));
  } catch {
    // Nothing is remembered then, and conversations open at their newest message.
  }
}
