import type { Attachment, ClientId, ErrorBody, Message, Reaction, Seq, UserId } from '@/protocol';
import type { PendingAttachment, PendingChange, PendingMessage } from '../outbox/slice';

/**
 * What a message is called in a timeline. Its number, or, if this page sent it, the `client_id` that it was shown under
 * from the beginning: so a row keeps its key, and stays the same element, when the message gets its number.
 */
export type MessageKey = Seq | ClientId;

/** How far one's own message has come. In a group `delivered` and `seen` mean: by somebody at least. */
export type DeliveryState = 'queued' | 'sending' | 'sent' | 'delivered' | 'seen' | 'failed';

/** A message as it is shown: the server's row with what was done here and is still on its way laid over it. */
export interface MessageView extends Message {
  readonly key: MessageKey;
  /** 0 while it is waiting to be sent; `version` too. */
  readonly seq: Seq;
  readonly mine: boolean;
  /** Of one's own messages; `null` on others'. */
  readonly state: DeliveryState | null;
  /** Photos and files on their way up, in the order of the album. Once it is sent they are `attachments`. */
  readonly uploads: readonly PendingAttachment[];
  /** Why the server refused it; goes with `failed`. */
  readonly problem: ErrorBody | null;
}

const NO_UPLOADS: readonly PendingAttachment[] = [];

/** The view of a row that the server told, with the changes that wait laid over it. */
export function viewOfRow(
  row: Message,
  key: MessageKey,
  me: UserId,
  state: DeliveryState | null,
  changes: readonly PendingChange[],
): MessageView {
  const shown = changes.reduce((message, change) => withChange(message, change, me), row);
  const mine = row.sender_id === me && row.kind === 'text';
  return { ...shown, key, mine, state: mine ? state : null, uploads: NO_UPLOADS, problem: null };
}

/** The view of a message that waits to be sent. */
export function viewOfPending(message: PendingMessage): MessageView {
  return {
    key: message.client_id,
    seq: message.became?.seq ?? 0,
    version: 0,
    client_id: message.client_id,
    sender_id: message.user_id,
    kind: 'text',
    text: message.text,
    entities: [...message.entities],
    attachments: uploaded(message) ?? [...message.shown],
    reply_to: message.reply_to,
    forwarded: message.forward !== null,
    reactions: [],
    created_at: message.created_at,
    edited_at: null,
    unsent_at: null,
    unsent_by: null,
    mine: true,
    state: message.state,
    uploads: uploaded(message) ? NO_UPLOADS : message.attachments,
    problem: message.problem,
  };
}

/** A row as it will be when the change has come through. */
export function withChange(row: Message, change: PendingChange, me: UserId): Message {
  switch (change.kind) {
    case 'edit':
      return { ...row, text: change.text, entities: [...change.entities], edited_at: change.created_at };
    case 'delete':
      return change.scope === 'everyone' ? tombstone(row, change.created_at, me) : row;
    case 'react':
      return reacted(row, change.emoji, me);
  }
}

/** All attachments, once every one of them is up. */
function uploaded(message: PendingMessage): Attachment[] | undefined {
  if (message.attachments.length === 0 || message.state !== 'sent') return undefined;
  return message.attachments.flatMap((pending) => pending.attachment ?? []);
}

function tombstone(row: Message, at: number, by: UserId): Message {
  const { my_reaction: _mine, pinned_at: _pinned, forwarded: _forwarded, ...rest } = row;
  return {
    ...rest,
    text: '',
    entities: [],
    attachments: [],
    reply_to: null,
    reactions: [],
    edited_at: null,
    unsent_at: at,
    unsent_by: by,
  };
}

function reacted(row: Message, emoji: string | null, me: UserId): Message {
  if ((row.my_reaction ?? null) === emoji) return row;
  const { my_reaction: before, ...rest } = row;
  const reactions = withMine(withoutMine(row.reactions, before, me), emoji, me);
  return emoji === null ? { ...rest, reactions } : { ...rest, reactions, my_reaction: emoji };
}

function withoutMine(reactions: readonly Reaction[], emoji: string | undefined, me: UserId): Reaction[] {
  return reactions
    .map((reaction) =>
      reaction.emoji === emoji
        ? { ...reaction, count: reaction.count - 1, user_ids: reaction.user_ids.filter((id) => id !== me) }
        : reaction,
    )
    .filter((reaction) => reaction.count > 0);
}

function withMine(reactions: readonly Reaction[], emoji: string | null, me: UserId): Reaction[] {
  if (emoji === null) return [...reactions];
  if (!reactions.some((reaction) => reaction.emoji === emoji)) {
    return [...reactions, { emoji, count: 1, user_ids: [me] }];
  }
  return reactions.map((reaction) =>
    reaction.emoji === emoji
      ? { ...reaction, count: reaction.count + 1, user_ids: [...reaction.user_ids, me].slice(0, 10) }
      : reaction,
  );
}
