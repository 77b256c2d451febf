//! Receipts and unread.

use kith_chat::{Audience, Clock};
use kith_protocol::*;

use super::Stage;

fn read(conversation_id: ConversationId, seq: u64) -> MarkRead {
    MarkRead { conversation_id, seq: Seq(seq) }
}

fn delivered(conversation_id: ConversationId, seq: u64) -> MarkDelivered {
    MarkDelivered { conversation_id, seq: Seq(seq) }
}

async fn receipt(stage: &Stage, viewer: UserId, id: ConversationId, of: UserId) -> Receipt {
    let receipts = stage.summary(viewer, id).await.receipts;
    receipts.into_iter().find(|receipt| receipt.user_id == of).expect("a member has a receipt")
}

/// The receipts told, with whom they were told to.
fn told(stage: &Stage) -> Vec<(Vec<UserId>, Receipt)> {
    let heard = stage.heard().into_iter();
    heard
        .filter_map(|notice| match (notice.to, notice.event) {
            (Audience::People(people), ServerEvent::ReceiptUpdated(update)) => {
                Some((people.to_vec(), update.receipts[0].clone()))
            }
            (Audience::Person(person), ServerEvent::ReceiptUpdated(update)) => {
                Some((vec![person], update.receipts[0].clone()))
            }
            _ => None,
        })
        .collect()
}

pub async fn pointers_only_move_forward(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.direct(ann, ben).await;
    for text in ["one", "two", "three"] {
        stage.say(ann, id, text).await;
    }
    stage.heard();
    stage.chat.mark_delivered(ben, delivered(id, 2)).await.unwrap();
    stage.chat.mark_delivered(ben, delivered(id, 1)).await.unwrap();
    assert_eq!(told(stage).len(), 1);
    stage.clock.advance_ms(7);
    stage.chat.mark_read(ben, read(id, 99)).await.unwrap();
    let seen = receipt(stage, ann, id, ben).await;
    let expected =
        Receipt { user_id: ben, delivered_seq: Seq(3), read_seq: Seq(3), read_at: Some(stage.clock.now()) };
    assert_eq!(seen, expected, "never past what exists");
    assert_eq!(told(stage), [(vec![ann, ben], expected.clone())]);
    stage.clock.advance_ms(7);
    stage.chat.mark_read(ben, read(id, 2)).await.unwrap();
    assert_eq!(receipt(stage, ann, id, ben).await, expected);
    assert_eq!(stage.heard(), []);
}

pub async fn sending_reads(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.direct(ann, ben).await;
    stage.say(ann, id, "hello").await;
    assert_eq!(stage.summary(ben, id).await.my.unread, 1);
    stage.say(ben, id, "hi").await;
    let my = stage.summary(ben, id).await.my;
    assert_eq!((my.unread, my.read_seq), (0, Seq(2)));
    let seen = receipt(stage, ann, id, ben).await;
    assert_eq!((seen.delivered_seq, seen.read_seq, seen.read_at), (Seq(2), Seq(2), None));
}

pub async fn reading_is_private_if_one_wants(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.direct(ann, ben).await;
    stage.say(ben, id, "mine").await;
    stage.say(ann, id, "hello").await;
    let private = SettingsChange { read_receipts: Some(false), ..Default::default() };
    stage.chat.set_account(ben, SetAccount { settings: Some(private), ..Default::default() }).await.unwrap();
    stage.heard();
    stage.chat.mark_read(ben, read(id, 2)).await.unwrap();
    assert_eq!(receipt(stage, ben, id, ben).await.read_seq, Seq(2), "one sees oneself");
    let seen = receipt(stage, ann, id, ben).await;
    assert_eq!(
        (seen.delivered_seq, seen.read_seq, seen.read_at),
        (Seq(2), Seq(1), None),
        "what ben wrote, ben has read"
    );
    let told = told(stage);
    assert!(
        told.iter().all(|(people, receipt)| !people.contains(&ann) || receipt.read_seq == Seq(1)),
        "{told:?}"
    );
    assert!(told.iter().any(|(people, receipt)| people == &[ann] && receipt.delivered_seq == Seq(2)));

    stage.say(ben, id, "and?").await;
    stage.heard();
    stage.chat.mark_read(ann, read(id, 3)).await.unwrap();
    assert_eq!(receipt(stage, ben, id, ann).await.read_seq, Seq(2), "reciprocal");
    let address = MessageAddress { conversation_id: id, seq: Seq(3) };
    assert_eq!(stage.chat.receipts(ben, address, None).await.unwrap().receipts[0].read_seq, Seq(2));
    assert_eq!(receipt(stage, ann, id, ann).await.read_seq, Seq(3));
}

