//! Catching up.

use kith_protocol::*;

use super::Stage;
use crate::Replica;

fn from(cursor: &str) -> SyncRequest {
    SyncRequest { cursor: Some(cursor.to_owned()), epoch: None }
}

async fn everything(stage: &Stage, actor: UserId, mut request: SyncRequest) -> (Vec<SyncAnswer>, String) {
    let mut answers = Vec::new();
    loop {
        let answer = stage.chat.sync(actor, request).await.expect("one may sync");
        assert!(serde_json::to_vec(&answer).unwrap().len() <= limits::ANSWER_BYTES_MAX);
        let cursor = answer.cursor.clone();
        let more = answer.more;
        answers.push(answer);
        if !more {
            return (answers, cursor);
        }
        request = from(&cursor);
    }
}

fn ids(answers: &[SyncAnswer]) -> Vec<ConversationId> {
    answers.iter().flat_map(|answer| &answer.conversations).map(|summary| summary.conversation.id).collect()
}

pub async fn a_cursor_brings_only_what_changed(stage: &Stage) {
    let [ann, ben, eve] = stage.people(["ann", "ben", "eve"]).await;
    let (one, two) = (stage.direct(ann, ben).await, stage.direct(ann, eve).await);
    let first = stage.chat.sync(ann, SyncRequest::default()).await.unwrap();
    assert_eq!(ids(std::slice::from_ref(&first)), [two, one], "last changed first");
    assert!(!first.reset && !first.more && first.account.settings.is_some());
    assert_eq!(first.users.len(), 3);
    let nothing = stage.chat.sync(ann, from(&first.cursor)).await.unwrap();
    assert!(nothing.conversations.is_empty() && nothing.account.settings.is_none());

    stage.say(ben, one, "news").await;
    let sent = stage.chat.sync(ann, from(&first.cursor)).await.unwrap();
    assert_eq!(ids(std::slice::from_ref(&sent)), [one]);
    assert_eq!(sent.conversations[0].my.unread, 1);
    stage.chat.mark_delivered(ann, MarkDelivered { conversation_id: one, seq: Seq(1) }).await.unwrap();
    let receipts =
        stage.chat.sync(ben, from(&stage.chat.sync(ben, SyncRequest::default()).await.unwrap().cursor)).await;
    assert!(receipts.unwrap().conversations.is_empty());
    let delivered = stage.chat.sync(ann, from(&sent.cursor)).await.unwrap();
    assert_eq!(ids(std::slice::from_ref(&delivered)), [one], "a receipt is a change");
    let draft =
        SetAccount { conversation_id: Some(two), draft: Some(Some("dear".into())), ..Default::default() };
    stage.chat.set_account(ann, draft).await.unwrap();
    let drafted = stage.chat.sync(ann, from(&delivered.cursor)).await.unwrap();
    assert_eq!(drafted.conversations[0].my.draft.as_deref(), Some("dear"));
    assert!(stage.chat.sync(eve, SyncRequest::default()).await.unwrap().conversations[0].my.draft.is_none());
    let hide = DeleteMessage { conversation_id: one, seq: Seq(1), scope: DeleteScope::Me };
    stage.chat.delete(ann, hide).await.unwrap();
    let hidden = stage.chat.sync(ann, from(&drafted.cursor)).await.unwrap();
    assert_eq!(hidden.account.hidden[0].seq, Seq(1));
    assert_eq!(hidden.conversations[0].my.last_message, None);
}

pub async fn a_long_list_comes_in_pages(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let mut groups = Vec::new();
    for _ in 0..120 {
        groups.push(stage.group(ann, &[ben]).await);
    }
    let first = stage.chat.sync(ann, SyncRequest::default()).await.unwrap();
    assert!(first.more);
    // What changes while the list is walked is pushed. Whoever had lost the feed meanwhile gets it at the end.
    stage.say(ben, groups[119], "meanwhile").await;
    let (rest, cursor) = everything(stage, ann, from(&first.cursor)).await;
    let mut seen = ids(&[first]);
    seen.extend(ids(&rest));
    let expected: Vec<_> = groups.iter().rev().chain([&groups[119]]).copied().collect();
    assert_eq!(seen, expected, "last changed first, then what changed meanwhile");
    let after = stage.chat.sync(ann, from(&cursor)).await.unwrap();
    assert_eq!((ids(std::slice::from_ref(&after)), after.more), (vec![], false));

    let longest = "\u{1}".repeat(limits::DRAFT_UTF16_MAX - 1) + "x";
    for group in &groups[..9] {
        let draft = SetAccount {
            conversation_id: Some(*group),
            draft: Some(Some(longest.clone())),
            ..Default::default()
        };
        stage.chat.set_account(ann, draft).await.unwrap();
    }
    let (heavy, _) = everything(stage, ann, from(&cursor)).await;
    assert_eq!(ids(&heavy).len(), 9);
    assert!(heavy.len() > 1, "an answer stays within its bytes");
}

