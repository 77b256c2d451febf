// Generated from crates/protocol by `cargo xtask codegen`. Do not edit.

/**
 * The number of a message in its conversation: 1, 2, 3 … without a gap, for ever. 0 means "none yet".
 */
export type Seq = number;

/**
 * The number of a durable shared change in its conversation: 1, 2, 3 … without a gap, for ever.
 */
export type Version = number;

/**
 * The number of a change that only one person sees (drafts, mutes, hidden messages …), counted per person.
 */
export type AccountVersion = number;

/**
 * Milliseconds since 1970-01-01 UTC.
 */
export type Timestamp = number;

/**
 * A person.
 */
export type UserId = string;

/**
 * One signed-in device of a person.
 */
export type SessionId = string;

/**
 * A conversation.
 */
export type ConversationId = string;

/**
 * An uploaded photo or file.
 */
export type AttachmentId = string;

/**
 * Made by the client and stored there before it first sends (UUIDv7); unique per sender for ever. A send repeated
 * with it returns the first message.
 */
export type ClientId = string;

/**
 * Why something was refused. Clients decide by this word; the sentence beside it is for people.
 */
export type ErrorCode = "unauthorized" | "forbidden" | "not_found" | "conflict" | "invalid" | "too_large" | "rate_limited" | "gone" | "unavailable" | "internal";

/**
 * A refusal as a client sees it: in the ack of a socket event and, wrapped in a [`Problem`], in REST.
 */
export type ErrorBody = {
/**
 * What to decide by.
 */
code: ErrorCode,
/**
 * A sentence for a person, in English.
 */
message: string,
/**
 * The part of the request that is to blame, as a path: `members[2].role`.
 */
field?: string,
/**
 * The number that was exceeded, in the unit of the limit.
 */
limit?: number,
/**
 * How long to wait before it is worth trying again.
 */
retry_after_ms?: number,
/**
 * The message that a `client_id` already belongs to.
 */
seq?: Seq, };

/**
 * An RFC 9457 problem document: how REST says an [`ErrorBody`].
 */
export type Problem = {
/**
 * Always `about:blank`: the `code` is what to decide by.
 */
type: string,
/**
 * The HTTP status, repeated.
 */
status: number,
/**
 * The code in words.
 */
title: string,
/**
 * The sentence for a person.
 */
detail: string,
/**
 * What to decide by.
 */
code: ErrorCode,
/**
 * A sentence for a person, in English.
 */
message: string,
/**
 * The part of the request that is to blame, as a path: `members[2].role`.
 */
field?: string,
/**
 * The number that was exceeded, in the unit of the limit.
 */
limit?: number,
/**
 * How long to wait before it is worth trying again.
 */
retry_after_ms?: number,
/**
 * The message that a `client_id` already belongs to.
 */
seq?: Seq, };

/**
 * What everyone may know of a person.
 */
export type Profile = {
/**
 * Who.
 */
id: UserId,
/**
 * Unique on this server without regard to case; empty for a deleted account.
 */
username: string,
/**
 * What to call them; 'Deleted account' is for the client to say, in its language.
 */
display_name: string,
/**
 * A line or two of their own.
 */
about: string,
/**
 * Their picture, read through `GET /attachments/{id}/thumbnail`.
 */
avatar: AttachmentId | null,
/**
 * The account is gone; its messages may still be there.
 */
deleted: boolean, };

/**
 * The signed-in person's own account.
 */
export type Me = {
/**
 * What this person may do on the server.
 */
role: ServerRole,
/**
 * When the account was made.
 */
created_at: Timestamp,
/**
 * What they have chosen.
 */
settings: Settings,
/**
 * Who.
 */
id: UserId,
/**
 * Unique on this server without regard to case; empty for a deleted account.
 */
username: string,
/**
 * What to call them; 'Deleted account' is for the client to say, in its language.
 */
display_name: string,
/**
 * A line or two of their own.
 */
about: string,
/**
 * Their picture, read through `GET /attachments/{id}/thumbnail`.
 */
avatar: AttachmentId | null,
/**
 * The account is gone; its messages may still be there.
 */
deleted: boolean, };

/**
 * What a person may do on the server as a whole.
 */
export type ServerRole = "owner" | "member";

/**
 * `PATCH /me`: what is absent stays.
 */
export type UpdateProfile = {
/**
 * The new display name.
 */
display_name?: string,
/**
 * The new "about".
 */
about?: string, };

/**
 * `PUT /me/avatar`: an uploaded photo, or nothing.
 */
export type SetAvatar = {
/**
 * The photo, uploaded by this person.
 */
attachment_id: AttachmentId | null, };

/**
 * `PUT /me/password`. Ends every other session.
 */
export type ChangePassword = {
/**
 * The password as it is.
 */
current: string,
/**
 * The password as it shall be.
 */
new: string, };

/**
 * `DELETE /me`.
 */
export type DeleteAccount = {
/**
 * To be sure that it is the person.
 */
password: string,
/**
 * Whether what they wrote stays, under 'Deleted account'. If not, all of it is unsent.
 */
keep_messages: boolean, };

