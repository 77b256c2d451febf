//! Two people talk over sockets: acks, order, exactly once.

use std::collections::BTreeSet;

use kith_protocol::*;
use kith_testkit::{Person, TestServer, client_id, message};

#[tokio::test]
async fn two_people_talk_in_order_and_every_send_is_acknowledged() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.person("ann").await, server.person("ben").await);
    let chat = ann.direct(ben.id()).await;
    ann.sync().await;
    ben.sync().await;

    for (seq, (speaker, listener, text)) in
        (1..).zip([(&ann, &ben, "Hello Ben"), (&ben, &ann, "سلام"), (&ann, &ben, "お元気ですか 😀")])
    {
        let sent = speaker.say(chat, text).await;
        assert_eq!((sent.seq, sent.text.as_str(), sent.sender_id), (Seq(seq), text, speaker.id()));
        let heard = loop {
            let change = listener.hear(CauseKind::Sent).await;
            if change.cause.seq == Some(sent.seq) {
                break change;
            }
        };
        assert_eq!(heard.cause.actor_id, speaker.id());
        assert_eq!(heard.messages, [sent]);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_thousand_pipelined_sends_keep_the_order_in_which_they_were_issued() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.person("ann").await, server.person("ben").await);
    let chat = ann.direct(ben.id()).await;

    let answers: Vec<_> = (0..1_000).map(|n| ann.issue(&message(chat, &format!("number {n}")))).collect();
    let mut last = Seq(0);
    for (n, answer) in answers.into_iter().enumerate() {
        let sent = answer.await.expect("the connection holds").expect("a member may send").message;
        assert_eq!(sent.text, format!("number {n}"));
        assert_eq!(sent.seq, last.next());
        last = sent.seq;
    }
    server.stop().await;
}

#[tokio::test]
async fn a_read_sees_every_write_that_was_issued_before_it() {
    let server = TestServer::start().await;
    let ann = server.person("ann").await;
    let notes = ann.direct(ann.id()).await;

    for round in 1..=20_u64 {
        let writes: Vec<_> = (0..10).map(|_| ann.issue(&message(notes, "remember"))).collect();
        let page =
            PageRequest { conversation_id: notes, before: None, after: None, around: None, limit: Some(1) };
        let page = ann.request(&page).await.expect("one may read one's own notes");
        assert_eq!(page.to_seq, Seq(round * 10));
        for write in writes {
            write.await.expect("the connection holds").expect("one may take notes");
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn a_send_repeated_after_a_reconnect_is_the_first_message() {
    let mut server = TestServer::start().await;
    let (ann, ben) = (server.person("ann").await, server.person("ben").await);
    let chat = ann.direct(ben.id()).await;
    let send = message(chat, "only once");

    // The connection breaks before the answer comes: what became of it is not known.
    let _unanswered = ann.issue(&send);
    let device = ann.device.clone();
    drop(ann);
    let ann = Person::at(server.addr(), &device).await;
    let first = ann.request(&send).await.expect("a repetition is answered like the first time").message;

    server.restart().await;
    let ann = Person::at(server.addr(), &device).await;
    let again = ann.request(&send).await.expect("also after a restart").message;
    assert_eq!(again, first);

    let other = SendMessage { text: Some("something else".into()), ..send };
    let refusal = ann.request(&other).await.expect_err("one client_id is one message");
    assert_eq!((refusal.code, refusal.seq), (ErrorCode::Conflict, Some(first.seq)));
    let page = ann.request(&newest(chat)).await.expect("a member may read");
    assert_eq!(page.messages.iter().filter(|message| message.text == "only once").count(), 1);
    server.stop().await;
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let mut server = TestServer::start().await;
    let (ann, ben) = (server.person("ann").await, server.person("ben").await);
    let chat = ann.direct(ben.id()).await;
    for text in ["one", "two", "three"] {
        ann.say(chat, text).await;
    }
    let edit = EditMessage {
        conversation_id: chat,
        seq: Seq(1),
        if_version: Version(99),
        text: "first".into(),
        mentions: Vec::new(),
    };
    ann.request(&edit).await.expect("one may edit one's own");
    let everyone = DeleteMessage { conversation_id: chat, seq: Seq(2), scope: DeleteScope::Everyone };
    ann.request(&everyone).await.expect("one may unsend one's own");
    let for_me = DeleteMessage { conversation_id: chat, seq: Seq(3), scope: DeleteScope::Me };
    ben.request(&for_me).await.expect("one may hide anything");
    let before = (ann.request(&newest(chat)).await, ben.request(&newest(chat)).await);

    server.restart().await;
    let (ann, ben) =
        (Person::at(server.addr(), &ann.device).await, Person::at(server.addr(), &ben.device).await);
    let after = (ann.request(&newest(chat)).await, ben.request(&newest(chat)).await);
    assert_eq!(after, before);
    let seen: BTreeSet<_> =
        after.1.expect("a member may read").messages.iter().map(|row| row.text.clone()).collect();
    assert_eq!(seen, BTreeSet::from([String::new(), "first".into()]));
    server.stop().await;
}

#[tokio::test]
async fn a_group_is_made_once_for_each_client_id() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.person("ann").await, server.person("ben").await);
    let open = OpenConversation {
        user_id: None,
        client_id: Some(client_id()),
        title: Some("Walks".into()),
        member_ids: vec![ben.id()],
    };
    let first = ann.request(&open).await.expect("one may make a group").conversation.conversation;
    let again = ann.request(&open).await.expect("a repetition finds it").conversation.conversation;
    assert_eq!(first, again);
    assert_eq!(first.member_count, 2);
    server.stop().await;
}

fn newest(conversation_id: ConversationId) -> PageRequest {
    PageRequest { conversation_id, before: None, after: None, around: None, limit: None }
}
