//! Messages and reactions.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use kith_chat::{Clock, Refusal, SendOrder};
use kith_protocol::*;

use super::{
    Stage,
    stage::{code, page_of},
};

fn edit(message: &Message, conversation_id: ConversationId, text: &str) -> EditMessage {
    EditMessage {
        conversation_id,
        seq: message.seq,
        if_version: message.version,
        text: text.into(),
        mentions: vec![],
    }
}

fn delete(conversation_id: ConversationId, seq: Seq, scope: DeleteScope) -> DeleteMessage {
    DeleteMessage { conversation_id, seq, scope }
}

fn react(conversation_id: ConversationId, seq: Seq, emoji: Option<&str>) -> React {
    React { conversation_id, seq, emoji: emoji.map(Into::into) }
}

pub async fn numbers_are_dense(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.direct(ann, ben).await;
    stage.heard();
    // Issued one after the other without waiting: they keep that order.
    let mut replies = Vec::new();
    for number in 0..300 {
        let actor = if number % 2 == 0 { ann } else { ben };
        replies.push(stage.chat.send(actor, stage.text(id, &number.to_string())));
    }
    for (number, reply) in replies.into_iter().enumerate() {
        let message = reply.await.unwrap().message;
        assert_eq!((message.seq, message.text), (Seq(number as u64 + 1), number.to_string()));
    }
    let told: Vec<u64> = stage
        .heard()
        .iter()
        .filter_map(|notice| match &notice.event {
            ServerEvent::ConversationChanged(change) => Some(change.version.0),
            _ => None,
        })
        .collect();
    assert_eq!(told, (2..=301).collect::<Vec<_>>(), "one push per version, in order");
}

pub async fn a_clock_that_jumps_neither_ends_nor_lengthens_a_hold(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.direct(ann, ben).await;
    let elapsed_ms = Arc::<AtomicU64>::default();
    let measured = Arc::clone(&elapsed_ms);
    let elapsed = move || Duration::from_millis(measured.load(Ordering::Relaxed));
    let order = Arc::new(SendOrder::new(elapsed));
    let send = stage.text(id, "The second");
    let follow = || stage.chat.send_in_order(ann, &order, send.clone());
    const DAY_MS: u64 = 86_400_000;
    stage.clock.advance_ms(DAY_MS);
    order.issue(id, stage.client_id()).settle(Some(&Refusal::rate_limited(1_000)));
    stage.clock.advance_ms(DAY_MS);
    assert_eq!(code(follow().await), ErrorCode::Unavailable, "no time has passed");
    stage.clock.set(Timestamp(stage.clock.now().0 - 2 * DAY_MS));
    assert_eq!(code(follow().await), ErrorCode::Unavailable, "no time has passed");
    elapsed_ms.store(11_000, Ordering::Relaxed);
    follow().await.expect("what it waited for was given up long ago");
}

pub async fn a_send_follows_whatever_went_before_it(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let (direct, group) = (stage.direct(ann, ben).await, stage.group(ann, &[ben]).await);
    let chat = &stage.chat;
    let removal = RemoveMember { conversation_id: group, user_id: ben };
    let block = |blocked| SetAccount { block: Some(blocked), user_id: Some(ben), ..SetAccount::default() };
    // Issued one after the other without waiting, so that some of them share a commit.
    let first = chat.send(ben, stage.text(group, "first"));
    let read = chat.mark_read(ann, MarkRead { conversation_id: group, seq: Seq(2) });
    let removed = chat.remove_member(ann, removal);
    let refused = chat.send(ben, stage.text(group, "second"));
    let added = chat.add_members(ann, AddMembers { conversation_id: group, user_ids: vec![ben] });
    let third = chat.send(ben, stage.text(group, "third"));
    let told = chat.send(ben, stage.text(direct, "before"));
    let blocked = chat.set_account(ann, block(true));
    let unheard = chat.send(ben, stage.text(direct, "meanwhile"));
    let unblocked = chat.set_account(ann, block(false));
    let heard = chat.send(ben, stage.text(direct, "after"));

    assert_eq!(first.await.unwrap().message.seq, Seq(2), "the first tells that the group was made");
    read.await.unwrap();
    removed.await.unwrap();
    assert_eq!(code(refused.await), ErrorCode::NotFound);
    added.await.unwrap();
    let third = third.await.unwrap().message.seq;
    assert_eq!(told.await.unwrap().message.seq, Seq(1));
    blocked.await.unwrap();
    assert_eq!(code(unheard.await), ErrorCode::Forbidden);
    unblocked.await.unwrap();
    assert_eq!(heard.await.unwrap().message.seq, Seq(2));
    let summary = stage.summary(ann, group).await;
    assert_eq!((summary.conversation.last_seq, summary.my.read_seq), (third, Seq(2)));
    assert_eq!(stage.texts(ann, direct).await, ["before", "after"]);
}

