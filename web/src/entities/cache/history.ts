import type { IDBPObjectStore, IDBPTransaction } from 'idb';
import { type Database, inTime, type StoreName } from '@/lib/cache';
import type {
  AccountRows,
  ConversationId,
  Message,
  MessagePage,
  PageRequest,
  Seq,
  UserId,
  Version,
} from '@/protocol';
import type { ServerItem } from '@/realtime';
import { foldAnswered, foldChanges, foldPage, foldPush, type Reader } from '../messages/fold';
import { type Block, emptyTimeline, TIMELINE_ROWS_MAX, type Timeline } from '../messages/timeline';
import {
  KEPT_BYTES_MAX,
  KEPT_MESSAGES_MAX,
  type Kept,
  leastUsed,
  type Stretch,
  stretchFor,
  withoutOldest,
} from './kept';

/** A page of messages that this device kept, and the version up to which changes are in it. */
export interface KeptPage {
  readonly version: Version;
  readonly answer: MessagePage;
}

const STORES = ['timelines', 'messages'] as const satisfies StoreName[];

type Writing = IDBPTransaction<unknown, typeof STORES, 'readwrite'>;
type Messages<Mode extends IDBTransactionMode> = IDBPObjectStore<unknown, typeof STORES, 'messages', Mode>;

/** What of a server's word is about the messages of one conversation. */
type Told = Extract<
  ServerItem,
  { kind: 'conversation:changed' | 'answer:page' | 'answer:changes' | 'answer:message' }
>;

interface Waiting {
  readonly item: Told;
  readonly me: UserId;
}

/** Messages that are folded at one time: so few that none of them has to make room for another. */
const BATCH_MESSAGES_MAX = TIMELINE_ROWS_MAX;

/** Hidden messages remembered while this page lives, those hidden first go first. */
const HIDDEN_MAX = 1_000;

/**
 * The messages that this device keeps: those that were on screen here, each a record of its own, kept current by what
 * the server says. They are folded as those in memory are, by the same functions, so that both mean the same by a version.
 *
 * It is a cache. What cannot be read or written is dropped and asked of the server again.
 */
export class History {
  readonly #database: Database;
  readonly #now: () => number;
  #waiting: Waiting[] = [];
  #writing: Promise<unknown> = Promise.resolve();
  /** What was hidden while this page lives: a page that was asked for before must not bring it back. */
  readonly #hidden = new Set<string>();

  constructor(database: Database, now: () => number = Date.now) {
    this.#database = database;
    this.#now = now;
  }

  /** Takes what the server said. It is written by {@link write}, and before the next page is read. */
  tell(items: readonly ServerItem[], me: UserId): void {
    for (const item of items) {
      if (item.kind === 'answer:sync') void (item.fresh ? this.clear() : this.drop(item.answer.removed));
      else if (item.kind === 'conversation:removed') void this.drop([item.payload.conversation_id]);
      else if (isTold(item)) this.#waiting.push({ item, me });
      const account = accountOf(item);
      if (account) void this.#hide(account);
    }
  }

