//! Who types: told to members, not to oneself, not to whoever is blocked or gone.

use std::time::{Duration, Instant};

use kith_protocol::*;
use kith_testkit::{Person, TestServer};
use serde_json::json;

const SOON: Duration = Duration::from_millis(1_500);

#[tokio::test]
async fn members_see_who_types_until_the_message_comes() {
    let server = TestServer::start().await;
    let (ann, ben, cem) =
        (server.person("ann").await, server.person("ben").await, server.person("cem").await);
    let group = ann.group("Walks", &[ben.id()]).await;
    for person in [&ann, &ben, &cem] {
        person.sync().await;
    }
    type_in(&ann, group);
    assert_eq!(heard(&ben, group).await, [ann.id()]);
    ann.say(group, "here it is").await;
    assert_eq!(heard(&ben, group).await, []);
    assert_eq!(ann.next_event("typing", Duration::ZERO).await, None, "nobody hears themselves");
    assert_eq!(cem.next_event("typing", Duration::ZERO).await, None, "Cem is not in it");

    // Whoever is no member is heard by nobody.
    type_in(&cem, group);
    assert_eq!(ben.next_event("typing", SOON).await, None);
    server.stop().await;
}

#[tokio::test]
async fn typing_is_forgotten_after_six_seconds() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.person("ann").await, server.person("ben").await);
    let chat = ann.direct(ben.id()).await;
    ben.sync().await;
    let begun = Instant::now();
    type_in(&ann, chat);
    assert_eq!(heard(&ben, chat).await, [ann.id()]);
    assert_eq!(heard(&ben, chat).await, []);
    assert!(begun.elapsed() >= Duration::from_secs(6), "forgotten after {:?}", begun.elapsed());
    server.stop().await;
}

#[tokio::test]
async fn whoever_blocked_somebody_does_not_see_them_type() {
    let server = TestServer::start().await;
    let (ann, ben, cem) =
        (server.person("ann").await, server.person("ben").await, server.person("cem").await);
    let group = ann.group("Walks", &[ben.id(), cem.id()]).await;
    ben.sync().await;
    cem.sync().await;
    type_in(&ann, group);
    assert_eq!(heard(&ben, group).await, [ann.id()]);
    let block = SetAccount { block: Some(true), user_id: Some(ann.id()), ..SetAccount::default() };
    ben.request(&block).await.expect("one may block anyone");
    ann.send(TYPING_EVENT, &SetTyping { conversation_id: group, typing: false });
    tokio::time::sleep(SOON).await;
    drop(ben.take_pushes());
    assert_eq!(heard(&cem, group).await, [ann.id()]);
    type_in(&ann, group);
    cem.until(|pushes| pushes.iter().filter(|push| push.name == "typing").count() >= 3).await;
    assert_eq!(ben.next_event("typing", SOON).await, None);
    server.stop().await;
}

#[tokio::test]
async fn whoever_was_removed_neither_types_nor_hears_of_it() {
    let server = TestServer::start().await;
    let (ann, ben, cem) =
        (server.person("ann").await, server.person("ben").await, server.person("cem").await);
    let group = ann.group("Walks", &[ben.id(), cem.id()]).await;
    ben.sync().await;
    cem.sync().await;
    type_in(&ann, group);
    for member in [&ben, &cem] {
        assert_eq!(heard(member, group).await, [ann.id()]);
    }
    let remove = RemoveMember { conversation_id: group, user_id: ben.id() };
    ann.request(&remove).await.expect("the owner may remove");
    ben.expect::<ConversationRemoved>("conversation:removed").await;
    // Whoever stays is told that nobody types, until somebody says it again.
    assert_eq!(heard(&cem, group).await, []);
    drop(ben.take_pushes());
    type_in(&ben, group);
    type_in(&ann, group);
    assert_eq!(heard(&cem, group).await, [ann.id()]);
    assert_eq!(ben.next_event("typing", SOON).await, None);
    server.stop().await;
}

fn type_in(person: &Person, conversation_id: ConversationId) {
    person.send(TYPING_EVENT, &json!({ "conversation_id": conversation_id, "typing": true }));
}

async fn heard(person: &Person, conversation_id: ConversationId) -> Vec<UserId> {
    let typing: Typing = person.expect("typing").await;
    assert_eq!(typing.conversation_id, conversation_id);
    typing.user_ids
}

#[tokio::test]
async fn saving_a_preference_ends_nobody_s_typing() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.person("ann").await, server.person("ben").await);
    let chat = ann.direct(ben.id()).await;
    ben.sync().await;
    type_in(&ann, chat);
    assert_eq!(heard(&ben, chat).await, [ann.id()]);
    for person in [&ann, &ben] {
        let preferences = [("theme".to_owned(), Some("dark".to_owned()))].into();
        let settings = Some(SettingsChange { preferences, ..SettingsChange::default() });
        person.request(&SetAccount { settings, ..SetAccount::default() }).await.expect("one may choose");
        // Nobody types for long who does not say so again.
        type_in(&ann, chat);
    }
    ann.say(chat, "here it is").await;
    while heard(&ben, chat).await == [ann.id()] {}
    assert_eq!(ben.next_event("typing", SOON).await, None, "it ended once, with the message");
    server.stop().await;
}
