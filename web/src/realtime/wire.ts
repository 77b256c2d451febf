import { io, type Socket } from 'socket.io-client';
import { ApiError, OWN_HEADERS } from '@/lib/api';
import type { Ack, ClientCommands, ServerEvents, SetTyping } from '@/protocol';

/** An ack that takes longer means that the line is dead; whoever asked tries again. */
const ACK_TIMEOUT_MS = 10_000;

const RECONNECT_FIRST_MS = 500;
const RECONNECT_MAX_MS = 15_000;

export type CommandName = keyof ClientCommands;
export type PayloadOf<Name extends CommandName> = ClientCommands[Name]['payload'];
export type AnswerOf<Name extends CommandName> = ClientCommands[Name]['answer'];

/** What a {@link Wire} reports. */
export interface WireEvents {
  /** A new socket is there. It receives nothing before it has sent `sync`. */
  connected(): void;
  /** The socket is gone; another is on its way, unless {@link Wire.disconnect} was called. */
  disconnected(): void;
  /** The server will not have us: the session has ended while we were away. */
  refused(error: ApiError): void;
  received<Name extends keyof ServerEvents>(name: Name, payload: ServerEvents[Name]): void;
}

/** A line to the server. Tests put their own in place of {@link SocketWire}. */
export interface Wire {
  /** Connects, and connects again for as long as it takes. */
  connect(events: WireEvents): void;
  disconnect(): void;
  /** Tries at once instead of at the next turn, when there is reason to hope (the network came back). */
  hurry(): void;
  /** Asks and waits for the ack; throws an {@link ApiError}. */
  request<Name extends CommandName>(name: Name, payload: PayloadOf<Name>): Promise<AnswerOf<Name>>;
  /** Says that one types. May be lost. */
  sendTyping(payload: SetTyping): void;
}

/** Every event that the server may send; a new one in the protocol does not compile until it is listed. */
const SERVER_EVENTS = {
  'conversation:changed': true,
  'conversation:removed': true,
  'receipt:updated': true,
  'account:changed': true,
  'user:updated': true,
  typing: true,
  presence: true,
  resync: true,
  'session:ended': true,
} as const satisfies Record<keyof ServerEvents, true>;

/** The line over Socket.IO: WebSocket first, long-polling where that does not get through. */
export class SocketWire implements Wire {
  #socket: Socket | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;

  connect(events: WireEvents): void {
    this.disconnect();
    const socket = io({
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      extraHeaders: OWN_HEADERS,
      reconnectionDelay: RECONNECT_FIRST_MS,
      reconnectionDelayMax: RECONNECT_MAX_MS,
      randomizationFactor: 0.5,
      forceNew: true,
      autoConnect: false,
    });
    this.#socket = socket;
    this.#listen(socket, events);
    socket.connect();
  }

  disconnect(): void {
    clearTimeout(this.#retry);
    this.#socket?.removeAllListeners();
    this.#socket?.disconnect();
    this.#socket = undefined;
  }

  hurry(): void {
    if (!this.#socket || this.#socket.connected || this.#socket.io.engine?.readyState === 'opening') return;
    clearTimeout(this.#retry);
    this.#socket.disconnect().connect();
  }

  async request<Name extends CommandName>(name: Name, payload: PayloadOf<Name>): Promise<AnswerOf<Name>> {
    const socket = this.#socket;
    if (!socket?.connected) throw new ApiError({ code: 'offline', message: 'Not connected.' });
    const ack = await acknowledged<AnswerOf<Name>>(socket, name, payload);
    if (ack.ok) return ack;
    throw new ApiError(ack.error);
  }

  sendTyping(payload: SetTyping): void {
    if (this.#socket?.connected) this.#socket.volatile.emit('conversation:typing', payload);
  }

  #listen(socket: Socket, events: WireEvents): void {
    socket.on('connect', () => {
      this.#attempts = 0;
      events.connected();
    });
    socket.on('disconnect', () => {
      events.disconnected();
      this.#comeBack(socket);
    });
    socket.on('connect_error', (error) => {
      if (codeOf(error) === 'unauthorized') {
        events.refused(new ApiError({ code: 'unauthorized', message: error.message }));
        return;
      }
      events.disconnected();
      this.#comeBack(socket);
    });
    for (const name of Object.keys(SERVER_EVENTS) as (keyof ServerEvents)[]) {
      socket.on(name, (payload: ServerEvents[typeof name]) => events.received(name, payload));
    }
  }

  /** Socket.IO does not come back by itself when it was the server that hung up or refused. */
  #comeBack(socket: Socket): void {
    if (socket.active) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => socket.connect(), backoff(this.#attempts));
    this.#attempts += 1;
  }
}

/** A wait that doubles with every attempt and differs from client to client, so that not all come back at once. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(RECONNECT_MAX_MS, RECONNECT_FIRST_MS * 2 ** Math.min(attempt, 10));
  return ceiling * (0.5 + random() / 2);
}

async function acknowledged<Answer>(socket: Socket, name: string, payload: unknown): Promise<Ack<Answer>> {
  try {
    return (await socket.timeout(ACK_TIMEOUT_MS).emitWithAck(name, payload)) as Ack<Answer>;
  } catch {
    throw new ApiError({ code: 'timeout', message: 'The server did not answer in time.' });
  }
}

/** The stable code of a refused handshake: in `data` where the server can put it, else the message itself. */
function codeOf(error: Error): string {
  const data = 'data' in error ? error.data : undefined;
  if (typeof data === 'object' && data !== null && 'code' in data) return String(data.code);
  return error.message;
}
