import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Database } from '@/lib/cache';
import { ModelServer } from '@/testing/model-server';
import { openPage, type Page } from '@/testing/page';
import { openConversation, selectConversationIds, selectListRow, setDraft } from '../conversations';
import { selectDraft } from '../drafts';
import { deleteMessages, HELD_MAX_MS, jumpTo, selectMessage, selectTimeline, sendMessage } from '../messages';
import { react } from '../reactions';
import { boot, signOut } from '../session';
import { LocalCache } from './cache';

let server: ModelServer;
let id: string;

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('localStorage', memoryStorage());
  server = new ModelServer(['ann', 'ben']);
  id = server.create('direct', ['ann', 'ben']);
  server.send('ben', id, 'hello');
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('the next visit', () => {
  it('shows the list and the newest messages before the server has said a word', async () => {
    await visit();
    const page = openPage(server, 'ann');
    page.wire.refuseToConnect = true;
    await page.store.dispatch(boot());
    const state = page.store.getState();
    expect(state.session).toMatchObject({ status: 'signed-in', me: { id: 'ann' } });
    expect(selectConversationIds(state, 'all')).toEqual([id]);
    expect(selectListRow(state, id)).toMatchObject({ title: 'ben', last: { text: 'hello' }, unread: 1 });
    await page.store.dispatch(openConversation(id));
    expect(texts(page)).toEqual(['hello']);
  });

  it('catches up from where the last one ended', async () => {
    await visit();
    server.edit('ben', id, 1, 'hello!');
    server.send('ben', id, 'still there?');
    const page = openPage(server, 'ann');
    await page.store.dispatch(boot());
    await page.store.dispatch(openConversation(id));
    await settle(page);
    expect(page.wire.asked.find(([name]) => name === 'sync')?.[1]).toMatchObject({
      cursor: expect.any(String),
    });
    expect(texts(page)).toEqual(['hello!', 'still there?']);
  });

  it('sends what the last one could not: text and photos, in order, once', async () => {
    const before = await visit();
    before.wire.down();
    await before.store.dispatch(sendMessage({ conversationId: id, text: 'one' }));
    const attachments = [{ file: new File(['bytes'], 'a.png', { type: 'image/png' }), alt: 'A' }];
    await before.store.dispatch(sendMessage({ conversationId: id, text: 'two', attachments }));
    before.wire.disconnect();

    const page = openPage(server, 'ann');
    await page.store.dispatch(boot());
    await settle(page);
    expect(server.visible('ben', id).map(({ text }) => text)).toEqual(['hello', 'one', 'two']);
    expect(server.visible('ben', id).at(-1)?.attachments).toHaveLength(1);
    expect(await page.cache.readOutbox()).toEqual([]);
  });

  it('sends what was written and done in the moment before the last one was closed', async () => {
    const before = await visit();
    before.wire.down();
    vi.spyOn(Database.prototype, 'put').mockReturnValue(new Promise(() => {}));
    for (const text of ['one', 'two']) {
      void before.store.dispatch(sendMessage({ conversationId: id, text }));
    }
    void before.store.dispatch(react(id, 1, '👍'));
    before.wire.disconnect();
    vi.restoreAllMocks();

    const page = openPage(server, 'ann');
    await page.store.dispatch(boot());
    await settle(page);
    expect(server.visible('ben', id).map(({ text }) => text)).toEqual(['hello', 'one', 'two']);
    expect(server.visible('ben', id)[0]?.reactions).toMatchObject([{ emoji: '👍' }]);
    expect(await page.cache.readOutbox()).toEqual([]);
  });

  it('sends a deletion that could still have been taken back when the last one ended', async () => {
    const before = await visit();
    before.store.dispatch(deleteMessages(id, [1], 'me'));
    await settle(before);
    before.wire.disconnect();
    expect(server.visible('ann', id)).toHaveLength(1);

    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + HELD_MAX_MS);
    const page = openPage(server, 'ann');
    await page.store.dispatch(boot());
    await settle(page);
    expect(server.visible('ann', id)).toEqual([]);
    expect(await page.cache.readOutbox()).toEqual([]);
  });

  it('keeps a draft', async () => {
    const before = await visit();
    before.wire.down();
    before.store.dispatch(setDraft(id, 'I was about to'));
    await quiet();
    const page = openPage(server, 'ann');
    page.wire.refuseToConnect = true;
    await page.store.dispatch(boot());
    expect(selectDraft(page.store.getState(), id)).toBe('I was about to');
  });

  it('shows older pages that were read before, with what was changed since', async () => {
    for (let number = 2; number <= 150; number += 1) server.send('ben', id, `line ${number}`);
    const before = await visit();
    await before.store.dispatch(jumpTo(id, 40));
    server.edit('ben', id, 40, 'mended');
    await settle(before);
    await quiet();

    const page = openPage(server, 'ann');
    page.wire.refuseToConnect = true;
    await page.store.dispatch(boot());
    await page.store.dispatch(openConversation(id));
    expect(await page.store.dispatch(jumpTo(id, 40))).toBe(true);
    expect(selectMessage(page.store.getState(), id, 40)?.text).toBe('mended');
    expect(page.wire.asked.filter(([name]) => name === 'message:page')).toEqual([]);
  });

  it('does not bring back what the last one hid or cleared', async () => {
    for (const text of ['this stays', 'this goes', 'this stays, too']) server.send('ben', id, text);
    const before = await visit();
    server.hide('ann', id, 3);
    await settle(before);
    await quiet();

    const again = openPage(server, 'ann');
    again.wire.refuseToConnect = true;
    await again.store.dispatch(boot());
    await again.store.dispatch(openConversation(id));
    expect(selectMessage(again.store.getState(), id, 2)?.text).toBe('this stays');
    expect(selectMessage(again.store.getState(), id, 3)).toBeUndefined();
    expect(selectMessage(again.store.getState(), id, 4)?.text).toBe('this stays, too');
    expect((await new LocalCache().readMessages(id)).map(({ seq }) => seq)).not.toContain(3);

    server.clear('ann', id);
    await visit();
    await quiet();
    expect(await new LocalCache().readMessages(id)).toEqual([]);
  });

  it('finds nothing after signing out', async () => {
    const before = await visit();
    before.wire.down();
    vi.spyOn(Database.prototype, 'put').mockReturnValue(new Promise(() => {}));
    void before.store.dispatch(sendMessage({ conversationId: id, text: 'not sent' }));
    await before.store.dispatch(signOut({ mayLoseUnsent: true }));
    vi.restoreAllMocks();
    const cache = new LocalCache();
    expect(await cache.readBoot()).toBeUndefined();
    expect(localStorage).toHaveLength(0);
  });

  it('finds nothing of another person', async () => {
    const before = await visit();
    before.wire.down();
    await before.store.dispatch(sendMessage({ conversationId: id, text: 'as Ann' }));
    before.wire.disconnect();
    const page = openPage(server, 'ben');
    await page.signIn(true);
    await settle(page);
    expect(await page.cache.readOutbox()).toEqual([]);
    expect(server.visible('ben', id)).toHaveLength(1);
  });

  it('finds nothing on a shared computer', async () => {
    const before = openPage(server, 'ann');
    await before.signIn(false);
    await settle(before);
    await quiet();
    expect(await new LocalCache().readBoot()).toBeUndefined();
  });
});

