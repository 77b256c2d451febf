import type { ClientId, Message, Seq, Version } from '@/protocol';
import { newer } from './rows';

/** Messages kept of one conversation. With one more, the end that is farther from the reader goes. */
export const TIMELINE_ROWS_MAX = 300;

/** What is left of a timeline that grew too long: room to grow again, so that not every message costs a trim. */
const TRIMMED_ROWS = 240;

/**
 * A stretch of a conversation that is held: everything from `from` to `to` that this reader can see. A number inside
 * that is not in `seqs` is hidden from the reader, not missing. A block that begins at 1 begins where the conversation
 * does.
 */
export interface Block {
  readonly from: Seq;
  readonly to: Seq;
  readonly seqs: readonly Seq[];
}

/** What is held of one conversation's messages. */
export interface Timeline {
  readonly rows: Readonly<Record<Seq, Message>>;
  /** Messages outside of the blocks that are quoted inside. */
  readonly quotes: Readonly<Record<Seq, Message>>;
  /** Ordered, neither overlapping nor touching: between two of them something is missing. */
  readonly blocks: readonly Block[];
  /** All changes up to this version are in the rows. */
  readonly version: Version;
  /** The last block reaches the newest message there was at `version`. */
  readonly live: boolean;
  /** The newest version that may have touched a message outside of the blocks, and so left no trace here. */
  readonly missedVersion: Version;
  /** A message of the block that is shown; `null` shows the newest. */
  readonly focus: Seq | null;
  /** Where the reader is heading: the rows behind them go first. */
  readonly heading: 'older' | 'newer';
  /** What this tab called the messages that it sent, so that their rows on screen stay the same when they get a number. */
  readonly sentHere: Readonly<Record<Seq, ClientId>>;
}

export function emptyTimeline(version: Version): Timeline {
  return {
    rows: {},
    quotes: {},
    blocks: [],
    version,
    live: false,
    missedVersion: 0,
    focus: null,
    heading: 'newer',
    sentHere: {},
  };
}

/** The block on screen, if anything is loaded. */
export function shownBlock(timeline: Timeline): Block | undefined {
  const { blocks, focus } = timeline;
  const focused = focus === null ? undefined : blockOf(timeline, focus);
  return focused ?? blocks.at(-1);
}

/** Whether what is on screen goes up to the newest message. */
export function showsLiveEnd(timeline: Timeline): boolean {
  return timeline.live && shownBlock(timeline) === timeline.blocks.at(-1);
}

export function blockOf(timeline: Timeline, seq: Seq): Block | undefined {
  return timeline.blocks.find((block) => block.from <= seq && seq <= block.to);
}

/**
 * Adds a stretch: `rows` are all that the reader can see from `from` to `to`. Blocks that touch become one; of a row
 * that is held already the newer state stays. From 1 to 0 is the beginning of a conversation in which nothing was said.
 */
export function cover(timeline: Timeline, from: Seq, to: Seq, rows: readonly Message[]): Timeline {
  const isEmptyBeginning = from === 1 && to === 0;
  if (to < from && !isEmptyBeginning) return timeline;
  const touching = timeline.blocks.filter((block) => block.from <= to + 1 && from <= block.to + 1);
  const apart = timeline.blocks.filter((block) => !touching.includes(block));
  const seqs = new Set([...touching.flatMap((block) => block.seqs), ...rows.map((row) => row.seq)]);
  const block: Block = {
    from: Math.min(from, ...touching.map((block) => block.from)),
    to: Math.max(to, ...touching.map((block) => block.to)),
    seqs: [...seqs].toSorted(ascending),
  };
  const held = { ...timeline.rows };
  for (const row of rows) held[row.seq] = newer(held[row.seq], row);
  return {
    ...timeline,
    rows: held,
    blocks: [...apart, block].toSorted((a, b) => a.from - b.from),
  };
}

/** A message that follows the live end directly. The hot path: one a message. */
export function append(timeline: Timeline, row: Message): Timeline {
  const last = timeline.blocks.at(-1);
  if (!last) return timeline;
  const grown: Block = { from: last.from, to: row.seq, seqs: [...last.seqs, row.seq] };
  return {
    ...timeline,
    rows: { ...timeline.rows, [row.seq]: row },
    blocks: [...timeline.blocks.slice(0, -1), grown],
  };
}

/** Extends the live end over messages that this reader cannot see. */
export function extendLive(timeline: Timeline, to: Seq): Timeline {
  const last = timeline.blocks.at(-1);
  if (!timeline.live || !last || last.to >= to) return timeline;
  return { ...timeline, blocks: [...timeline.blocks.slice(0, -1), { ...last, to }] };
}

