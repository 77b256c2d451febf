//! Receipts: at once between two people, merged in groups.

use std::time::Instant;

use kith_protocol::*;
use kith_testkit::{Push, TestServer};

#[tokio::test]
async fn between_two_people_a_receipt_is_told_at_once() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.person("ann").await, server.person("ben").await);
    let chat = ann.direct(ben.id()).await;
    let sent = ann.say(chat, "seen?").await;
    ann.sync().await;

    ben.request(&MarkDelivered { conversation_id: chat, seq: sent.seq }).await.expect("it has arrived");
    let told: ReceiptUpdated = ann.expect("receipt:updated").await;
    assert_eq!((told.receipts[0].delivered_seq, told.receipts[0].read_seq), (sent.seq, Seq(0)));
    ben.request(&MarkRead { conversation_id: chat, seq: sent.seq }).await.expect("it is read");
    let told: ReceiptUpdated = ann.expect("receipt:updated").await;
    assert_eq!((told.receipts[0].user_id, told.receipts[0].read_seq), (ben.id(), sent.seq));
    assert!(told.receipts[0].read_at.is_some());
    server.stop().await;
}

#[tokio::test]
async fn between_two_people_no_receipt_waits_for_the_next() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.person("ann").await, server.person("ben").await);
    let chat = ann.direct(ben.id()).await;
    ann.sync().await;
    let mut seqs = Vec::new();
    for n in 0..20 {
        seqs.push(ann.say(chat, &format!("{n}")).await.seq);
    }
    let reads: Vec<_> =
        seqs.iter().map(|seq| ben.issue(&MarkRead { conversation_id: chat, seq: *seq })).collect();
    for read in reads {
        read.await.expect("the connection holds").expect("it is read");
    }
    for seq in seqs {
        let told: ReceiptUpdated = ann.expect("receipt:updated").await;
        assert_eq!(told.receipts[0].read_seq, seq);
    }
    server.stop().await;
}

#[tokio::test]
async fn in_a_group_the_receipts_of_a_second_are_one_push() {
    let server = TestServer::start().await;
    let (ann, ben, cem) =
        (server.person("ann").await, server.person("ben").await, server.person("cem").await);
    let group = ann.group("Walks", &[ben.id(), cem.id()]).await;
    let mut last = Seq(0);
    for n in 0..20 {
        last = ann.say(group, &format!("{n}")).await.seq;
    }
    ann.sync().await;

    let begun = Instant::now();
    for seq in (1..=last.0).map(Seq) {
        for reader in [&ben, &cem] {
            reader.request(&MarkRead { conversation_id: group, seq }).await.expect("a member may read");
        }
    }
    let everyone_has_read = |pushes: &[Push]| {
        let receipts = receipts(pushes);
        [ben.id(), cem.id()]
            .iter()
            .all(|user| receipts.iter().any(|receipt| receipt.user_id == *user && receipt.read_seq == last))
    };
    ann.until(everyone_has_read).await;
    let pushes = ann.pushes().iter().filter(|push| push.name == "receipt:updated").count();
    let seconds = begun.elapsed().as_secs() as usize;
    assert!(pushes <= seconds + 2, "{pushes} pushes for the receipts of {seconds} seconds");
    server.stop().await;
}

#[tokio::test]
async fn whoever_hides_how_far_they_have_read_shows_nobody_and_sees_nobody() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.person("ann").await, server.person("ben").await);
    let chat = ann.direct(ben.id()).await;
    let settings = SettingsChange { read_receipts: Some(false), ..SettingsChange::default() };
    let hide = SetAccount { settings: Some(settings), ..SetAccount::default() };
    ben.request(&hide).await.expect("one's settings are one's own");
    let (from_ann, from_ben) = (ann.say(chat, "seen?").await, ben.say(chat, "not telling").await);
    ann.sync().await;
    ben.sync().await;

    ben.request(&MarkRead { conversation_id: chat, seq: from_ben.seq }).await.expect("a member may read");
    ann.request(&MarkRead { conversation_id: chat, seq: from_ben.seq }).await.expect("a member may read");
    ann.say(chat, "the last word").await;
    ann.until(|pushes| pushes.iter().any(|push| push.name == "conversation:changed")).await;
    ben.until(|pushes| pushes.iter().any(|push| push.name == "conversation:changed")).await;
    let bens = receipts(&ann.pushes()).into_iter().filter(|receipt| receipt.user_id == ben.id());
    assert!(bens.into_iter().all(|receipt| receipt.read_at.is_none()), "Ann saw when Ben has read");
    let anns = receipts(&ben.pushes()).into_iter().filter(|receipt| receipt.user_id == ann.id());
    assert!(anns.into_iter().all(|receipt| receipt.read_at.is_none()), "Ben saw when Ann has read");
    assert_eq!(from_ann.seq.next(), from_ben.seq);
    server.stop().await;
}

fn receipts(pushes: &[Push]) -> Vec<Receipt> {
    let updates = pushes.iter().filter(|push| push.name == "receipt:updated");
    updates
        .flat_map(|push| {
            serde_json::from_value::<ReceiptUpdated>(push.payload.clone()).expect("a receipt").receipts
        })
        .collect()
}