/**
 * `GET /users`.
 */
export type UserList = {
/**
 * Who was found.
 */
users: Array<Profile>,
/**
 * There are more than fit.
 */
more: boolean, };

/**
 * One signed-in device of a person.
 */
export type Session = {
/**
 * Which.
 */
id: SessionId,
/**
 * What the device calls itself ("Firefox on Debian"), from its `User-Agent`.
 */
device: string,
/**
 * When it signed in.
 */
created_at: Timestamp,
/**
 * When it was last heard of, to the minute.
 */
last_used_at: Timestamp,
/**
 * It is the one that asks.
 */
current: boolean, };

/**
 * How the proof of being signed in is handed over.
 */
export type Grant = "cookie" | "token";

/**
 * `POST /auth/register`.
 */
export type Register = {
/**
 * 3–32 characters, any script, unique without regard to case.
 */
username: string,
/**
 * At least 8 characters.
 */
password: string,
/**
 * What others call them; the username when absent.
 */
display_name?: string,
/**
 * Cookie (the default) or token.
 */
grant?: Grant, };

/**
 * `POST /auth/login`.
 */
export type Login = {
/**
 * As registered, in any case.
 */
username: string,
/**
 * The password.
 */
password: string,
/**
 * Cookie (the default) or token.
 */
grant?: Grant, };

/**
 * The answer of `register` and `login`.
 */
export type SignedIn = {
/**
 * Who.
 */
user: Me,
/**
 * As which device.
 */
session: Session,
/**
 * The bearer token, only when it was asked for. It is not kept and cannot be shown again.
 */
token?: string, };

/**
 * `GET /auth/sessions`.
 */
export type SessionList = {
/**
 * Newest use first.
 */
sessions: Array<Session>,
/**
 * Always false: one person's devices fit one answer.
 */
more: boolean, };

/**
 * `GET /server`: what a client must know before anyone has signed in.
 */
export type ServerInfo = {
/**
 * What this server calls itself.
 */
name: string,
/**
 * The program's version.
 */
version: string,
/**
 * Whether anyone may make an account.
 */
registration: Registration,
/**
 * No account exists yet: whoever registers first owns the server.
 */
empty: boolean,
/**
 * It runs with demonstration data; the people one may try it as.
 */
demo?: Demo,
/**
 * The largest attachment, in bytes.
 */
attachment_bytes_max: number,
/**
 * Whether the cookie or token that came with the question is that of a session: a client that does not know need not
 * try, and be refused.
 */
signed_in: boolean, };

/**
 * The people of a demonstration. `POST /demo/{username}` signs in as one of them.
 */
export type Demo = {
/**
 * Their usernames, the two main ones first.
 */
people: Array<DemoPerson>, };

/**
 * One person of a demonstration.
 */
export type DemoPerson = {
/**
 * For `POST /demo/{username}`.
 */
username: string,
/**
 * What to call them.
 */
display_name: string, };

/**
 * Whether anyone may make an account.
 */
export type Registration = "open" | "closed";

/**
 * Two people, or a group.
 */
export type ConversationKind = "direct" | "group";

/**
 * What a member may do; a greater role may do all that a smaller one may.
 */
export type Role = "member" | "admin" | "owner";

/**
 * The shared part of a conversation: the same for all its members.
 */
export type Conversation = {
/**
 * Which.
 */
id: ConversationId,
/**
 * Two people, or a group.
 */
kind: ConversationKind,
/**
 * Of a group, if it has one. A direct conversation is called after the other person.
 */
title: string | null,
/**
 * Of a group, if it has one.
 */
avatar: AttachmentId | null,
/**
 * Of a group: whether plain members may rename it, add people and pin.
 */
members_may_edit: boolean,
/**
 * The last shared change.
 */
version: Version,
/**
 * The number of the newest message.
 */
last_seq: Seq,
/**
 * How many people are in it.
 */
member_count: number,
/**
 * The at most twenty who spoke last; of a direct conversation, both.
 */
members: Array<Member>,
/**
 * When it was made.
 */
created_at: Timestamp, };

/**
 * A person in a conversation, as a row: one who has left keeps a row that says so.
 */
export type Member = {
/**
 * Who.
 */
user_id: UserId,
/**
 * What they may do here.
 */
role: Role,
/**
 * Since when they are in it.
 */
joined_at: Timestamp,
/**
 * Since when they are not any more.
 */
left_at?: Timestamp,
/**
 * The change of the conversation that touched this row last.
 */
version: Version, };

/**
 * A conversation as one member sees it in a list.
 */