pub async fn a_repeated_send_returns_the_first(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.direct(ann, ben).await;
    let request = stage.text(id, "once");
    let first = stage.send(ann, request.clone()).await.unwrap();
    stage.heard();
    let again = stage.send(ann, request.clone()).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(stage.heard(), [], "nothing happened, so nothing is told");
    let other = stage.send(ben, request.clone()).await.unwrap();
    assert_eq!(other.seq, Seq(2), "a client_id is its sender's own");
    stage.chat.edit(ann, edit(&first, id, "edited")).await.unwrap();
    stage.clock.advance_ms(40 * 24 * 3600 * 1000);
    assert_eq!(stage.send(ann, request.clone()).await.unwrap().text, "edited", "as it is now");
    stage.chat.delete(ann, delete(id, first.seq, DeleteScope::Everyone)).await.unwrap();
    assert!(stage.send(ann, request).await.unwrap().unsent_at.is_some());
    assert_eq!(stage.page(ann, id).await.messages.len(), 2);
}

pub async fn another_request_under_a_client_id_is_refused(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let (id, elsewhere) = (stage.direct(ann, ben).await, stage.group(ann, &[ben]).await);
    let request = stage.text(id, "once");
    let first = stage.send(ann, request.clone()).await.unwrap();
    let others = [
        SendMessage { text: Some("twice".into()), ..request.clone() },
        SendMessage { conversation_id: elsewhere, ..request.clone() },
        SendMessage { reply_to: Some(Seq(1)), ..request },
    ];
    for other in others {
        let refused = stage.send(ann, other).await.unwrap_err().into_body();
        assert_eq!((refused.code, refused.seq), (ErrorCode::Conflict, Some(first.seq)));
        assert_eq!(refused.field.as_deref(), Some("client_id"));
    }
}

pub async fn an_edit_replaces_the_text_once(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.direct(ann, ben).await;
    let said = stage.say(ann, id, "helo").await;
    assert_eq!(code(stage.chat.edit(ben, edit(&said, id, "mine")).await), ErrorCode::Forbidden);
    stage.clock.advance_ms(5);
    let edited = stage.chat.edit(ann, edit(&said, id, "hello **there**")).await.unwrap().message;
    assert_eq!((edited.text.as_str(), edited.edited_at), ("hello **there**", Some(stage.clock.now())));
    assert_eq!(edited.entities.len(), 1);
    assert_eq!(code(stage.chat.edit(ann, edit(&said, id, "late")).await), ErrorCode::Conflict);
    let repeated = stage.chat.edit(ann, edit(&said, id, "hello **there**")).await.unwrap().message;
    assert_eq!(repeated, edited, "a late repetition is answered like the first time");
    // A reaction is no change of the text: an edit made without knowing of it is fine.
    stage.chat.react(ben, react(id, said.seq, Some("👍"))).await.unwrap();
    stage.chat.edit(ann, edit(&edited, id, "hello")).await.unwrap();
}