  /** Writes what was told since the last time. */
  async write(): Promise<void> {
    const waiting = this.#waiting.splice(0);
    if (waiting.length === 0) return this.#writing.then(ignore);
    await this.#inTurn(async () => {
      const isWritten = await this.#database.transact(STORES, 'readwrite', async (transaction) => {
        for (const batch of batches(waiting)) await write(transaction, batch, this.#hides, this.#now());
        return true;
      });
      // Half of it would be wrong for ever; none of it is only missing.
      if (isWritten) await this.#evict();
      else await this.#drop([...new Set(waiting.map(({ item }) => conversationOf(item)))]);
    });
  }

  /** The page that answers a request, as far as it is kept and the disk tells it in time. */
  page(request: Omit<PageRequest, 'limit'>, count: number): Promise<KeptPage | undefined> {
    return inTime(this.#page(request, count));
  }

  /** All messages that are kept of a conversation; none when the disk takes too long. */
  async all(id: ConversationId): Promise<readonly Message[]> {
    return (await inTime(this.#all(id))) ?? [];
  }

  /** Drops what is kept of these conversations. */
  async drop(ids: readonly ConversationId[]): Promise<void> {
    if (ids.length === 0) return;
    const gone = new Set(ids);
    this.#waiting = this.#waiting.filter(({ item }) => !gone.has(conversationOf(item)));
    await this.#inTurn(() => this.#drop(ids));
  }

  /** Forgets what was told and not written yet: it is somebody else's. */
  forget(): void {
    this.#waiting = [];
  }

  /** Deletes what the reader hid or cleared. What is missing inside of a stretch is hidden. */
  async #hide({ hidden = [], conversations = [] }: AccountRows): Promise<void> {
    for (const { conversation_id, seq } of hidden) this.#hidden.add(placeOf(conversation_id, seq));
    for (const oldest of [...this.#hidden].slice(0, -HIDDEN_MAX)) this.#hidden.delete(oldest);
    const ranges = [
      ...hidden.map(({ conversation_id, seq }) => rangeOf(conversation_id, seq, seq)),
      ...conversations
        .filter(({ cleared_seq }) => cleared_seq > 0)
        .map(({ conversation_id, cleared_seq }) => rangeOf(conversation_id, 0, cleared_seq)),
    ];
    if (ranges.length === 0) return;
    await this.write();
    await this.#inTurn(() =>
      this.#database.transact(STORES, 'readwrite', async (transaction) => {
        const messages = transaction.objectStore('messages');
        await Promise.all(ranges.map((range) => messages.delete(range)));
      }),
    );
  }

  readonly #hides = (id: ConversationId, seq: Seq) => this.#hidden.has(placeOf(id, seq));

  /** Drops all of it. */
  async clear(): Promise<void> {
    this.forget();
    await this.#inTurn(() => this.#database.clear(STORES));
  }

  async #page(request: Omit<PageRequest, 'limit'>, count: number): Promise<KeptPage | undefined> {
    await this.write();
    const id = request.conversation_id;
    const page = await this.#database.transact(STORES, 'readonly', async (transaction) => {
      const kept = (await transaction.objectStore('timelines').get(id)) as Kept | undefined;
      const stretch = kept && stretchFor(kept, request, count);
      if (!kept || !stretch) return 'nothing';
      return {
        version: kept.version,
        answer: await pageOf(transaction.objectStore('messages'), kept, stretch),
      };
    });
    if (page === undefined) await this.drop([id]);
    return page === 'nothing' ? undefined : page;
  }

  async #all(id: ConversationId): Promise<readonly Message[]> {
    await this.write();
    const rows = await this.#database.transact(STORES, 'readonly', (transaction) =>
      transaction.objectStore('messages').getAll(IDBKeyRange.bound([id, 0], [id, Number.MAX_SAFE_INTEGER])),
    );
    return (rows ?? []) as Message[];
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#writing.then(work);
    this.#writing = turn.catch(ignore);
    return turn;
  }

  async #drop(ids: readonly ConversationId[]): Promise<void> {
    await this.#database.transact(STORES, 'readwrite', async (transaction) => {
      for (const id of ids) {
        await transaction.objectStore('timelines').delete(id);
        await transaction.objectStore('messages').delete(rangeOf(id, 0, Number.MAX_SAFE_INTEGER));
      }
    });
  }

  async #evict(): Promise<void> {
    const all = (await this.#database.all('timelines')) as readonly Kept[];
    const gone = leastUsed(all, KEPT_BYTES_MAX);
    if (gone.length > 0) await this.#drop(gone);
  }
}

/** A page as the server would have answered it. Who wrote what is known from elsewhere. */
async function pageOf(store: Messages<'readonly'>, kept: Kept, { from, to }: Stretch): Promise<MessagePage> {
  const rows = to < from ? [] : ((await store.getAll(rangeOf(kept.id, from, to))) as Message[]);
  const quoted = new Set(
    rows.map((row) => row.reply_to).filter((seq) => seq !== null && (seq < from || seq > to)),
  );
  const quotes = await Promise.all([...quoted].map((seq) => store.get([kept.id, seq ?? 0])));
  return {
    messages: rows,
    quotes: quotes.filter((row) => row !== undefined) as Message[],
    users: [],
    from_seq: from,
    to_seq: to,
    at_start: from === 1,
    at_end: kept.live && to === kept.stretches.at(-1)?.to,
  };
}

/** What was told, by conversation and in order, in parts that are folded at one time. */
function batches(waiting: readonly Waiting[]): readonly (readonly Waiting[])[] {
  const open = new Map<ConversationId, { batch: Waiting[]; messages: number }>();
  const all: Waiting[][] = [];
  for (const each of waiting) {
    const id = conversationOf(each.item);
    const messages = seqsOf(each.item).length;
    const current = open.get(id);
    if (current && current.messages + messages <= BATCH_MESSAGES_MAX) {
      current.batch.push(each);
      current.messages += messages;
      continue;
    }
    const batch = [each];
    open.set(id, { batch, messages });
    all.push(batch);
  }
  return all;
}

async function write(
  transaction: Writing,
  batch: readonly Waiting[],
  hides: (id: ConversationId, seq: Seq) => boolean,
  now: number,
): Promise<void> {
  const items = batch.map(({ item }) => item);
  const [first] = items;
  if (!first) return;
  const id = conversationOf(first);
  const timelines = transaction.objectStore('timelines');
  const messages = transaction.objectStore('messages');
  const kept = (await timelines.get(id)) as Kept | undefined;
  const before = kept && (await timelineOf(messages, kept, [...new Set(items.flatMap(seqsOf))]));
  const after = batch.reduce<Timeline | undefined>(
    (held, { item, me }) => folded(held, item, { me, hides: (seq) => hides(id, seq) }),
    before,
  );
  if (!after || after === before) return;
  const isAfresh = items.some((item) => item.kind === 'answer:changes' && item.answer.reset);
  if (isAfresh) await messages.delete(rangeOf(id, 0, Number.MAX_SAFE_INTEGER));
  const grown = await put(messages, id, isAfresh ? undefined : before, after);
  const base = isAfresh || !kept ? { rows: 0, bytes: 0, usedAt: now } : kept;
  const next: Kept = {
    id,
    version: after.version,
    stretches: after.blocks.map(({ from, to }) => ({ from, to })),
    live: after.live,
    missedVersion: after.missedVersion,
    rows: base.rows + grown.rows,
    bytes: base.bytes + grown.bytes,
    usedAt: items.some((item) => item.kind === 'answer:page') ? now : base.usedAt,
  };
  await timelines.put(await cut(messages, next), id);
}

