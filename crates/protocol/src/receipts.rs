//! Receipts: how far each member has received and read. Pointers that only move forward.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ConversationId, Profile, Seq, Timestamp, UserId};

/// How far one member has come. Merges by maximum, so order and repetition do not matter. A `sent` push moves both pointers
/// of its sender to its `seq`, without a receipt of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Receipt {
    /// Who.
    pub user_id: UserId,
    /// Up to here it has arrived on one of their devices.
    pub delivered_seq: Seq,
    /// Up to here they have read it.
    pub read_seq: Seq,
    /// When they last said that they had read something; sending does not move it.
    pub read_at: Option<Timestamp>,
}

/// `conversation:delivered`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MarkDelivered {
    /// Where.
    pub conversation_id: ConversationId,
    /// Up to which message it has arrived on this device.
    pub seq: Seq,
}

/// `conversation:read`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MarkRead {
    /// Where.
    pub conversation_id: ConversationId,
    /// Up to which message it has been read.
    pub seq: Seq,
}

/// `GET …/messages/{seq}/receipts`: who has received and read one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReceiptList {
    /// Of other members, a page at a time.
    pub receipts: Vec<Receipt>,
    /// Who they are.
    pub users: Vec<Profile>,
    /// There are more; ask again with the last `user_id` as `after`.
    pub more: bool,
}