export type ConversationSummary = {
/**
 * Only this reader's.
 */
my: MyConversation,
/**
 * Everything up to this change of the reader's account is in `my`: what is pushed of an earlier one is late.
 */
account_version: AccountVersion,
/**
 * How far the others have read, at most twenty of them.
 */
receipts: Array<Receipt>,
/**
 * Which.
 */
id: ConversationId,
/**
 * Two people, or a group.
 */
kind: ConversationKind,
/**
 * Of a group, if it has one. A direct conversation is called after the other person.
 */
title: string | null,
/**
 * Of a group, if it has one.
 */
avatar: AttachmentId | null,
/**
 * Of a group: whether plain members may rename it, add people and pin.
 */
members_may_edit: boolean,
/**
 * The last shared change.
 */
version: Version,
/**
 * The number of the newest message.
 */
last_seq: Seq,
/**
 * How many people are in it.
 */
member_count: number,
/**
 * The at most twenty who spoke last; of a direct conversation, both.
 */
members: Array<Member>,
/**
 * When it was made.
 */
created_at: Timestamp, };

/**
 * What only this reader sees of a conversation.
 */
export type MyConversation = {
/**
 * What I may do here.
 */
role: Role,
/**
 * Up to here I have read.
 */
read_seq: Seq,
/**
 * What others wrote after that and I can see: not unsent, not hidden by me, not of someone I blocked.
 */
unread: number,
/**
 * Those of the unread that mention me.
 */
mentions: number,
/**
 * The newest that I can see.
 */
last_message: Message | null,
/**
 * No notifications until then; far away for "always".
 */
muted_until: Timestamp | null,
/**
 * Kept on top.
 */
pinned: boolean,
/**
 * Kept out of the list.
 */
archived: boolean,
/**
 * Shown as unread though nothing is.
 */
marked_unread: boolean,
/**
 * Everything up to here is cleared for me.
 */
cleared_seq: Seq,
/**
 * What I have begun to write.
 */
draft: string | null, };

/**
 * `conversation:open`: finds or makes the direct conversation with `user_id`, or makes a group once per `client_id`.
 */
export type OpenConversation = {
/**
 * The other person of a direct conversation. Oneself, for saved messages.
 */
user_id?: UserId,
/**
 * For a group: what makes a repeated request find the first group.
 */
client_id?: ClientId,
/**
 * For a group.
 */
title?: string,
/**
 * For a group: the others.
 */
member_ids?: Array<UserId>, };

/**
 * An answer that holds one conversation.
 */
export type OneConversation = {
/**
 * As it is now, for this reader.
 */
conversation: ConversationSummary,
/**
 * Who is named in it.
 */
users: Array<Profile>, };

/**
 * `conversation:update`: what is absent stays.
 */
export type UpdateConversation = {
/**
 * Set by the path in REST.
 */
conversation_id?: ConversationId,
/**
 * The new title; `null` for none.
 */
title?: string | null,
/**
 * The new picture, an uploaded photo; `null` for none.
 */
avatar_id?: AttachmentId | null,
/**
 * Whether plain members may rename it, add people and pin.
 */
members_may_edit?: boolean, };

/**
 * `members:add`.
 */
export type AddMembers = {
/**
 * To which group.
 */
conversation_id: ConversationId,
/**
 * Whom. Those who are in it already are passed over.
 */
user_ids: Array<UserId>, };

/**
 * `members:remove`.
 */
export type RemoveMember = {
/**
 * From which group.
 */
conversation_id: ConversationId,
/**
 * Whom.
 */
user_id: UserId, };

/**
 * `members:role`.
 */
export type SetRole = {
/**
 * In which group.
 */
conversation_id: ConversationId,
/**
 * Whose.
 */
user_id: UserId,
/**
 * Which. Making another the owner makes oneself an admin.
 */
role: Role, };

/**
 * `conversation:leave`, and other events that name nothing but a conversation.
 */
export type ConversationRef = {
/**
 * Which.
 */
conversation_id: ConversationId, };

/**
 * `GET …/members`.
 */
export type MemberList = {
/**
 * Those who are in it, longest-serving first.
 */
members: Array<Member>,
/**
 * Who they are.
 */
users: Array<Profile>,
/**
 * There are more; ask again with `after`, the last `user_id`.
 */
more: boolean, };

/**
 * `GET /conversations`.
 */
export type ConversationList = {
/**
 * Last changed first.
 */
conversations: Array<ConversationSummary>,
/**
 * Who is named in it.
 */
users: Array<Profile>,
/**
 * Hand it back as `cursor` for what follows.
 */
cursor: string,
/**
 * There are more.
 */
more: boolean, };

/**
 * One message, as a whole current row. A row with a lower `version` than the one held is to be ignored, so it does no
 * harm when it comes twice or late.
 *
 * An unsent message is a tombstone: number, sender and times stay, everything else is gone.
 */