pub async fn unsending_leaves_a_tombstone(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.direct(ann, ben).await;
    let photo = stage.photo(ann).await;
    let request = SendMessage { attachment_ids: vec![photo], ..stage.text(id, "secret") };
    let said = stage.send(ann, request).await.unwrap();
    stage.chat.react(ben, react(id, said.seq, Some("🎉"))).await.unwrap();
    let answer = SendMessage { reply_to: Some(said.seq), ..stage.text(id, "what?") };
    stage.send(ben, answer).await.unwrap();
    let changes = stage
        .changes_made_by(Box::pin(async {
            stage.chat.delete(ann, delete(id, said.seq, DeleteScope::Everyone)).await.unwrap();
        }))
        .await;
    let [change] = changes.as_slice() else { panic!("one push, not {changes:?}") };
    assert_eq!((change.cause.kind, change.cause.seq), (CauseKind::Unsent, Some(said.seq)));
    let tombstone = &change.messages[0];
    assert_eq!((tombstone.seq, tombstone.sender_id, tombstone.created_at), (said.seq, ann, said.created_at));
    assert_eq!((tombstone.unsent_by, tombstone.text.as_str()), (Some(ann), ""));
    assert!(
        tombstone.attachments.is_empty() && tombstone.reactions.is_empty() && tombstone.entities.is_empty()
    );
    let page = stage.page(ben, id).await;
    assert!(
        page.messages
            .iter()
            .map(|message| &**message)
            .chain(&page.quotes)
            .all(|message| message.text != "secret")
    );

    let again = stage.chat.delete(ann, delete(id, said.seq, DeleteScope::Everyone)).await.unwrap();
    assert_eq!(again.version, Some(change.version), "doing it again changes nothing");
    assert_eq!(code(stage.chat.edit(ann, edit(&said, id, "back")).await), ErrorCode::Gone);
    assert_eq!(code(stage.chat.react(ben, react(id, said.seq, Some("👍"))).await), ErrorCode::Gone);
    let answer = SendMessage { reply_to: Some(said.seq), ..stage.text(id, "late") };
    assert_eq!(code(stage.send(ben, answer).await), ErrorCode::Gone);
    assert_eq!(code(stage.chat.attachment(ben, photo).await), ErrorCode::NotFound);
}

pub async fn hiding_is_for_oneself(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.direct(ann, ben).await;
    let said = stage.say(ann, id, "embarrassing").await;
    stage.heard();
    let hidden = stage.chat.delete(ben, delete(id, said.seq, DeleteScope::Me)).await.unwrap();
    let heard = stage.heard();
    assert!(heard.iter().all(|notice| notice.to == kith_chat::Audience::Person(ben)), "no trace for others");
    let again = stage.chat.delete(ben, delete(id, said.seq, DeleteScope::Me)).await.unwrap();
    assert_eq!(hidden, again);
    assert_eq!(stage.texts(ann, id).await, ["embarrassing"]);
    let page = stage.page(ben, id).await;
    assert!(page.messages.is_empty());
    assert_eq!(
        (page.from_seq, page.to_seq, page.at_start),
        (Seq(1), Seq(1), true),
        "it is covered, not unloaded"
    );
    let my = stage.summary(ben, id).await.my;
    assert_eq!((my.unread, my.last_message), (0, None));
    let answer = SendMessage { reply_to: Some(said.seq), ..stage.text(id, "?") };
    assert_eq!(code(stage.send(ben, answer).await), ErrorCode::NotFound);
    let address = MessageAddress { conversation_id: id, seq: said.seq };
    assert_eq!(code(stage.chat.message(ben, address).await), ErrorCode::NotFound);
}

