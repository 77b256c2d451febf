import { createAction, type UnknownAction } from '@reduxjs/toolkit';
import type {
  Attachment,
  ClientId,
  ConversationId,
  Entity,
  ErrorBody,
  Mention,
  Message,
  MessageAddress,
  Seq,
  Timestamp,
  UserId,
  Version,
} from '@/protocol';

/** A photo or file that waits with its message. Its bytes are kept beside the store, under `localId`. */
export interface PendingAttachment {
  readonly localId: string;
  readonly name: string;
  readonly size: number;
  readonly mime: string;
  readonly alt: string;
  /** Of a photo, as far as this browser could tell. */
  readonly width: number | null;
  readonly height: number | null;
  /** What the server calls the upload that has begun: after a break it goes on there. */
  readonly upload?: string;
  /** Once it is up. */
  readonly attachment: Attachment | null;
}

/** A message that was written here and that the state does not hold as a row yet. */
export interface PendingMessage {
  readonly client_id: ClientId;
  /** Whose it is: another person who signs in on this device must not send it. */
  readonly user_id: UserId;
  readonly conversation_id: ConversationId;
  readonly text: string;
  readonly mentions: readonly Mention[];
  /** As the server will find them. */
  readonly entities: readonly Entity[];
  readonly attachments: readonly PendingAttachment[];
  /** What a forward shows: the bytes are there already. */
  readonly shown: readonly Attachment[];
  readonly reply_to: Seq | null;
  readonly forward: MessageAddress | null;
  readonly created_at: Timestamp;
  /** `sent` is acknowledged: it waits for its row. */
  readonly state: 'queued' | 'sending' | 'sent' | 'failed';
  readonly problem: ErrorBody | null;
  /** What it became. */
  readonly became: { readonly seq: Seq; readonly version: Version } | null;
}

/** A change to a message, shown at once and sent when the line allows. One of a kind per message: the last one counts. */
export type PendingChange = {
  readonly id: ClientId;
  readonly user_id: UserId;
  readonly conversation_id: ConversationId;
  readonly seq: Seq;
  readonly created_at: Timestamp;
  /** It may still be taken back, and is not sent before then: see `isHeld`. */
  readonly held_until?: Timestamp;
} & (
  | {
      readonly kind: 'edit';
      readonly text: string;
      readonly mentions: readonly Mention[];
      readonly entities: readonly Entity[];
      readonly if_version: Version;
    }
  | { readonly kind: 'delete'; readonly scope: 'me' | 'everyone' }
  | { readonly kind: 'react'; readonly emoji: string | null }
);

/** What waits to be told to the server, in the order in which it was done. */
export interface OutboxState {
  readonly messages: Readonly<Record<ConversationId, readonly PendingMessage[]>>;
  readonly changes: Readonly<Record<ConversationId, readonly PendingChange[]>>;
}

export const nothingPending: OutboxState = { messages: {}, changes: {} };

export const messageQueued = createAction<PendingMessage>('outbox/messageQueued');
export const messageMoved = createAction<{
  conversationId: ConversationId;
  clientId: ClientId;
  change: Partial<Pick<PendingMessage, 'state' | 'problem' | 'attachments' | 'became'>>;
}>('outbox/messageMoved');
export const messageDropped = createAction<{ conversationId: ConversationId; clientId: ClientId }>(
  'outbox/messageDropped',
);
export const changeQueued = createAction<PendingChange>('outbox/changeQueued');
export const changeDropped = createAction<{
  conversationId: ConversationId;
  id: ClientId;
  /** Why the server did not take it. */
  refusal?: ErrorBody;
  /** It was taken back before it was sent. */
  isWithdrawn?: true;
}>('outbox/changeDropped');
/** A change that could have been taken back is to be sent now. */
export const changeReleased = createAction<{ conversationId: ConversationId; id: ClientId }>(
  'outbox/changeReleased',
);
/** What this device had kept of an earlier visit. */
export const outboxRestored = createAction<{
  messages: readonly PendingMessage[];
  changes: readonly PendingChange[];
}>('outbox/restored');

