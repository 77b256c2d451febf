//! A full disk: reads go on, sends are refused, nothing acknowledged is lost, and no restart is needed once there is room.
//! And one that is full from the beginning.
//!
//! Needs a file system that can be filled, and so the right to mount one: as root, which the continuous integration is.
//! Anywhere else the tests are skipped by name, which is why they come without the harness: that knows no skipping at run
//! time.

use std::{
    fs::File,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use futures_util::{FutureExt, future::LocalBoxFuture};
use kith_chat::{Entropy, LocalBus};
use kith_protocol::ErrorCode;
use kith_store_sqlite::{OpenError, Options, SqliteStore};
use kith_testkit::{
    conformance::{Kept, Stage},
    eventually,
};

/// A file system of eight mebibytes in memory, unmounted when dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// `None` when this account may not mount.
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"]).arg(folder.path()).stderr(Stdio::null());
        mount.status().is_ok_and(|status| status.success()).then_some(Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the store may still hold its files for a moment.
        let unmounted = Command::new("umount").arg("--lazy").arg(self.path()).status();
        assert!(unmounted.is_ok_and(|status| status.success()), "what was mounted can be unmounted");
    }
}

fn stage(disk: &SmallDisk) -> Stage {
    Stage::open(|bus, entropy| {
        let store =
            SqliteStore::open(disk.path(), Options::default(), bus, entropy).expect("the folder opens");
        Kept { store: Arc::new(store), guard: Box::new(()) }
    })
}

type Test = (&'static str, fn(SmallDisk) -> LocalBoxFuture<'static, ()>);

/// The tests, and what `cargo test` says of them.
const TESTS: [Test; 2] = [
    ("sends_are_refused_until_there_is_room_and_nothing_is_lost", |disk| fills_up(disk).boxed_local()),
    ("a_first_start_without_room_says_that_the_disk_is_full", |disk| begins_full(disk).boxed_local()),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        return TESTS.iter().for_each(|(name, _)| println!("{name}: test"));
    }
    let filters: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let runtime = tokio::runtime::Runtime::new().expect("the system has threads");
    let (mut passed, mut ignored, mut filtered) = (0, 0, 0);
    for (name, test) in TESTS {
        if !filters.is_empty() && !filters.iter().any(|filter| name.contains(filter.as_str())) {
            filtered += 1;
        } else if let Some(disk) = SmallDisk::mount() {
            // What goes wrong panics, and so ends the process as failed.
            runtime.block_on(test(disk));
            println!("test {name} ... ok");
            passed += 1;
        } else {
            println!("test {name} ... ignored, mounting a small file system needs root");
            ignored += 1;
        }
    }
    println!(
        "test result: ok. {passed} passed; 0 failed; {ignored} ignored; 0 measured; {filtered} filtered out"
    );
}

/// Wherever in a first start the room runs out, that is what is said; and with room enough it starts.
async fn begins_full(disk: SmallDisk) {
    const PAGE_BYTES: usize = 4_096;
    let mut refusals = 0;
    loop {
        let folder = disk.path().join("data");
        std::fs::create_dir(&folder).expect("a folder needs no room");
        let ballast = disk.path().join("ballast");
        leave(&ballast, refusals * PAGE_BYTES);
        let (bus, _told) = LocalBus::new();
        let opened =
            SqliteStore::open(&folder, Options::default(), Arc::new(bus), &Entropy::from_seed([7; 32]));
        let refused = opened.err();
        std::fs::remove_dir_all(&folder).expect("it is there");
        std::fs::remove_file(&ballast).expect("it is there");
        match refused {
            Some(OpenError::Full) => refusals += 1,
            Some(other) => panic!("with room for {refusals} pages: {other:?}"),
            None => break,
        }
    }
    assert!(refusals > 10, "a database needs more room than {refusals} pages");
}

/// Fills the disk but for so many bytes.
fn leave(ballast: &Path, bytes: usize) {
    let mut file = File::create(ballast).expect("a file needs no room");
    let mut length = 0;
    while let Ok(written) = file.write(&[0; 4_096]) {
        length += written as u64;
    }
    file.set_len(length.saturating_sub(bytes as u64)).expect("a file can be made shorter");
}

async fn fills_up(disk: SmallDisk) {
    let ballast = disk.path().join("ballast");
    std::fs::write(&ballast, vec![0; 3 * 1024 * 1024]).expect("there is room for the ballast");
    let first = stage(&disk);
    let [ann, ben] = first.people(["ann", "ben"]).await;
    let id = first.direct(ann, ben).await;

    let long = "all work and no play ".repeat(200);
    let mut acknowledged = Vec::new();
    let refused = loop {
        assert!(acknowledged.len() < 10_000, "the disk should be full by now");
        let request = first.text(id, &format!("{} {long}", acknowledged.len()));
        match first.send(ann, request).await {
            Ok(message) => acknowledged.push(message),
            Err(refusal) => break refusal.into_body(),
        }
    };
    assert_eq!(refused.code, ErrorCode::Unavailable);
    assert!(refused.retry_after_ms.is_some());
    assert!(acknowledged.len() > 20, "only {} messages fitted", acknowledged.len());
    let page = first.page(ben, id).await;
    assert_eq!(page.to_seq, acknowledged.last().expect("some were acknowledged").seq, "reads go on");
    first.chat.writable().expect("a full disk is no broken disk");

    std::fs::remove_file(&ballast).expect("the ballast is there");
    let back = async || first.send(ann, first.text(id, "room again")).await.ok();
    acknowledged.push(eventually("it goes on without a restart", back).await);
    first.chat.close().await.expect("the store closes");
    drop(first);

    let second = stage(&disk);
    for message in &acknowledged {
        let address = kith_protocol::MessageAddress { conversation_id: id, seq: message.seq };
        let kept = second.chat.message(ben, address).await.expect("it was acknowledged").message;
        assert_eq!((kept.version, &kept.text), (message.version, &message.text));
    }
    let version = second.summary(ben, id).await.conversation.version.0;
    assert_eq!(version, acknowledged.len() as u64 + 1, "refused sends left nothing behind");
}
