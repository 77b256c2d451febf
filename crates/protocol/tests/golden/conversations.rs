//! Conversations and their members.

use kith_protocol::*;

use crate::messages::plain;
use crate::page::{Page, words};
use crate::receipts::receipt;
use crate::users::profile;
use crate::values::*;

pub(crate) fn write(page: &mut Page) {
    page.words(words![ConversationKind: Direct, Group]);
    page.words(words![Role: Member, Admin, Owner]);
    page.both(group(), direct());
    page.both(Member { left_at: Some(NOON.plus_ms(9_000)), ..member() }, member());
    page.one(summary());
    page.both(my(), my_untouched());
    page.both(
        OpenConversation {
            user_id: Some(ben()),
            client_id: Some(client()),
            title: Some("Walks".into()),
            member_ids: vec![ben(), cid()],
        },
        OpenConversation { user_id: None, client_id: None, title: None, member_ids: Vec::new() },
    );
    page.one(OneConversation { conversation: summary(), users: vec![profile()] });
    page.both(
        UpdateConversation {
            conversation_id: Some(walks()),
            title: Some(Some("Long walks".into())),
            avatar_id: Some(None),
            members_may_edit: Some(false),
        },
        UpdateConversation::default(),
    );
    page.one(AddMembers { conversation_id: walks(), user_ids: vec![cid()] });
    page.one(RemoveMember { conversation_id: walks(), user_id: cid() });
    page.one(SetRole { conversation_id: walks(), user_id: ben(), role: Role::Admin });
    page.one(ConversationRef { conversation_id: walks() });
    page.one(MemberList { members: vec![member()], users: vec![profile()], more: true });
    page.one(ConversationList {
        conversations: vec![summary()],
        users: vec![profile()],
        cursor: "AAAB".into(),
        more: true,
    });
}

pub(crate) fn group() -> Conversation {
    Conversation {
        id: walks(),
        kind: ConversationKind::Group,
        title: Some("Walks".into()),
        avatar: Some(photo()),
        members_may_edit: true,
        version: Version(12),
        last_seq: Seq(7),
        member_count: 3,
        members: vec![member()],
        created_at: NOON,
    }
}

fn direct() -> Conversation {
    Conversation {
        id: walks(),
        kind: ConversationKind::Direct,
        title: None,
        avatar: None,
        members_may_edit: false,
        version: Version(1),
        last_seq: Seq(0),
        member_count: 1,
        members: Vec::new(),
        created_at: NOON,
    }
}

pub(crate) fn member() -> Member {
    Member { user_id: ann(), role: Role::Owner, joined_at: NOON, left_at: None, version: Version(1) }
}

pub(crate) fn summary() -> ConversationSummary {
    ConversationSummary {
        conversation: group(),
        my: my(),
        account_version: AccountVersion(7),
        receipts: vec![receipt()],
    }
}

fn my() -> MyConversation {
    MyConversation {
        role: Role::Admin,
        read_seq: Seq(5),
        unread: 2,
        mentions: 1,
        last_message: Some(plain()),
        muted_until: Some(NOON.plus_ms(3_600_000)),
        pinned: true,
        archived: true,
        marked_unread: true,
        cleared_seq: Seq(1),
        draft: Some("I was going to".into()),
    }
}

fn my_untouched() -> MyConversation {
    MyConversation {
        role: Role::Member,
        read_seq: Seq(0),
        unread: 0,
        mentions: 0,
        last_message: None,
        muted_until: None,
        pinned: false,
        archived: false,
        marked_unread: false,
        cleared_seq: Seq(0),
        draft: None,
    }
}
