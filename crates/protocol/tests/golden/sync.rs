//! Catching up, and the change that is one version.

use kith_protocol::*;

use crate::account::rows;
use crate::conversations::{group, member, summary};
use crate::messages::{plain, system, tombstone};
use crate::page::{Page, words};
use crate::receipts::receipt;
use crate::users::profile;
use crate::values::*;

pub(crate) fn write(page: &mut Page) {
    page.both(
        SyncRequest { cursor: Some("AAAB".into()), epoch: Some("k3Tq".into()) },
        SyncRequest { cursor: None, epoch: None },
    );
    page.one(answer());
    page.one(ChangesRequest { conversation_id: walks(), since: Version(11) });
    page.one(changes());
    page.both(everything(), change(cause(CauseKind::SettingsChanged)));
    page.both(every_cause(), cause(CauseKind::Left));
    page.words(kinds());
}

/// The push of every kind of shared change, with the rows that it carries.
pub(crate) fn causes() -> String {
    let pushes =
        CauseKind::ALL.map(|kind| serde_json::to_string_pretty(&change_of(kind)).expect("payloads are JSON"));
    pushes.join("\n\n")
}

fn kinds() -> [CauseKind; 14] {
    words![CauseKind:
        Created, Sent, Edited, Unsent, Reacted, Pinned, Unpinned, Renamed, AvatarChanged, SettingsChanged, Joined,
        Left, Removed, RoleChanged
    ]
}

#[test]
fn the_list_of_all_causes_has_all_causes() {
    assert_eq!(CauseKind::ALL, kinds());
}

fn change_of(kind: CauseKind) -> ConversationChanged {
    let cause = cause(kind);
    let on_message = Cause { seq: Some(Seq(7)), ..cause.clone() };
    let to_cid = Cause { user_ids: vec![cid()], ..cause.clone() };
    let told = |action| ConversationChanged { messages: vec![system(action)], ..change(cause.clone()) };
    let told_of_cid = |action| ConversationChanged { cause: to_cid.clone(), ..told(action) };
    match kind {
        CauseKind::Created => ConversationChanged {
            members: vec![member()],
            users: vec![profile()],
            ..told_of_cid(SystemAction::Created)
        }
        .with_conversation(),
        CauseKind::Sent | CauseKind::Edited | CauseKind::Pinned | CauseKind::Unpinned => {
            ConversationChanged { messages: vec![plain()], ..change(on_message) }
        }
        CauseKind::Unsent => ConversationChanged { messages: vec![tombstone()], ..change(on_message) },
        CauseKind::Reacted => ConversationChanged {
            messages: vec![plain()],
            ..change(Cause { emoji: Some("❤️".into()), ..on_message })
        },
        CauseKind::Renamed => told(SystemAction::Renamed).with_conversation(),
        CauseKind::AvatarChanged => told(SystemAction::AvatarChanged).with_conversation(),
        CauseKind::SettingsChanged => change(cause).with_conversation(),
        CauseKind::Joined => ConversationChanged {
            members: vec![member()],
            users: vec![profile()],
            ..told_of_cid(SystemAction::Joined)
        }
        .with_conversation(),
        CauseKind::Left => {
            ConversationChanged { members: vec![member()], ..told(SystemAction::Left) }.with_conversation()
        }
        CauseKind::Removed => {
            ConversationChanged { members: vec![member()], ..told_of_cid(SystemAction::Removed) }
                .with_conversation()
        }
        CauseKind::RoleChanged => ConversationChanged { members: vec![member()], ..change(to_cid) },
    }
}

trait WithConversation {
    fn with_conversation(self) -> Self;
}

impl WithConversation for ConversationChanged {
    fn with_conversation(self) -> Self {
        Self { conversation: Some(group()), ..self }
    }
}

pub(crate) fn everything() -> ConversationChanged {
    ConversationChanged {
        conversation_id: walks(),
        version: Version(12),
        cause: every_cause(),
        conversation: Some(group()),
        members: vec![member()],
        messages: vec![plain()],
        quotes: vec![tombstone()],
        users: vec![profile()],
    }
}

fn change(cause: Cause) -> ConversationChanged {
    ConversationChanged {
        conversation_id: walks(),
        version: Version(12),
        cause,
        conversation: None,
        members: Vec::new(),
        messages: Vec::new(),
        quotes: Vec::new(),
        users: Vec::new(),
    }
}

/// No cause has all of it at once; it is here so that every word is.
fn every_cause() -> Cause {
    Cause {
        kind: CauseKind::Reacted,
        actor_id: ann(),
        seq: Some(Seq(7)),
        emoji: Some("❤️".into()),
        user_ids: vec![ben(), cid()],
    }
}

fn cause(kind: CauseKind) -> Cause {
    Cause { kind, actor_id: ann(), seq: None, emoji: None, user_ids: Vec::new() }
}

pub(crate) fn answer() -> SyncAnswer {
    SyncAnswer {
        cursor: "AAAC".into(),
        epoch: "k3Tq".into(),
        server_time: NOON,
        reset: false,
        conversations: vec![summary()],
        removed: vec![walks()],
        account: rows(),
        users: vec![profile()],
        more: true,
    }
}

pub(crate) fn changes() -> ConversationChanges {
    ConversationChanges {
        version: Version(12),
        conversation: summary(),
        members: vec![member()],
        messages: vec![plain()],
        quotes: vec![tombstone()],
        receipts: vec![receipt()],
        reset: false,
        users: vec![profile()],
        more: false,
    }
}
