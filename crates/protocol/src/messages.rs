//! Messages: what was said, numbered in its conversation.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    Attachment, AttachmentId, ClientId, ConversationId, Profile, Reaction, Seq, Shared, Timestamp, UserId,
    Version,
};

/// One message, as a whole current row. A row with a lower `version` than the one held is to be ignored, so it does no
/// harm when it comes twice or late.
///
/// An unsent message is a tombstone: number, sender and times stay, everything else is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Message {
    /// Its number in the conversation.
    pub seq: Seq,
    /// The change of the conversation that touched it last.
    pub version: Version,
    /// What its sender called it before it was sent; `null` on system messages.
    pub client_id: Option<ClientId>,
    /// Who wrote it, or whose deed a system message tells.
    pub sender_id: UserId,
    /// Written by a person, or told by the server.
    pub kind: MessageKind,
    /// As typed, marks included. Never HTML.
    pub text: String,
    /// Formatting, links and mentions in `text`, found by the server, ordered by offset.
    pub entities: Vec<Entity>,
    /// Photos and files, in the sender's order.
    pub attachments: Vec<Attachment>,
    /// The message that this one answers, in the same conversation.
    pub reply_to: Option<Seq>,
    /// It is a copy of a message from elsewhere.
    #[serde(default, skip_serializing_if = "is_false")]
    #[ts(optional, as = "Option<bool>")]
    pub forwarded: bool,
    /// In the order in which each emoji first came.
    pub reactions: Vec<Reaction>,
    /// When the server committed it.
    pub created_at: Timestamp,
    /// When its text was last changed.
    pub edited_at: Option<Timestamp>,
    /// When it was deleted for everyone.
    pub unsent_at: Option<Timestamp>,
    /// By whom.
    pub unsent_by: Option<UserId>,
    /// When it was pinned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub pinned_at: Option<Timestamp>,
    /// Of a system message: what happened, to be said in the reader's language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub system: Option<SystemNotice>,
    /// The reader's own reaction. Only in answers, never in pushes: those are the same bytes for everyone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub my_reaction: Option<String>,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// A person.
    Text,
    /// The server, of something that happened.
    System,
}

/// What a system message tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SystemNotice {
    /// What happened.
    pub action: SystemAction,
    /// Who did it.
    pub actor_id: UserId,
    /// To whom.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<UserId>>")]
    pub user_ids: Vec<UserId>,
    /// The title as it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub title: Option<String>,
}

/// What a system message can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SystemAction {
    /// The group was made.
    Created,
    /// It got another title.
    Renamed,
    /// It got another picture.
    AvatarChanged,
    /// People were added.
    Joined,
    /// Somebody left.
    Left,
    /// Somebody was removed.
    Removed,
}

/// A formatted span, link or mention in a text. Offsets and lengths count UTF-16 units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Entity {
    /// What it is.
    pub kind: EntityKind,
    /// Where it begins, marks included.
    #[ts(type = "number")]
    pub offset: u32,
    /// How long it is, marks included.
    #[ts(type = "number")]
    pub length: u32,
    /// The length of the mark on each side (`**` is 2), which a renderer hides.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[ts(optional, type = "number")]
    pub marks: u32,
    /// Of a link: where it leads, always `http`, `https` or `mailto`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub url: Option<String>,
    /// Of a mention: who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub user_id: Option<UserId>,
    /// Of a code block: the language its first line names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub language: Option<String>,
}

fn is_zero(value: &u32) -> bool {
    *value == 0
}

/// What an entity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    /// `**bold**`
    Bold,
    /// `*italic*` or `_italic_`
    Italic,
    /// `~~strike~~`
    Strike,
    /// `` `code` ``
    Code,
    /// ```` ```code``` ````
    CodeBlock,
    /// A web or mail address.
    Link,
    /// A person.
    Mention,
}

