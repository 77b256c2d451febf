import { ApiError } from '@/lib/api';
import type { Message, SendMessage, ServerEvents } from '@/protocol';
import type { AnswerOf, CommandName, PayloadOf, Wire, WireEvents } from '@/realtime';
import type { ModelServer } from './model-server';

type Handlers = { [Name in CommandName]?: (payload: PayloadOf<Name>) => AnswerOf<Name> | undefined };

/** A line to a {@link ModelServer} that a test can cut, and whose acks it can lose. */
export class ModelWire implements Wire {
  /** Everything that was asked, in order. */
  readonly asked: (readonly [CommandName, unknown])[] = [];
  /** Acks of these events are lost, once each: the deed is done, and nobody hears of it. */
  readonly lostAcks: CommandName[] = [];
  /** The next request of this kind is refused so. */
  readonly refusals = new Map<CommandName, ApiError>();
  readonly typed: unknown[] = [];
  /** The server is not there. */
  refuseToConnect = false;
  readonly #server: ModelServer;
  readonly #user: string;
  readonly #sent = new Map<string, { id: string; seq: number }>();
  #events: WireEvents | undefined;
  #isUp = false;
  #isSubscribed = false;

  constructor(server: ModelServer, user: string) {
    this.#server = server;
    this.#user = user;
  }

  connect(events: WireEvents): void {
    this.#events = events;
    if (this.refuseToConnect) events.disconnected();
    else this.up();
  }

  disconnect(): void {
    this.#isUp = false;
    this.#events = undefined;
  }

  hurry(): void {}

  up(): void {
    this.#isUp = true;
    this.#events?.connected();
  }

  down(): void {
    this.#isUp = false;
    this.#isSubscribed = false;
    this.#events?.disconnected();
  }

  /** Hands over what the server has pushed since. */
  deliver(): void {
    const pushes = this.#server.take(this.#user);
    if (!this.#isSubscribed) return;
    for (const [name, payload] of pushes) this.say(name, payload);
  }

  /** The server says something of its own accord. */
  say<Name extends keyof ServerEvents>(name: Name, payload: ServerEvents[Name]): void {
    this.#events?.received(name, payload);
  }

  async request<Name extends CommandName>(name: Name, payload: PayloadOf<Name>): Promise<AnswerOf<Name>> {
    await Promise.resolve();
    if (!this.#isUp) throw new ApiError({ code: 'offline', message: 'down' });
    this.asked.push([name, payload]);
    const refusal = this.refusals.get(name);
    this.refusals.delete(name);
    if (refusal) throw refusal;
    const handler = this.#handlers[name] as
      | ((payload: PayloadOf<Name>) => AnswerOf<Name> | undefined)
      | undefined;
    const answer = structuredClone(handler?.(payload));
    if (!answer) throw new ApiError({ code: 'not_found', message: `no ${name}` });
    if (this.lostAcks.includes(name)) {
      this.lostAcks.splice(this.lostAcks.indexOf(name), 1);
      throw new ApiError({ code: 'timeout', message: 'the ack was lost' });
    }
    return answer;
  }

  sendTyping(payload: unknown): void {
    this.typed.push(payload);
  }

  readonly #handlers: Handlers = {
    sync: ({ cursor }) => {
      this.#server.take(this.#user);
      this.#isSubscribed = true;
      return this.#server.sync(this.#user, cursor ?? null);
    },
    'conversation:changes': ({ conversation_id, since }) =>
      this.#server.changes(this.#user, conversation_id, since),
    'message:page': ({ conversation_id, limit = 50, ...at }) =>
      this.#server.page(this.#user, conversation_id, at, limit),
    'message:send': (payload) => ({ message: this.#send(payload) }),
    'message:edit': ({ conversation_id, seq, text }) => {
      this.#server.edit(this.#user, conversation_id, seq, text);
      return { message: this.#row(conversation_id, seq) };
    },
    'message:react': ({ conversation_id, seq, emoji }) => {
      this.#server.react(this.#user, conversation_id, seq, emoji);
      return { message: this.#row(conversation_id, seq) };
    },
    'message:delete': ({ conversation_id, seq, scope }) => {
      if (scope === 'me') {
        this.#server.hide(this.#user, conversation_id, seq);
        return { account_version: this.#server.accountChanges(this.#user, 0).account_version };
      }
      this.#server.unsend(this.#user, conversation_id, seq);
      return { version: this.#row(conversation_id, seq).version };
    },
    'conversation:read': ({ conversation_id, seq }) => {
      this.#server.read(this.#user, conversation_id, seq);
      return {};
    },
    'conversation:delivered': () => ({}),
    'account:set': ({ conversation_id, muted_until }) => {
      if (conversation_id) this.#server.mute(this.#user, conversation_id, muted_until ?? null);
      return { account_version: this.#server.accountChanges(this.#user, 0).account_version };
    },
    'account:changes': ({ since }) => this.#server.accountChanges(this.#user, since),
    'presence:watch': () => ({ presences: [] }),
  };

  /** Exactly once: a repeated `client_id` answers the first message as it is now. */
  #send({ conversation_id, client_id, text = '', reply_to, attachment_ids = [] }: SendMessage): Message {
    const known = this.#sent.get(client_id);
    if (known) return this.#row(known.id, known.seq);
    const attachments = attachment_ids.map((id) => ({
      id,
      kind: 'image' as const,
      name: id,
      size: 1,
      mime: 'image/png',
    }));
    const row = this.#server.send(
      this.#user,
      conversation_id,
      text,
      reply_to ?? null,
      client_id,
      attachments,
    );
    this.#sent.set(client_id, { id: conversation_id, seq: row.seq });
    return row;
  }

  #row(id: string, seq: number): Message {
    const row = this.#server.visible(this.#user, id).find((message) => message.seq === seq);
    if (!row) throw new ApiError({ code: 'not_found', message: `no ${seq}` });
    return row;
  }
}
