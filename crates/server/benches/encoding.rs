//! Writing what leaves most: the push of a message, and the answer to a page.
//!
//! `cargo bench -p kith-server`

use divan::{Bencher, black_box};
use kith_protocol::{
    Cause, CauseKind, ConversationChanged, ConversationId, Message, MessageKind, MessagePage, Profile, Seq,
    ServerEvent, Shared, Timestamp, UserId, Version,
};
use kith_socketio::EncodedEvent;

fn main() {
    divan::main();
}

/// The push of a message of 100 bytes.
#[divan::bench]
fn push(bencher: Bencher<'_, '_>) {
    let message = message(7);
    let event = ServerEvent::ConversationChanged(ConversationChanged {
        conversation_id: ConversationId::from([1; 16]),
        version: message.version,
        cause: Cause {
            kind: CauseKind::Sent,
            actor_id: message.sender_id,
            seq: Some(message.seq),
            emoji: None,
            user_ids: Vec::new(),
        },
        conversation: None,
        members: Vec::new(),
        messages: vec![message],
        quotes: Vec::new(),
        users: Vec::new(),
    });
    bencher.bench(|| EncodedEvent::new(event.name(), black_box(&event)));
}

/// A page of 50 such messages by 16 people, each written before.
#[divan::bench]
fn page(bencher: Bencher<'_, '_>) {
    let page = MessagePage {
        messages: (1..=50).map(|number| Shared::written(message(number))).collect(),
        quotes: Vec::new(),
        from_seq: Seq(1),
        to_seq: Seq(50),
        at_start: true,
        at_end: true,
        users: (0..16).map(profile).collect(),
    };
    bencher.bench(|| serde_json::to_string(black_box(&page)));
}

fn message(number: u8) -> Message {
    Message {
        seq: Seq(number.into()),
        version: Version(number.into()),
        client_id: Some([number; 16].into()),
        sender_id: UserId::from([number % 16; 16]),
        kind: MessageKind::Text,
        text:
            "Shall we meet at the lake at eight, or is that too early for a Sunday? I bring tea, you a boat."
                .into(),
        entities: Vec::new(),
        attachments: Vec::new(),
        reply_to: None,
        forwarded: false,
        reactions: Vec::new(),
        created_at: Timestamp(1_700_000_000_000),
        edited_at: None,
        unsent_at: None,
        unsent_by: None,
        pinned_at: None,
        system: None,
        my_reaction: None,
    }
}

fn profile(number: u8) -> Profile {
    Profile {
        id: UserId::from([number; 16]),
        username: format!("person{number}"),
        display_name: format!("Person {number}"),
        about: String::new(),
        avatar: None,
        deleted: false,
    }
}
