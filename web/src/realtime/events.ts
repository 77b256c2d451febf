import { createAction } from '@reduxjs/toolkit';
import type {
  AccountChanges,
  ConversationChanges,
  ConversationId,
  Message,
  MessagePage,
  OneConversation,
  PageRequest,
  ServerEvents,
  SyncAnswer,
  Timestamp,
  Version,
} from '@/protocol';

/** Pushes that say something about the state. `resync` and `session:ended` are about the connection itself. */
export type PushName = Exclude<keyof ServerEvents, 'resync' | 'session:ended'>;

/** One push, as it came. */
export type PushItem = {
  [Name in PushName]: { kind: Name; payload: ServerEvents[Name]; receivedAt: Timestamp };
}[PushName];

/**
 * One answer that holds rows, with what the client knew when it asked. Answers travel in the same queue as pushes, so
 * that both are folded in the order in which they arrived.
 */
export type AnswerItem =
  | {
      kind: 'answer:sync';
      /** It was asked without a cursor, or the epoch is another one: what is held is to be dropped. */
      fresh: boolean;
      answer: SyncAnswer;
      receivedAt: Timestamp;
    }
  | {
      kind: 'answer:changes';
      conversationId: ConversationId;
      life: ConversationLife;
      since: Version;
      answer: ConversationChanges;
    }
  | {
      kind: 'answer:page';
      conversationId: ConversationId;
      life: ConversationLife;
      request: PageRequest;
      /** The conversation's version when it was asked: changes since then may be missing from the page. */
      askedVersion: Version;
      /** It is from this device, which may have missed any change since `askedVersion`. */
      isKept?: boolean;
      answer: MessagePage;
    }
  | { kind: 'answer:message'; conversationId: ConversationId; message: Message }
  | { kind: 'answer:conversation'; answer: OneConversation }
  | { kind: 'answer:account'; answer: AccountChanges };

/**
 * Which stay of the reader in a conversation an answer belongs to: the version at which the client first heard of it, or
 * `null` when it had not. Who was removed and comes back begins anew, and an answer for the earlier stay is void.
 */
export type ConversationLife = Version | null;

/** What the server said, pushed or answered. */
export type ServerItem = PushItem | AnswerItem;

/** The answer to one kind of question. */
export type Answer<Kind extends AnswerItem['kind']> = Extract<AnswerItem, { kind: Kind }>;

/** Everything the server said within one frame, in order. One action a frame, however many events came. */
export const serverBatch = createAction<readonly ServerItem[]>('server/batch');
