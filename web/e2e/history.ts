import { io, type Socket } from 'socket.io-client';
import type { Ack, MessagePage, OneConversation, OneMessage } from '../src/protocol';
import { expect } from './journey';
import type { Kith } from './kith';
import type { Person } from './pages/person';

/** The words of one message of a {@link history}. */
export function line(number: number): string {
  return `Line ${number} of a long story`;
}

type Story = {
  /** The number of the first message; before it there are as many as that says. */
  from?: number;
  /** Which messages answer which. */
  answers?: ReadonlyMap<number, number>;
};

/** Gives two people a long past: messages up to number `to`, each of its own length, sent past the page by one socket. */
export async function history(
  kith: Kith,
  ann: Person,
  ben: Person,
  to: number,
  { from = 1, answers = new Map() }: Story = {},
): Promise<string> {
  const socket = await connect(kith, ann);
  try {
    const users = await ann.page.request.get(`/api/v1/users?query=${ben.username}`, {
      headers: { 'X-Kith': '1' },
    });
    const { users: found } = (await users.json()) as { users: { id: string }[] };
    const opened = await ask<OneConversation>(socket, 'conversation:open', { user_id: found[0]?.id });
    const conversation_id = opened.conversation.id;
    for (let number = from; number <= to; number += 1) {
      await ask<OneMessage>(socket, 'message:send', {
        conversation_id,
        client_id: crypto.randomUUID(),
        text: `${line(number)}. ${'And so it went on. '.repeat((number * 7) % 12)}`,
        ...(answers.has(number) ? { reply_to: answers.get(number) } : {}),
      });
    }
    const { messages } = await ask<MessagePage>(socket, 'message:page', { conversation_id, limit: 1 });
    expect(messages[0]?.seq).toBe(to);
    return conversation_id;
  } finally {
    socket.disconnect();
  }
}

async function connect(kith: Kith, person: Person): Promise<Socket> {
  const cookies = await person.page.context().cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const socket = io(kith.url, {
    transports: ['websocket'],
    extraHeaders: { cookie, origin: kith.url, 'X-Kith': '1' },
    forceNew: true,
  });
  await new Promise<void>((resolve, reject) => {
    socket.on('connect', resolve);
    socket.on('connect_error', reject);
  });
  return socket;
}

/** Asks, and asks again when it was too fast. */
async function ask<Answer>(socket: Socket, name: string, payload: unknown): Promise<Answer> {
  for (;;) {
    const ack = (await socket.timeout(30_000).emitWithAck(name, payload)) as Ack<Answer>;
    if (ack.ok) return ack;
    const { code, retry_after_ms } = ack.error;
    if (code !== 'rate_limited') throw new Error(`${name}: ${code}`);
    await new Promise((resolve) => setTimeout(resolve, retry_after_ms ?? 100));
  }
}
