//! Conversations and their members.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    AccountVersion, AttachmentId, ClientId, ConversationId, Message, Profile, Receipt, Seq, Timestamp,
    UserId, Version, patch::present,
};

/// Two people, or a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ConversationKind {
    /// Two people; or one, with oneself.
    Direct,
    /// A group, with a title, roles and up to a thousand members.
    Group,
}

/// What a member may do; a greater role may do all that a smaller one may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Talks.
    Member,
    /// Keeps order.
    Admin,
    /// Decides on roles.
    Owner,
}

/// The shared part of a conversation: the same for all its members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Conversation {
    /// Which.
    pub id: ConversationId,
    /// Two people, or a group.
    pub kind: ConversationKind,
    /// Of a group, if it has one. A direct conversation is called after the other person.
    pub title: Option<String>,
    /// Of a group, if it has one.
    pub avatar: Option<AttachmentId>,
    /// Of a group: whether plain members may rename it, add people and pin.
    pub members_may_edit: bool,
    /// The last shared change.
    pub version: Version,
    /// The number of the newest message.
    pub last_seq: Seq,
    /// How many people are in it.
    pub member_count: u32,
    /// The at most twenty who spoke last; of a direct conversation, both.
    pub members: Vec<Member>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A person in a conversation, as a row: one who has left keeps a row that says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Member {
    /// Who.
    pub user_id: UserId,
    /// What they may do here.
    pub role: Role,
    /// Since when they are in it.
    pub joined_at: Timestamp,
    /// Since when they are not any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub left_at: Option<Timestamp>,
    /// The change of the conversation that touched this row last.
    pub version: Version,
}

/// A conversation as one member sees it in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConversationSummary {
    /// The same for all.
    #[serde(flatten)]
    pub conversation: Conversation,
    /// Only this reader's.
    pub my: MyConversation,
    /// Everything up to this change of the reader's account is in `my`: what is pushed of an earlier one is late.
    pub account_version: AccountVersion,
    /// How far the others have read, at most twenty of them.
    pub receipts: Vec<Receipt>,
}

/// What only this reader sees of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MyConversation {
    /// What I may do here.
    pub role: Role,
    /// Up to here I have read.
    pub read_seq: Seq,
    /// What others wrote after that and I can see: not unsent, not hidden by me, not of someone I blocked.
    pub unread: u32,
    /// Those of the unread that mention me.
    pub mentions: u32,
    /// The newest that I can see.
    pub last_message: Option<Message>,
    /// No notifications until then; far away for "always".
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

/// `conversation:open`: finds or makes the direct conversation with `user_id`, or makes a group once per `client_id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OpenConversation {
    /// The other person of a direct conversation. Oneself, for saved messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub user_id: Option<UserId>,
    /// For a group: what makes a repeated request find the first group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub client_id: Option<ClientId>,
    /// For a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub title: Option<String>,
    /// For a group: the others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<UserId>>")]
    pub member_ids: Vec<UserId>,
}

/// An answer that holds one conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OneConversation {
    /// As it is now, for this reader.
    pub conversation: ConversationSummary,
    /// Who is named in it.
    pub users: Vec<Profile>,
}

/// `conversation:update`: what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UpdateConversation {
    /// Set by the path in REST.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub conversation_id: Option<ConversationId>,
    /// The new title; `null` for none.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "string | null")]
    pub title: Option<Option<String>>,
    /// The new picture, an uploaded photo; `null` for none.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "AttachmentId | null")]
    pub avatar_id: Option<Option<AttachmentId>>,
    /// Whether plain members may rename it, add people and pin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub members_may_edit: Option<bool>,
}

/// `members:add`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AddMembers {
    /// To which group.
    pub conversation_id: ConversationId,
    /// Whom. Those who are in it already are passed over.
    pub user_ids: Vec<UserId>,
}

/// `members:remove`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RemoveMember {
    /// From which group.
    pub conversation_id: ConversationId,
    /// Whom.
    pub user_id: UserId,
}

/// `members:role`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SetRole {
    /// In which group.
    pub conversation_id: ConversationId,
    /// Whose.
    pub user_id: UserId,
    /// Which. Making another the owner makes oneself an admin.
    pub role: Role,
}

/// `conversation:leave`, and other events that name nothing but a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConversationRef {
    /// Which.
    pub conversation_id: ConversationId,
}

/// `GET …/members`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MemberList {
    /// Those who are in it, longest-serving first.
    pub members: Vec<Member>,
    /// Who they are.
    pub users: Vec<Profile>,
    /// There are more; ask again with `after`, the last `user_id`.
    pub more: bool,
}

/// `GET /conversations`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConversationList {
    /// Last changed first.
    pub conversations: Vec<ConversationSummary>,
    /// Who is named in it.
    pub users: Vec<Profile>,
    /// Hand it back as `cursor` for what follows.
    pub cursor: String,
    /// There are more.
    pub more: bool,
}
