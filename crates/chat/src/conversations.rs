//! Conversations and their members.

use kith_protocol::*;

use crate::{
    Chat, Refusal, Reply,
    chat::{checked, refused},
    store::{GroupChange, NewGroup},
    text,
};

impl Chat {
    /// Finds or makes the direct conversation with a person, or makes a group, once per `client_id`.
    pub fn open(&self, actor: UserId, request: OpenConversation) -> Reply<OneConversation> {
        let now = self.now();
        let id = ConversationId(self.entropy().id(now));
        match (request.user_id, request.client_id) {
            (Some(other), None) => self.store().open_direct(actor, other, id, now),
            (None, Some(client_id)) => {
                let fingerprint = self.fingerprints.of(&request);
                checked(check_group(actor, request), |(title, member_ids)| {
                    self.store().create_group(
                        actor,
                        NewGroup { id, client_id, fingerprint, title, member_ids },
                        now,
                    )
                })
            }
            _ => refused(Refusal::invalid("user_id", "Name either a person, or a client_id for a group.")),
        }
    }

    /// A conversation as this member sees it.
    pub fn conversation(&self, actor: UserId, id: ConversationId) -> Reply<OneConversation> {
        self.store().conversation(actor, id)
    }

    /// Changes title, picture or settings of a group.
    pub fn update_conversation(&self, actor: UserId, request: UpdateConversation) -> Reply<Changed> {
        let Some(id) = request.conversation_id else {
            return refused(Refusal::invalid("conversation_id", "Which conversation?"));
        };
        let now = self.now();
        checked(check_change(request), |change| self.store().update_conversation(actor, id, change, now))
    }

    /// Adds people to a group.
    pub fn add_members(&self, actor: UserId, request: AddMembers) -> Reply<Changed> {
        if request.user_ids.is_empty() {
            return refused(Refusal::invalid("user_ids", "Whom?"));
        }
        let now = self.now();
        checked(check_members(request.user_ids, "user_ids"), |user_ids| {
            self.store().add_members(actor, request.conversation_id, user_ids, now)
        })
    }

    /// Removes a person from a group. Removing oneself is leaving.
    pub fn remove_member(&self, actor: UserId, request: RemoveMember) -> Reply<Changed> {
        if request.user_id == actor {
            return self.leave(actor, ConversationRef { conversation_id: request.conversation_id });
        }
        self.store().remove_member(actor, request.conversation_id, request.user_id, self.now())
    }

    /// Gives a person another role.
    pub fn set_role(&self, actor: UserId, request: SetRole) -> Reply<Changed> {
        self.store().set_role(actor, request.conversation_id, request.user_id, request.role, self.now())
    }

    /// Leaves a group.
    pub fn leave(&self, actor: UserId, request: ConversationRef) -> Reply<Changed> {
        self.store().leave(actor, request.conversation_id, self.now())
    }

    /// Who is in a conversation.
    pub fn members(&self, actor: UserId, id: ConversationId, after: Option<UserId>) -> Reply<MemberList> {
        self.store().members(actor, id, after, limits::PAGE_USERS_MAX)
    }

    /// Who hears that `actor` types there; nobody in a large group.
    pub fn audience(&self, actor: UserId, id: ConversationId) -> Reply<Option<Vec<UserId>>> {
        self.store().audience(actor, id)
    }

    /// Of these people, those whose presence one may see.
    pub fn visible_presence(&self, actor: UserId, user_ids: Vec<UserId>) -> Reply<Vec<Presence>> {
        if user_ids.len() > limits::PRESENCE_WATCH_MAX {
            let message = "These are too many people to watch at once.";
            return refused(Refusal::too_large("user_ids", limits::PRESENCE_WATCH_MAX, message));
        }
        self.store().visible_presence(actor, user_ids)
    }

    /// What changed in a conversation.
    pub fn changes(&self, actor: UserId, request: ChangesRequest) -> Reply<ConversationChanges> {
        self.store().changes(actor, request)
    }
}

fn check_group(actor: UserId, request: OpenConversation) -> Result<(Option<String>, Vec<UserId>), Refusal> {
    let title = check_title(request.title)?;
    let mut member_ids = check_members(request.member_ids, "member_ids")?;
    member_ids.retain(|id| *id != actor);
    Ok((title, member_ids))
}

fn check_title(title: Option<String>) -> Result<Option<String>, Refusal> {
    match title.as_deref().map(str::trim) {
        None | Some("") => Ok(None),
        Some(title) => Ok(Some(text::title(title, "title")?)),
    }
}

/// Without repetition, and no more than fit into a group.
fn check_members(mut ids: Vec<UserId>, field: &str) -> Result<Vec<UserId>, Refusal> {
    if ids.len() > limits::MEMBERS_MAX {
        let message = format!("A group has at most {} members.", limits::MEMBERS_MAX);
        return Err(Refusal::too_large(field, limits::MEMBERS_MAX, message));
    }
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(*id));
    Ok(ids)
}

fn check_change(request: UpdateConversation) -> Result<GroupChange, Refusal> {
    let title = request.title.map(check_title).transpose()?;
    let change =
        GroupChange { title, avatar_id: request.avatar_id, members_may_edit: request.members_may_edit };
    if change.title.is_none() && change.avatar_id.is_none() && change.members_may_edit.is_none() {
        return Err(Refusal::invalid("title", "Nothing to change."));
    }
    Ok(change)
}
