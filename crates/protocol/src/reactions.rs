//! Reactions: one emoji per person and message.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ConversationId, Profile, Seq, UserId};

/// One emoji on a message, with who put it there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Reaction {
    /// The emoji, as sent.
    pub emoji: String,
    /// By how many.
    pub count: u32,
    /// The first ten of them.
    pub user_ids: Vec<UserId>,
}

/// `message:react`: puts one's reaction, replaces it, or takes it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct React {
    /// Where.
    pub conversation_id: ConversationId,
    /// On which message.
    pub seq: Seq,
    /// With what; `null` takes it back.
    pub emoji: Option<String>,
}

/// `GET …/messages/{seq}/reactions`: who reacted, a page at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReactionList {
    /// All of them with their counts, and with those of the people of this page who put them there.
    pub reactions: Vec<Reaction>,
    /// The people of this page.
    pub users: Vec<Profile>,
    /// Where the next page begins: ask again with this as `after`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next_after: Option<UserId>,
    /// More people reacted.
    pub more: bool,
}
