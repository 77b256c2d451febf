import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Tabs } from '@/lib/tabs';
import { ModelServer } from '@/testing/model-server';
import { ModelBrowser } from '@/testing/model-tabs';
import { openPage, type Page } from '@/testing/page';
import { LocalCache } from '../cache/cache';
import { markRead, openConversation, selectListRow } from '../conversations';
import { deleteMessages, react, selectMessage, selectTimeline, sendMessage } from '../messages';

/** Longer than a tab waits for the one that leads. */
const OUT_OF_PATIENCE_MS = 3_200;

let server: ModelServer;
let browser: ModelBrowser;
let id: string;

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('localStorage', memoryStorage());
  server = new ModelServer(['ann', 'ben']);
  browser = new ModelBrowser();
  id = server.create('direct', ['ann', 'ben']);
  server.send('ben', id, 'hello');
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('of several tabs', () => {
  it('one sends what was written in any, in order, and all show it', async () => {
    const [leader, other] = [await open(), await open()];
    await say(other, 'one');
    await say(leader, 'two');
    await say(other, 'three');
    await settle(leader, other);
    expect(told()).toEqual(['hello', 'one', 'two', 'three']);
    expect(sends(other)).toBe(0);
    for (const page of [leader, other]) {
      expect(texts(page)).toEqual(['hello', 'one', 'two', 'three']);
      expect(page.store.getState().outbox.messages).toEqual({});
    }
    expect(await other.cache.readOutbox()).toEqual([]);
  });

  it('all show what waits, and one sends it when the line is back', async () => {
    const [leader, other] = [await open(), await open()];
    for (const page of [leader, other]) page.wire.down();
    const photo = { file: new File(['bytes'], 'a.png', { type: 'image/png' }), alt: '' };
    await other.store.dispatch(sendMessage({ conversationId: id, text: 'a photo', attachments: [photo] }));
    await say(leader, 'and words');
    await settle(leader, other);
    for (const page of [leader, other]) expect(texts(page)).toEqual(['hello', 'a photo', 'and words']);
    for (const page of [leader, other]) page.wire.up();
    await settle(leader, other);
    expect(told()).toEqual(['hello', 'a photo', 'and words']);
    expect(leader.uploader.names).toEqual(['a.png']);
    expect(other.uploader.names).toEqual([]);
  });

  it('another sends when the one that led is gone', async () => {
    const [leader, other] = [await open(), await open()];
    for (const page of [leader, other]) page.wire.down();
    await say(leader, 'one');
    await say(other, 'two');
    leader.wire.disconnect();
    leader.tabs.leave();
    await settle(other);
    other.wire.up();
    await settle(other);
    expect(told()).toEqual(['hello', 'one', 'two']);
    expect(await other.cache.readOutbox()).toEqual([]);
  });

  it('another takes over from one that sleeps, and nothing comes twice', async () => {
    const [leader, other] = [await open(), await open()];
    leader.wire.down();
    await say(leader, 'one');
    await say(other, 'two');
    await settle(other);
    expect(told()).toEqual(['hello']);
    await new Promise((resolve) => setTimeout(resolve, OUT_OF_PATIENCE_MS));
    await settle(other);
    expect(told()).toEqual(['hello', 'one', 'two']);
    expect(leader.tabs.isLeader).toBe(false);
    leader.wire.up();
    await settle(leader, other);
    expect(told()).toEqual(['hello', 'one', 'two']);
    expect(leader.store.getState().outbox.messages).toEqual({});
  });

  it('each hears how its own change went', async () => {
    const [leader, other] = [await open(), await open()];
    const reaction = other.store.dispatch(react(id, 1, '👍'));
    await settle(leader, other);
    await reaction;
    const deletion = other.store.dispatch(deleteMessages(id, [1], 'me'));
    await settle(leader, other);
    for (const page of [leader, other]) expect(texts(page)).toEqual([]);
    deletion.proceed();
    await settle(leader, other);
    await deletion.done;
    expect(other.wire.asked.filter(([name]) => name === 'message:delete')).toEqual([]);
    for (const page of [leader, other]) expect(texts(page)).toEqual([]);
  });

  it('all take back what one takes back', async () => {
    const [leader, other] = [await open(), await open()];
    const deletion = other.store.dispatch(deleteMessages(id, [1], 'me'));
    await settle(leader, other);
    expect(await leader.cache.readOutbox()).toHaveLength(1);
    deletion.undo();
    await settle(leader, other);
    for (const page of [leader, other]) expect(texts(page)).toEqual(['hello']);
    expect(await leader.cache.readOutbox()).toEqual([]);
    expect(leader.wire.asked.filter(([name]) => name === 'message:delete')).toEqual([]);
  });

  it('what is read in one is read in all, also without a network', async () => {
    const [leader, other] = [await open(), await open()];
    for (const page of [leader, other]) page.wire.down();
    expect(selectListRow(leader.store.getState(), id)).toMatchObject({ unread: 1 });
    other.store.dispatch(markRead(id, 1));
    await settle(leader, other);
    expect(selectListRow(leader.store.getState(), id)).toMatchObject({ unread: 0 });
  });

  it('one writes the cache, also of what only another has open', async () => {
    const [leader, other] = [await open(false), await open()];
    const writing = vi.spyOn(other.cache, 'writeBoot');
    server.send('ben', id, 'read over there');
    await settle(leader, other);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(writing).not.toHaveBeenCalled();
    const kept = await leader.cache.readMessages(id);
    expect(kept.map(({ text }) => text)).toEqual(['hello', 'read over there']);
  });
});

type Tab = Page & { tabs: Tabs };

async function open(showsConversation = true): Promise<Tab> {
  const tabs = browser.tab();
  const page = openPage(server, 'ann', new LocalCache(), tabs);
  await page.signIn(true);
  if (showsConversation) await page.store.dispatch(openConversation(id));
  const tab = { ...page, tabs };
  await settle(tab);
  return tab;
}

async function say(page: Page, text: string): Promise<void> {
  await page.store.dispatch(sendMessage({ conversationId: id, text }));
}

/** Every push goes to all of the person's sockets. */
async function settle(...pages: readonly Page[]): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    const pushes = server.take('ann');
    for (const page of pages) for (const [name, payload] of pushes) page.wire.say(name, payload);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function sends(page: Page): number {
  return page.wire.asked.filter(([name]) => name === 'message:send').length;
}

function told(): readonly (string | undefined)[] {
  return server.visible('ben', id).map(({ text }) => text);
}

function texts(page: Page) {
  const state = page.store.getState();
  return selectTimeline(state, id).map((key) => selectMessage(state, id, key)?.text);
}

function memoryStorage(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    clear: () => items.clear(),
    getItem: (key) => items.get(key) ?? null,
    key: (index) => [...items.keys()][index] ?? null,
    removeItem: (key) => items.delete(key),
    setItem: (key, value) => items.set(key, value),
  };
}