export type Message = {
/**
 * Its number in the conversation.
 */
seq: Seq,
/**
 * The change of the conversation that touched it last.
 */
version: Version,
/**
 * What its sender called it before it was sent; `null` on system messages.
 */
client_id: ClientId | null,
/**
 * Who wrote it, or whose deed a system message tells.
 */
sender_id: UserId,
/**
 * Written by a person, or told by the server.
 */
kind: MessageKind,
/**
 * As typed, marks included. Never HTML.
 */
text: string,
/**
 * Formatting, links and mentions in `text`, found by the server, ordered by offset.
 */
entities: Array<Entity>,
/**
 * Photos and files, in the sender's order.
 */
attachments: Array<Attachment>,
/**
 * The message that this one answers, in the same conversation.
 */
reply_to: Seq | null,
/**
 * It is a copy of a message from elsewhere.
 */
forwarded?: boolean,
/**
 * In the order in which each emoji first came.
 */
reactions: Array<Reaction>,
/**
 * When the server committed it.
 */
created_at: Timestamp,
/**
 * When its text was last changed.
 */
edited_at: Timestamp | null,
/**
 * When it was deleted for everyone.
 */
unsent_at: Timestamp | null,
/**
 * By whom.
 */
unsent_by: UserId | null,
/**
 * When it was pinned.
 */
pinned_at?: Timestamp,
/**
 * Of a system message: what happened, to be said in the reader's language.
 */
system?: SystemNotice,
/**
 * The reader's own reaction. Only in answers, never in pushes: those are the same bytes for everyone.
 */
my_reaction?: string, };

/**
 * Who speaks.
 */
export type MessageKind = "text" | "system";

/**
 * What a system message tells.
 */
export type SystemNotice = {
/**
 * What happened.
 */
action: SystemAction,
/**
 * Who did it.
 */
actor_id: UserId,
/**
 * To whom.
 */
user_ids?: Array<UserId>,
/**
 * The title as it became.
 */
title?: string, };

/**
 * What a system message can tell.
 */
export type SystemAction = "created" | "renamed" | "avatar_changed" | "joined" | "left" | "removed";

/**
 * A formatted span, link or mention in a text. Offsets and lengths count UTF-16 units.
 */
export type Entity = {
/**
 * What it is.
 */
kind: EntityKind,
/**
 * Where it begins, marks included.
 */
offset: number,
/**
 * How long it is, marks included.
 */
length: number,
/**
 * The length of the mark on each side (`**` is 2), which a renderer hides.
 */
marks?: number,
/**
 * Of a link: where it leads, always `http`, `https` or `mailto`.
 */
url?: string,
/**
 * Of a mention: who.
 */
user_id?: UserId,
/**
 * Of a code block: the language its first line names.
 */
language?: string, };

/**
 * What an entity is.
 */
export type EntityKind = "bold" | "italic" | "strike" | "code" | "code_block" | "link" | "mention";

/**
 * A person named in a text: the span that says the name, and who is meant.
 */
export type Mention = {
/**
 * Where the name begins, in UTF-16 units.
 */
offset: number,
/**
 * How long it is, in UTF-16 units.
 */
length: number,
/**
 * Who is meant. Must be a member.
 */
user_id: UserId, };

/**
 * `message:send`. A send repeated with its `client_id` returns the first message as it is now; the same id with another
 * request is refused with `conflict` and the first `seq`.
 */
export type SendMessage = {
/**
 * Where.
 */
conversation_id: ConversationId,
/**
 * Made by the client and stored there before it first sends.
 */
client_id: ClientId,
/**
 * What is said. May be absent when there are attachments or a forward.
 */
text?: string,
/**
 * Who is named in it.
 */
mentions?: Array<Mention>,
/**
 * Uploaded before by the sender, in the order to show. Several photos are one message: an album.
 */
attachment_ids?: Array<AttachmentId>,
/**
 * The message it answers.
 */
reply_to?: Seq,
/**
 * A message to copy here, through the sender's own door.
 */
forward?: MessageAddress, };

/**
 * The address of a message.
 */
export type MessageAddress = {
/**
 * Where.
 */
conversation_id: ConversationId,
/**
 * Which.
 */
seq: Seq, };

/**
 * `message:edit`.
 */
export type EditMessage = {
/**
 * Where.
 */
conversation_id: ConversationId,
/**
 * Which.
 */
seq: Seq,
/**
 * The version of the text that is being replaced. Refused with `conflict` only when the *text* has changed since,
 * so that a late retry never undoes a newer edit.
 */
if_version: Version,
/**
 * The new text.
 */
text: string,
/**
 * Who is named in it.
 */
mentions?: Array<Mention>, };

/**
 * `message:delete`.
 */
export type DeleteMessage = {
/**
 * Where.
 */
conversation_id: ConversationId,
/**
 * Which.
 */
seq: Seq,
/**
 * For whom.
 */
scope: DeleteScope, };

/**
 * For whom a message is deleted.
 */
export type DeleteScope = "me" | "everyone";

/**
 * The answer of `message:delete`: the number of what changed, one's own or the conversation's.
 */
export type Deleted = {
/**
 * For `scope: "me"`.
 */
account_version?: AccountVersion,
/**
 * For `scope: "everyone"`.
 */
version?: Version, };

/**
 * `message:pin`.
 */
export type PinMessage = {
/**
 * Where.
 */
conversation_id: ConversationId,
/**
 * Which.
 */
seq: Seq,
/**
 * Pin or take off.
 */
pinned: boolean, };

/**
 * An answer that holds one message.
 */
export type OneMessage = {
/**
 * As it is now.
 */
message: Message, };

/**
 * An answer that holds the version a change took.
 */
