//! The account.

use std::collections::BTreeMap;

use kith_protocol::*;

use crate::page::Page;
use crate::values::*;

pub(crate) fn write(page: &mut Page) {
    page.both(settings(), Settings::default());
    page.both(settings_change(), SettingsChange::default());
    page.both(conversation(), untouched_conversation());
    page.one(hidden());
    page.one(block());
    page.both(rows(), AccountRows::default());
    page.both(set_everything(), SetAccount::default());
    page.one(AccountChangedTo { account_version: AccountVersion(42) });
    page.one(AccountChangesRequest { since: AccountVersion(41) });
    page.one(AccountChanges { rows: rows(), more: true });
}

pub(crate) fn settings() -> Settings {
    Settings {
        read_receipts: true,
        presence: false,
        preferences: BTreeMap::from([("theme".into(), "dark".into())]),
    }
}

fn settings_change() -> SettingsChange {
    SettingsChange {
        read_receipts: Some(true),
        presence: Some(false),
        preferences: BTreeMap::from([("theme".into(), Some("dark".into())), ("density".into(), None)]),
    }
}

fn conversation() -> AccountConversation {
    AccountConversation {
        conversation_id: walks(),
        account_version: AccountVersion(42),
        read_seq: Seq(5),
        unread: 2,
        mentions: 1,
        muted_until: Some(NOON.plus_ms(3_600_000)),
        pinned: true,
        archived: false,
        marked_unread: true,
        cleared_seq: Seq(1),
        draft: Some("I was going to".into()),
    }
}

fn untouched_conversation() -> AccountConversation {
    AccountConversation {
        conversation_id: walks(),
        account_version: AccountVersion(1),
        read_seq: Seq(0),
        unread: 0,
        mentions: 0,
        muted_until: None,
        pinned: false,
        archived: false,
        marked_unread: false,
        cleared_seq: Seq(0),
        draft: None,
    }
}

fn hidden() -> HiddenMessage {
    HiddenMessage { conversation_id: walks(), seq: Seq(4), account_version: AccountVersion(40) }
}

fn block() -> Block {
    Block { user_id: cid(), blocked: true, account_version: AccountVersion(41) }
}

pub(crate) fn rows() -> AccountRows {
    AccountRows {
        account_version: AccountVersion(42),
        conversations: vec![conversation()],
        hidden: vec![hidden()],
        blocks: vec![block()],
        settings: Some(settings()),
    }
}

/// More than may be said at once, so that every word is here.
fn set_everything() -> SetAccount {
    SetAccount {
        conversation_id: Some(walks()),
        muted_until: Some(None),
        pinned: Some(true),
        archived: Some(false),
        marked_unread: Some(true),
        draft: Some(Some("I was going to".into())),
        cleared_seq: Some(Seq(5)),
        settings: Some(settings_change()),
        block: Some(true),
        user_id: Some(cid()),
    }
}

#[test]
fn to_set_nothing_and_not_to_set_are_two_things() {
    let taken_away: SetAccount = serde_json::from_str(r#"{ "draft": null }"#).expect("it is a change");
    assert_eq!(taken_away.draft, Some(None));
    assert_eq!(taken_away.muted_until, None);
}