pub async fn a_private_reader_joins_privately(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let group = stage.group(ann, &[]).await;
    stage.say(ann, group, "hello?").await;
    let private = SettingsChange { read_receipts: Some(false), ..Default::default() };
    stage.chat.set_account(ben, SetAccount { settings: Some(private), ..Default::default() }).await.unwrap();
    stage.heard();
    let add = AddMembers { conversation_id: group, user_ids: vec![ben] };
    stage.chat.add_members(ann, add).await.unwrap();
    let told = told(stage);
    assert!(!told.is_empty() && told.iter().all(|(_, receipt)| receipt.read_seq == Seq(0)), "{told:?}");
    assert_eq!(receipt(stage, ann, group, ben).await.read_seq, Seq(0));
}

pub async fn a_large_group_keeps_receipts_to_oneself(stage: &Stage) {
    let mut people = Vec::new();
    for number in 0..=limits::EPHEMERAL_MEMBERS_MAX {
        people.push(stage.person(&format!("person{number}")).await);
    }
    let group = stage.group(people[0], &people[1..]).await;
    stage.say(people[0], group, "hello all").await;
    stage.heard();
    stage.chat.mark_read(people[1], read(group, 2)).await.unwrap();
    let told = told(stage);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, [people[1]]);
    assert_eq!(stage.summary(people[0], group).await.receipts.len(), 1);
    let address = MessageAddress { conversation_id: group, seq: Seq(2) };
    let all = stage.chat.receipts(people[0], address, None).await.unwrap().receipts;
    assert_eq!(all.iter().filter(|receipt| receipt.read_seq >= Seq(2)).count(), 1);
}

pub async fn unread_follows_the_formula(stage: &Stage) {
    let [ann, ben, eve] = stage.people(["ann", "ben", "eve"]).await;
    let group = stage.group(ann, &[ben, eve]).await;
    let unread = async || stage.summary(ann, group).await.my.unread;
    assert_eq!(unread().await, 0, "what the server tells does not count");
    for text in ["one", "two", "three", "four"] {
        stage.say(ben, group, text).await;
    }
    stage.say(eve, group, "five").await;
    assert_eq!(unread().await, 5);
    let delete = |seq, scope| DeleteMessage { conversation_id: group, seq: Seq(seq), scope };
    stage.heard();
    stage.chat.delete(ben, delete(2, DeleteScope::Everyone)).await.unwrap();
    assert_eq!(unread().await, 4);
    let recounted = stage.heard().into_iter().find_map(|notice| match notice.event {
        ServerEvent::AccountChanged(rows) if notice.to == Audience::Person(ann) => {
            Some(rows.conversations[0].unread)
        }
        _ => None,
    });
    assert_eq!(recounted, Some(4), "told, because it changed otherwise than by one more message");
    stage.chat.delete(ann, delete(3, DeleteScope::Me)).await.unwrap();
    assert_eq!(unread().await, 3);
    stage.chat.mark_read(ann, read(group, 4)).await.unwrap();
    assert_eq!(unread().await, 2);
    let block = SetAccount { block: Some(true), user_id: Some(eve), ..Default::default() };
    stage.chat.set_account(ann, block).await.unwrap();
    assert_eq!(unread().await, 1);
    let clear = SetAccount { conversation_id: Some(group), cleared_seq: Some(Seq(5)), ..Default::default() };
    stage.chat.set_account(ann, clear).await.unwrap();
    assert_eq!(unread().await, 0);
    let mark = SetAccount { conversation_id: Some(group), marked_unread: Some(true), ..Default::default() };
    stage.chat.set_account(ann, mark).await.unwrap();
    assert!(stage.summary(ann, group).await.my.marked_unread);
    stage.chat.mark_read(ann, read(group, 4)).await.unwrap();
    assert!(!stage.summary(ann, group).await.my.marked_unread);
}

