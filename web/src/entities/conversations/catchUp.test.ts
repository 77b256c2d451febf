import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepPlace, openConversation } from '@/entities/conversations';
import { jumpTo, jumpToLatest, loadOlder, selectMessage, selectTimeline } from '@/entities/messages';
import { ApiError } from '@/lib/api';
import { ModelServer } from '@/testing/model-server';
import { openPage, type Page } from '@/testing/page';

/** More than the server tells one by one: whoever missed them is given the newest page instead. */
const MANY = 20;

/** More than there are between the line that is back and the end of the catch-up. */
const TURNS = Array.from({ length: 30 }, (_, turns) => turns);

let server: ModelServer;
let page: Page;
let id: string;

beforeEach(async () => {
  vi.useFakeTimers();
  server = new ModelServer(['ann', 'ben']);
  id = server.create('direct', ['ann', 'ben']);
  say(150);
  page = openPage(server, 'ann');
  await page.signIn();
  await settle();
});

afterEach(() => {
  page.store.dispatch({ type: 'end' });
  vi.useRealTimers();
});

describe('what is being read', () => {
  it('stays when more was said meanwhile than is told one by one', async () => {
    await page.store.dispatch(openConversation(id, true));
    await page.store.dispatch(jumpTo(id, 40));
    page.store.dispatch(keepPlace(id, { seq: 30, top: 12 }));
    await away(() => say(MANY));
    expect(keys()).toContain(30);
    expect(keys()).not.toContain(150 + MANY);
    await page.store.dispatch(jumpToLatest(id));
    expect(keys().at(-1)).toBe(150 + MANY);
  });

  it('stays before it was said where exactly that is', async () => {
    await page.store.dispatch(openConversation(id, true));
    await page.store.dispatch(jumpTo(id, 40));
    await away(() => say(MANY));
    expect(keys()).toContain(40);
  });

  it('is the newest for whoever was at the newest', async () => {
    await page.store.dispatch(jumpTo(id, 40));
    await page.store.dispatch(jumpToLatest(id));
    page.store.dispatch(keepPlace(id, undefined));
    await away(() => say(MANY));
    expect(keys().at(-1)).toBe(150 + MANY);
  });

  it.each(TURNS)('is the newest for whoever goes there %i turns after the line is back', async (turns) => {
    await comeBack(turns, () => void page.store.dispatch(jumpToLatest(id)));
    expect(keys().at(-1)).toBe(150 + MANY);
  });

  it.each(TURNS)('is what was gone to %i turns after the line is back', async (turns) => {
    await comeBack(turns, () => void page.store.dispatch(jumpTo(id, 100)));
    expect(keys()).toContain(100);
    expect(keys()).not.toContain(150 + MANY);
  });

  it('is the newest where the older cannot be fetched, and what was missed is there', async () => {
    await page.store.dispatch(openConversation(id, true));
    await page.store.dispatch(jumpTo(id, 40));
    await away(() => {
      say(MANY);
      page.wire.refusals.set('message:page', new ApiError({ code: 'rate_limited', message: 'too fast' }));
    });
    expect(keys().at(-1)).toBe(150 + MANY);
  });
});

describe('a message that is gone to', () => {
  it('is not left again for where the conversation would open', async () => {
    await page.store.dispatch(openConversation(id));
    await page.store.dispatch(openConversation(null));
    const visit = page.store.dispatch(jumpTo(id, 40));
    await Promise.all([page.store.dispatch(openConversation(id)), visit]);
    expect(keys()).toContain(40);
  });

  it('is shown though the newest messages are held', async () => {
    await page.store.dispatch(openConversation(id));
    await page.store.dispatch(jumpTo(id, 40));
    await page.store.dispatch(openConversation(null));
    await page.store.dispatch(jumpTo(id, 40));
    await page.store.dispatch(openConversation(id, true));
    expect(keys()).toContain(40);
    expect(keys()).not.toContain(150);
  });
});

describe('a page', () => {
  it('has every change that was told while it was on its way', async () => {
    server.read('ann', id, 150);
    await settle();
    await page.store.dispatch(openConversation(id));
    const arrive = delayPages();
    const older = page.store.dispatch(loadOlder(id));
    await settle();
    server.edit('ben', id, 50, 'changed');
    server.take('ann');
    say(1);
    await settle();
    expect(selectMessage(page.store.getState(), id, 50)).toBeUndefined();
    arrive();
    await older;
    await settle();
    expect(selectMessage(page.store.getState(), id, 50)?.text).toBe('changed');
  });
});

/** Pages are answered, and arrive only when what this returns is called. */
function delayPages() {
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const request = page.wire.request.bind(page.wire);
  vi.spyOn(page.wire, 'request').mockImplementation(async (name, payload) => {
    const answer = await request(name, payload);
    if (name === 'message:page') await arrived;
    return answer;
  });
  return () => arrive();
}

/** Whoever reads far back was away while much was said, and does something so many turns after the line is back. */
async function comeBack(turns: number, act: () => void) {
  await page.store.dispatch(openConversation(id, true));
  await page.store.dispatch(jumpTo(id, 40));
  page.store.dispatch(keepPlace(id, { seq: 30, top: 12 }));
  page.wire.down();
  say(MANY);
  page.wire.up();
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
  act();
  await settle();
}

/** Something happens while there is no line. */
async function away(happening: () => void) {
  page.wire.down();
  happening();
  page.wire.up();
  await settle();
}

function say(count: number) {
  for (let number = 0; number < count; number += 1) server.send('ben', id, `line ${number}`);
}

function keys() {
  return selectTimeline(page.store.getState(), id);
}

async function settle() {
  for (let round = 0; round < 3; round += 1) {
    page.wire.deliver();
    await vi.advanceTimersByTimeAsync(20);
  }
}
