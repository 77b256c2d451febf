use kith_chat::{Entropy, LocalBus, SendOrder};
use kith_protocol::{ClientId, ConversationId, ErrorCode};
use tempfile::TempDir;

use super::*;
use crate::{Options, SqliteStore};

fn store() -> (SqliteStore, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let (bus, _) = LocalBus::new();
    let entropy = Entropy::from_seed([1; 32]);
    let store = SqliteStore::open(folder.path(), Options::default(), Arc::new(bus), &entropy).unwrap();
    (store, folder)
}

fn value(store: &SqliteStore, key: &'static str) -> Reply<Option<i64>> {
    store.read(move |connection| {
        let mut found = connection.prepare("SELECT value FROM meta WHERE key = ?1")?;
        let mut values = found.query_map([key], |row| row.get(0))?;
        Ok(values.next().transpose()?)
    })
}

/// Keeps the writer busy until the sender is dropped, so that what is queued meanwhile makes one batch.
fn hold(store: &SqliteStore) -> SyncSender<()> {
    let (started, starts) = sync_channel(1);
    let (release, released) = sync_channel::<()>(0);
    // Queued operations run whether or not somebody waits for their answer.
    drop(store.write(move |_| {
        started.send(()).expect("the test waits for it");
        let _ = released.recv();
        Ok(())
    }));
    starts.recv().expect("the writer runs");
    release
}

#[tokio::test]
async fn a_refused_operation_leaves_nothing_and_its_neighbours_alone() {
    let (store, _folder) = store();
    let busy = hold(&store);
    let kept = store.move_head(None, |write| Ok(set_meta(write.connection, "kept", 1)?));
    let refused = store.write(|write| -> Outcome<()> {
        set_meta(write.connection, "refused", 1)?;
        Err(Refusal::gone().into())
    });
    let early = store.move_head(None, |_| -> Outcome<()> { Err(Refusal::not_found().into()) });
    drop(busy);
    kept.await.unwrap();
    assert_eq!(refused.await.unwrap_err().code(), ErrorCode::Gone);
    assert_eq!(early.await.unwrap_err().code(), ErrorCode::NotFound);
    assert_eq!(value(&store, "kept").await, Ok(Some(1)));
    assert_eq!(value(&store, "refused").await, Ok(None));
}

#[tokio::test]
async fn a_whole_operation_that_fails_half_way_takes_its_batch_with_it() {
    let (store, _folder) = store();
    let busy = hold(&store);
    let neighbour = store.write(|write| Ok(set_meta(write.connection, "neighbour", 1)?));
    let failing = store.move_head(None, |write| -> Outcome<()> {
        set_meta(write.connection, "half", 1)?;
        Err(Refusal::internal().into())
    });
    drop(busy);
    assert!(neighbour.await.is_err());
    assert_eq!(failing.await.unwrap_err().code(), ErrorCode::Internal);
    assert_eq!(value(&store, "neighbour").await, Ok(None));
    assert_eq!(value(&store, "half").await, Ok(None));
    // The next batch is none the worse for it.
    store.move_head(None, |write| Ok(set_meta(write.connection, "after", 1)?)).await.unwrap();
    assert_eq!(value(&store, "after").await, Ok(Some(1)));
}

#[tokio::test]
async fn after_a_failed_sync_nothing_is_acknowledged_and_reads_go_on() {
    let (store, _folder) = store();
    store.move_head(None, |write| Ok(set_meta(write.connection, "before", 1)?)).await.unwrap();
    *store.writer.broken().lock() = Some(crate::error::disk_is_unknown());
    let refused = store.move_head(None, |write| Ok(set_meta(write.connection, "after", 1)?)).await;
    assert_eq!(refused.unwrap_err().code(), ErrorCode::Unavailable);
    assert_eq!(kith_chat::Store::writable(&store).unwrap_err().code(), ErrorCode::Unavailable);
    assert_eq!(value(&store, "before").await, Ok(Some(1)));
    assert_eq!(value(&store, "after").await, Ok(None));
}

#[tokio::test]
async fn a_full_queue_refuses_what_follows_in_the_same_order_until_the_first_comes_again() {
    let (store, _folder) = store();
    let order = Arc::new(SendOrder::new(|| Duration::ZERO));
    let place = ConversationId::from([1; 16]);
    let issue = |client: u8| order.issue(place, ClientId::from([client; 16]));
    let send = |turn: Turn| {
        store.move_head(Some(turn), |write| {
            let sql = "INSERT INTO meta (key, value) SELECT 'sent-' || COUNT(*), ?1 FROM meta";
            Ok(write.connection.execute(sql, [1]).map(|_| ())?)
        })
    };
    let busy = hold(&store);
    let early = send(issue(1));
    // The operation that holds the writer has been taken out of the queue already.
    let crowd: Vec<_> = (1..WAITING_MAX).map(|_| store.write(|_| Ok(()))).collect();
    let refused = send(issue(2));
    let overtaking = issue(3);
    drop(busy);
    for reply in crowd {
        reply.await.unwrap();
    }
    early.await.expect("it was in line before");
    assert_eq!(refused.await.unwrap_err().code(), ErrorCode::Unavailable);
    let late = send(overtaking).await.unwrap_err().into_body();
    assert!(late.code == ErrorCode::Unavailable && late.retry_after_ms.is_some(), "{late:?}");
    let (again, next) = (send(issue(2)), send(issue(3)));
    again.await.unwrap();
    next.await.unwrap();
}
