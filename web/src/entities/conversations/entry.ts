import type {
  AccountConversation,
  AccountVersion,
  Conversation,
  ConversationSummary,
  Member,
  MyConversation,
  Seq,
  Timestamp,
  UserId,
  Version,
} from '@/protocol';

/** The shared part of a conversation without its members, who are kept as rows of their own. */
export type SharedConversation = Omit<Conversation, 'members'>;

/** What this device did to its own part of a conversation and the server has not confirmed yet. */
export interface Echo {
  /** Read here up to this message. */
  readonly read_seq: Seq;
  /** How many of the server's `unread` and `mentions` that took away. */
  readonly unread: number;
  readonly mentions: number;
  /** Fields that were set here: a mute, a pin, a draft. */
  readonly set: Partial<
    Pick<MyConversation, 'muted_until' | 'pinned' | 'archived' | 'marked_unread' | 'draft'>
  >;
}

export const NO_ECHO: Echo = { read_seq: 0, unread: 0, mentions: 0, set: {} };

/** One conversation as this client holds it: the server's word, and apart from it what was done here since. */
export interface ConversationEntry {
  /** The version at which it was first heard of: names this stay in the conversation. */
  readonly life: Version;
  /** As of `shared.version`, up to which all changes are in this entry. */
  readonly shared: SharedConversation;
  /** The version whose title, picture and settings `shared` has: ahead of `shared.version` behind a gap. */
  readonly sharedVersion: Version;
  /** The server's word; see `selectMy` for what holds on this device. */
  readonly my: MyConversation;
  /** The account's change that `my` was last told by. */
  readonly accountVersion: AccountVersion;
  /** Rows of members by id, as far as they are known; who left keeps a row that says so. */
  readonly members: Readonly<Record<UserId, Member>>;
  /** Something of it only the server can tell: what is the newest message now that the last one is hidden. */
  readonly stale: boolean;
  readonly echo: Echo;
  /** When something was last written here that waits to be sent; keeps the conversation on top. */
  readonly touchedAt: Timestamp;
}

/** An entry for a conversation heard of for the first time. */
export function entryOf(summary: ConversationSummary): ConversationEntry {
  return {
    life: summary.version,
    shared: sharedOf(summary),
    sharedVersion: summary.version,
    my: summary.my,
    accountVersion: summary.account_version,
    members: memberRows({}, summary.members),
    stale: false,
    echo: NO_ECHO,
    touchedAt: 0,
  };
}

/**
 * Takes a summary, which tells all of a conversation as it is now. One that is older than the entry is ignored.
 * `my` stays as it is when the account has told something newer.
 */
export function withSummary(entry: ConversationEntry, summary: ConversationSummary): ConversationEntry {
  if (summary.version < entry.shared.version) return entry;
  const jumped = summary.version > entry.shared.version;
  const isNewer = summary.account_version >= entry.accountVersion;
  const members = memberRows(jumped ? {} : entry.members, summary.members);
  return settled({
    ...entry,
    shared:
      summary.version >= entry.sharedVersion ? sharedOf(summary) : { ...entry.shared, ...numbersOf(summary) },
    sharedVersion: Math.max(summary.version, entry.sharedVersion),
    my: isNewer ? summary.my : { ...entry.my, last_message: summary.my.last_message, role: summary.my.role },
    accountVersion: Math.max(summary.account_version, entry.accountVersion),
    members,
    stale: !isNewer,
  });
}

/**
 * Takes a row of the account, current as of `accountVersion`; what the entry has been told already is ignored. A push that
 * comes late, after an answer that knew of it, would otherwise bring back what was unread then.
 */
export function withAccountRow(
  entry: ConversationEntry,
  row: AccountConversation,
  accountVersion: AccountVersion,
): ConversationEntry {
  if (accountVersion <= entry.accountVersion) return entry;
  const { conversation_id: _id, account_version: _version, ...told } = row;
  const last = entry.my.last_message;
  const my = {
    ...entry.my,
    ...told,
    last_message: last && last.seq > row.cleared_seq ? last : null,
  };
  return settled({ ...entry, my, accountVersion });
}

