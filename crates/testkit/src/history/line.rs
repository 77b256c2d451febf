//! One line of a history.

use std::collections::BTreeMap;

use kith_protocol::{ConversationId, ErrorBody, Seq, SessionId, UserId, Version};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Something that a client did or was told, or that whoever runs the test did to the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The wall clock, in milliseconds since 1970. For people who compare it with the server's log; nothing is decided by it.
    pub at_ms: u64,
    /// The monotonic clock of the run, in microseconds since its beginning.
    pub us: u64,
    /// Who, by name.
    pub client: String,
    /// Who.
    pub user_id: UserId,
    /// On which of their devices.
    pub device: SessionId,
    /// On which connection, counted over the run.
    pub connection: u64,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What a line tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// A call, written when its fate is known.
    Call {
        /// Its place among all calls of the run, in the order in which they were issued.
        number: u64,
        /// When it was issued, on the monotonic clock.
        issued_us: u64,
        /// The event's name.
        event: String,
        /// What was asked.
        request: Value,
        /// What came of it.
        reply: Reply,
    },
    /// A push, written when it arrived.
    Push {
        /// The event's name.
        event: String,
        /// What was said.
        payload: Value,
    },
    /// A connection was opened.
    Connected,
    /// It is over.
    Closed {
        /// Why, as far as the client knows.
        reason: String,
    },
    /// Up to here a conversation was there before the run: whose words these are is not for this history to say.
    Before {
        /// Which.
        conversation_id: ConversationId,
        /// The number of its newest message.
        seq: Seq,
    },
    /// From here on nothing more is done to the server, and nobody acts.
    Quiet,
    /// What a connected device holds, some time after the quiet began, or one that has just begun.
    Holds(Held),
    /// From here on the server cannot commit.
    CannotCommit,
    /// From here on it can again.
    CanCommit,
    /// From here on answers are what is kept: the one full read.
    Finally,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// It was done.
    Ok(Value),
    /// It was refused.
    Refused(ErrorBody),
    /// The connection broke before: it may have been done or not. Also of a call that is never answered.
    Unknown,
}

/// What a device holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// When the device was looked at, on the monotonic clock: what it held then was written down later.
    pub looked_us: u64,
    /// Whether it has just begun, so that it holds what the server says now.
    pub fresh: bool,
    /// The account's version, settings and blocks.
    pub account: Value,
    /// Conversation by conversation.
    pub conversations: BTreeMap<ConversationId, HeldConversation>,
}

/// What a device holds of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeldConversation {
    /// Up to where it knows everything.
    pub version: Version,
    /// The shared part and what is only this person's, members and receipts.
    pub rest: Value,
    /// The newest of its messages, the newest first, each with its version and a digest of everything else.
    pub messages: Vec<(Seq, Version, u64)>,
}
