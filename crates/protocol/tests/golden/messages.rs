//! Messages.

use kith_protocol::*;

use crate::attachments::image;
use crate::page::{Page, words};
use crate::reactions::reaction;
use crate::users::profile;
use crate::values::*;

pub(crate) fn write(page: &mut Page) {
    page.both(everything(), tombstone());
    page.words(words![MessageKind: Text, System]);
    page.both(
        notice(),
        SystemNotice { action: SystemAction::Left, actor_id: ben(), user_ids: Vec::new(), title: None },
    );
    page.words(words![SystemAction: Created, Renamed, AvatarChanged, Joined, Left, Removed]);
    page.both(every_entity(), entity(EntityKind::Mention, 0, 4, 0));
    page.words(words![EntityKind: Bold, Italic, Strike, Code, CodeBlock, Link, Mention]);
    page.one(mention());
    page.both(send_everything(), send());
    page.one(address());
    page.both(edit(vec![mention()]), edit(Vec::new()));
    page.one(DeleteMessage { conversation_id: walks(), seq: Seq(7), scope: DeleteScope::Everyone });
    page.words(words![DeleteScope: Me, Everyone]);
    page.both(
        Deleted { account_version: Some(AccountVersion(42)), version: Some(Version(13)) },
        Deleted { account_version: None, version: None },
    );
    page.one(PinMessage { conversation_id: walks(), seq: Seq(7), pinned: true });
    page.one(OneMessage { message: plain() });
    page.one(Changed { version: Version(13) });
    page.both(
        PageRequest {
            conversation_id: walks(),
            before: Some(Seq(9)),
            after: Some(Seq(1)),
            around: Some(Seq(5)),
            limit: Some(100),
        },
        newest(),
    );
    page.one(MessagePage {
        messages: vec![plain().into()],
        quotes: vec![tombstone()],
        from_seq: Seq(6),
        to_seq: Seq(7),
        at_start: false,
        at_end: true,
        users: vec![profile()],
    });
}

/// No message has all of it at once; it is here so that every word is.
fn everything() -> Message {
    Message {
        seq: Seq(7),
        version: Version(12),
        client_id: Some(client()),
        sender_id: ann(),
        kind: MessageKind::Text,
        text: "@Ben **مرحبا** 元気? 👩🏽‍🚀".into(),
        entities: vec![
            Entity { user_id: Some(ben()), ..entity(EntityKind::Mention, 0, 4, 0) },
            entity(EntityKind::Bold, 5, 9, 2),
        ],
        attachments: vec![image()],
        reply_to: Some(Seq(3)),
        forwarded: true,
        reactions: vec![reaction()],
        created_at: NOON,
        edited_at: Some(NOON.plus_ms(1_000)),
        unsent_at: Some(NOON.plus_ms(3_000)),
        unsent_by: Some(ben()),
        pinned_at: Some(NOON.plus_ms(2_000)),
        system: Some(notice()),
        my_reaction: Some("👩🏽‍🚀".into()),
    }
}

/// A few words, as most messages are.
pub(crate) fn plain() -> Message {
    Message {
        seq: Seq(7),
        version: Version(12),
        client_id: Some(client()),
        sender_id: ann(),
        kind: MessageKind::Text,
        text: "See you at the bridge".into(),
        entities: Vec::new(),
        attachments: Vec::new(),
        reply_to: None,
        forwarded: false,
        reactions: Vec::new(),
        created_at: NOON,
        edited_at: None,
        unsent_at: None,
        unsent_by: None,
        pinned_at: None,
        system: None,
        my_reaction: None,
    }
}

/// What is left of a message that was deleted for everyone.
pub(crate) fn tombstone() -> Message {
    Message {
        text: String::new(),
        client_id: None,
        unsent_at: Some(NOON.plus_ms(3_000)),
        unsent_by: Some(ann()),
        ..plain()
    }
}

/// What the server tells of a change to a group.
pub(crate) fn system(action: SystemAction) -> Message {
    Message {
        client_id: None,
        kind: MessageKind::System,
        text: String::new(),
        system: Some(SystemNotice { action, actor_id: ann(), user_ids: vec![cid()], title: None }),
        ..plain()
    }
}

fn notice() -> SystemNotice {
    SystemNotice {
        action: SystemAction::Created,
        actor_id: ann(),
        user_ids: vec![ben(), cid()],
        title: Some("Walks".into()),
    }
}

/// No entity has all of it at once; it is here so that every word is.
fn every_entity() -> Entity {
    Entity {
        url: Some("https://example.org/".into()),
        user_id: Some(ben()),
        language: Some("rust".into()),
        ..entity(EntityKind::CodeBlock, 10, 40, 3)
    }
}

fn entity(kind: EntityKind, offset: u32, length: u32, marks: u32) -> Entity {
    Entity { kind, offset, length, marks, url: None, user_id: None, language: None }
}

fn mention() -> Mention {
    Mention { offset: 0, length: 4, user_id: ben() }
}

/// More than may be said at once, so that every word is here.
fn send_everything() -> SendMessage {
    SendMessage {
        conversation_id: walks(),
        client_id: client(),
        text: Some("@Ben سلام 👋".into()),
        mentions: vec![mention()],
        attachment_ids: vec![photo()],
        reply_to: Some(Seq(3)),
        forward: Some(address()),
    }
}

pub(crate) fn send() -> SendMessage {
    SendMessage {
        conversation_id: walks(),
        client_id: client(),
        text: None,
        mentions: Vec::new(),
        attachment_ids: Vec::new(),
        reply_to: None,
        forward: None,
    }
}

fn address() -> MessageAddress {
    MessageAddress { conversation_id: walks(), seq: Seq(7) }
}

pub(crate) fn edit(mentions: Vec<Mention>) -> EditMessage {
    EditMessage {
        conversation_id: walks(),
        seq: Seq(7),
        if_version: Version(12),
        text: "@Ben see you there".into(),
        mentions,
    }
}

pub(crate) fn newest() -> PageRequest {
    PageRequest { conversation_id: walks(), before: None, after: None, around: None, limit: None }
}
