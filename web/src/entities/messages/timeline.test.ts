import { describe, expect, it } from 'vitest';
import type { Message } from '@/protocol';
import {
  append,
  type Block,
  clear,
  cover,
  emptyTimeline,
  extendLive,
  hide,
  keepQuotes,
  shownBlock,
  showsLiveEnd,
  TIMELINE_ROWS_MAX,
  type Timeline,
  trim,
} from './timeline';

describe('a stretch that is covered', () => {
  it('joins those that it touches and leaves a gap to those that it does not', () => {
    const timeline = holding([1, 3], [10, 12]);
    expect(ranges(timeline)).toEqual(['1-3', '10-12']);
    expect(ranges(cover(timeline, 5, 8, rows(5, 8)))).toEqual(['1-3', '5-8', '10-12']);
    expect(ranges(cover(timeline, 4, 9, rows(4, 9)))).toEqual(['1-12']);
  });

  it('keeps the newer state of a row, whichever came first', () => {
    const held = cover(emptyTimeline(1), 1, 1, [row(1, { version: 5, text: 'new' })]);
    const late = cover(held, 1, 1, [row(1, { version: 2, text: 'old' })]);
    expect(late.rows[1]?.text).toBe('new');
  });

  it('covers numbers of which the reader sees nothing', () => {
    const timeline = cover(emptyTimeline(1), 1, 5, [row(2), row(4)]);
    expect(shownBlock(timeline)).toEqual({ from: 1, to: 5, seqs: [2, 4] });
  });

  it('is empty at the beginning of a conversation in which nothing was said, and takes what follows', () => {
    const silent = cover(emptyTimeline(1), 1, 0, []);
    expect(ranges(silent)).toEqual(['1-0']);
    expect(ranges(append(silent, row(1)))).toEqual(['1-1']);
  });
});

describe('what leaves the reader’s sight', () => {
  it('stays covered, and goes from the quotes too', () => {
    const timeline = keepQuotes(holding([5, 8]), [row(2)]);
    const hidden = hide(timeline, (seq) => seq === 6 || seq === 2);
    expect(shownBlock(hidden)).toEqual({ from: 5, to: 8, seqs: [5, 7, 8] });
    expect(hidden.quotes).toEqual({});
    expect(hide(hidden, (seq) => seq === 6)).toBe(hidden);
  });

  it('is, when cleared, the beginning', () => {
    expect(shownBlock(clear(holding([5, 8]), 6))).toEqual({ from: 1, to: 8, seqs: [7, 8] });
    expect(shownBlock(clear(holding([5, 8]), 8))).toEqual({ from: 1, to: 8, seqs: [] });
  });
});

describe('the live end', () => {
  it('moves over what the reader cannot see', () => {
    expect(ranges(extendLive({ ...holding([1, 3]), live: true }, 5))).toEqual(['1-5']);
    expect(ranges(extendLive(holding([1, 3]), 5))).toEqual(['1-3']);
  });

  it('is not on screen while an older block is', () => {
    const timeline: Timeline = { ...holding([1, 3], [10, 12]), live: true };
    expect(showsLiveEnd(timeline)).toBe(true);
    expect(showsLiveEnd({ ...timeline, focus: 2 })).toBe(false);
    expect(shownBlock({ ...timeline, focus: 2 })?.to).toBe(3);
  });
});

describe('a timeline that grows too long', () => {
  it('holds as many as it may, and not one more', () => {
    const full = { ...holding([1, TIMELINE_ROWS_MAX]), live: true };
    expect(trim(full)).toBe(full);
    const over = trim(append(full, row(TIMELINE_ROWS_MAX + 1)));
    expect(ranges(over)).toEqual([`62-${TIMELINE_ROWS_MAX + 1}`]);
    expect(Object.keys(over.rows)).toHaveLength(240);
    expect(over.live).toBe(true);
  });

  it('lets the newest go when the reader is heading for older ones', () => {
    const over: Timeline = { ...holding([1, TIMELINE_ROWS_MAX + 1]), live: true, heading: 'older' };
    expect(ranges(trim(over))).toEqual(['1-240']);
    expect(trim(over).live).toBe(false);
  });

  it('lets blocks go first that are not on screen, and keeps what is quoted', () => {
    const quoting = cover(holding([1, 100]), 400, 640, [row(400, { reply_to: 7 }), ...rows(401, 640)]);
    const trimmed = trim(quoting);
    expect(ranges(trimmed)).toEqual(['400-640']);
    expect(Object.keys(trimmed.quotes)).toEqual(['7']);
  });
});

function holding(...stretches: [number, number][]): Timeline {
  return stretches.reduce(
    (timeline, [from, to]) => cover(timeline, from, to, rows(from, to)),
    emptyTimeline(1),
  );
}

function ranges(timeline: Timeline): string[] {
  return timeline.blocks.map(({ from, to }: Block) => `${from}-${to}`);
}

function rows(from: number, to: number): Message[] {
  return Array.from({ length: to - from + 1 }, (_, index) => row(from + index));
}

function row(seq: number, part: Partial<Message> = {}): Message {
  return {
    seq,
    version: 1,
    client_id: null,
    sender_id: 'ben',
    kind: 'text',
    text: `message ${seq}`,
    entities: [],
    attachments: [],
    reply_to: null,
    reactions: [],
    created_at: seq,
    edited_at: null,
    unsent_at: null,
    unsent_by: null,
    ...part,
  };
}