export type Changed = {
/**
 * The conversation's version after the change; the version it has when there was nothing to change.
 */
version: Version, };

/**
 * `message:page`: a stretch of a conversation. At most one of `before`, `after` and `around`; the newest when none.
 */
export type PageRequest = {
/**
 * Where.
 */
conversation_id: ConversationId,
/**
 * Messages with a smaller number, the nearest.
 */
before?: Seq,
/**
 * Messages with a greater number, the nearest.
 */
after?: Seq,
/**
 * Messages on both sides of this one, it included.
 */
around?: Seq,
/**
 * How many, at most 100; 50 when absent.
 */
limit?: number, };

/**
 * The answer of `message:page`, oldest first.
 */
export type MessagePage = {
/**
 * What the reader may see of the range.
 */
messages: Array<Message>,
/**
 * Those among the quoted messages that are outside of the page and that the reader may see.
 */
quotes: Array<Message>,
/**
 * The first number that the page covers, whether or not something is there for this reader.
 */
from_seq: Seq,
/**
 * The last number that it covers; `from_seq − 1` when it covers nothing.
 */
to_seq: Seq,
/**
 * Nothing is before `from_seq`.
 */
at_start: boolean,
/**
 * Nothing is after `to_seq`, as of now.
 */
at_end: boolean,
/**
 * Who is named in it.
 */
users: Array<Profile>, };

/**
 * One emoji on a message, with who put it there.
 */
export type Reaction = {
/**
 * The emoji, as sent.
 */
emoji: string,
/**
 * By how many.
 */
count: number,
/**
 * The first ten of them.
 */
user_ids: Array<UserId>, };

/**
 * `message:react`: puts one's reaction, replaces it, or takes it back.
 */
export type React = {
/**
 * Where.
 */
conversation_id: ConversationId,
/**
 * On which message.
 */
seq: Seq,
/**
 * With what; `null` takes it back.
 */
emoji: string | null, };

/**
 * `GET …/messages/{seq}/reactions`: who reacted, a page at a time.
 */
export type ReactionList = {
/**
 * All of them with their counts, and with those of the people of this page who put them there.
 */
reactions: Array<Reaction>,
/**
 * The people of this page.
 */
users: Array<Profile>,
/**
 * Where the next page begins: ask again with this as `after`.
 */
next_after?: UserId,
/**
 * More people reacted.
 */
more: boolean, };

/**
 * How far one member has come. Merges by maximum, so order and repetition do not matter. A `sent` push moves both pointers
 * of its sender to its `seq`, without a receipt of its own.
 */
export type Receipt = {
/**
 * Who.
 */
user_id: UserId,
/**
 * Up to here it has arrived on one of their devices.
 */
delivered_seq: Seq,
/**
 * Up to here they have read it.
 */
read_seq: Seq,
/**
 * When they last said that they had read something; sending does not move it.
 */
read_at: Timestamp | null, };

/**
 * `conversation:delivered`.
 */
export type MarkDelivered = {
/**
 * Where.
 */
conversation_id: ConversationId,
/**
 * Up to which message it has arrived on this device.
 */
seq: Seq, };

/**
 * `conversation:read`.
 */
export type MarkRead = {
/**
 * Where.
 */
conversation_id: ConversationId,
/**
 * Up to which message it has been read.
 */
seq: Seq, };

/**
 * `GET …/messages/{seq}/receipts`: who has received and read one message.
 */
export type ReceiptList = {
/**
 * Of other members, a page at a time.
 */
receipts: Array<Receipt>,
/**
 * Who they are.
 */
users: Array<Profile>,
/**
 * There are more; ask again with the last `user_id` as `after`.
 */
more: boolean, };

/**
 * A photo or a file that a message shows. Everything a client needs to lay it out before its bytes arrive.
 */
export type Attachment = {
/**
 * Which; the bytes are at `GET /attachments/{id}`.
 */
id: AttachmentId,
/**
 * What it is, found from its bytes.
 */
kind: AttachmentKind,
/**
 * What its owner called it.
 */
name: string,
/**
 * In bytes, as others receive it.
 */
size: number,
/**
 * Found from its bytes, never believed.
 */
mime: string,
/**
 * A description for people who cannot see it.
 */
alt?: string,
/**
 * Of a photo, upright, in pixels.
 */
width?: number,
/**
 * Of a photo, upright, in pixels.
 */
height?: number,
/**
 * Of audio and video.
 */
duration_ms?: number,
/**
 * A ThumbHash in base64: about 28 bytes that show colour and shape at once.
 */
thumbhash?: string, };

/**
 * What an attachment is.
 */
export type AttachmentKind = "image" | "video" | "audio" | "file";

/**
 * `PATCH /attachments/{id}`, by its owner, until a message shows it.
 */
export type UpdateAttachment = {
/**
 * The description for people who cannot see it; empty takes it away.
 */
alt: string, };

/**
 * Whether a person is there.
 */
export type Presence = {
/**
 * Who.
 */
user_id: UserId,
/**
 * At least one device is connected.
 */
online: boolean,
/**
 * When they were last there; `null` when not known.
 */
last_active_at: Timestamp | null, };

