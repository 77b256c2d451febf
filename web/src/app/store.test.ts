import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { markRead, openConversation, selectListRow, selectMy, setMuted } from '@/entities/conversations';
import {
  deleteMessages,
  discardSend,
  editMessage,
  HELD_MAX_MS,
  react,
  retrySend,
  selectMessage,
  selectTimeline,
  sendMessage,
} from '@/entities/messages';
import { selectMe, signOut } from '@/entities/session';
import { selectTyping, setTyping } from '@/entities/typing';
import { ApiError } from '@/lib/api';
import { selectConnection } from '@/realtime';
import { ModelServer } from '@/testing/model-server';
import { openPage, type Page } from '@/testing/page';

let server: ModelServer;
let page: Page;
let id: string;

beforeEach(async () => {
  vi.useFakeTimers();
  server = new ModelServer(['ann', 'ben']);
  id = server.create('direct', ['ann', 'ben']);
  server.send('ben', id, 'hello');
  page = openPage(server, 'ann');
  await page.signIn();
  await page.store.dispatch(openConversation(id));
  await settle();
});

afterEach(() => {
  page.store.dispatch({ type: 'end' });
  vi.useRealTimers();
});

describe('sending', () => {
  it('shows a message at once, as queued, and then as sent under the same key', async () => {
    const sending = page.store.dispatch(sendMessage({ conversationId: id, text: 'hi *there*' }));
    const key = keys().at(-1) ?? 0;
    expect(view(key)).toMatchObject({ text: 'hi *there*', mine: true, seq: 0, state: 'queued' });
    await sending;
    await settle();
    expect(keys()).toHaveLength(2);
    expect(keys().at(-1)).toBe(key);
    expect(view(key)).toMatchObject({ text: 'hi *there*', seq: 2, state: 'sent' });
    server.read('ben', id, 2);
    await settle();
    expect(view(key)?.state).toBe('seen');
  });

  it('keeps what is written offline, and sends it in order when the line is back', async () => {
    page.wire.down();
    for (const text of ['one', 'two', 'three'])
      await page.store.dispatch(sendMessage({ conversationId: id, text }));
    expect(texts()).toEqual(['hello', 'one', 'two', 'three']);
    expect(selectConnection(page.store.getState())).toBe('offline');
    expect(selectListRow(page.store.getState(), id)).toMatchObject({
      tick: 'queued',
      last: { text: 'three' },
    });
    server.send('ben', id, 'between');
    page.wire.up();
    await settle();
    expect(texts()).toEqual(['hello', 'between', 'one', 'two', 'three']);
    expect(server.visible('ben', id).map(({ text }) => text)).toEqual(texts());
  });

  it('sends a message whose ack was lost again under its client id, and it stays one message', async () => {
    page.wire.lostAcks.push('message:send');
    await page.store.dispatch(sendMessage({ conversationId: id, text: 'once' }));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(page.wire.asked.filter(([name]) => name === 'message:send')).toHaveLength(2);
    expect(texts()).toEqual(['hello', 'once']);
    expect(server.visible('ben', id)).toHaveLength(2);
    expect(page.store.getState().outbox.messages).toEqual({});
  });

  it('does not send a message again whose push came though its ack was lost', async () => {
    page.wire.lostAcks.push('message:send');
    await page.store.dispatch(sendMessage({ conversationId: id, text: 'once' }));
    await settle(20_000);
    expect(page.wire.asked.filter(([name]) => name === 'message:send')).toHaveLength(1);
    expect(texts()).toEqual(['hello', 'once']);
    expect(page.store.getState().outbox.messages).toEqual({});
  });

  it('marks what the server refuses, sends what follows, and tries again when asked', async () => {
    page.wire.refusals.set('message:send', new ApiError({ code: 'invalid', message: 'no', field: 'text' }));
    await page.store.dispatch(sendMessage({ conversationId: id, text: 'bad' }));
    await page.store.dispatch(sendMessage({ conversationId: id, text: 'good' }));
    await settle();
    expect(texts()).toEqual(['hello', 'good', 'bad']);
    const key = String(keys().at(-1));
    expect(view(key)).toMatchObject({ state: 'failed', problem: { code: 'invalid', field: 'text' } });
    await page.store.dispatch(retrySend(id, key));
    await settle();
    expect(view(key)?.state).toBe('sent');
  });

  it('gives up what its writer discards', async () => {
    page.wire.down();
    await page.store.dispatch(sendMessage({ conversationId: id, text: 'never mind' }));
    page.store.dispatch(discardSend(id, String(keys().at(-1))));
    page.wire.up();
    await settle();
    expect(texts()).toEqual(['hello']);
    expect(server.visible('ben', id)).toHaveLength(1);
  });

  it('uploads photos first, each once, and keeps their order', async () => {
    page.uploader.failOnce(new ApiError({ code: 'offline', message: 'cut off' }));
    const attachments = ['a.png', 'b.png'].map((name) => ({ file: new File(['x'], name), alt: '' }));
    await page.store.dispatch(sendMessage({ conversationId: id, text: '', attachments }));
    const key = keys().at(-1) ?? 0;
    expect(view(key)?.uploads.map(({ name }) => name)).toEqual(['a.png', 'b.png']);
    await settle(20_000);
    expect(page.uploader.names).toEqual(['a.png', 'b.png']);
    expect(view(key)?.attachments.map(({ name }) => name)).toEqual(['attachment-a.png', 'attachment-b.png']);
    expect(page.store.getState().uploads).toEqual({});
  });
});

