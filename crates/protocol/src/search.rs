//! Finding messages.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ConversationId, Message, Profile};

/// `GET /search`: messages that one may read, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct SearchResults {
    /// What was found.
    pub results: Vec<SearchResult>,
    /// Who wrote them.
    pub users: Vec<Profile>,
    /// There is more; ask again with this as `cursor`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub cursor: Option<String>,
    /// There are more than fit.
    pub more: bool,
}

/// One message that was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct SearchResult {
    /// Where.
    pub conversation_id: ConversationId,
    /// What.
    pub message: Message,
}