/**
 * `presence:watch`: the people on screen. Replaces the last set.
 */
export type WatchPresence = {
/**
 * At most 200. Whom one may not see is silently left out.
 */
user_ids: Array<UserId>, };

/**
 * The answer of `presence:watch`.
 */
export type Presences = {
/**
 * Those of the people asked for whom one may see.
 */
presences: Array<Presence>, };

/**
 * `conversation:typing` of a client: at most one per 3 s while typing, and one when it ends.
 */
export type SetTyping = {
/**
 * Where.
 */
conversation_id: ConversationId,
/**
 * Whether.
 */
typing: boolean, };

/**
 * `typing` of the server: everyone who types there now, merged to one a second, forgotten after 6 s.
 */
export type Typing = {
/**
 * Where.
 */
conversation_id: ConversationId,
/**
 * Who.
 */
user_ids: Array<UserId>, };

/**
 * What one person has chosen for themselves.
 */
export type Settings = {
/**
 * Others see how far I have read, and I see how far they have. Reciprocal.
 */
read_receipts: boolean,
/**
 * Others see whether I am there, and I see whether they are. Reciprocal.
 */
presence: boolean,
/**
 * What the person's clients keep for themselves: theme, language, density … The server does not look inside.
 */
preferences: { [key in string]: string }, };

/**
 * A change of settings: what is absent stays; a preference set to `null` goes.
 */
export type SettingsChange = {
/**
 * See [`Settings::read_receipts`].
 */
read_receipts?: boolean,
/**
 * See [`Settings::presence`].
 */
presence?: boolean,
/**
 * See [`Settings::preferences`].
 */
preferences?: { [key: string]: string | null }, };

/**
 * What one person keeps of one conversation, as a row of their account.
 */
export type AccountConversation = {
/**
 * Of which conversation.
 */
conversation_id: ConversationId,
/**
 * The change of the account that touched this row last.
 */
account_version: AccountVersion,
/**
 * Up to here I have read.
 */
read_seq: Seq,
/**
 * See [`crate::MyConversation::unread`].
 */
unread: number,
/**
 * See [`crate::MyConversation::mentions`].
 */
mentions: number,
/**
 * No notifications until then.
 */
muted_until: Timestamp | null,
/**
 * Kept on top.
 */
pinned: boolean,
/**
 * Kept out of the list.
 */
archived: boolean,
/**
 * Shown as unread though nothing is.
 */
marked_unread: boolean,
/**
 * Everything up to here is cleared for me.
 */
cleared_seq: Seq,
/**
 * What I have begun to write.
 */
draft: string | null, };

/**
 * A message deleted for oneself.
 */
export type HiddenMessage = {
/**
 * Where.
 */
conversation_id: ConversationId,
/**
 * Which.
 */
seq: Seq,
/**
 * The change of the account that hid it.
 */
account_version: AccountVersion, };

/**
 * A person blocked, or no longer.
 */
export type Block = {
/**
 * Whom.
 */
user_id: UserId,
/**
 * Whether they are blocked now.
 */
blocked: boolean,
/**
 * The change of the account that did it.
 */
account_version: AccountVersion, };

/**
 * Changed rows of an account: in `sync`, in `account:changes`, in `account:changed`.
 */
export type AccountRows = {
/**
 * The account's version that these rows lead up to.
 */
account_version: AccountVersion,
/**
 * What I keep of conversations.
 */
conversations?: Array<AccountConversation>,
/**
 * What I deleted for myself.
 */
hidden?: Array<HiddenMessage>,
/**
 * Whom I block.
 */
blocks?: Array<Block>,
/**
 * What I chose, when it changed.
 */
settings?: Settings, };

/**
 * `account:set`: one of three — something of a conversation, some settings, or a block. What is absent stays.
 */
export type SetAccount = {
/**
 * Of which conversation.
 */
conversation_id?: ConversationId,
/**
 * No notifications until then; `null` for notifications again.
 */
muted_until?: Timestamp | null,
/**
 * Keep it on top.
 */
pinned?: boolean,
/**
 * Keep it out of the list.
 */
archived?: boolean,
/**
 * Show it as unread.
 */
marked_unread?: boolean,
/**
 * What I have begun to write; `null` for nothing.
 */
draft?: string | null,
/**
 * Clear everything up to here for me. Only moves forward.
 */
cleared_seq?: Seq,
/**
 * Some settings.
 */
settings?: SettingsChange,
/**
 * Block `user_id`, or no longer.
 */
block?: boolean,
/**
 * Whom to block.
 */
user_id?: UserId, };

/**
 * The answer of `account:set`.
 */
export type AccountChangedTo = {
/**
 * The account's version after the change.
 */
account_version: AccountVersion, };

/**
 * `account:changes`.
 */
export type AccountChangesRequest = {
/**
 * The last version that the client has.
 */
since: AccountVersion, };

/**
 * The answer of `account:changes`: rows changed after `since`, up to `account_version`.
 */