pub async fn a_quote_goes_through_the_readers_door(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.direct(ann, ben).await;
    let said = stage.say(ann, id, "the original").await;
    stage.send(ben, SendMessage { reply_to: Some(said.seq), ..stage.text(id, "the answer") }).await.unwrap();
    let newest = PageRequest { limit: Some(1), ..page_of(id) };
    let page = stage.chat.page(ann, newest.clone()).await.unwrap();
    assert_eq!(page.quotes[0].text, "the original");
    assert!(stage.page(ann, id).await.quotes.is_empty(), "what is on the page is not repeated");
    stage.chat.delete(ann, delete(id, said.seq, DeleteScope::Me)).await.unwrap();
    assert!(stage.chat.page(ann, newest.clone()).await.unwrap().quotes.is_empty());
    assert_eq!(stage.chat.page(ben, newest).await.unwrap().quotes.len(), 1);
    let unknown = SendMessage { reply_to: Some(Seq(99)), ..stage.text(id, "?") };
    assert_eq!(code(stage.send(ann, unknown).await), ErrorCode::NotFound);
}

pub async fn a_forward_is_a_copy(stage: &Stage) {
    let [ann, ben, eve] = stage.people(["ann", "ben", "eve"]).await;
    let (from, to) = (stage.direct(ann, ben).await, stage.direct(ann, eve).await);
    let photo = stage.photo(ben).await;
    let request = SendMessage { attachment_ids: vec![photo], ..stage.text(from, "look **here**") };
    let original = stage.send(ben, request).await.unwrap();
    let address = MessageAddress { conversation_id: from, seq: original.seq };
    let forward = SendMessage { text: None, forward: Some(address), ..stage.text(to, "") };
    let copy = stage.send(ann, forward.clone()).await.unwrap();
    assert!(copy.forwarded && copy.sender_id == ann);
    assert_eq!((copy.text, copy.entities), (original.text, original.entities));
    assert_eq!(copy.attachments, original.attachments, "the bytes are shared");
    stage.chat.delete(ben, delete(from, original.seq, DeleteScope::Everyone)).await.unwrap();
    stage.chat.attachment(eve, photo).await.unwrap();
    assert_eq!(code(stage.chat.attachment(ben, photo).await), ErrorCode::NotFound);
    let again = SendMessage { client_id: stage.client_id(), ..forward.clone() };
    assert_eq!(code(stage.send(ann, again.clone()).await), ErrorCode::Gone);
    let through_anothers_door = SendMessage { conversation_id: to, ..again };
    assert_eq!(code(stage.send(eve, through_anothers_door).await), ErrorCode::NotFound);
    let with_words = SendMessage { text: Some("see".into()), client_id: stage.client_id(), ..forward };
    assert_eq!(code(stage.send(ann, with_words).await), ErrorCode::Invalid);
}

pub async fn mentions_must_be_members(stage: &Stage) {
    let [ann, ben, eve] = stage.people(["ann", "ben", "eve"]).await;
    let group = stage.group(ann, &[ben]).await;
    let mention = |user_id| Mention { offset: 3, length: 4, user_id };
    let request = SendMessage { mentions: vec![mention(ben)], ..stage.text(group, "hi @ben") };
    let said = stage.send(ann, request).await.unwrap();
    assert_eq!((said.entities[0].kind, said.entities[0].user_id), (EntityKind::Mention, Some(ben)));
    let request = SendMessage { mentions: vec![mention(eve)], ..stage.text(group, "hi @eve") };
    let refused = stage.send(ann, request).await.unwrap_err().into_body();
    assert_eq!((refused.code, refused.field.as_deref()), (ErrorCode::Invalid, Some("mentions[0].user_id")));
    let request = SendMessage {
        mentions: vec![Mention { offset: 5, length: 9, user_id: ben }],
        ..stage.text(group, "hi @ben")
    };
    assert_eq!(code(stage.send(ann, request).await), ErrorCode::Invalid);
}

