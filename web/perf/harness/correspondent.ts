import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import type { Ack, ClientCommands, Message } from '../../src/protocol';

/** How many of one socket's messages wait for their ack at a time. */
const UNDER_WAY_MAX = 64;

type Command = keyof ClientCommands;

/** Somebody without a browser, who writes. */
export class Correspondent {
  readonly userId: string;
  readonly #socket: Socket;

  private constructor(userId: string, socket: Socket) {
    this.userId = userId;
    this.#socket = socket;
  }

  /** Makes an account and connects. It hears nothing, because it does not ask for the feed. */
  static async register(url: string, name: string): Promise<Correspondent> {
    const { user, token } = await account(url, name);
    return Correspondent.#connect(url, user.id, token);
  }

  static async #connect(url: string, userId: string, token: string): Promise<Correspondent> {
    const socket = io(url, { auth: { token }, transports: ['websocket'], forceNew: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return new Correspondent(userId, socket);
  }

  async ask<Name extends Command>(
    name: Name,
    payload: ClientCommands[Name]['payload'],
  ): Promise<ClientCommands[Name]['answer']> {
    const answer = (await this.#socket.timeout(20_000).emitWithAck(name, payload)) as Ack<
      ClientCommands[Name]['answer']
    >;
    if (!answer.ok) throw new Error(`${name}: ${answer.error.code} ${answer.error.message}`);
    return answer;
  }

  async makeGroup(title: string, members: readonly string[]): Promise<string> {
    const { conversation } = await this.ask('conversation:open', {
      client_id: randomUUID(),
      title,
      member_ids: [...members],
    });
    return conversation.id;
  }

  /** The message as the server took it. */
  async say(conversation: string, text: string): Promise<Message> {
    const { message } = await this.ask('message:send', {
      conversation_id: conversation,
      client_id: randomUUID(),
      text,
    });
    return message;
  }

  /** Sends all of `texts`, several under way at a time, and in their order. */
  async recite(conversation: string, texts: Iterable<string>): Promise<void> {
    const underWay = new Set<Promise<Message>>();
    for (const text of texts) {
      const sent = this.say(conversation, text).finally(() => underWay.delete(sent));
      underWay.add(sent);
      if (underWay.size >= UNDER_WAY_MAX) await Promise.race(underWay);
    }
    await Promise.all(underWay);
  }

  close(): void {
    this.#socket.disconnect();
  }
}

type Account = { user: { id: string }; token: string };

export const PASSWORD = 'a long enough password';

export async function account(url: string, name: string): Promise<Account> {
  const answer = await fetch(`${url}/api/v1/auth/register`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Kith': '1' },
    body: JSON.stringify({
      username: name.toLowerCase(),
      display_name: name,
      password: PASSWORD,
      grant: 'token',
    }),
  });
  if (!answer.ok) throw new Error(`${name} gets no account: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Account;
}
