//! The account: what only one person sees, the same on all their devices. Rows with the account's own version.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{AccountVersion, ConversationId, Seq, Timestamp, UserId, patch::present};

/// What one person has chosen for themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Settings {
    /// Others see how far I have read, and I see how far they have. Reciprocal.
    pub read_receipts: bool,
    /// Others see whether I am there, and I see whether they are. Reciprocal.
    pub presence: bool,
    /// What the person's clients keep for themselves: theme, language, density … The server does not look inside.
    pub preferences: BTreeMap<String, String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { read_receipts: true, presence: true, preferences: BTreeMap::new() }
    }
}

/// A change of settings: what is absent stays; a preference set to `null` goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SettingsChange {
    /// See [`Settings::read_receipts`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub read_receipts: Option<bool>,
    /// See [`Settings::presence`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub presence: Option<bool>,
    /// See [`Settings::preferences`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[ts(optional, type = "{ [key: string]: string | null }")]
    pub preferences: BTreeMap<String, Option<String>>,
}

/// What one person keeps of one conversation, as a row of their account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountConversation {
    /// Of which conversation.
    pub conversation_id: ConversationId,
    /// The change of the account that touched this row last.
    pub account_version: AccountVersion,
    /// Up to here I have read.
    pub read_seq: Seq,
    /// See [`crate::MyConversation::unread`].
    pub unread: u32,
    /// See [`crate::MyConversation::mentions`].
    pub mentions: u32,
    /// No notifications until then.
    pub muted_until: Option<Timestamp>,
    /// Kept on top.
    pub pinned: bool,
    /// Kept out of the list.
    pub archived: bool,
    /// Shown as unread though nothing is.
    pub marked_unread: bool,
    /// Everything up to here is cleared for me.
    pub cleared_seq: Seq,
    /// What I have begun to write.
    pub draft: Option<String>,
}

/// A message deleted for oneself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HiddenMessage {
    /// Where.
    pub conversation_id: ConversationId,
    /// Which.
    pub seq: Seq,
    /// The change of the account that hid it.
    pub account_version: AccountVersion,
}

/// A person blocked, or no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Block {
    /// Whom.
    pub user_id: UserId,
    /// Whether they are blocked now.
    pub blocked: bool,
    /// The change of the account that did it.
    pub account_version: AccountVersion,
}

/// Changed rows of an account: in `sync`, in `account:changes`, in `account:changed`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountRows {
    /// The account's version that these rows lead up to.
    pub account_version: AccountVersion,
    /// What I keep of conversations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<AccountConversation>>")]
    pub conversations: Vec<AccountConversation>,
    /// What I deleted for myself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<HiddenMessage>>")]
    pub hidden: Vec<HiddenMessage>,
    /// Whom I block.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Block>>")]
    pub blocks: Vec<Block>,
    /// What I chose, when it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub settings: Option<Settings>,
}

/// `account:set`: one of three — something of a conversation, some settings, or a block. What is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SetAccount {
    /// Of which conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub conversation_id: Option<ConversationId>,
    /// No notifications until then; `null` for notifications again.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "Timestamp | null")]
    pub muted_until: Option<Option<Timestamp>>,
    /// Keep it on top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub pinned: Option<bool>,
    /// Keep it out of the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub archived: Option<bool>,
    /// Show it as unread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub marked_unread: Option<bool>,
    /// What I have begun to write; `null` for nothing.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "string | null")]
    pub draft: Option<Option<String>>,
    /// Clear everything up to here for me. Only moves forward.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub cleared_seq: Option<Seq>,
    /// Some settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub settings: Option<SettingsChange>,
    /// Block `user_id`, or no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub block: Option<bool>,
    /// Whom to block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub user_id: Option<UserId>,
}

/// The answer of `account:set`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountChangedTo {
    /// The account's version after the change.
    pub account_version: AccountVersion,
}

/// `account:changes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountChangesRequest {
    /// The last version that the client has.
    pub since: AccountVersion,
}

/// The answer of `account:changes`: rows changed after `since`, up to `account_version`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountChanges {
    /// The rows, and the version they lead up to.
    #[serde(flatten)]
    pub rows: AccountRows,
    /// There is more; ask again from `account_version`.
    pub more: bool,
}
