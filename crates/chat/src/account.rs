//! What only one person sees: drafts, mutes, pins, settings, blocks.

use kith_protocol::*;

use crate::{
    Chat, Refusal, Reply,
    chat::{checked, refused},
    store::ConversationAccountChange,
    users::{check_settings, check_utf16},
};

impl Chat {
    /// Changes something of a conversation, some settings, or a block.
    pub fn set_account(&self, actor: UserId, request: SetAccount) -> Reply<AccountChangedTo> {
        match request {
            SetAccount { conversation_id: Some(id), settings: None, block: None, .. } => {
                checked(check_conversation(request), |change| {
                    self.store().set_conversation(actor, id, change)
                })
            }
            SetAccount { conversation_id: None, settings: Some(change), block: None, .. } => {
                checked(check_settings(&change), |()| self.store().set_settings(actor, change))
            }
            SetAccount {
                conversation_id: None,
                settings: None,
                block: Some(blocked),
                user_id: Some(user_id),
                ..
            } => {
                if user_id == actor {
                    return refused(Refusal::invalid("user_id", "One cannot block oneself."));
                }
                self.store().set_block(actor, user_id, blocked)
            }
            _ => refused(Refusal::invalid(
                "conversation_id",
                "Name a conversation, or settings, or a user_id to block: one of them.",
            )),
        }
    }

    /// What changed in one's account after a version.
    pub fn account_changes(&self, actor: UserId, request: AccountChangesRequest) -> Reply<AccountChanges> {
        self.store().account_changes(actor, request.since)
    }
}

fn check_conversation(request: SetAccount) -> Result<ConversationAccountChange, Refusal> {
    if let Some(Some(draft)) = &request.draft {
        check_utf16(draft, limits::DRAFT_UTF16_MAX, "draft")?;
    }
    let change = ConversationAccountChange {
        muted_until: request.muted_until,
        pinned: request.pinned,
        archived: request.archived,
        marked_unread: request.marked_unread,
        draft: request.draft.map(|draft| draft.filter(|draft| !draft.trim().is_empty())),
        cleared_seq: request.cleared_seq,
    };
    if change == ConversationAccountChange::default() {
        return Err(Refusal::invalid("conversation_id", "Nothing to change."));
    }
    Ok(change)
}
