import type { ConversationId, PageRequest, Seq, Timestamp, Version } from '@/protocol';

/** Messages kept of one conversation: the newest of those that were read. */
export const KEPT_MESSAGES_MAX = 2_000;

/** What the messages of all conversations may take up on this device, estimated. */
export const KEPT_BYTES_MAX = 200 * 1_024 * 1_024;

/** All numbers from `from` to `to`. From 1 to 0 is the beginning of a conversation in which nothing was said. */
export interface Stretch {
  readonly from: Seq;
  readonly to: Seq;
}

/** What this device keeps of one conversation's messages; the messages themselves are records of their own. */
export interface Kept {
  readonly id: ConversationId;
  /** All changes up to this version are in the messages that are kept. */
  readonly version: Version;
  /** Ordered, neither overlapping nor touching: between two of them something is missing. */
  readonly stretches: readonly Stretch[];
  /** The last stretch reaches the newest message there was at `version`. */
  readonly live: boolean;
  /** The newest version that touched a message which is not kept. */
  readonly missedVersion: Version;
  /** How many are kept, and what they take up, estimated. */
  readonly rows: number;
  readonly bytes: number;
  /** When something of it was last asked for. */
  readonly usedAt: Timestamp;
}

/** The numbers that answer a request, as far as they are kept without a gap; nothing when none is. */
export function stretchFor(
  { stretches, live }: Kept,
  { before, after, around }: Pick<PageRequest, 'before' | 'after' | 'around'>,
  count: number,
): Stretch | undefined {
  const holding = (seq: Seq) => stretches.find(({ from, to }) => from <= seq && seq <= to);
  if (before !== undefined) {
    const held = holding(before - 1);
    return held && { from: Math.max(held.from, before - count), to: before - 1 };
  }
  if (after !== undefined) {
    const held = holding(after + 1);
    return held && { from: after + 1, to: Math.min(held.to, after + count) };
  }
  if (around !== undefined) {
    const held = holding(around);
    const from = Math.max(held?.from ?? 0, around - count / 2);
    return held && { from, to: Math.min(held.to, from + count - 1) };
  }
  const last = live ? stretches.at(-1) : undefined;
  return last && { from: Math.max(last.from, last.to - count + 1), to: last.to };
}

/** The stretches without the oldest of more than `max` numbers. Below `above` nothing is kept any more. */
export function withoutOldest(
  stretches: readonly Stretch[],
  max: number,
): { stretches: readonly Stretch[]; above: Seq } | undefined {
  let room = max;
  const kept: Stretch[] = [];
  for (const { from, to } of stretches.toReversed()) {
    const length = to - from + 1;
    if (length <= room) {
      kept.unshift({ from, to });
      room -= length;
      continue;
    }
    if (room > 0) kept.unshift({ from: to - room + 1, to });
    return { stretches: kept, above: kept[0]?.from ?? to + 1 };
  }
  return undefined;
}

/** The conversations that have to go for the rest to take up no more than `bytesMax`: those used longest ago. */
export function leastUsed(all: readonly Kept[], bytesMax: number): readonly ConversationId[] {
  let bytes = all.reduce((sum, kept) => sum + kept.bytes, 0);
  const gone: ConversationId[] = [];
  for (const kept of all.toSorted((a, b) => a.usedAt - b.usedAt)) {
    if (bytes <= bytesMax) break;
    gone.push(kept.id);
    bytes -= kept.bytes;
  }
  return gone;
}