/// A person named in a text: the span that says the name, and who is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Mention {
    /// Where the name begins, in UTF-16 units.
    #[ts(type = "number")]
    pub offset: u32,
    /// How long it is, in UTF-16 units.
    #[ts(type = "number")]
    pub length: u32,
    /// Who is meant. Must be a member.
    pub user_id: UserId,
}

/// `message:send`. A send repeated with its `client_id` returns the first message as it is now; the same id with another
/// request is refused with `conflict` and the first `seq`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SendMessage {
    /// Where.
    pub conversation_id: ConversationId,
    /// Made by the client and stored there before it first sends.
    pub client_id: ClientId,
    /// What is said. May be absent when there are attachments or a forward.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub text: Option<String>,
    /// Who is named in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Mention>>")]
    pub mentions: Vec<Mention>,
    /// Uploaded before by the sender, in the order to show. Several photos are one message: an album.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<AttachmentId>>")]
    pub attachment_ids: Vec<AttachmentId>,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reply_to: Option<Seq>,
    /// A message to copy here, through the sender's own door.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub forward: Option<MessageAddress>,
}

/// The address of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct MessageAddress {
    /// Where.
    pub conversation_id: ConversationId,
    /// Which.
    pub seq: Seq,
}

/// `message:edit`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EditMessage {
    /// Where.
    pub conversation_id: ConversationId,
    /// Which.
    pub seq: Seq,
    /// The version of the text that is being replaced. Refused with `conflict` only when the *text* has changed since,
    /// so that a late retry never undoes a newer edit.
    pub if_version: Version,
    /// The new text.
    pub text: String,
    /// Who is named in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Mention>>")]
    pub mentions: Vec<Mention>,
}

/// `message:delete`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeleteMessage {
    /// Where.
    pub conversation_id: ConversationId,
    /// Which.
    pub seq: Seq,
    /// For whom.
    pub scope: DeleteScope,
}

/// For whom a message is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DeleteScope {
    /// Only for oneself, on all one's devices. No trace for others.
    Me,
    /// For everyone: text, files and quotes are gone, a tombstone stays.
    Everyone,
}

/// The answer of `message:delete`: the number of what changed, one's own or the conversation's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Deleted {
    /// For `scope: "me"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub account_version: Option<crate::AccountVersion>,
    /// For `scope: "everyone"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub version: Option<Version>,
}

/// `message:pin`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PinMessage {
    /// Where.
    pub conversation_id: ConversationId,
    /// Which.
    pub seq: Seq,
    /// Pin or take off.
    pub pinned: bool,
}

/// An answer that holds one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OneMessage {
    /// As it is now.
    pub message: Message,
}

/// An answer that holds the version a change took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Changed {
    /// The conversation's version after the change; the version it has when there was nothing to change.
    pub version: Version,
}

/// `message:page`: a stretch of a conversation. At most one of `before`, `after` and `around`; the newest when none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PageRequest {
    /// Where.
    pub conversation_id: ConversationId,
    /// Messages with a smaller number, the nearest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub before: Option<Seq>,
    /// Messages with a greater number, the nearest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub after: Option<Seq>,
    /// Messages on both sides of this one, it included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub around: Option<Seq>,
    /// How many, at most 100; 50 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub limit: Option<u32>,
}

/// The answer of `message:page`, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MessagePage {
    /// What the reader may see of the range.
    #[ts(as = "Vec<Message>")]
    pub messages: Vec<Shared<Message>>,
    /// Those among the quoted messages that are outside of the page and that the reader may see.
    pub quotes: Vec<Message>,
    /// The first number that the page covers, whether or not something is there for this reader.
    pub from_seq: Seq,
    /// The last number that it covers; `from_seq − 1` when it covers nothing.
    pub to_seq: Seq,
    /// Nothing is before `from_seq`.
    pub at_start: bool,
    /// Nothing is after `to_seq`, as of now.
    pub at_end: bool,
    /// Who is named in it.
    pub users: Vec<Profile>,
}