export type AccountChanges = {
/**
 * There is more; ask again from `account_version`.
 */
more: boolean,
/**
 * The account's version that these rows lead up to.
 */
account_version: AccountVersion,
/**
 * What I keep of conversations.
 */
conversations?: Array<AccountConversation>,
/**
 * What I deleted for myself.
 */
hidden?: Array<HiddenMessage>,
/**
 * Whom I block.
 */
blocks?: Array<Block>,
/**
 * What I chose, when it changed.
 */
settings?: Settings, };

/**
 * `sync`. Its answer and the start of the feed are one atomic point: what is not in the answer is pushed afterwards.
 */
export type SyncRequest = {
/**
 * From the last `sync`; `null` or absent for everything. Only the server understands it.
 */
cursor?: string | null,
/**
 * The epoch that the client knows.
 */
epoch?: string, };

/**
 * The answer of `sync`.
 */
export type SyncAnswer = {
/**
 * Where to go on: now, if `more`, else after the next absence.
 */
cursor: string,
/**
 * Changes when the server was restored from a backup: drop every cache, keep the outbox.
 */
epoch: string,
/**
 * The server's clock.
 */
server_time: Timestamp,
/**
 * The cursor was of no use and this is the beginning of everything: drop what is held.
 */
reset: boolean,
/**
 * Those that changed since the cursor, last changed first.
 */
conversations: Array<ConversationSummary>,
/**
 * Those that the person is not in any more.
 */
removed: Array<ConversationId>,
/**
 * What changed in the account. Its conversations are in `conversations` already.
 */
account: AccountRows,
/**
 * Who is named in it.
 */
users: Array<Profile>,
/**
 * There is more; ask again with `cursor`.
 */
more: boolean, };

/**
 * `conversation:changes`.
 */
export type ChangesRequest = {
/**
 * Of which conversation.
 */
conversation_id: ConversationId,
/**
 * The last version that the client has; 0 for none.
 */
since: Version, };

/**
 * The answer of `conversation:changes`: rows changed after `since`, up to `version`.
 */
export type ConversationChanges = {
/**
 * Up to where these rows lead.
 */
version: Version,
/**
 * As it is now.
 */
conversation: ConversationSummary,
/**
 * Changed members.
 */
members: Array<Member>,
/**
 * Changed messages, ordered by `seq`. With `reset`, the newest page.
 */
messages: Array<Message>,
/**
 * Messages they quote.
 */
quotes: Array<Message>,
/**
 * How far the members have read, as now.
 */
receipts: Array<Receipt>,
/**
 * The newest page was cheaper than the difference: drop the messages held, take these.
 */
reset: boolean,
/**
 * Who is named in it.
 */
users: Array<Profile>,
/**
 * There is more; ask again from `version`.
 */
more: boolean, };

/**
 * `conversation:changed`: everything of one version of one conversation. The same bytes for every member.
 */
export type ConversationChanged = {
/**
 * Which.
 */
conversation_id: ConversationId,
/**
 * The version that this change took.
 */
version: Version,
/**
 * What happened, for whoever reacts to events rather than to state.
 */
cause: Cause,
/**
 * The shared part, when more of it changed than its numbers.
 */
conversation?: Conversation,
/**
 * Changed members.
 */
members?: Array<Member>,
/**
 * Changed messages.
 */
messages?: Array<Message>,
/**
 * Messages they quote. New members see the whole history, so a quote is the same for everyone.
 */
quotes?: Array<Message>,
/**
 * Who joined, for those who do not know them.
 */
users?: Array<Profile>, };

/**
 * What made a version.
 */
export type Cause = {
/**
 * What happened.
 */
kind: CauseKind,
/**
 * Who did it.
 */
actor_id: UserId,
/**
 * To which message.
 */
seq?: Seq,
/**
 * With which reaction; absent when it was taken back.
 */
emoji?: string,
/**
 * To whom.
 */
user_ids?: Array<UserId>, };

/**
 * Every kind of shared change.
 */
export type CauseKind = "created" | "sent" | "edited" | "unsent" | "reacted" | "pinned" | "unpinned" | "renamed" | "avatar_changed" | "settings_changed" | "joined" | "left" | "removed" | "role_changed";

/**
 * `conversation:removed`: access has ended. The client drops its cache of it.
 */
export type ConversationRemoved = {
/**
 * Which.
 */
conversation_id: ConversationId,
/**
 * Why.
 */
reason: RemovedReason, };

/**
 * Why a conversation is no longer one's own.
 */
export type RemovedReason = "left" | "removed";

/**
 * `receipt:updated`: pointers that moved.
 */
export type ReceiptUpdated = {
/**
 * Where.
 */
conversation_id: ConversationId,
/**
 * Whose, and how far.
 */
receipts: Array<Receipt>, };

/**
 * `user:updated`: name, picture, or deleted.
 */
export type UserUpdated = {
/**
 * As they are now.
 */
user: Profile, };

/**
 * `resync`: the feed of this socket has stopped. Send `sync` with the last cursor.
 */
