import type { Cause, Message, UserId } from '@/protocol';

/**
 * Of two states of one message the newer. Rows are whole and carry the version that touched them last, so it does no
 * harm when one comes twice or late.
 *
 * At equal versions the answer's row is taken for its `my_reaction`, which pushes cannot carry.
 */
export function newer(held: Message | undefined, row: Message): Message {
  if (!held || row.version > held.version) return row;
  if (row.version < held.version || row.my_reaction === held.my_reaction) return held;
  return row;
}

/**
 * A pushed row with the reader's own reaction put back: the one held, or, when the push tells of a reaction of their
 * own, that one. A push of the version that is held already says nothing new and leaves the row alone.
 */
export function fromPush(row: Message, held: Message | undefined, cause: Cause, me: UserId): Message {
  if (held && held.version >= row.version) return held;
  const isMine = cause.kind === 'reacted' && cause.actor_id === me && cause.seq === row.seq;
  const mine = isMine ? cause.emoji : held?.my_reaction;
  const stillThere = row.reactions.some((reaction) => reaction.emoji === mine);
  return mine !== undefined && stillThere ? { ...row, my_reaction: mine } : row;
}

/** Whether a message names this person, or answers something of theirs. */
export function concerns(message: Message, quoted: Message | undefined, me: UserId): boolean {
  if (quoted?.sender_id === me) return true;
  return message.entities.some((entity) => entity.kind === 'mention' && entity.user_id === me);
}
