//! Catching up: the whole list, or what changed since a cursor; and the changes of one conversation.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    AccountRows, Conversation, ConversationId, ConversationSummary, Member, Message, Profile, Receipt,
    Timestamp, Version,
};

/// `sync`. Its answer and the start of the feed are one atomic point: what is not in the answer is pushed afterwards.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SyncRequest {
    /// From the last `sync`; `null` or absent for everything. Only the server understands it.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub cursor: Option<String>,
    /// The epoch that the client knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub epoch: Option<String>,
}

/// The answer of `sync`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SyncAnswer {
    /// Where to go on: now, if `more`, else after the next absence.
    pub cursor: String,
    /// Changes when the server was restored from a backup: drop every cache, keep the outbox.
    pub epoch: String,
    /// The server's clock.
    pub server_time: Timestamp,
    /// The cursor was of no use and this is the beginning of everything: drop what is held.
    pub reset: bool,
    /// Those that changed since the cursor, last changed first.
    pub conversations: Vec<ConversationSummary>,
    /// Those that the person is not in any more.
    pub removed: Vec<ConversationId>,
    /// What changed in the account. Its conversations are in `conversations` already.
    pub account: AccountRows,
    /// Who is named in it.
    pub users: Vec<Profile>,
    /// There is more; ask again with `cursor`.
    pub more: bool,
}

/// `conversation:changes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChangesRequest {
    /// Of which conversation.
    pub conversation_id: ConversationId,
    /// The last version that the client has; 0 for none.
    pub since: Version,
}

/// The answer of `conversation:changes`: rows changed after `since`, up to `version`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConversationChanges {
    /// Up to where these rows lead.
    pub version: Version,
    /// As it is now.
    pub conversation: ConversationSummary,
    /// Changed members.
    pub members: Vec<Member>,
    /// Changed messages, ordered by `seq`. With `reset`, the newest page.
    pub messages: Vec<Message>,
    /// Messages they quote.
    pub quotes: Vec<Message>,
    /// How far the members have read, as now.
    pub receipts: Vec<Receipt>,
    /// The newest page was cheaper than the difference: drop the messages held, take these.
    pub reset: bool,
    /// Who is named in it.
    pub users: Vec<Profile>,
    /// There is more; ask again from `version`.
    pub more: bool,
}

/// `conversation:changed`: everything of one version of one conversation. The same bytes for every member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConversationChanged {
    /// Which.
    pub conversation_id: ConversationId,
    /// The version that this change took.
    pub version: Version,
    /// What happened, for whoever reacts to events rather than to state.
    pub cause: Cause,
    /// The shared part, when more of it changed than its numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub conversation: Option<Conversation>,
    /// Changed members.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Member>>")]
    pub members: Vec<Member>,
    /// Changed messages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Message>>")]
    pub messages: Vec<Message>,
    /// Messages they quote. New members see the whole history, so a quote is the same for everyone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Message>>")]
    pub quotes: Vec<Message>,
    /// Who joined, for those who do not know them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Profile>>")]
    pub users: Vec<Profile>,
}

/// What made a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Cause {
    /// What happened.
    pub kind: CauseKind,
    /// Who did it.
    pub actor_id: crate::UserId,
    /// To which message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub seq: Option<crate::Seq>,
    /// With which reaction; absent when it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub emoji: Option<String>,
    /// To whom.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<crate::UserId>>")]
    pub user_ids: Vec<crate::UserId>,
}

/// Every kind of shared change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// The conversation was made.
    Created,
    /// A message was sent.
    Sent,
    /// A text was edited.
    Edited,
    /// A message was deleted for everyone.
    Unsent,
    /// A reaction was put, replaced or taken back.
    Reacted,
    /// A message was pinned.
    Pinned,
    /// A message was taken off the pins.
    Unpinned,
    /// The title changed.
    Renamed,
    /// The picture changed.
    AvatarChanged,
    /// What members may do changed.
    SettingsChanged,
    /// People were added.
    Joined,
    /// Somebody left.
    Left,
    /// Somebody was removed.
    Removed,
    /// Somebody's role changed.
    RoleChanged,
}

impl CauseKind {
    /// All of them, in the order above.
    pub const ALL: [Self; 14] = [
        Self::Created,
        Self::Sent,
        Self::Edited,
        Self::Unsent,
        Self::Reacted,
        Self::Pinned,
        Self::Unpinned,
        Self::Renamed,
        Self::AvatarChanged,
        Self::SettingsChanged,
        Self::Joined,
        Self::Left,
        Self::Removed,
        Self::RoleChanged,
    ];
}
