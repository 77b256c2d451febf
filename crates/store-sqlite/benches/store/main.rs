//! What the store does most: commits of different sizes, the newest page, catching up. Each is carried out on the caller's
//! thread, so that nothing is measured but the work; a commit contains its sync.
//!
//! `cargo bench -p kith-store-sqlite`

mod town;

use divan::{Bencher, black_box, counter::ItemsCount};
use kith_chat::store::{MessageStore, PageStore, SyncStore};
use kith_protocol::{PageRequest, SyncRequest};
use town::{NOW, Town};

fn main() {
    divan::main();
}

/// So many messages that have queued, in one transaction.
#[divan::bench(args = [1, 32, 256], sample_size = 1)]
fn commit(bencher: Bencher<'_, '_>, messages: usize) {
    let mut town = Town::new(50, 4);
    bencher.counter(ItemsCount::new(messages)).bench_local(|| {
        let sent: Vec<_> = (0..messages)
            .map(|index| {
                let (writer, message) = town.message(index);
                town.store.send(writer, message, None, NOW)
            })
            .collect();
        town.finish(sent);
    });
}

/// The newest 50 messages of a conversation, one of 1,000 after the other.
#[divan::bench]
fn page(bencher: Bencher<'_, '_>) {
    let mut town = Town::new(1_000, 60);
    let mut next = 0;
    bencher.bench_local(|| {
        next += 1;
        let (reader, conversation_id) = town.place(next);
        let request =
            PageRequest { conversation_id, before: None, after: None, around: None, limit: Some(50) };
        let page = town.read(|store| store.page(reader, request));
        assert_eq!(black_box(page).messages.len(), 50);
    });
}

/// Coming back to 500 conversations, 20 of which have gone on.
#[divan::bench]
fn sync_after_absence(bencher: Bencher<'_, '_>) {
    let mut town = Town::new(500, 20);
    let reader = town.people[0];
    let mut cursor = None;
    loop {
        let request = SyncRequest { cursor, epoch: None };
        let answer = town.read(|store| store.sync(reader, request, NOW));
        cursor = Some(answer.cursor);
        if !answer.more {
            break;
        }
    }
    town.talk_in(20, 5);
    bencher.bench_local(|| {
        let request = SyncRequest { cursor: cursor.clone(), epoch: None };
        let answer = town.read(|store| store.sync(reader, request, NOW));
        assert_eq!(black_box(answer).conversations.len(), 20);
    });
}

/// The beginning: 50 conversations of 20 people.
#[divan::bench]
fn first_sync(bencher: Bencher<'_, '_>) {
    let mut town = Town::new(50, 20);
    let reader = town.people[0];
    bencher.counter(ItemsCount::new(50_usize)).bench_local(|| {
        let request = SyncRequest { cursor: None, epoch: None };
        let answer = town.read(|store| store.sync(reader, request, NOW));
        assert_eq!(black_box(answer).conversations.len(), 50);
    });
}