/** What is kept, as a timeline that holds only the messages in question. */
async function timelineOf(store: Messages<'readwrite'>, kept: Kept, seqs: readonly Seq[]): Promise<Timeline> {
  const found = (await Promise.all(seqs.map((seq) => store.get([kept.id, seq])))) as (Message | undefined)[];
  const held = found.filter((row) => row !== undefined);
  const blocks = kept.stretches.map(({ from, to }): Block => {
    const inside = held.map((row) => row.seq).filter((seq) => from <= seq && seq <= to);
    return { from, to, seqs: inside.toSorted((a, b) => a - b) };
  });
  const covered = new Set(blocks.flatMap((block) => block.seqs));
  const byCover = (isCovered: boolean) =>
    Object.fromEntries(held.filter((row) => covered.has(row.seq) === isCovered).map((row) => [row.seq, row]));
  return {
    ...emptyTimeline(kept.version),
    rows: byCover(true),
    quotes: byCover(false),
    blocks,
    live: kept.live,
    missedVersion: kept.missedVersion,
  };
}

function folded(timeline: Timeline | undefined, item: Told, reader: Reader): Timeline | undefined {
  switch (item.kind) {
    case 'answer:page':
      return foldPage(timeline, item, reader);
    case 'answer:changes':
      return timeline || item.answer.reset ? foldChanges(timeline, item, reader) : undefined;
    case 'conversation:changed':
      return timeline && foldPush(timeline, item.payload, reader);
    case 'answer:message':
      return timeline && foldAnswered(timeline, item.message, reader);
  }
}

/** Puts the messages that are new or changed, and tells what was added. */
async function put(
  store: Messages<'readwrite'>,
  id: ConversationId,
  before: Timeline | undefined,
  after: Timeline,
): Promise<{ rows: number; bytes: number }> {
  const held = { ...before?.quotes, ...before?.rows };
  const changed = Object.values({ ...after.quotes, ...after.rows }).filter((row) => held[row.seq] !== row);
  await Promise.all(changed.map((row) => store.put(row, [id, row.seq])));
  const added = changed.filter((row) => held[row.seq] === undefined);
  return { rows: added.length, bytes: added.reduce((sum, row) => sum + sizeOf(row), 0) };
}

/** Lets the oldest go when there are too many. */
async function cut(store: Messages<'readwrite'>, kept: Kept): Promise<Kept> {
  const less = withoutOldest(kept.stretches, KEPT_MESSAGES_MAX);
  if (!less) return kept;
  const oldest = rangeOf(kept.id, 0, less.above - 1);
  const rows = Math.max(0, kept.rows - (await store.count(oldest)));
  await store.delete(oldest);
  const bytes = kept.rows === 0 ? 0 : Math.round((kept.bytes * rows) / kept.rows);
  return { ...kept, stretches: less.stretches, rows, bytes };
}

/** As text it takes about as much as in the database. */
function sizeOf(row: Message): number {
  return JSON.stringify(row).length * 2;
}

function isTold(item: ServerItem): item is Told {
  if (item.kind === 'answer:page') return !item.isKept;
  return (
    item.kind === 'conversation:changed' || item.kind === 'answer:changes' || item.kind === 'answer:message'
  );
}

function accountOf(item: ServerItem): AccountRows | undefined {
  if (item.kind === 'account:changed') return item.payload;
  if (item.kind === 'answer:account') return item.answer;
  return item.kind === 'answer:sync' ? item.answer.account : undefined;
}

function placeOf(id: ConversationId, seq: Seq): string {
  return `${id}:${seq}`;
}

function conversationOf(item: Told): ConversationId {
  return item.kind === 'conversation:changed' ? item.payload.conversation_id : item.conversationId;
}

function seqsOf(item: Told): readonly Seq[] {
  const rows =
    item.kind === 'conversation:changed' ? item.payload : 'answer' in item ? item.answer : undefined;
  if (!rows) return item.kind === 'answer:message' ? [item.message.seq] : [];
  const seqs = [...(rows.messages ?? []), ...(rows.quotes ?? [])].map((row) => row.seq);
  return [...new Set(seqs)];
}

function rangeOf(id: ConversationId, from: Seq, to: Seq): IDBKeyRange {
  return IDBKeyRange.bound([id, from], [id, to]);
}

function ignore(): void {}