pub async fn reactions_count_and_are_limited(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let group = stage.group(ann, &[ben]).await;
    let said = stage.say(ann, group, "vote").await;
    stage.chat.react(ann, react(group, said.seq, Some("👍"))).await.unwrap();
    let message = stage.chat.react(ben, react(group, said.seq, Some("👍"))).await.unwrap().message;
    assert_eq!((message.reactions[0].count, message.my_reaction.as_deref()), (2, Some("👍")));
    let changes = stage
        .changes_made_by(Box::pin(async {
            stage.chat.react(ben, react(group, said.seq, Some("👍"))).await.unwrap();
            stage.chat.react(ben, react(group, said.seq, Some("🎉"))).await.unwrap();
            stage.chat.react(ben, react(group, said.seq, None)).await.unwrap();
        }))
        .await;
    let causes: Vec<_> = changes.iter().map(|change| change.cause.emoji.as_deref()).collect();
    assert_eq!(causes, [Some("🎉"), None], "putting the same again changes nothing");
    assert_eq!(changes[0].messages[0].my_reaction, None, "a push is the same for everyone");
    assert_eq!(changes[1].messages[0].reactions.len(), 1);
    for bad in ["", "x", "👍👍", "ok"] {
        assert_eq!(
            code(stage.chat.react(ben, react(group, said.seq, Some(bad))).await),
            ErrorCode::Invalid,
            "{bad}"
        );
    }

    let emoji: Vec<String> = ('🐀'..'🐿').take(limits::REACTION_KINDS_MAX + 1).map(String::from).collect();
    stage.chat.react(ann, react(group, said.seq, None)).await.unwrap();
    let mut animals = Vec::new();
    for (number, emoji) in emoji.iter().enumerate() {
        let fan = stage.person(&format!("fan{number}")).await;
        stage
            .chat
            .add_members(ann, AddMembers { conversation_id: group, user_ids: vec![fan] })
            .await
            .unwrap();
        animals.push(stage.chat.react(fan, react(group, said.seq, Some(emoji))).await);
    }
    let refused = animals.pop().unwrap();
    assert!(animals.iter().all(Result::is_ok), "twenty kinds fit");
    assert_eq!(code(refused), ErrorCode::TooLarge);
    stage.chat.react(ben, react(group, said.seq, Some(&emoji[0]))).await.unwrap();
    let address = MessageAddress { conversation_id: group, seq: said.seq };
    let all = stage.chat.reactions(ann, address, None).await.unwrap();
    assert_eq!(all.reactions[0].user_ids.len(), 2);
}

pub async fn pins_are_kept_and_limited(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let group = stage.group(ann, &[ben]).await;
    let pin = |seq, pinned| PinMessage { conversation_id: group, seq, pinned };
    let mut said = Vec::new();
    for number in 0..=limits::PINNED_MESSAGES_MAX {
        said.push(stage.say(ann, group, &number.to_string()).await.seq);
    }
    for seq in &said[..limits::PINNED_MESSAGES_MAX] {
        stage.chat.pin(ben, pin(*seq, true)).await.unwrap();
    }
    assert_eq!(
        code(stage.chat.pin(ann, pin(said[limits::PINNED_MESSAGES_MAX], true)).await),
        ErrorCode::TooLarge
    );
    stage.chat.pin(ann, pin(said[0], false)).await.unwrap();
    assert_eq!(stage.chat.pinned(ann, group).await.unwrap().messages.len(), limits::PINNED_MESSAGES_MAX - 1);
    stage.chat.delete(ann, delete(group, said[1], DeleteScope::Everyone)).await.unwrap();
    let pinned = stage.chat.pinned(ann, group).await.unwrap().messages;
    assert!(pinned.iter().all(|message| message.seq != said[1]), "what is gone is not pinned");
    assert_eq!(code(stage.chat.pin(ann, pin(said[1], true)).await), ErrorCode::Gone);
    assert_eq!(code(stage.chat.pin(ann, pin(Seq(1), true)).await), ErrorCode::Forbidden);
}

