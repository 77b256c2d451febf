import { beforeEach, expect, it } from 'vitest';
import { ModelServer } from '@/testing/model-server';
import { openPage, type Page } from '@/testing/page';
import { openConversation } from '../conversations';
import { selectIsRequest, sendMessage, UNANSWERED_MAX } from '.';

let server: ModelServer;
let page: Page;
let id: string;

beforeEach(() => {
  server = new ModelServer(['ann', 'ben']);
  id = server.create('direct', ['ann', 'ben']);
});

it('asks about whoever has written first, until they are answered', async () => {
  await open();
  expect(isRequest()).toBe(false);
  await hear('hello');
  expect(isRequest()).toBe(true);
  await page.store.dispatch(sendMessage({ conversationId: id, text: 'who is there?' }));
  expect(isRequest()).toBe(false);
  await hear('me');
  expect(isRequest()).toBe(false);
});

it('does not ask about somebody with whom one shares a group', async () => {
  server.send('ben', id, 'hello');
  server.create('group', ['ann', 'ben']);
  await open();
  expect(isRequest()).toBe(false);
});

it('says nothing while it does not know all that was said', async () => {
  server.send('ann', id, 'hello');
  server.send('ben', id, 'hello back');
  server.hide('ann', id, 1);
  await open();
  expect(isRequest()).toBe(false);
});

it('asks until so much has been written, and no longer', async () => {
  for (let count = 0; count < UNANSWERED_MAX; count += 1) server.send('ben', id, 'hello?');
  await open();
  expect(isRequest()).toBe(true);
  await hear('hello??');
  expect(isRequest()).toBe(false);
});

async function open(): Promise<void> {
  page = openPage(server, 'ann');
  await page.signIn();
  await page.store.dispatch(openConversation(id));
  await settle();
}

async function hear(text: string): Promise<void> {
  server.send('ben', id, text);
  await settle();
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    page.wire.deliver();
    await new Promise((resolve) => setTimeout(resolve));
  }
}

function isRequest(): boolean {
  return selectIsRequest(page.store.getState(), id);
}