pub async fn a_useless_cursor_begins_anew(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.direct(ann, ben).await;
    let bens = stage.chat.sync(ben, SyncRequest::default()).await.unwrap();
    let requests = [
        from("nonsense"),
        from(&format!("1.1.0.{}", u64::MAX)),
        from(&format!("1.1.0.0.1.1.{}.1", u64::MAX)),
        from(&bens.cursor),
        SyncRequest {
            epoch: Some("another".into()),
            ..from(&stage.chat.sync(ann, SyncRequest::default()).await.unwrap().cursor)
        },
    ];
    for request in requests {
        let answer = stage.chat.sync(ann, request).await.unwrap();
        assert!(answer.reset);
        assert_eq!(ids(&[answer]), [id]);
    }
    let same = SyncRequest { epoch: Some(bens.epoch.clone()), ..from(&bens.cursor) };
    assert!(!stage.chat.sync(ben, same).await.unwrap().reset);
}

pub async fn a_block_reaches_the_counts_of_who_was_away(stage: &Stage) {
    let [ann, ben, eve] = stage.people(["ann", "ben", "eve"]).await;
    let group = stage.group(ann, &[ben, eve]).await;
    stage.say(eve, group, "one").await;
    let before = stage.chat.sync(ann, SyncRequest::default()).await.unwrap();
    for (blocked, unread) in [(true, 0), (false, 1)] {
        let block = SetAccount { block: Some(blocked), user_id: Some(eve), ..Default::default() };
        stage.chat.set_account(ann, block).await.unwrap();
        let answer = stage.chat.sync(ann, from(&before.cursor)).await.unwrap();
        assert_eq!(ids(std::slice::from_ref(&answer)), [group]);
        assert_eq!(answer.conversations[0].my.unread, unread);
    }
}

pub async fn an_answer_has_room_for_everyone_one_has_blocked(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let about = UpdateProfile { about: Some("x".repeat(limits::ABOUT_UTF16_MAX)), ..Default::default() };
    let mut blocks = Vec::new();
    for number in 0..limits::BLOCKS_MAX {
        let person = stage.person(&format!("person{number}")).await;
        stage.chat.update_profile(person, about.clone()).await.unwrap();
        stage.heard();
        blocks.push(SetAccount { block: Some(true), user_id: Some(person), ..Default::default() });
    }
    for block in &blocks {
        stage.heard();
        stage.chat.set_account(ann, block.clone()).await.unwrap();
    }
    for _ in 0..6 {
        let group = stage.group(ann, &[ben]).await;
        let said = "世".repeat(limits::TEXT_UTF16_MAX);
        stage.say(ben, group, &said).await;
    }
    let (answers, _) = everything(stage, ann, SyncRequest::default()).await;
    assert_eq!((answers[0].account.blocks.len(), ids(&answers).len()), (limits::BLOCKS_MAX, 6));
}

pub async fn removed_conversations_are_named(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let group = stage.group(ann, &[ben]).await;
    let before = stage.chat.sync(ben, SyncRequest::default()).await.unwrap().cursor;
    stage.chat.remove_member(ann, RemoveMember { conversation_id: group, user_id: ben }).await.unwrap();
    let answer = stage.chat.sync(ben, from(&before)).await.unwrap();
    assert_eq!((answer.removed.as_slice(), answer.conversations.len()), ([group].as_slice(), 0));
    stage.chat.add_members(ann, AddMembers { conversation_id: group, user_ids: vec![ben] }).await.unwrap();
    let answer = stage.chat.sync(ben, from(&before)).await.unwrap();
    assert_eq!((answer.removed.len(), answer.conversations.len()), (1, 1), "it begins anew");
    let answer = stage.chat.sync(ben, from(&answer.cursor)).await.unwrap();
    assert_eq!((answer.removed.len(), answer.conversations.len()), (0, 0));
}

