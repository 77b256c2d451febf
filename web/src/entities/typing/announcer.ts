import type { ConversationId } from '@/protocol';
import type { Realtime } from '@/realtime';
import type { Host } from '../thunk';
import { TYPING_FORGOTTEN_MS, typingForgotten } from './slice';

/** One is said to type at most this often. */
const ANNOUNCE_EVERY_MS = 3_000;

/** Who has not struck a key for this long has stopped. */
const STOPPED_AFTER_MS = 4_000;

/** Tells the others that one types, no more often than they need it, and forgets those who went silent. */
export class TypingAnnouncer {
  readonly #host: Host;
  readonly #realtime: Realtime;
  #typingIn: ConversationId | undefined;
  #announcedAt = Number.NEGATIVE_INFINITY;
  #stop: ReturnType<typeof setTimeout> | undefined;
  #forget: ReturnType<typeof setTimeout> | undefined;

  constructor(host: Host, realtime: Realtime) {
    this.#host = host;
    this.#realtime = realtime;
    realtime.listen({
      folded: (items) => {
        if (items.some((item) => item.kind === 'typing')) this.#planForgetting();
      },
    });
  }

  set(id: ConversationId, typing: boolean): void {
    if (typing) this.#started(id);
    else if (this.#typingIn === id) this.#stopped();
  }

  /** A message that was sent says by itself that one has stopped. */
  sent(id: ConversationId): void {
    if (this.#typingIn === id) this.#reset();
  }

  #started(id: ConversationId): void {
    if (this.#typingIn !== undefined && this.#typingIn !== id) this.#stopped();
    clearTimeout(this.#stop);
    this.#stop = setTimeout(() => this.#stopped(), STOPPED_AFTER_MS);
    this.#typingIn = id;
    if (performance.now() - this.#announcedAt < ANNOUNCE_EVERY_MS) return;
    this.#announcedAt = performance.now();
    this.#realtime.sendTyping({ conversation_id: id, typing: true });
  }

  #stopped(): void {
    if (this.#typingIn !== undefined)
      this.#realtime.sendTyping({ conversation_id: this.#typingIn, typing: false });
    this.#reset();
  }

  #reset(): void {
    clearTimeout(this.#stop);
    this.#typingIn = undefined;
    this.#announcedAt = Number.NEGATIVE_INFINITY;
  }

  #planForgetting(): void {
    if (this.#forget !== undefined) return;
    this.#forget = setTimeout(() => {
      this.#forget = undefined;
      this.#host.dispatch(typingForgotten(Date.now() - TYPING_FORGOTTEN_MS));
      if (Object.keys(this.#host.getState().typing).length > 0) this.#planForgetting();
    }, TYPING_FORGOTTEN_MS);
  }
}
