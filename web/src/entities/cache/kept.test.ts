import { describe, expect, it } from 'vitest';
import { type Kept, leastUsed, stretchFor, withoutOldest } from './kept';

const KEPT: Kept = {
  id: 'a',
  version: 9,
  stretches: [
    { from: 101, to: 200 },
    { from: 301, to: 400 },
  ],
  live: true,
  missedVersion: 0,
  rows: 200,
  bytes: 20_000,
  usedAt: 0,
};

describe('a page of what is kept', () => {
  it('goes up to the message that was asked about', () => {
    expect(stretchFor(KEPT, { before: 201 }, 60)).toEqual({ from: 141, to: 200 });
    expect(stretchFor(KEPT, { after: 300 }, 60)).toEqual({ from: 301, to: 360 });
    expect(stretchFor(KEPT, { around: 350 }, 60)).toEqual({ from: 320, to: 379 });
    expect(stretchFor(KEPT, {}, 60)).toEqual({ from: 341, to: 400 });
  });

  it('ends where a gap begins', () => {
    expect(stretchFor(KEPT, { before: 311 }, 60)).toEqual({ from: 301, to: 310 });
    expect(stretchFor(KEPT, { after: 190 }, 60)).toEqual({ from: 191, to: 200 });
    expect(stretchFor(KEPT, { around: 110 }, 60)).toEqual({ from: 101, to: 160 });
  });

  it('is not there inside of a gap', () => {
    expect(stretchFor(KEPT, { before: 301 }, 60)).toBeUndefined();
    expect(stretchFor(KEPT, { after: 200 }, 60)).toBeUndefined();
    expect(stretchFor(KEPT, { around: 250 }, 60)).toBeUndefined();
    expect(stretchFor({ ...KEPT, live: false }, {}, 60)).toBeUndefined();
  });

  it('is empty where nothing was said', () => {
    expect(stretchFor({ ...KEPT, stretches: [{ from: 1, to: 0 }] }, {}, 60)).toEqual({ from: 1, to: 0 });
  });
});

describe('what is kept of one conversation', () => {
  it('may be as much as the limit', () => expect(withoutOldest(KEPT.stretches, 200)).toBeUndefined());

  it('loses its oldest message with one more', () => {
    const [, newest] = KEPT.stretches;
    expect(withoutOldest(KEPT.stretches, 199)).toEqual({
      stretches: [{ from: 102, to: 200 }, newest],
      above: 102,
    });
    expect(withoutOldest(KEPT.stretches, 100)).toEqual({ stretches: [newest], above: 301 });
    expect(withoutOldest(KEPT.stretches, 40)).toEqual({ stretches: [{ from: 361, to: 400 }], above: 361 });
  });
});

describe('what is kept of all', () => {
  const all = [
    { ...KEPT, id: 'now', usedAt: 3, bytes: 50 },
    { ...KEPT, id: 'long ago', usedAt: 1, bytes: 50 },
    { ...KEPT, id: 'lately', usedAt: 2, bytes: 50 },
  ];

  it('may be as much as the limit', () => expect(leastUsed(all, 150)).toEqual([]));

  it('loses what was used longest ago with one byte more', () => {
    expect(leastUsed(all, 149)).toEqual(['long ago']);
    expect(leastUsed(all, 99)).toEqual(['long ago', 'lately']);
  });
});