describe('changing', () => {
  it('shows a reaction at once and keeps it', async () => {
    const reacting = page.store.dispatch(react(id, 1, '👍'));
    expect(view(1)).toMatchObject({ my_reaction: '👍', reactions: [{ emoji: '👍', count: 1 }] });
    await reacting;
    await settle();
    expect(view(1)).toMatchObject({ my_reaction: '👍', reactions: [{ emoji: '👍', user_ids: ['ann'] }] });
    expect(page.store.getState().outbox.changes).toEqual({});
  });

  it('takes a refused change back and says why', async () => {
    page.wire.refusals.set('message:react', new ApiError({ code: 'gone', message: 'unsent' }));
    await expect(page.store.dispatch(react(id, 1, '👍'))).rejects.toMatchObject({ code: 'gone' });
    expect(view(1)?.my_reaction).toBeUndefined();
  });

  it('holds an edit made offline until the line is back, and of several only the last', async () => {
    await page.store.dispatch(sendMessage({ conversationId: id, text: 'teh' }));
    await settle();
    page.wire.down();
    void page.store.dispatch(editMessage(id, 2, 'the'));
    void page.store.dispatch(editMessage(id, 2, 'then'));
    expect(texts()).toEqual(['hello', 'then']);
    page.wire.up();
    await settle();
    expect(server.visible('ben', id).at(-1)?.text).toBe('then');
    expect(page.wire.asked.filter(([name]) => name === 'message:edit')).toHaveLength(1);
  });

  it('deletes for everyone without showing the text again in between', async () => {
    await page.store.dispatch(sendMessage({ conversationId: id, text: 'oops' }));
    await settle();
    const shown: (string | undefined)[] = [];
    const unsubscribe = page.store.subscribe(() => shown.push(view(keys().at(-1) ?? 0)?.text));
    page.store.dispatch(deleteMessages(id, [2], 'everyone')).proceed();
    await settle();
    unsubscribe();
    expect(new Set(shown)).toEqual(new Set(['']));
    expect(view(keys().at(-1) ?? 0)?.unsent_at).not.toBeNull();
  });

  it('deletes for me at once, and the list shows what was before', async () => {
    await page.store.dispatch(sendMessage({ conversationId: id, text: 'mine' }));
    await settle();
    page.store.dispatch(deleteMessages(id, [2], 'me')).proceed();
    expect(texts()).toEqual(['hello']);
    await settle();
    expect(texts()).toEqual(['hello']);
    expect(selectListRow(page.store.getState(), id)?.last?.text).toBe('hello');
    expect(server.visible('ben', id)).toHaveLength(2);
  });

  it('takes a deletion back as if it had never been asked for', async () => {
    const deletion = page.store.dispatch(deleteMessages(id, [1], 'me'));
    expect(texts()).toEqual([]);
    await settle();
    deletion.undo();
    await deletion.done;
    expect(texts()).toEqual(['hello']);
    await settle(2 * HELD_MAX_MS);
    expect(texts()).toEqual(['hello']);
    expect(page.wire.asked.filter(([name]) => name === 'message:delete')).toEqual([]);
  });

  it('takes all of a deletion back', async () => {
    server.send('ben', id, 'again');
    await settle();
    const deletion = page.store.dispatch(deleteMessages(id, [1, 2], 'me'));
    await settle();
    expect(texts()).toEqual([]);
    deletion.undo();
    deletion.proceed();
    await settle();
    expect(texts()).toEqual(['hello', 'again']);
  });

  it('sends a deletion in the end, if nobody says that it may go or takes it back, and holds up nothing else', async () => {
    const deletion = page.store.dispatch(deleteMessages(id, [1], 'me'));
    await page.store.dispatch(sendMessage({ conversationId: id, text: 'meanwhile' }));
    await settle();
    void page.store.dispatch(react(id, 2, '👍'));
    await settle(HELD_MAX_MS - 1_000);
    expect(page.wire.asked.filter(([name]) => name === 'message:delete')).toEqual([]);
    await settle(1_000);
    await settle();
    await deletion.done;
    expect(server.visible('ann', id).map(({ text }) => text)).toEqual(['meanwhile']);
    deletion.undo();
    await settle();
    expect(texts()).toEqual(['meanwhile']);
  });

  it('sends a deletion that waits, and what was just written, before its writer signs out', async () => {
    const deletion = page.store.dispatch(deleteMessages(id, [1], 'me'));
    void page.store.dispatch(sendMessage({ conversationId: id, text: 'goodbye' }));
    const leaving = page.store.dispatch(signOut());
    await settle();
    await leaving;
    await deletion.done;
    expect(selectMe(page.store.getState())).toBeNull();
    expect(server.visible('ann', id).map(({ text }) => text)).toEqual(['goodbye']);
  });

  it('signs nobody out whose words do not get through, unless they may be lost', async () => {
    const refused = page.store
      .dispatch(deleteMessages(id, [1], 'me'))
      .done.catch((error: ApiError) => error.code);
    page.wire.lostAcks.push('message:delete', 'message:delete', 'message:delete', 'message:delete');
    const leaving = page.store.dispatch(signOut());
    await vi.advanceTimersByTimeAsync(2_900);
    let unsent: number | undefined;
    void leaving.then((count) => (unsent = count));
    expect(unsent).toBeUndefined();
    await vi.advanceTimersByTimeAsync(100);
    expect(await leaving).toBe(1);
    expect(selectMe(page.store.getState())).not.toBeNull();

    const lost = page.store.dispatch(signOut({ mayLoseUnsent: true }));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await lost).toBe(0);
    expect(selectMe(page.store.getState())).toBeNull();
    expect(await refused).toBe('unauthorized');
  });

  it('signs out without a line: at once where nothing waits, with a question where something does', async () => {
    page.wire.down();
    void page.store.dispatch(sendMessage({ conversationId: id, text: 'later' }));
    expect(await page.store.dispatch(signOut())).toBe(1);
    expect(selectMe(page.store.getState())).not.toBeNull();
    page.wire.up();
    await settle();
    expect(texts()).toEqual(['hello', 'later']);

    page.wire.down();
    expect(await page.store.dispatch(signOut())).toBe(0);
    expect(selectMe(page.store.getState())).toBeNull();
  });

  it('holds a deletion no longer for a clock that was set back', async () => {
    const deletion = page.store.dispatch(deleteMessages(id, [1], 'me'));
    vi.setSystemTime(Date.now() - 365 * 86_400_000);
    page.wire.down();
    page.wire.up();
    await settle();
    await deletion.done;
    expect(server.visible('ann', id)).toEqual([]);
  });
});

