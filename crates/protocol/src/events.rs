//! What the server says of its own accord.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{AccountRows, ConversationChanged, ConversationId, Presence, Profile, Receipt, Typing};

/// `conversation:removed`: access has ended. The client drops its cache of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConversationRemoved {
    /// Which.
    pub conversation_id: ConversationId,
    /// Why.
    pub reason: RemovedReason,
}

/// Why a conversation is no longer one's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RemovedReason {
    /// One left, on this device or another.
    Left,
    /// One was removed.
    Removed,
}

/// `receipt:updated`: pointers that moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReceiptUpdated {
    /// Where.
    pub conversation_id: ConversationId,
    /// Whose, and how far.
    pub receipts: Vec<Receipt>,
}

/// `user:updated`: name, picture, or deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UserUpdated {
    /// As they are now.
    pub user: Profile,
}

/// `resync`: the feed of this socket has stopped. Send `sync` with the last cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Resync {
    /// Why.
    pub reason: ResyncReason,
}

/// Why the feed stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ResyncReason {
    /// More waited for this socket than it may hold.
    Overflow,
    /// The server cannot tell what was missed.
    Restarted,
    /// A setting changed what one sees nearly everywhere.
    Settings,
}

/// `session:ended`: the socket closes after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SessionEnded {
    /// Why.
    pub reason: SessionEndReason,
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SessionEndReason {
    /// Signed out here, or on another tab.
    SignedOut,
    /// Ended from another device or the console.
    Revoked,
    /// The password was changed.
    PasswordChanged,
    /// The account was deleted.
    AccountDeleted,
    /// The account was suspended.
    Suspended,
}

/// What the server says of its own accord. On the wire: the event's name, then the payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "the large one is nearly all of them")]
pub enum ServerEvent {
    /// Everything of one version of one conversation.
    ConversationChanged(ConversationChanged),
    /// Access has ended.
    ConversationRemoved(ConversationRemoved),
    /// Pointers that moved.
    ReceiptUpdated(ReceiptUpdated),
    /// Rows of one's own account.
    AccountChanged(AccountRows),
    /// A person's profile.
    UserUpdated(UserUpdated),
    /// Who types.
    Typing(Typing),
    /// Who is there.
    Presence(Presence),
    /// The feed has stopped.
    Resync(Resync),
    /// This device is signed out.
    SessionEnded(SessionEnded),
}

impl ServerEvent {
    /// The event's name on the wire.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::ConversationChanged(_) => "conversation:changed",
            Self::ConversationRemoved(_) => "conversation:removed",
            Self::ReceiptUpdated(_) => "receipt:updated",
            Self::AccountChanged(_) => "account:changed",
            Self::UserUpdated(_) => "user:updated",
            Self::Typing(_) => "typing",
            Self::Presence(_) => "presence",
            Self::Resync(_) => "resync",
            Self::SessionEnded(_) => "session:ended",
        }
    }
}