describe('a cache that does not work', () => {
  it.each([
    ['is refused', () => vi.stubGlobal('indexedDB', undefined)],
    [
      'throws',
      () =>
        vi.stubGlobal('indexedDB', {
          open: () => {
            throw new Error('broken');
          },
        }),
    ],
  ])('is done without when it %s', async (_how, sabotage) => {
    sabotage();
    const page = openPage(server, 'ann');
    await page.signIn(true);
    await page.store.dispatch(openConversation(id));
    await page.store.dispatch(sendMessage({ conversationId: id, text: 'goes out all the same' }));
    await settle(page);
    expect(texts(page)).toEqual(['hello', 'goes out all the same']);
    expect(server.visible('ben', id)).toHaveLength(2);
  });

  it('is dropped when another version of the client wrote it', async () => {
    const cache = new LocalCache();
    await cache.keep('ann');
    const open = indexedDB.open('kith', 1);
    const db = await new Promise<IDBDatabase>((resolve) => {
      open.addEventListener('upgradeneeded', () => open.result.createObjectStore('boot'));
      open.addEventListener('success', () => resolve(open.result));
    });
    db.transaction('boot', 'readwrite')
      .objectStore('boot')
      .put({ format: -1, value: { me: 'nonsense' } }, 'boot');
    db.close();
    expect(await cache.readBoot()).toBeUndefined();
  });
});

describe('a disk that does not keep up', () => {
  it('is not waited for by whoever reads, and has written all of it in the end', async () => {
    const page = await visit();
    const resume = pauseNextTransaction();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    server.send('ben', id, 'meanwhile');
    page.wire.deliver();
    await Promise.resolve();
    const reading = page.cache.readPage({ conversation_id: id }, 60);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await reading).toBeUndefined();

    vi.useRealTimers();
    resume();
    const kept = await page.cache.readPage({ conversation_id: id }, 60);
    expect(kept?.answer.messages.map(({ text }) => text)).toEqual(['hello', 'meanwhile']);
  });

  it('costs what was kept of the messages when it gives up, and neither a draft nor what waits', async () => {
    const before = await visit();
    server.send('ben', id, 'meanwhile');
    before.wire.deliver();
    await Promise.resolve();
    before.wire.down();
    vi.spyOn(Database.prototype, 'transact').mockResolvedValueOnce(undefined);
    await before.store.dispatch(sendMessage({ conversationId: id, text: 'waits' }));
    before.store.dispatch(setDraft(id, 'I was about to'));
    await quiet();
    expect(await before.cache.readMessages(id)).toEqual([]);

    const page = openPage(server, 'ann');
    page.wire.refuseToConnect = true;
    await page.store.dispatch(boot());
    expect(selectDraft(page.store.getState(), id)).toBe('I was about to');
    expect(texts(page)).toEqual(['waits']);
  });
});

/** Signs in, opens the conversation, and stays until all of it is stored. */
async function visit(): Promise<Page> {
  const page = openPage(server, 'ann');
  await page.signIn(true);
  await page.store.dispatch(openConversation(id));
  await settle(page);
  await quiet();
  return page;
}

async function settle(page: Page): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    page.wire.deliver();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Longer than the writer of a test page waits for quiet. */
function quiet(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 60));
}

/** The next transaction on the messages begins only when what this answers is called. */
function pauseNextTransaction(): () => void {
  let resume = () => {};
  const pause = new Promise<void>((resolve) => {
    resume = resolve;
  });
  const transact = Database.prototype.transact;
  vi.spyOn(Database.prototype, 'transact').mockImplementationOnce(async function (this: Database, ...work) {
    await pause;
    return transact.apply(this, work);
  });
  return resume;
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