pub async fn a_page_says_what_it_covers(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.direct(ann, ben).await;
    for number in 1..=30 {
        stage.say(ann, id, &number.to_string()).await;
    }
    stage.chat.delete(ben, delete(id, Seq(15), DeleteScope::Me)).await.unwrap();
    let get = async |before: Option<u64>, after: Option<u64>, around: Option<u64>, limit| {
        let request = PageRequest {
            conversation_id: id,
            before: before.map(Seq),
            after: after.map(Seq),
            around: around.map(Seq),
            limit: Some(limit),
        };
        let page = stage.chat.page(ben, request).await.unwrap();
        let seqs: Vec<u64> = page.messages.iter().map(|message| message.seq.0).collect();
        (seqs, page.from_seq.0, page.to_seq.0, page.at_start, page.at_end)
    };
    assert_eq!(get(None, None, None, 3).await, (vec![28, 29, 30], 28, 30, false, true));
    assert_eq!(get(Some(28), None, None, 2).await, (vec![26, 27], 26, 27, false, false));
    assert_eq!(get(Some(4), None, None, 10).await, (vec![1, 2, 3], 1, 3, true, false));
    assert_eq!(get(Some(1), None, None, 10).await, (vec![], 1, 0, true, false));
    assert_eq!(get(None, Some(27), None, 10).await, (vec![28, 29, 30], 28, 30, false, true));
    assert_eq!(get(None, Some(30), None, 10).await, (vec![], 31, 30, false, true));
    assert_eq!(get(None, Some(12), None, 3).await, (vec![13, 14, 16], 13, 16, false, false));
    assert_eq!(get(None, None, Some(15), 4).await, (vec![13, 14, 16, 17], 13, 17, false, false));
    assert_eq!(get(None, None, Some(20), 5).await, (vec![18, 19, 20, 21, 22], 18, 22, false, false));
    assert_eq!(get(None, None, Some(99), 2).await, (vec![30], 30, 30, false, true));
    assert_eq!(get(None, None, Some(20), 1).await, (vec![20], 20, 20, false, false));
    for (limit, refusal) in [(0, ErrorCode::Invalid), (101, ErrorCode::TooLarge)] {
        let request = PageRequest { limit: Some(limit), ..page_of(id) };
        assert_eq!(code(stage.chat.page(ben, request).await), refusal);
    }
    let both = PageRequest { before: Some(Seq(3)), after: Some(Seq(1)), ..page_of(id) };
    assert_eq!(code(stage.chat.page(ben, both).await), ErrorCode::Invalid);
}

pub async fn a_page_stays_within_its_bytes(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.direct(ann, ben).await;
    // The worst there is: every unit becomes six bytes of JSON.
    let longest: String = "\u{1}".repeat(limits::TEXT_UTF16_MAX - 1) + "x";
    for _ in 0..12 {
        stage.say(ann, id, &longest).await;
    }
    let too_long = stage.text(id, &format!("{longest}xx"));
    assert_eq!(code(stage.send(ann, too_long).await), ErrorCode::TooLarge);
    let mut before = None;
    let mut seen = 0;
    loop {
        let page = stage.chat.page(ben, PageRequest { before, ..page_of(id) }).await.unwrap();
        let bytes = serde_json::to_vec(&page).unwrap().len();
        assert!(bytes <= limits::ANSWER_BYTES_MAX, "{bytes} bytes");
        assert!(!page.messages.is_empty());
        seen += page.messages.len();
        before = Some(page.from_seq);
        if page.at_start {
            break;
        }
    }
    assert_eq!(seen, 12);
    let around = PageRequest { around: Some(Seq(6)), ..page_of(id) };
    let page = stage.chat.page(ben, around).await.unwrap();
    assert!(page.messages.iter().any(|message| message.seq == Seq(6)));
    assert!(serde_json::to_vec(&page).unwrap().len() <= limits::ANSWER_BYTES_MAX);
    let changes = ChangesRequest { conversation_id: id, since: Version(1) };
    let changes = stage.chat.changes(ben, changes).await.unwrap();
    assert!(changes.reset && serde_json::to_vec(&changes).unwrap().len() <= limits::ANSWER_BYTES_MAX);
    // Heavy with what it quotes, so that nothing beside it fits.
    let heavy = SendMessage { reply_to: Some(Seq(6)), ..stage.text(id, &longest) };
    let heavy = stage.send(ann, heavy).await.unwrap().seq;
    stage.send(ann, SendMessage { reply_to: Some(Seq(7)), ..stage.text(id, &longest) }).await.unwrap();
    let around = PageRequest { around: Some(heavy), ..page_of(id) };
    let page = stage.chat.page(ben, around).await.unwrap();
    let seqs: Vec<Seq> = page.messages.iter().map(|message| message.seq).collect();
    assert_eq!((seqs, page.to_seq, page.at_end), (vec![heavy], heavy, false), "it covers what it brings");
    for since in [0, 1] {
        let changes = ChangesRequest { conversation_id: id, since: Version(since) };
        let changes = stage.chat.changes(ben, changes).await.unwrap();
        assert!(serde_json::to_vec(&changes).unwrap().len() <= limits::ANSWER_BYTES_MAX);
    }
}