pub async fn mentions_are_counted(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let group = stage.group(ann, &[ben]).await;
    let to_ben = vec![Mention { offset: 0, length: 4, user_id: ben }];
    let said =
        stage.send(ann, SendMessage { mentions: to_ben, ..stage.text(group, "@ben hi") }).await.unwrap();
    stage.say(ann, group, "and hi again").await;
    let count = async || {
        let my = stage.summary(ben, group).await.my;
        (my.unread, my.mentions)
    };
    assert_eq!(count().await, (2, 1));
    let edit = EditMessage {
        conversation_id: group,
        seq: said.seq,
        if_version: said.version,
        text: "somebody hi".into(),
        mentions: vec![],
    };
    stage.heard();
    stage.chat.edit(ann, edit).await.unwrap();
    assert_eq!(count().await, (2, 0));
    assert!(stage.heard().iter().any(|notice| notice.to == Audience::Person(ben)), "ben's count changed");
}

pub async fn receipts_that_are_shown_again_are_told_at_once(stage: &Stage) {
    let [ann, ben, cem] = stage.people(["ann", "ben", "cem"]).await;
    let id = stage.group(ann, &[ben, cem]).await;
    let hide = async |who, hides: bool| {
        let settings = Some(SettingsChange { read_receipts: Some(!hides), ..Default::default() });
        stage.chat.set_account(who, SetAccount { settings, ..Default::default() }).await.unwrap();
    };
    hide(ben, true).await;
    hide(cem, true).await;
    let seq = stage.say(ann, id, "hello").await.seq;
    stage.chat.mark_read(ben, read(id, seq.0)).await.unwrap();
    assert_eq!(receipt(stage, ann, id, ben).await.read_at, None);
    stage.heard();

    hide(ben, false).await;
    let shown = receipt(stage, ann, id, ben).await;
    assert_eq!((shown.read_seq, shown.read_at), (seq, Some(stage.clock.now())));
    let heard = stage.heard();
    let told = ServerEvent::ReceiptUpdated(ReceiptUpdated { conversation_id: id, receipts: vec![shown] });
    let to: Vec<_> = heard.iter().filter(|notice| notice.event == told).map(|notice| &notice.to).collect();
    assert_eq!(to, [&Audience::People([ann, ben].into())], "and not to cem, who shows nothing");
    let own = heard.last().unwrap();
    assert_eq!(own.to, Audience::Person(ben));
    assert_eq!(own.event, ServerEvent::Resync(Resync { reason: ResyncReason::Settings }));

    hide(ben, true).await;
    let heard: Vec<_> = stage.heard().into_iter().map(|notice| notice.event).collect();
    assert!(!heard.iter().any(|event| matches!(event, ServerEvent::ReceiptUpdated(_))), "{heard:?}");
    let preferences = [("theme".to_owned(), Some("dark".to_owned()))].into();
    let settings = Some(SettingsChange { preferences, ..Default::default() });
    stage.chat.set_account(ben, SetAccount { settings, ..Default::default() }).await.unwrap();
    assert_eq!(stage.heard().len(), 1, "a preference concerns only one's own devices");
}

pub async fn receipts_come_in_pages(stage: &Stage) {
    let names: Vec<String> = (0..150).map(|n| format!("reader{n:03}")).collect();
    let mut people = Vec::new();
    for name in &names {
        people.push(stage.person(name).await);
    }
    let [ann] = stage.people(["ann"]).await;
    let conversation_id = stage.group(ann, &people).await;
    let seq = stage.say(ann, conversation_id, "all here?").await.seq;
    let address = MessageAddress { conversation_id, seq };
    let first = stage.chat.receipts(ann, address, None).await.unwrap();
    assert_eq!((first.receipts.len(), first.users.len(), first.more), (100, 100, true));
    let after = first.receipts.last().map(|receipt| receipt.user_id);
    let second = stage.chat.receipts(ann, address, after).await.unwrap();
    assert_eq!((second.receipts.len(), second.users.len(), second.more), (50, 50, false));
    let all: Vec<_> = first.receipts.iter().chain(&second.receipts).map(|receipt| receipt.user_id).collect();
    assert_eq!(all, people, "everyone else, each once");
    let nobody = UserId::from([9; 16]);
    let refused = stage.chat.receipts(ann, address, Some(nobody)).await.unwrap_err().into_body();
    assert_eq!((refused.code, refused.field.as_deref()), (ErrorCode::NotFound, Some("after")));
}