describe('reading', () => {
  it('counts down at once, tells the server, and counts up again', async () => {
    expect(selectMy(page.store.getState(), id)).toMatchObject({ unread: 1, read_seq: 0 });
    page.store.dispatch(markRead(id, 1));
    expect(selectMy(page.store.getState(), id)).toMatchObject({ unread: 0, read_seq: 1 });
    await settle();
    server.send('ben', id, 'again');
    await settle();
    expect(selectMy(page.store.getState(), id)).toMatchObject({ unread: 1, read_seq: 1 });
    expect(page.wire.asked.filter(([name]) => name === 'conversation:read')).toEqual([
      ['conversation:read', { conversation_id: id, seq: 1 }],
    ]);
  });

  it('is told to the server when the line comes back', async () => {
    page.wire.down();
    page.store.dispatch(markRead(id, 1));
    page.store.dispatch(setMuted(id, 5_000));
    await settle();
    expect(selectMy(page.store.getState(), id)).toMatchObject({ unread: 0, muted_until: 5_000 });
    page.wire.up();
    await settle();
    expect(server.sync('ann', null).conversations[0]?.my).toMatchObject({ unread: 0, muted_until: 5_000 });
    expect(page.store.getState().conversations.byId[id]?.echo.set).toEqual({});
  });

  it('reports what arrived, once', async () => {
    page.wire.asked.length = 0;
    server.send('ben', id, 'two');
    server.send('ben', id, 'three');
    await settle();
    expect(page.wire.asked).toEqual([['conversation:delivered', { conversation_id: id, seq: 3 }]]);
  });
});