pub async fn bad_requests_change_nothing(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.direct(ann, ben).await;
    let version = stage.summary(ann, id).await.conversation.version;
    let unknown = AttachmentId(stage.chat.entropy().id(Timestamp(1)));
    let photos: Vec<AttachmentId> = (0..=limits::ATTACHMENTS_MAX as u64)
        .map(|n| AttachmentId(stage.chat.entropy().id(Timestamp(n))))
        .collect();
    let bad = [
        (stage.text(id, ""), ErrorCode::Invalid),
        (stage.text(id, " \u{200b}\n"), ErrorCode::Invalid),
        (SendMessage { text: None, ..stage.text(id, "") }, ErrorCode::Invalid),
        (SendMessage { attachment_ids: vec![unknown], ..stage.text(id, "x") }, ErrorCode::NotFound),
        (SendMessage { attachment_ids: vec![unknown, unknown], ..stage.text(id, "x") }, ErrorCode::Invalid),
        (SendMessage { attachment_ids: photos, ..stage.text(id, "x") }, ErrorCode::TooLarge),
        (SendMessage { reply_to: Some(Seq(0)), ..stage.text(id, "x") }, ErrorCode::NotFound),
    ];
    for (request, expected) in bad {
        assert_eq!(code(stage.send(ann, request).await), expected);
    }
    assert_eq!(stage.summary(ann, id).await.conversation.version, version);
    assert_eq!(stage.say(ann, id, "fine").await.seq, Seq(1));
}

pub async fn reactions_come_in_pages(stage: &Stage) {
    let mut people = Vec::new();
    for n in 0..120 {
        people.push(stage.person(&format!("reader{n:03}")).await);
    }
    let ann = people[0];
    let conversation_id = stage.group(ann, &people[1..]).await;
    let seq = stage.say(ann, conversation_id, "who comes?").await.seq;
    for (index, person) in people.iter().enumerate() {
        let emoji = Some(if index % 2 == 0 { "👍" } else { "❤️" }.to_owned());
        stage.chat.react(*person, React { conversation_id, seq, emoji }).await.unwrap();
    }
    let address = MessageAddress { conversation_id, seq };
    let first = stage.chat.reactions(ann, address, None).await.unwrap();
    assert_eq!((first.users.len(), first.more, first.next_after), (100, true, Some(people[99])));
    let second = stage.chat.reactions(ann, address, first.next_after).await.unwrap();
    assert_eq!((second.users.len(), second.more, second.next_after), (20, false, None));
    for (page, named) in [(&first, 50), (&second, 10)] {
        let counts: Vec<_> = page.reactions.iter().map(|one| (one.count, one.user_ids.len())).collect();
        assert_eq!(counts, [(60, named); 2]);
    }
}
