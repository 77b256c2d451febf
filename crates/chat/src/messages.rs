//! Messages: what a request to send must be, and the decisions about one that is there.

use std::{collections::HashSet, sync::Arc};

use hmac::{Hmac, KeyInit, Mac};
use kith_protocol::*;
use serde::Serialize;
use sha2::Sha256;

use crate::{
    Chat, Refusal, Reply, SendOrder, Standing,
    chat::{checked, map, refused},
    rights::Action,
    store::{Fingerprint, NewMessage, NewText, Search},
    text,
};

impl Chat {
    /// Sends, exactly once per sender and `client_id`.
    pub fn send(&self, actor: UserId, request: SendMessage) -> Reply<OneMessage> {
        let now = self.now();
        let sent = checked(check_send(request, &self.fingerprints), |message| {
            self.store().send(actor, message, None, now)
        });
        map(sent, |message| OneMessage { message })
    }

    /// Sends in the order in which a device issues its messages: when one is refused for the moment, those after it are
    /// too, until it comes again.
    pub fn send_in_order(
        &self,
        actor: UserId,
        order: &Arc<SendOrder>,
        request: SendMessage,
    ) -> Reply<OneMessage> {
        let now = self.now();
        let turn = order.issue(request.conversation_id, request.client_id);
        match check_send(request, &self.fingerprints) {
            Ok(message) => {
                map(self.store().send(actor, message, Some(turn), now), |message| OneMessage { message })
            }
            Err(refusal) => {
                turn.settle(Some(&refusal));
                refused(refusal)
            }
        }
    }

    /// Replaces the text of one's message.
    pub fn edit(&self, actor: UserId, request: EditMessage) -> Reply<OneMessage> {
        let address = MessageAddress { conversation_id: request.conversation_id, seq: request.seq };
        let now = self.now();
        let edited = checked(check_edit(request), |text| self.store().edit(actor, address, text, now));
        map(edited, |message| OneMessage { message })
    }

    /// Deletes for oneself or for everyone.
    pub fn delete(&self, actor: UserId, request: DeleteMessage) -> Reply<Deleted> {
        let address = MessageAddress { conversation_id: request.conversation_id, seq: request.seq };
        match request.scope {
            DeleteScope::Me => map(self.store().hide(actor, address), |changed| Deleted {
                account_version: Some(changed.account_version),
                version: None,
            }),
            DeleteScope::Everyone => map(self.store().unsend(actor, address, self.now()), |changed| {
                Deleted { account_version: None, version: Some(changed.version) }
            }),
        }
    }

    /// Puts, replaces or takes back one's reaction.
    pub fn react(&self, actor: UserId, request: React) -> Reply<OneMessage> {
        let address = MessageAddress { conversation_id: request.conversation_id, seq: request.seq };
        let emoji = request.emoji.map(|emoji| text::reaction(&emoji)).transpose().map_err(Refusal::from);
        let reacted = checked(emoji, |emoji| self.store().react(actor, address, emoji));
        map(reacted, |message| OneMessage { message })
    }

    /// Pins or takes off.
    pub fn pin(&self, actor: UserId, request: PinMessage) -> Reply<Changed> {
        let address = MessageAddress { conversation_id: request.conversation_id, seq: request.seq };
        self.store().pin(actor, address, request.pinned, self.now())
    }

    /// A stretch of a conversation.
    pub fn page(&self, actor: UserId, request: PageRequest) -> Reply<MessagePage> {
        checked(check_page(request), |request| self.store().page(actor, request))
    }

    /// The pinned messages of a conversation, newest first.
    pub fn pinned(&self, actor: UserId, id: ConversationId) -> Reply<MessagePage> {
        self.store().pinned(actor, id)
    }

    /// Messages that show photos, or other files, newest first.
    pub fn with_attachments(
        &self,
        actor: UserId,
        id: ConversationId,
        images: bool,
        before: Option<Seq>,
    ) -> Reply<MessagePage> {
        self.store().with_attachments(actor, id, images, before, limits::PAGE_MESSAGES_MAX)
    }

    /// One message.
    pub fn message(&self, actor: UserId, address: MessageAddress) -> Reply<OneMessage> {
        self.store().message(actor, address)
    }

    /// Who reacted to a message, a page at a time: after the person `after`.
    pub fn reactions(
        &self,
        actor: UserId,
        address: MessageAddress,
        after: Option<UserId>,
    ) -> Reply<ReactionList> {
        self.store().reactions(actor, address, after)
    }

    /// Who has received and read a message, a page at a time: after the person `after`.
    pub fn receipts(
        &self,
        actor: UserId,
        address: MessageAddress,
        after: Option<UserId>,
    ) -> Reply<ReceiptList> {
        self.store().receipts(actor, address, after)
    }

    /// It has arrived on a device of `actor`.
    pub fn mark_delivered(&self, actor: UserId, request: MarkDelivered) -> Reply<Done> {
        let address = MessageAddress { conversation_id: request.conversation_id, seq: request.seq };
        map(self.store().mark_delivered(actor, address), |()| Done {})
    }

