import { describe, expect, it } from 'vitest';
import { FIRST_ROWS, grow, openAt, rebase, STEP_ROWS, WINDOW_ROWS_MAX } from './window';

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

describe('a conversation opens', () => {
  it('with the newest rows', () => expect(openAt(undefined, 100)).toEqual({ start: 70, end: 100 }));
  it('with all of them when they are few', () => expect(openAt(undefined, 7)).toEqual({ start: 0, end: 7 }));
  it('around a row', () => expect(openAt(50, 100)).toEqual({ start: 40, end: 70 }));
  it('around one at the beginning', () => expect(openAt(0, 100)).toEqual({ start: 0, end: FIRST_ROWS }));
  it('around one at the end', () => expect(openAt(99, 100)).toEqual({ start: 70, end: 100 }));
});

describe('the window', () => {
  it('grows at one end by a step', () => {
    expect(grow({ start: 100, end: 130 }, 'start', 300)).toEqual({ start: 40, end: 130 });
    expect(grow({ start: 100, end: 130 }, 'end', 300)).toEqual({ start: 100, end: 190 });
  });

  it('grows no farther than there are rows', () => {
    expect(grow({ start: 20, end: 50 }, 'start', 60)).toEqual({ start: 0, end: 50 });
    expect(grow({ start: 20, end: 50 }, 'end', 60)).toEqual({ start: 20, end: 60 });
  });

  it('holds as many rows as it may, and lets the farthest go for one more', () => {
    const full = { start: STEP_ROWS, end: WINDOW_ROWS_MAX };
    expect(grow(full, 'start', 300)).toEqual({ start: 0, end: WINDOW_ROWS_MAX });
    expect(grow({ ...full, end: full.end + 1 }, 'start', 300)).toEqual({ start: 0, end: WINDOW_ROWS_MAX });
    expect(grow({ start: 59, end: 180 }, 'end', 300)).toEqual({ start: 60, end: 240 });
  });
});

describe('when the held rows change', () => {
  const held = numbers(101, 200);

  it('it stays on its rows while others come before them', () => {
    const now = numbers(41, 200);
    expect(rebase({ start: 10, end: 40 }, held, now, false)).toEqual({ start: 70, end: 100 });
  });

  it('it stays on its rows while one of them goes', () => {
    const now = held.filter((seq) => seq !== 111);
    expect(rebase({ start: 10, end: 40 }, held, now, false)).toEqual({ start: 10, end: 39 });
  });

  it('it takes in what is appended where it reached the end', () => {
    const now = numbers(101, 203);
    expect(rebase({ start: 70, end: 100 }, held, now, false)).toEqual({ start: 70, end: 103 });
    expect(rebase({ start: 10, end: 40 }, held, now, true)).toEqual({ start: 10, end: 40 });
  });

  it('it lets old rows go only for a reader who follows the newest', () => {
    const [full, more] = [numbers(1, WINDOW_ROWS_MAX), numbers(1, WINDOW_ROWS_MAX + 5)];
    const all = { start: 0, end: WINDOW_ROWS_MAX };
    expect(rebase(all, full, more, true)).toEqual({ start: 5, end: WINDOW_ROWS_MAX + 5 });
    expect(rebase(all, full, more, false)).toEqual(all);
  });

  it('it is lost with the last of its rows', () => {
    expect(rebase({ start: 10, end: 40 }, held, numbers(5_000, 5_060), false)).toBeUndefined();
  });
});
