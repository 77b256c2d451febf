//! The same conversation over every transport.

use kith_protocol::*;
use kith_testkit::{Person, Replica, TestServer, Transport, message};

const TRANSPORTS: [Transport; 3] = [Transport::WebSocket, Transport::Polling, Transport::Upgrade];

#[tokio::test]
async fn a_conversation_is_held_over_every_pair_of_transports() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.register("ann").await, server.register("ben").await);
    for (one, other) in TRANSPORTS.into_iter().flat_map(|one| TRANSPORTS.map(|other| (one, other))) {
        let ann = Person::over(server.addr(), &ann, one).await;
        let ben = Person::over(server.addr(), &ben, other).await;
        let chat = ann.direct(ben.id()).await;
        ann.sync().await;
        ben.sync().await;
        for n in 0..10 {
            let sent = ann.say(chat, &format!("{one:?} to {other:?}, {n}")).await;
            let heard = ben.hear(CauseKind::Sent).await;
            assert_eq!(heard.messages, [sent]);
        }
        ann.client.close().await;
        ben.client.close().await;
    }
    server.stop().await;
}

#[tokio::test]
async fn an_upgrade_in_the_middle_of_the_traffic_loses_nothing_and_keeps_the_order() {
    const SENDS: usize = 200;
    let server = TestServer::start().await;
    let (ann, ben) = (server.register("ann").await, server.person("ben").await);
    let chat = ben.direct(ann.user_id).await;
    for _ in 0..5 {
        let upgrading = Person::over(server.addr(), &ann, Transport::Upgrade).await;
        let mut replica = Replica::new(ann.user_id);
        upgrading.resume(&mut replica).await;
        let up: Vec<_> = (0..SENDS).map(|n| upgrading.issue(&message(chat, &format!("up {n}")))).collect();
        let down: Vec<_> = (0..SENDS).map(|n| ben.issue(&message(chat, &format!("down {n}")))).collect();
        let mut last = Seq(0);
        for answer in up {
            let seq = answer.await.expect("the connection holds").expect("a member may send").message.seq;
            assert!(seq > last, "two sends of one device have changed places");
            last = seq;
        }
        for answer in down {
            last =
                last.max(answer.await.expect("the connection holds").expect("a member may send").message.seq);
        }
        // A queue that overflows meanwhile says so, and the reference client begins again: nothing is lost either way.
        while replica.conversations[&chat].version < replica.conversations[&chat].shared.version
            || replica.conversations[&chat].shared.last_seq < last
        {
            upgrading.until(|pushes| !pushes.is_empty()).await;
            upgrading.catch_up(&mut replica).await;
        }
        assert_eq!(replica.conversations[&chat].shared.last_seq, last);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_thousand_sends_over_long_polling_keep_their_order() {
    let server = TestServer::start().await;
    let device = server.register("ann").await;
    let ann = Person::over(server.addr(), &device, Transport::Polling).await;
    let notes = ann.direct(ann.id()).await;
    let answers: Vec<_> = (0..1_000).map(|n| ann.issue(&message(notes, &format!("{n}")))).collect();
    for (n, answer) in answers.into_iter().enumerate() {
        let sent = answer.await.expect("the connection holds").expect("one may take notes").message;
        assert_eq!((sent.seq, sent.text), (Seq(n as u64 + 1), n.to_string()));
    }
    server.stop().await;
}
