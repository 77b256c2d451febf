import type { ConversationChanged, Message, MyConversation, Seq, UserId } from '@/protocol';
import { concerns, fromPush, newer } from '../messages/rows';
import { type ConversationEntry, memberRows, sharedOf } from './entry';

/** What a push means for this reader besides its rows. */
export interface PushContext {
  readonly me: UserId;
  hides(seq: Seq): boolean;
  blocks(user: UserId): boolean;
  /** A message that the pushed one answers, if it is held. */
  quoted(seq: Seq): Message | undefined;
}

/**
 * Folds one push into its conversation's entry. Rows are taken in any order, by their versions; what is counted is
 * counted only when the push follows the version held, else the catch-up brings the number.
 */
export function foldPush(
  entry: ConversationEntry,
  push: ConversationChanged,
  context: PushContext,
): ConversationEntry {
  const { shared } = entry;
  if (push.version <= shared.version) return entry;
  const follows = push.version === shared.version + 1;
  const told = push.conversation && push.version > entry.sharedVersion ? sharedOf(push.conversation) : shared;
  const rows = push.messages ?? [];
  return {
    ...entry,
    shared: {
      ...told,
      version: follows ? push.version : shared.version,
      last_seq: Math.max(shared.last_seq, ...rows.map((row) => row.seq)),
    },
    sharedVersion: push.conversation ? Math.max(entry.sharedVersion, push.version) : entry.sharedVersion,
    members: memberRows(memberRows(entry.members, push.conversation?.members ?? []), push.members ?? []),
    my: rows.reduce((my, row) => foldRow(my, row, entry, push, context), withRole(entry, push, context.me)),
  };
}

/** A row that a command answered with, ahead of its push: it shows in the list at once. */
export function foldAnswered(
  entry: ConversationEntry,
  row: Message,
  hides: PushContext['hides'],
): ConversationEntry {
  const { my, shared } = entry;
  const last = my.last_message;
  const isNew = row.seq > shared.last_seq && !hides(row.seq);
  if (!isNew && last?.seq !== row.seq) return entry;
  return {
    ...entry,
    shared: { ...shared, last_seq: Math.max(shared.last_seq, row.seq) },
    my: withLastMessage(my, isNew ? row : newer(last ?? undefined, row)),
  };
}

/**
 * The reader took messages out of their sight. Of what is left the newest takes the last one's place; where that is not
 * held, only the server can tell.
 */
export function withoutHidden(
  entry: ConversationEntry,
  hides: PushContext['hides'],
  newestHeld: Message | null | undefined,
): ConversationEntry {
  const last = entry.my.last_message;
  if (!last || !hides(last.seq)) return entry;
  const my = { ...entry.my, last_message: newestHeld ?? null };
  return { ...entry, my, stale: entry.stale || newestHeld === undefined };
}

function withRole(entry: ConversationEntry, push: ConversationChanged, me: UserId): MyConversation {
  const mine = push.members?.find((member) => member.user_id === me);
  const isNews = mine && mine.left_at === undefined && mine.version >= (entry.members[me]?.version ?? 0);
  return isNews && mine.role !== entry.my.role ? { ...entry.my, role: mine.role } : entry.my;
}

function foldRow(
  my: MyConversation,
  row: Message,
  entry: ConversationEntry,
  push: ConversationChanged,
  context: PushContext,
): MyConversation {
  const last = my.last_message;
  if (last?.seq === row.seq) {
    const shown = withLastMessage(my, newer(last, fromPush(row, last, push.cause, context.me)));
    return counted(shown, row, entry, push, context);
  }
  const isNew = row.seq > entry.shared.last_seq && !context.hides(row.seq);
  return counted(isNew ? withLastMessage(my, row) : my, row, entry, push, context);
}

/** One more message to read, or, when it is one's own, none any more. */
function counted(
  my: MyConversation,
  row: Message,
  entry: ConversationEntry,
  push: ConversationChanged,
  context: PushContext,
): MyConversation {
  if (push.cause.kind !== 'sent' || push.version !== entry.shared.version + 1 || row.kind !== 'text')
    return my;
  if (row.sender_id === context.me)
    return row.seq > my.read_seq ? { ...my, read_seq: row.seq, unread: 0, mentions: 0 } : my;
  if (row.seq <= Math.max(my.read_seq, my.cleared_seq) || context.blocks(row.sender_id)) return my;
  const quoted = row.reply_to === null ? undefined : context.quoted(row.reply_to);
  const mention = concerns(row, quoted, context.me) ? 1 : 0;
  return { ...my, unread: my.unread + 1, mentions: my.mentions + mention };
}

function withLastMessage(my: MyConversation, row: Message): MyConversation {
  return my.last_message === row ? my : { ...my, last_message: row };
}