/** Puts a newer state of a row, or of a quoted one, in its place. */
export function replace(timeline: Timeline, row: Message): Timeline {
  const { rows, quotes } = timeline;
  const isRow = rows[row.seq] !== undefined && rows[row.seq] !== row;
  const isQuote = quotes[row.seq] !== undefined && quotes[row.seq] !== row;
  if (!isRow && !isQuote) return timeline;
  return {
    ...timeline,
    rows: isRow ? { ...rows, [row.seq]: row } : rows,
    quotes: isQuote ? { ...quotes, [row.seq]: row } : quotes,
  };
}

/** Keeps quoted messages that are outside of the blocks. Inside them a missing one is hidden from the reader. */
export function keepQuotes(timeline: Timeline, quotes: readonly Message[]): Timeline {
  const wanted = quotes.filter((quote) => !blockOf(timeline, quote.seq));
  if (wanted.length === 0) return timeline;
  const kept = { ...timeline.quotes };
  for (const quote of wanted) kept[quote.seq] = newer(kept[quote.seq], quote);
  return { ...timeline, quotes: kept };
}

/** Takes messages out that the reader deleted for themselves. Their numbers stay covered. */
export function hide(timeline: Timeline, gone: (seq: Seq) => boolean): Timeline {
  const isHeld = Object.keys({ ...timeline.rows, ...timeline.quotes }).some((seq) => gone(Number(seq)));
  if (!isHeld) return timeline;
  return {
    ...timeline,
    rows: without(timeline.rows, gone),
    quotes: without(timeline.quotes, gone),
    blocks: timeline.blocks.map((block) =>
      block.seqs.some(gone) ? { ...block, seqs: block.seqs.filter((seq) => !gone(seq)) } : block,
    ),
  };
}

/** Everything up to this message is cleared for the reader: covered, and nothing to see. */
export function clear(timeline: Timeline, upTo: Seq): Timeline {
  if (upTo <= 0) return timeline;
  const cleared = hide(timeline, (seq) => seq <= upTo);
  const from = blockOf(cleared, upTo + 1) ?? blockOf(cleared, upTo);
  return from ? cover(cleared, 1, upTo, []) : cleared;
}

/**
 * Keeps at most {@link TIMELINE_ROWS_MAX} rows. First go whole blocks that are not on screen, then the end of the shown
 * one that the reader is moving away from. Quotes that nothing held refers to go with them.
 */
export function trim(timeline: Timeline): Timeline {
  if (rowCount(timeline) <= TIMELINE_ROWS_MAX) return timeline;
  const shown = shownBlock(timeline);
  const last = timeline.blocks.at(-1);
  const alone = {
    ...timeline,
    blocks: shown ? [shown] : [],
    live: timeline.live && shown === last,
  };
  return forget(shown && shown.seqs.length > TIMELINE_ROWS_MAX ? trimBlock(alone, shown) : alone);
}

function trimBlock(timeline: Timeline, block: Block): Timeline {
  if (timeline.heading === 'older') {
    const seqs = block.seqs.slice(0, TRIMMED_ROWS);
    return { ...timeline, blocks: [{ ...block, seqs, to: seqs.at(-1) ?? block.to }], live: false };
  }
  const seqs = block.seqs.slice(-TRIMMED_ROWS);
  return { ...timeline, blocks: [{ ...block, seqs, from: seqs[0] ?? block.from }] };
}

/** Drops the rows that no block holds any more. */
function forget(timeline: Timeline): Timeline {
  const rows: Record<Seq, Message> = {};
  const quoted = new Set<Seq>();
  for (const seq of timeline.blocks.flatMap((block) => block.seqs)) {
    const row = timeline.rows[seq];
    if (!row) continue;
    rows[seq] = row;
    if (row.reply_to !== null) quoted.add(row.reply_to);
  }
  const known = { ...timeline.quotes, ...timeline.rows };
  return {
    ...timeline,
    rows,
    quotes: without(known, (seq) => !quoted.has(seq) || rows[seq] !== undefined),
    sentHere: without(timeline.sentHere, (seq) => rows[seq] === undefined),
  };
}

function rowCount(timeline: Timeline): number {
  return timeline.blocks.reduce((count, block) => count + block.seqs.length, 0);
}

function without<Row>(rows: Readonly<Record<Seq, Row>>, gone: (seq: Seq) => boolean): Record<Seq, Row> {
  return Object.fromEntries(Object.entries(rows).filter(([seq]) => !gone(Number(seq))));
}

function ascending(a: Seq, b: Seq): number {
  return a - b;
}
