import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import type { Ack, ClientCommands, ErrorCode, Message } from '../../src/protocol';
import { pause } from './figures';

/** What is refused like this is taken later. */
const WILL_PASS: ReadonlySet<string> = new Set<ErrorCode>(['rate_limited', 'unavailable']);

/** How many of one socket's messages wait for their ack at a time. */
const UNDER_WAY_MAX = 64;

/** Long, because the machine may be busy. */
const ANSWERED_WITHIN_MS = 60_000;

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
    return Correspondent.connect(url, await account(url, name));
  }

  /** Somebody who has an account already. */
  static async connect(url: string, { user, token }: Account): Promise<Correspondent> {
    const socket = io(url, { auth: { token }, transports: ['websocket'], forceNew: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return new Correspondent(user.id, socket);
  }

  /** Asks, and asks again when it was too fast, or behind something that was. */
  async ask<Name extends Command>(
    name: Name,
    payload: ClientCommands[Name]['payload'],
  ): Promise<ClientCommands[Name]['answer']> {
    for (;;) {
      const answer = (await this.#socket.timeout(ANSWERED_WITHIN_MS).emitWithAck(name, payload)) as Ack<
        ClientCommands[Name]['answer']
      >;
      if (answer.ok) return answer;
      const { code, message, retry_after_ms } = answer.error;
      if (!WILL_PASS.has(code)) throw new Error(`${name}: ${code} ${message}`);
      await pause(retry_after_ms ?? 100);
    }
  }

  async makeGroup(title: string, members: readonly string[]): Promise<string> {
    const { conversation } = await this.ask('conversation:open', {
      client_id: randomUUID(),
      title,
      member_ids: [...members],
    });
    return conversation.id;
  }

  /** Has seen all that was said in a conversation until now. */
  async catchUp(conversation: string): Promise<void> {
    const { messages } = await this.ask('message:page', { conversation_id: conversation, limit: 1 });
    await this.ask('conversation:read', { conversation_id: conversation, seq: messages[0]?.seq ?? 0 });
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

export type Account = { user: { id: string }; token: string };

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
