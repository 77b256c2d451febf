import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { markRead, setMuted } from '@/entities/conversations';
import { ModelServer } from '@/testing/model-server';
import { openPage, type Page } from '@/testing/page';
import { type Arrival, hearMessages } from './index';

let server: ModelServer;
let page: Page;
let direct: string;
let heard: Arrival[];
let own: number;

beforeEach(async () => {
  vi.useFakeTimers();
  server = new ModelServer(['ann', 'ben', 'cem']);
  direct = server.create('direct', ['ann', 'ben']);
  page = openPage(server, 'ann');
  server.send('ben', direct, 'before');
  await page.signIn();
  await settle();
  heard = [];
  own = 0;
  page.store.dispatch(
    hearMessages({
      arrived: (arrivals) => heard.push(...arrivals),
      sentOwn: () => {
        own += 1;
      },
    }),
  );
});

afterEach(() => {
  page.store.dispatch({ type: 'end' });
  vi.useRealTimers();
});

test('a message of another is told, once, and what was there before is not', async () => {
  server.send('ben', direct, 'now');
  await settle();
  expect(heard).toMatchObject([{ conversationId: direct, kind: 'direct', message: { text: 'now' } }]);
});

test('one of my own is not, from whichever device', async () => {
  server.send('ann', direct, 'mine');
  await settle();
  expect(heard).toEqual([]);
  expect(own).toBe(1);
});

test('in a muted conversation nothing is told', async () => {
  page.store.dispatch(setMuted(direct, 'always'));
  await settle();
  server.send('ben', direct, 'psst');
  await settle();
  expect(heard).toEqual([]);
});

test('what has been read already is not told', async () => {
  page.store.dispatch(markRead(direct, 2));
  server.send('ben', direct, 'seen elsewhere');
  await settle();
  expect(heard).toEqual([]);
});

async function settle() {
  for (let turn = 0; turn < 10; turn += 1) {
    page.wire.deliver();
    await vi.advanceTimersByTimeAsync(5);
  }
}