describe('typing', () => {
  it('is said at most once in three seconds, and its end when the keys rest', async () => {
    for (let key = 0; key < 20; key += 1) {
      page.store.dispatch(setTyping(id, true));
      await vi.advanceTimersByTimeAsync(200);
    }
    expect(page.wire.typed).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(page.wire.typed.at(-1)).toEqual({ conversation_id: id, typing: false });
  });

  it('of others is forgotten after six seconds', async () => {
    page.wire.say('typing', { conversation_id: id, user_ids: ['ben', 'ann'] });
    await settle();
    expect(selectTyping(page.store.getState(), id)).toEqual(['ben']);
    await vi.advanceTimersByTimeAsync(13_000);
    expect(selectTyping(page.store.getState(), id)).toEqual([]);
  });
});

describe('the line', () => {
  it('is caught up after an absence, what changed on screen included', async () => {
    page.wire.down();
    server.edit('ben', id, 1, 'edited');
    server.send('ben', id, 'new');
    page.wire.up();
    await settle();
    expect(texts()).toEqual(['edited', 'new']);
    expect(selectConnection(page.store.getState())).toBe('online');
  });

  it('starts over when the server says resync', async () => {
    const syncs = () => page.wire.asked.filter(([name]) => name === 'sync').length;
    expect(syncs()).toBe(1);
    page.wire.say('resync', { reason: 'overflow' });
    await settle();
    expect(syncs()).toBe(2);
    expect(page.wire.asked.findLast(([name]) => name === 'sync')?.[1]).toMatchObject({ epoch: 'epoch' });
  });

  it('ends with the session, and nothing stays', async () => {
    page.wire.say('session:ended', { reason: 'revoked' });
    await settle();
    const { session, conversations, messages } = page.store.getState();
    expect(session).toMatchObject({ status: 'signed-out', me: null, ended: 'revoked' });
    expect(conversations.order).toEqual([]);
    expect(messages.timelines).toEqual({});
  });
});

/** Lets everything happen that happens within so much time. */
async function settle(milliseconds = 50): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) {
    page.wire.deliver();
    await vi.advanceTimersByTimeAsync(milliseconds / 10);
  }
}

function keys() {
  return selectTimeline(page.store.getState(), id);
}

function view(key: string | number) {
  return selectMessage(page.store.getState(), id, key);
}

function texts() {
  return keys().map((key) => view(key)?.text);
}