    /// `actor` has read up to it.
    pub fn mark_read(&self, actor: UserId, request: MarkRead) -> Reply<Done> {
        let address = MessageAddress { conversation_id: request.conversation_id, seq: request.seq };
        map(self.store().mark_read(actor, address, self.now()), |()| Done {})
    }

    /// Messages that one may read and that contain the words, newest first.
    pub fn search(&self, actor: UserId, mut search: Search) -> Reply<SearchResults> {
        search.limit = search.limit.clamp(1, limits::PAGE_MESSAGES_MAX);
        self.store().search(actor, search)
    }
}

/// How many messages a page has when the request does not say.
const PAGE_MESSAGES_DEFAULT: u32 = 50;

fn check_page(mut request: PageRequest) -> Result<PageRequest, Refusal> {
    let directions = [request.before, request.after, request.around].into_iter().flatten().count();
    if directions > 1 {
        return Err(Refusal::invalid("before", "Name at most one of before, after and around."));
    }
    let limit = request.limit.unwrap_or(PAGE_MESSAGES_DEFAULT);
    if limit == 0 {
        return Err(Refusal::invalid("limit", "A page has at least one message."));
    }
    if limit as usize > limits::PAGE_MESSAGES_MAX {
        let message = format!("A page has at most {} messages.", limits::PAGE_MESSAGES_MAX);
        return Err(Refusal::too_large("limit", limits::PAGE_MESSAGES_MAX, message));
    }
    request.limit = Some(limit);
    Ok(request)
}

/// Recognises a repeated request without keeping what it said: a keyed hash of it.
#[derive(Clone)]
pub struct Fingerprints {
    key: [u8; 32],
}

impl Fingerprints {
    /// With the key of this server, so that a stored hash says nothing to anyone without it.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// The hash of a request, over its canonical JSON.
    pub(crate) fn of(&self, request: &impl Serialize) -> Fingerprint {
        let json = serde_json::to_vec(request).expect("wire types always serialize");
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(&json);
        let hash = mac.finalize().into_bytes();
        let mut fingerprint = Fingerprint::default();
        fingerprint.copy_from_slice(&hash[..8]);
        fingerprint
    }
}

/// Checks a request to send and finds what is in its text.
pub(crate) fn check_send(request: SendMessage, fingerprints: &Fingerprints) -> Result<NewMessage, Refusal> {
    let fingerprint = fingerprints.of(&request);
    check_attachment_ids(&request.attachment_ids)?;
    let text = request.text.unwrap_or_default();
    if request.forward.is_some() {
        let carries_more =
            !text.is_empty() || !request.attachment_ids.is_empty() || !request.mentions.is_empty();
        if carries_more || request.reply_to.is_some() {
            return Err(Refusal::invalid("forward", "A forward is a copy: it carries nothing of its own."));
        }
    } else if !text.is_empty() || request.attachment_ids.is_empty() {
        text::check_message_text(&text, "text")?;
    }
    let entities = check_entities(&text, &request.mentions)?;
    Ok(NewMessage {
        conversation_id: request.conversation_id,
        client_id: request.client_id,
        fingerprint,
        text,
        entities,
        attachment_ids: request.attachment_ids,
        reply_to: request.reply_to,
        forward: request.forward,
    })
}

/// Checks a text that shall replace another. A message with attachments may lose its text; the store knows.
pub(crate) fn check_edit(request: EditMessage) -> Result<NewText, Refusal> {
    if !request.text.is_empty() {
        text::check_message_text(&request.text, "text")?;
    }
    let entities = check_entities(&request.text, &request.mentions)?;
    Ok(NewText { text: request.text, entities, if_version: request.if_version })
}

fn check_attachment_ids(ids: &[AttachmentId]) -> Result<(), Refusal> {
    if ids.len() > limits::ATTACHMENTS_MAX {
        let message = format!("A message has at most {} attachments.", limits::ATTACHMENTS_MAX);
        return Err(Refusal::too_large("attachment_ids", limits::ATTACHMENTS_MAX, message));
    }
    let mut seen = HashSet::new();
    if ids.iter().all(|id| seen.insert(id)) {
        Ok(())
    } else {
        Err(Refusal::invalid("attachment_ids", "An attachment is named twice."))
    }
}

fn check_entities(text: &str, mentions: &[Mention]) -> Result<Vec<Entity>, Refusal> {
    text::check_mentions(text, mentions)?;
    Ok(text::entities(text, mentions))
}

/// What decisions about an existing message need to know of it.
#[derive(Clone, Debug)]
pub struct Existing {
    /// Who wrote it.
    pub sender_id: UserId,
    /// Written, or told by the server.
    pub kind: MessageKind,
    /// It is a tombstone.
    pub unsent: bool,
    /// It shows photos or files.
    pub has_attachments: bool,
    /// It is a copy.
    pub forwarded: bool,
    /// The version at which its text came to be.
    pub text_version: Version,
    /// Its text as it is.
    pub text: String,
}

