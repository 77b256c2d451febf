//! The feed: atomic from `sync` on, without a hole, and over when access is.

use std::time::Duration;

use kith_protocol::*;
use kith_testkit::{Person, Replica, TestServer, message};
use serde_json::Value;

#[tokio::test]
async fn nothing_durable_is_pushed_before_sync() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.person("ann").await, server.person("ben").await);
    let chat = ann.direct(ben.id()).await;
    ann.say(chat, "too early").await;
    assert_eq!(ben.next_event("conversation:changed", Duration::from_millis(300)).await, None);
    let answer = ben.sync().await;
    assert_eq!(answer.conversations[0].my.unread, 1);
    let sent = ann.say(chat, "in time").await;
    let heard = ben.hear(CauseKind::Sent).await;
    assert_eq!(heard.messages, [sent]);
    server.stop().await;
}

/// While somebody sends without a pause, devices begin again and again: the answer of each `sync` and the pushes after it
/// are every version, from the beginning to the end.
#[tokio::test]
async fn between_the_answer_of_sync_and_the_feed_there_is_no_hole() {
    const MESSAGES: u64 = 600;
    let server = TestServer::start().await;
    let (ann, ben) = (server.person("ann").await, server.person("ben").await);
    let chat = ann.direct(ben.id()).await;
    let last = Version(ann.sync().await.conversations[0].conversation.version.0 + MESSAGES);

    let sending = async {
        for n in 0..MESSAGES {
            ann.say(chat, &format!("{n}")).await;
        }
    };
    let beginning = async {
        let mut begun = Vec::new();
        for _ in 0..25 {
            let device = Person::at(server.addr(), &ben.device).await;
            let known = device.sync().await.conversations[0].conversation.version;
            begun.push((device, known));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        begun
    };
    let ((), begun) = tokio::join!(sending, beginning);
    let begun_meanwhile = begun.iter().filter(|(_, known)| *known < last).count();
    assert!(begun_meanwhile > 5, "only {begun_meanwhile} devices began while messages were sent");
    for (device, known) in begun {
        if known < last {
            device.until(|pushes| versions(pushes).last() == Some(&last)).await;
        }
        let mut next = known.next();
        // Whatever was known already may come again; nothing may be left out.
        for version in versions(&device.pushes()).into_iter().filter(|version| *version > known) {
            assert_eq!(version, next);
            next = next.next();
        }
        assert_eq!(next, last.next());
    }
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_told_to_sync_and_is_whole_again() {
    // More than the queue of a socket and the buffers of the kernel hold together.
    const MESSAGES: usize = 220;
    let server = TestServer::start().await;
    let (ann, ben) = (server.person("ann").await, server.person("ben").await);
    let neighbour = Person::at(server.addr(), &ben.device).await;
    let chat = ann.direct(ben.id()).await;
    let mut replica = Replica::new(ben.id());
    ben.resume(&mut replica).await;
    neighbour.sync().await;

    ben.pause(true);
    let long = "😀".repeat(8_000);
    let mut last = Seq(0);
    for _ in 0..MESSAGES {
        last = ann.say(chat, &long).await.seq;
    }
    // Whoever reads on the same account has everything meanwhile.
    neighbour.until(|pushes| versions(pushes).len() >= MESSAGES).await;
    assert!(neighbour.pushes().iter().all(|push| push.name != "resync"));

    ben.pause(false);
    ben.until(|pushes| pushes.iter().any(|push| push.name == "resync")).await;
    let pushed = versions(&ben.pushes());
    assert!(pushed.len() < MESSAGES, "nothing was dropped: the test proves nothing");
    let room = 2 * limits::QUEUE_BYTES_MAX;
    assert!(pushed.len() * long.len() < room, "the system has taken {} messages", pushed.len());
    assert!(
        pushed.windows(2).all(|pair| pair[1] == pair[0].next()),
        "what came before the resync has a hole"
    );
    assert_eq!(ben.catch_up(&mut replica).await, 1);
    let held = &replica.conversations[&chat];
    assert_eq!((held.shared.last_seq, held.version), (last, held.shared.version));

    ann.say(chat, "are you there?").await;
    ben.until(|pushes| pushes.iter().any(|push| push.name == "conversation:changed")).await;
    assert_eq!(ben.catch_up(&mut replica).await, 0);
    assert_eq!(
        replica.conversations[&chat].messages.last_key_value().map(|(seq, _)| *seq),
        Some(last.next())
    );
    server.stop().await;
}

#[tokio::test]
async fn whoever_is_removed_hears_nothing_more() {
    let server = TestServer::start().await;
    let (ann, ben, cid) =
        (server.person("ann").await, server.person("ben").await, server.person("cid").await);
    let group = ann.group("Walks", &[ben.id(), cid.id()]).await;
    ben.sync().await;
    cid.sync().await;

    let sends: Vec<_> = (0..50).map(|n| ann.issue(&message(group, &format!("before {n}")))).collect();
    let remove = ann.issue(&RemoveMember { conversation_id: group, user_id: ben.id() });
    let after: Vec<_> = (0..50).map(|n| ann.issue(&message(group, &format!("after {n}")))).collect();
    remove.await.expect("the connection holds").expect("the owner may remove");
    for send in sends.into_iter().chain(after) {
        send.await.expect("the connection holds").expect("a member may send");
    }
    cid.until(|pushes| texts(pushes).iter().any(|text| text == "after 49")).await;

    let removed: ConversationRemoved = ben.expect("conversation:removed").await;
    assert_eq!((removed.conversation_id, removed.reason), (group, RemovedReason::Removed));
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let pushes = ben.pushes();
    let place =
        pushes.iter().position(|push| push.name == "conversation:removed").expect("it has been pushed");
    assert!(texts(&pushes).iter().all(|text| !text.starts_with("after")));
    assert!(pushes[place + 1..].iter().all(|push| push.payload["conversation_id"] != group.to_string()));
    let refusal = ben.request(&ChangesRequest { conversation_id: group, since: Version(0) }).await;
    assert_eq!(refusal.expect_err("it is as if it were not there").code, ErrorCode::NotFound);
    server.stop().await;
}

#[tokio::test]
async fn whoever_is_added_hears_of_it_and_can_read_everything() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.person("ann").await, server.person("ben").await);
    let group = ann.group("Walks", &[]).await;
    ann.say(group, "the beginning").await;
    let mut replica = Replica::new(ben.id());
    ben.resume(&mut replica).await;
    let add = AddMembers { conversation_id: group, user_ids: vec![ben.id()] };
    ann.request(&add).await.expect("a member may add people");
    ben.until(|pushes| pushes.iter().any(|push| push.name == "conversation:changed")).await;
    ben.catch_up(&mut replica).await;
    let held = &replica.conversations[&group];
    assert!(held.messages.values().any(|message| message.text == "the beginning"));
    assert_eq!((held.my.role, held.my.unread), (Role::Member, 0));
    server.stop().await;
}

fn versions(pushes: &[kith_testkit::Push]) -> Vec<Version> {
    let changed = pushes.iter().filter(|push| push.name == "conversation:changed");
    changed.map(|push| Version(push.payload["version"].as_u64().expect("a version is a number"))).collect()
}

fn texts(pushes: &[kith_testkit::Push]) -> Vec<String> {
    let changed = pushes.iter().filter(|push| push.name == "conversation:changed");
    let messages = changed.flat_map(|push| push.payload["messages"].as_array().cloned().unwrap_or_default());
    messages.filter_map(|message: Value| message["text"].as_str().map(str::to_owned)).collect()
}