export type Resync = {
/**
 * Why.
 */
reason: ResyncReason, };

/**
 * Why the feed stopped.
 */
export type ResyncReason = "overflow" | "restarted" | "settings";

/**
 * `session:ended`: the socket closes after it.
 */
export type SessionEnded = {
/**
 * Why.
 */
reason: SessionEndReason, };

/**
 * Why a session ended.
 */
export type SessionEndReason = "signed_out" | "revoked" | "password_changed" | "account_deleted" | "suspended";

/**
 * An answer that says nothing but that it was done.
 */
export type Done = Record<symbol, never>;

/**
 * `GET /search`: messages that one may read, newest first.
 */
export type SearchResults = {
/**
 * What was found.
 */
results: Array<SearchResult>,
/**
 * Who wrote them.
 */
users: Array<Profile>,
/**
 * There is more; ask again with this as `cursor`.
 */
cursor?: string,
/**
 * There are more than fit.
 */
more: boolean, };

/**
 * One message that was found.
 */
export type SearchResult = {
/**
 * Where.
 */
conversation_id: ConversationId,
/**
 * What.
 */
message: Message, };

/** What a client asks for: payload and answer of every event that takes an ack. */
export interface ClientCommands {
  'sync': { payload: SyncRequest; answer: SyncAnswer };
  'conversation:changes': { payload: ChangesRequest; answer: ConversationChanges };
  'message:page': { payload: PageRequest; answer: MessagePage };
  'message:send': { payload: SendMessage; answer: OneMessage };
  'message:edit': { payload: EditMessage; answer: OneMessage };
  'message:delete': { payload: DeleteMessage; answer: Deleted };
  'message:react': { payload: React; answer: OneMessage };
  'message:pin': { payload: PinMessage; answer: Changed };
  'conversation:open': { payload: OpenConversation; answer: OneConversation };
  'conversation:update': { payload: UpdateConversation; answer: Changed };
  'members:add': { payload: AddMembers; answer: Changed };
  'members:remove': { payload: RemoveMember; answer: Changed };
  'members:role': { payload: SetRole; answer: Changed };
  'conversation:leave': { payload: ConversationRef; answer: Changed };
  'conversation:delivered': { payload: MarkDelivered; answer: Done };
  'conversation:read': { payload: MarkRead; answer: Done };
  'account:set': { payload: SetAccount; answer: AccountChangedTo };
  'account:changes': { payload: AccountChangesRequest; answer: AccountChanges };
  'presence:watch': { payload: WatchPresence; answer: Presences };
}

/** What the server says of its own accord. */
export interface ServerEvents {
  'conversation:changed': ConversationChanged;
  'conversation:removed': ConversationRemoved;
  'receipt:updated': ReceiptUpdated;
  'account:changed': AccountRows;
  'user:updated': UserUpdated;
  'typing': Typing;
  'presence': Presence;
  'resync': Resync;
  'session:ended': SessionEnded;
}

/** The ack of every event: the answer, or why not. */
export type Ack<Answer> = ({ ok: true } & Answer) | { ok: false; error: ErrorBody };

/** Everything that can grow, with its unit last. */
export const LIMITS = {
  EVENT_BYTES_MAX: 131072,
  ANSWER_BYTES_MAX: 262144,
  BODY_BYTES_MAX: 131072,
  JSON_DEPTH_MAX: 32,
  TEXT_UTF16_MAX: 16000,
  DRAFT_UTF16_MAX: 16000,
  NAME_UTF16_MAX: 128,
  ABOUT_UTF16_MAX: 512,
  ALT_UTF16_MAX: 1000,
  FILE_NAME_UTF16_MAX: 255,
  USERNAME_CHARS_MIN: 3,
  USERNAME_CHARS_MAX: 32,
  PASSWORD_CHARS_MIN: 8,
  PASSWORD_BYTES_MAX: 1024,
  MENTIONS_MAX: 50,
  ENTITIES_MAX: 500,
  REACTION_KINDS_MAX: 20,
  REACTION_BYTES_MAX: 64,
  REACTION_USERS_SHOWN_MAX: 10,
  ATTACHMENTS_MAX: 10,
  ATTACHMENT_BYTES_MAX: 52428800,
  MEMBERS_MAX: 1000,
  SUMMARY_MEMBERS_MAX: 20,
  CONVERSATIONS_MAX: 10000,
  EPHEMERAL_MEMBERS_MAX: 100,
  PAGE_MESSAGES_MAX: 100,
  PAGE_USERS_MAX: 100,
  PRESENCE_WATCH_MAX: 200,
  PINNED_MESSAGES_MAX: 100,
  PINNED_CONVERSATIONS_MAX: 100,
  BLOCKS_MAX: 1000,
  PREFERENCES_MAX: 64,
  PREFERENCE_BYTES_MAX: 1024,
  SESSIONS_MAX: 100,
  QUEUE_PACKETS_MAX: 256,
  QUEUE_BYTES_MAX: 1048576,
  QUERY_UTF16_MAX: 256,
  PENDING_UPLOADS_MAX: 100,
} as const;