/// What to do with a request that may have nothing left to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Take a version and change it.
    Change,
    /// It is so already: a repetition, to be answered like the first time.
    Keep,
}

/// Whether `actor` may replace the text of a message now.
///
/// # Errors
/// `gone`, `forbidden`, `conflict` when the text has changed since `if_version`, `invalid` when nothing would be left.
pub fn decide_edit(actor: UserId, message: &Existing, new: &NewText) -> Result<Decision, Refusal> {
    if message.unsent {
        return Err(Refusal::gone());
    }
    if message.sender_id != actor || message.kind != MessageKind::Text {
        return Err(Refusal::forbidden("Only who wrote a message may edit it."));
    }
    if message.forwarded {
        return Err(Refusal::forbidden("A forwarded message cannot be edited."));
    }
    if message.text == new.text {
        return Ok(Decision::Keep);
    }
    if new.if_version < message.text_version {
        return Err(Refusal::conflict("This text has been edited since.").at("if_version"));
    }
    if new.text.is_empty() && !message.has_attachments {
        return Err(Refusal::invalid("text", "A message needs a text or an attachment."));
    }
    Ok(Decision::Change)
}

/// Whether `actor` may delete a message for everyone.
///
/// # Errors
/// `forbidden` when it is another's and they keep no order here, or when the server told it.
pub fn decide_unsend(actor: UserId, standing: Standing, message: &Existing) -> Result<Decision, Refusal> {
    if message.kind == MessageKind::System {
        return Err(Refusal::forbidden("What the server tells cannot be deleted for everyone."));
    }
    if message.sender_id != actor {
        standing.allow(Action::Moderate)?;
    }
    Ok(if message.unsent { Decision::Keep } else { Decision::Change })
}

/// Whether a message can be reacted to, pinned, answered or copied.
///
/// # Errors
/// `gone` for a tombstone; `forbidden` for what the server tells.
pub fn decide_touch(message: &Existing) -> Result<(), Refusal> {
    if message.unsent {
        return Err(Refusal::gone());
    }
    if message.kind == MessageKind::System {
        return Err(Refusal::forbidden("This can only be done with what a person wrote."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: UserId = UserId(uuid::Uuid::from_u128(1));
    const BEN: UserId = UserId(uuid::Uuid::from_u128(2));

    fn message() -> Existing {
        Existing {
            sender_id: ANN,
            kind: MessageKind::Text,
            unsent: false,
            has_attachments: false,
            forwarded: false,
            text_version: Version(5),
            text: "old".into(),
        }
    }

    fn new_text(text: &str, if_version: u64) -> NewText {
        NewText { text: text.into(), entities: vec![], if_version: Version(if_version) }
    }

    #[test]
    fn an_edit_is_refused_only_when_the_text_has_changed_since() {
        assert_eq!(decide_edit(ANN, &message(), &new_text("new", 5)), Ok(Decision::Change));
        assert_eq!(decide_edit(ANN, &message(), &new_text("new", 9)), Ok(Decision::Change));
        let conflict = decide_edit(ANN, &message(), &new_text("new", 4)).unwrap_err();
        assert_eq!(conflict.code(), ErrorCode::Conflict);
    }

    #[test]
    fn a_repeated_edit_is_answered_like_the_first_time() {
        assert_eq!(decide_edit(ANN, &message(), &new_text("old", 1)), Ok(Decision::Keep));
    }

    #[test]
    fn only_the_sender_edits_and_never_a_tombstone() {
        let refusal = decide_edit(BEN, &message(), &new_text("new", 5)).unwrap_err();
        assert_eq!(refusal.code(), ErrorCode::Forbidden);
        let unsent = Existing { unsent: true, ..message() };
        assert_eq!(decide_edit(ANN, &unsent, &new_text("new", 5)).unwrap_err().code(), ErrorCode::Gone);
        assert_eq!(decide_touch(&unsent).unwrap_err().code(), ErrorCode::Gone);
    }

    #[test]
    fn a_text_may_go_only_where_an_attachment_stays() {
        assert_eq!(decide_edit(ANN, &message(), &new_text("", 5)).unwrap_err().code(), ErrorCode::Invalid);
        let album = Existing { has_attachments: true, ..message() };
        assert_eq!(decide_edit(ANN, &album, &new_text("", 5)), Ok(Decision::Change));
    }

    #[test]
    fn another_s_message_is_unsent_by_who_keeps_order_in_a_group() {
        let standing = |kind, role| Standing { kind, role, members_may_edit: true };
        let decide = |actor, standing| decide_unsend(actor, standing, &message());
        assert_eq!(decide(ANN, standing(ConversationKind::Direct, Role::Member)), Ok(Decision::Change));
        assert_eq!(decide(BEN, standing(ConversationKind::Group, Role::Admin)), Ok(Decision::Change));
        assert!(decide(BEN, standing(ConversationKind::Group, Role::Member)).is_err());
        assert!(decide(BEN, standing(ConversationKind::Direct, Role::Member)).is_err());
    }
}