export function outboxReducer(state: OutboxState = nothingPending, action: UnknownAction): OutboxState {
  if (messageQueued.match(action)) return withMessage(state, action.payload);
  if (messageMoved.match(action)) {
    const { conversationId, clientId, change } = action.payload;
    return mapMessages(state, conversationId, (all) =>
      all.map((message) => (message.client_id === clientId ? { ...message, ...change } : message)),
    );
  }
  if (messageDropped.match(action)) {
    const { conversationId, clientId } = action.payload;
    return mapMessages(state, conversationId, (all) =>
      all.filter((message) => message.client_id !== clientId),
    );
  }
  if (changeQueued.match(action)) return withChange(state, action.payload);
  if (changeDropped.match(action)) {
    const { conversationId, id } = action.payload;
    return mapChanges(state, conversationId, (all) => all.filter((change) => change.id !== id));
  }
  if (changeReleased.match(action)) {
    const { conversationId, id } = action.payload;
    return mapChanges(state, conversationId, (all) =>
      all.map((change) => (change.id === id ? released(change) : change)),
    );
  }
  if (outboxRestored.match(action)) {
    const { messages, changes } = action.payload;
    return changes.reduce(withChange, messages.reduce(withMessage, state));
  }
  return state;
}

/** How long a change waits at most for being taken back. */
export const HELD_MAX_MS = 30_000;

/** Whether a change may still be taken back. A clock that was set back meanwhile by far holds nothing. */
export function isHeld({ held_until }: PendingChange, now: number): boolean {
  return held_until !== undefined && now < held_until && held_until < now + 2 * HELD_MAX_MS;
}

/** The same change, to be sent as soon as the line allows. */
export function released({ held_until: _until, ...change }: PendingChange): PendingChange {
  return change;
}

/**
 * The rows tell of messages that waited here: those that have a row now, or whose change the state has passed, wait no
 * longer.
 */
export function settleMessages(
  state: OutboxState,
  id: ConversationId,
  rows: readonly Message[],
  version: Version,
): OutboxState {
  if (!state.messages[id]) return state;
  const told = new Set(rows.map((row) => row.client_id));
  return mapMessages(state, id, (all) => {
    const waiting = all.filter(
      (message) =>
        !told.has(message.client_id) && (message.became === null || message.became.version > version),
    );
    return waiting.length === all.length ? all : waiting;
  });
}

function withMessage(state: OutboxState, message: PendingMessage): OutboxState {
  return mapMessages(state, message.conversation_id, (all) =>
    all.some((other) => other.client_id === message.client_id) ? all : [...all, message],
  );
}

function withChange(state: OutboxState, change: PendingChange): OutboxState {
  return mapChanges(state, change.conversation_id, (all) => [
    ...all.filter((other) => other.seq !== change.seq || other.kind !== change.kind),
    change,
  ]);
}

function mapMessages(
  state: OutboxState,
  id: ConversationId,
  map: (all: readonly PendingMessage[]) => readonly PendingMessage[],
): OutboxState {
  const messages = mapped(state.messages, id, map);
  return messages === state.messages ? state : { ...state, messages };
}

function mapChanges(
  state: OutboxState,
  id: ConversationId,
  map: (all: readonly PendingChange[]) => readonly PendingChange[],
): OutboxState {
  const changes = mapped(state.changes, id, map);
  return changes === state.changes ? state : { ...state, changes };
}

/** Conversations without anything pending have no list, so that nothing grows with what was once written. */
function mapped<Item>(
  lists: Readonly<Record<ConversationId, readonly Item[]>>,
  id: ConversationId,
  map: (all: readonly Item[]) => readonly Item[],
): Readonly<Record<ConversationId, readonly Item[]>> {
  const all = lists[id] ?? [];
  const next = map(all);
  if (next === all) return lists;
  if (next.length > 0) return { ...lists, [id]: next };
  const { [id]: _empty, ...rest } = lists;
  return rest;
}