/** Lays over the server's word what was set on this device. */
export function withSet(entry: ConversationEntry, set: Echo['set']): ConversationEntry {
  if (Object.keys(set).length === 0) return entry;
  return { ...entry, echo: { ...entry.echo, set: { ...entry.echo.set, ...set } } };
}

/** Takes changed rows of members. */
export function withMembers(entry: ConversationEntry, rows: readonly Member[]): ConversationEntry {
  return { ...entry, members: memberRows(entry.members, rows) };
}

/** Takes rows of members. A row with a lower version is ignored. */
export function memberRows(
  held: Readonly<Record<UserId, Member>>,
  rows: readonly Member[],
): Readonly<Record<UserId, Member>> {
  const news = rows.filter((row) => (held[row.user_id]?.version ?? 0) < row.version);
  if (news.length === 0) return held;
  return { ...held, ...Object.fromEntries(news.map((row) => [row.user_id, row])) };
}

/** Those who are in it now, as far as they are known. */
export function currentMembers(entry: ConversationEntry): readonly Member[] {
  return Object.values(entry.members).filter((member) => member.left_at === undefined);
}

/** Whether all members are known: a summary tells at most twenty. */
export function knowsAllMembers(entry: ConversationEntry): boolean {
  return currentMembers(entry).length >= entry.shared.member_count;
}

/** Those among the rows who left, or left and came back: what was known of how far they had read holds no longer. */
export function newcomers(
  held: Readonly<Record<UserId, Member>>,
  rows: readonly Member[],
): readonly UserId[] {
  return rows
    .filter((row) => row.version > (held[row.user_id]?.version ?? 0))
    .filter(
      (row) => row.left_at !== undefined || (held[row.user_id]?.joined_at ?? row.joined_at) < row.joined_at,
    )
    .map((row) => row.user_id);
}

/** When something last happened in it, by which the list is ordered. */
export function activityOf(entry: ConversationEntry): Timestamp {
  return Math.max(entry.my.last_message?.created_at ?? entry.shared.created_at, entry.touchedAt);
}

/** The version from which a catch-up of this entry goes on. */
export function versionOf(entry: ConversationEntry | undefined): Version {
  return entry?.shared.version ?? 0;
}

/** What holds on this device: the server's word with the echo over it. */
export function myOf(entry: ConversationEntry): MyConversation {
  const { my, echo } = entry;
  if (echo === NO_ECHO) return my;
  return {
    ...my,
    ...echo.set,
    read_seq: Math.max(my.read_seq, echo.read_seq),
    unread: Math.max(0, my.unread - echo.unread),
    mentions: Math.max(0, my.mentions - echo.mentions),
  };
}

/**
 * Notes that everything up to `seq` was read here. `left` are the others' messages after it, as far as they are held;
 * they cannot be more than the server counts.
 */
export function readHere(
  entry: ConversationEntry,
  seq: Seq,
  left: { unread: number; mentions: number },
): ConversationEntry {
  const now = myOf(entry);
  if (seq <= now.read_seq) return entry;
  return {
    ...entry,
    echo: {
      ...entry.echo,
      read_seq: seq,
      unread: entry.my.unread - Math.min(entry.my.unread, left.unread),
      mentions: entry.my.mentions - Math.min(entry.my.mentions, left.mentions),
    },
  };
}

/** Drops the part of the echo that the server has confirmed. */
function settled(entry: ConversationEntry): ConversationEntry {
  const { my, echo } = entry;
  if (echo.read_seq === 0 || my.read_seq < echo.read_seq) return entry;
  const isSet = Object.keys(echo.set).length > 0;
  return { ...entry, echo: isSet ? { ...NO_ECHO, set: echo.set } : NO_ECHO };
}

/** The shared part alone, of a summary as of a pushed conversation. */
export function sharedOf(conversation: Conversation): SharedConversation {
  const { id, kind, title, avatar, members_may_edit, version, last_seq, member_count, created_at } =
    conversation;
  return { id, kind, title, avatar, members_may_edit, version, last_seq, member_count, created_at };
}

function numbersOf(summary: ConversationSummary): Pick<SharedConversation, 'version' | 'last_seq'> {
  return { version: summary.version, last_seq: summary.last_seq };
}
