import type { ConversationChanged, Message, Seq, UserId } from '@/protocol';
import type { Answer } from '@/realtime';
import { fromPush, newer } from './rows';
import {
  append,
  blockOf,
  cover,
  emptyTimeline,
  extendLive,
  keepQuotes,
  replace,
  type Timeline,
  trim,
} from './timeline';

/** Whose eyes the rows are for. */
export interface Reader {
  readonly me: UserId;
  /** Whether the reader took this message out of their own sight. */
  hides(seq: Seq): boolean;
}

type PageItem = Answer<'answer:page'>;
type ChangesItem = Answer<'answer:changes'>;

/** Folds the rows of one push into what is held. */
export function foldPush(timeline: Timeline, push: ConversationChanged, reader: Reader): Timeline {
  const folded = (push.messages ?? []).reduce(
    (held, row) => foldPushedRow(held, row, push, reader),
    timeline,
  );
  const quoted = (push.quotes ?? []).filter((quote) => !reader.hides(quote.seq));
  const grown = keepQuotes(folded, quoted);
  const follows = grown.version + 1 === push.version;
  return trim(follows ? { ...grown, version: push.version } : grown);
}

/**
 * Folds a page. A change that was told while the page was on its way, to a message that was not held then, is missing
 * from it; the version goes back to where the page was asked for, so that the changes since are asked for. A page that
 * this device kept may lack any change since it was written.
 */
export function foldPage(held: Timeline | undefined, item: PageItem, reader: Reader): Timeline {
  const { answer, request, askedVersion } = item;
  const timeline = held ?? emptyTimeline(askedVersion);
  const visible = answer.messages.filter((row) => !reader.hides(row.seq));
  const from = answer.at_start ? 1 : answer.from_seq;
  const covered = cover(timeline, from, answer.to_seq, visible);
  const missed = item.isKept || timeline.missedVersion > askedVersion;
  return trim({
    ...keepQuotes(
      covered,
      answer.quotes.filter((quote) => !reader.hides(quote.seq)),
    ),
    version: missed ? Math.min(timeline.version, askedVersion) : timeline.version,
    live: timeline.live || (answer.at_end && covered.blocks.at(-1)?.to === answer.to_seq),
    focus: request.around ?? (isLatest(request) ? null : timeline.focus),
    heading: request.before !== undefined || request.around !== undefined ? 'older' : 'newer',
  });
}

/** Folds what changed since a version, or, on `reset`, puts the newest page in place of everything. */
export function foldChanges(
  held: Timeline | undefined,
  item: ChangesItem,
  reader: Reader,
): Timeline | undefined {
  const { answer, since } = item;
  if (answer.reset) return afreshFrom(held, item, reader);
  if (!held || since > held.version) return held;
  const quoted = answer.quotes.filter((quote) => !reader.hides(quote.seq));
  const rows = answer.messages.filter((row) => !reader.hides(row.seq));
  const changed = keepQuotes(rows.reduce(foldAnsweredRow, held), quoted);
  const isComplete = !answer.more && answer.version >= answer.conversation.version;
  const grown = isComplete ? extendLive(changed, answer.conversation.last_seq) : changed;
  const version = Math.max(grown.version, answer.version);
  return trim({ ...grown, version, missedVersion: Math.max(grown.missedVersion, version) });
}

/** Folds one row that a command answered with. It may come before the push that tells of it. */
export function foldAnswered(timeline: Timeline, row: Message, reader: Reader): Timeline {
  if (reader.hides(row.seq)) return timeline;
  const last = timeline.blocks.at(-1);
  if (last && row.seq > last.to + 1) return timeline;
  return trim(foldAnsweredRow(timeline, row));
}

/**
 * A row inside of a block is replaced, or hidden from the reader; the one that follows the live end is appended. Any
 * other leaves only a note that it was missed, even if it is held as a quote: quotes do not know of one's own reaction.
 */
function foldPushedRow(
  timeline: Timeline,
  row: Message,
  { cause, version }: ConversationChanged,
  reader: Reader,
): Timeline {
  const held = timeline.rows[row.seq] ?? timeline.quotes[row.seq];
  const merged = fromPush(row, held, cause, reader.me);
  const updated = held ? replace(timeline, merged) : timeline;
  if (blockOf(updated, row.seq)) return updated;
  if (!followsLive(updated, row.seq)) {
    return { ...updated, missedVersion: Math.max(updated.missedVersion, version) };
  }
  return reader.hides(row.seq) ? extendLive(updated, row.seq) : append(updated, merged);
}

/** An answer comes through the reader's own door: a row inside a block that is not held was late, not hidden. */
function foldAnsweredRow(timeline: Timeline, row: Message): Timeline {
  const held = timeline.rows[row.seq] ?? timeline.quotes[row.seq];
  const updated = held ? replace(timeline, newer(held, row)) : timeline;
  if (blockOf(updated, row.seq)) return cover(updated, row.seq, row.seq, [row]);
  const last = updated.blocks.at(-1);
  if (!updated.live || !last || row.seq <= last.to) return updated;
  return row.seq === last.to + 1 ? append(updated, row) : cover(updated, last.to + 1, row.seq, [row]);
}

function afreshFrom(held: Timeline | undefined, item: ChangesItem, reader: Reader): Timeline {
  const { answer } = item;
  const lastSeq = answer.conversation.last_seq;
  const rows = answer.messages.filter((row) => !reader.hides(row.seq));
  const { version } = answer;
  const empty = { ...emptyTimeline(version), missedVersion: version, sentHere: held?.sentHere ?? {} };
  const first = answer.messages[0]?.seq ?? lastSeq + 1;
  const covered = cover(empty, lastSeq === 0 ? 1 : first, lastSeq, rows);
  return trim({ ...keepQuotes(covered, answer.quotes), live: covered.blocks.length > 0 });
}

function followsLive(timeline: Timeline, seq: Seq): boolean {
  return timeline.live && timeline.blocks.at(-1)?.to === seq - 1;
}

function isLatest(request: PageItem['request']): boolean {
  return request.before === undefined && request.after === undefined && request.around === undefined;
}
