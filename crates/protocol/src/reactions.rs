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

/// `GET …/messages/{seq}/reactions`: everyone who reacted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReactionList {
    /// Each with all its people.
    pub reactions: Vec<Reaction>,
    /// Who they are.
    pub users: Vec<Profile>,
    /// Always false: a group has a thousand members at the most.
    pub more: bool,
}
