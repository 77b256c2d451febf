import { expect, it } from 'vitest';
import type { ServerItem } from './events';
import { Feed } from './feed';

const item = (at: number): ServerItem => ({
  kind: 'typing',
  payload: { conversation_id: 'c', user_ids: [] },
  receivedAt: at,
});

it('hands everything of one frame over at once, in order', () => {
  const { feed, frame, batches } = ready();
  feed.push(item(1));
  feed.push(item(2));
  expect(batches).toEqual([]);
  frame();
  expect(batches).toEqual([[1, 2]]);
  frame();
  expect(batches).toHaveLength(1);
});

it('hands over at once what is wanted now, with what came before it', () => {
  const { feed, frame, batches } = ready();
  feed.push(item(1));
  feed.push(item(2));
  feed.flush();
  expect(batches).toEqual([[1, 2]]);
  frame();
  expect(batches).toHaveLength(1);
});

it('spreads a flood over frames and loses nothing', () => {
  const { feed, frame, batches } = ready();
  for (let at = 0; at < 501; at += 1) feed.push(item(at));
  frame();
  expect(batches.map((batch) => batch.length)).toEqual([500]);
  frame();
  expect(batches.map((batch) => batch.length)).toEqual([500, 1]);
  expect(batches.flat()).toEqual(Array.from({ length: 501 }, (_, at) => at));
});

it('forgets what waits when somebody signs out', () => {
  const { feed, frame, batches } = ready();
  feed.push(item(1));
  feed.clear();
  frame();
  expect(batches).toEqual([]);
});

function ready() {
  const batches: number[][] = [];
  const planned: (() => void)[] = [];
  const feed = new Feed(
    (items) => batches.push(items.map((each) => ('receivedAt' in each ? each.receivedAt : 0))),
    (flush) => planned.push(flush),
  );
  const frame = () => {
    for (const flush of planned.splice(0)) flush();
  };
  return { feed, frame, batches };
}