pub async fn changes_of_a_conversation_or_its_newest_page(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let group = stage.group(ann, &[ben]).await;
    let changes = async |since| {
        stage
            .chat
            .changes(ben, ChangesRequest { conversation_id: group, since: Version(since) })
            .await
            .unwrap()
    };
    let fresh = changes(0).await;
    assert!(fresh.reset && fresh.messages.len() == 1 && fresh.members.len() == 2);
    for number in 0..3 {
        stage.say(ann, group, &number.to_string()).await;
    }
    stage
        .chat
        .react(ann, React { conversation_id: group, seq: Seq(2), emoji: Some("👍".into()) })
        .await
        .unwrap();
    let admin = SetRole { conversation_id: group, user_id: ben, role: Role::Admin };
    stage.chat.set_role(ann, admin).await.unwrap();
    let difference = changes(3).await;
    let seqs: Vec<u64> = difference.messages.iter().map(|message| message.seq.0).collect();
    assert_eq!((difference.reset, difference.version, seqs), (false, Version(6), vec![2, 4]));
    assert_eq!(difference.members[0].role, Role::Admin);
    assert!(changes(6).await.messages.is_empty());
    assert!(changes(99).await.reset, "a version that never was");
    for number in 0..101 {
        stage.say(ann, group, &number.to_string()).await;
    }
    let far = changes(6).await;
    assert_eq!((far.reset, far.messages.len(), far.version), (true, 50, Version(107)));
    assert_eq!(changes(7).await.messages.len(), 100);
}

pub async fn a_profile_change_reaches_who_was_away(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    stage.direct(ann, ben).await;
    let before = stage.chat.sync(ann, SyncRequest::default()).await.unwrap().cursor;
    let change = UpdateProfile { display_name: Some("Benjamin".into()), about: Some("at sea".into()) };
    stage.chat.update_profile(ben, change).await.unwrap();
    let answer = stage.chat.sync(ann, from(&before)).await.unwrap();
    let ben = answer.users.iter().find(|user| user.id == ben).unwrap();
    assert_eq!((ben.display_name.as_str(), ben.about.as_str()), ("Benjamin", "at sea"));
}

pub async fn who_left_and_came_back_while_away_begins_anew(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.group(ann, &[ben]).await;
    let seq = stage.say(ann, id, "for everyone").await.seq;
    let hide = DeleteMessage { conversation_id: id, seq, scope: DeleteScope::Me };
    let mut device = Replica::new(ben);
    let catch_up = async |device: &mut Replica| {
        let answer = stage.chat.sync(ben, device.sync_request()).await.unwrap();
        for request in device.synced(answer) {
            device.changed(stage.chat.changes(ben, request).await.unwrap());
        }
    };
    catch_up(&mut device).await;
    stage.chat.delete(ben, hide).await.unwrap();
    catch_up(&mut device).await;
    assert!(!device.conversations[&id].messages.contains_key(&seq));

    let gone = RemoveMember { conversation_id: id, user_id: ben };
    stage.chat.remove_member(ann, gone).await.unwrap();
    stage.chat.add_members(ann, AddMembers { conversation_id: id, user_ids: vec![ben] }).await.unwrap();
    catch_up(&mut device).await;
    assert!(device.conversations[&id].messages.contains_key(&seq), "who comes back sees everything again");
    let mut fresh = Replica::new(ben);
    catch_up(&mut fresh).await;
    assert_eq!(device.conversations[&id].messages, fresh.conversations[&id].messages);
}

pub async fn a_late_row_of_the_account_brings_nothing_back(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.direct(ann, ben).await;
    let mut device = Replica::new(ben);
    device.synced(stage.chat.sync(ben, device.sync_request()).await.unwrap());
    stage.say(ann, id, "one").await;
    stage.heard();
    let pinned = SetAccount { conversation_id: Some(id), pinned: Some(true), ..Default::default() };
    stage.chat.set_account(ben, pinned).await.unwrap();
    let late = stage.heard().into_iter().find_map(|notice| match notice.event {
        ServerEvent::AccountChanged(rows) => Some(rows),
        _ => None,
    });
    stage.say(ann, id, "two").await;
    let request = ChangesRequest { conversation_id: id, since: Version(0) };
    device.changed(stage.chat.changes(ben, request).await.unwrap());
    assert_eq!(device.conversations[&id].my.unread, 2);
    device.pushed("account:changed", &serde_json::to_value(late.unwrap()).unwrap());
    let my = &device.conversations[&id].my;
    assert_eq!((my.unread, my.pinned), (2, true));
}
