import type { ConversationId, ConversationSummary, Message, Seq } from '@/protocol';
import type { Realtime, ServerItem } from '@/realtime';
import type { Host } from '../thunk';

/** Tells the server how far messages have arrived on this device, once a batch and only when it advances. */
export class DeliveryReporter {
  readonly #host: Host;
  readonly #realtime: Realtime;
  readonly #reported = new Map<ConversationId, Seq>();

  constructor(host: Host, realtime: Realtime) {
    this.#host = host;
    this.#realtime = realtime;
    realtime.listen({ folded: (items) => this.#arrived(items) });
  }

  #arrived(items: readonly ServerItem[]): void {
    const arrived = new Map<ConversationId, Seq>();
    for (const item of items) {
      for (const [id, message] of messagesOf(item)) {
        if (this.#isNews(id, message)) arrived.set(id, Math.max(message.seq, arrived.get(id) ?? 0));
      }
    }
    for (const [id, seq] of arrived) void this.#report(id, seq);
  }

  /** Somebody else's, not read yet (which says more) and not reported before. */
  #isNews(id: ConversationId, message: Message): boolean {
    const { session, conversations } = this.#host.getState();
    const known = Math.max(conversations.byId[id]?.my.read_seq ?? 0, this.#reported.get(id) ?? 0);
    return message.sender_id !== session.me?.id && message.seq > known;
  }

  async #report(id: ConversationId, seq: Seq): Promise<void> {
    this.#reported.set(id, seq);
    try {
      await this.#realtime.request('conversation:delivered', { conversation_id: id, seq });
    } catch {
      // The next message, or the next catch-up, reports again.
      if (this.#reported.get(id) === seq) this.#reported.delete(id);
    }
  }
}

function messagesOf(item: ServerItem): [ConversationId, Message][] {
  switch (item.kind) {
    case 'conversation:changed':
      if (item.payload.cause.kind !== 'sent') return [];
      return (item.payload.messages ?? []).map((message) => [item.payload.conversation_id, message]);
    case 'answer:sync':
      return item.answer.conversations.flatMap(lastMessage);
    case 'answer:changes':
      return lastMessage(item.answer.conversation);
    default:
      return [];
  }
}

function lastMessage({ id, my }: ConversationSummary): [ConversationId, Message][] {
  return my.last_message ? [[id, my.last_message]] : [];
}
