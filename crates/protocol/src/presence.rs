//! Who is there, and who types. Ephemeral: latest only, may be lost, never delays anything durable.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ConversationId, Timestamp, UserId};

/// Whether a person is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Presence {
    /// Who.
    pub user_id: UserId,
    /// At least one device is connected.
    pub online: bool,
    /// When they were last there; `null` when not known.
    pub last_active_at: Option<Timestamp>,
}

/// `presence:watch`: the people on screen. Replaces the last set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WatchPresence {
    /// At most 200. Whom one may not see is silently left out.
    pub user_ids: Vec<UserId>,
}

/// The answer of `presence:watch`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Presences {
    /// Those of the people asked for whom one may see.
    pub presences: Vec<Presence>,
}

/// `conversation:typing` of a client: at most one per 3 s while typing, and one when it ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SetTyping {
    /// Where.
    pub conversation_id: ConversationId,
    /// Whether.
    pub typing: bool,
}

/// `typing` of the server: everyone who types there now, merged to one a second, forgotten after 6 s.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Typing {
    /// Where.
    pub conversation_id: ConversationId,
    /// Who.
    pub user_ids: Vec<UserId>,
}
