//! A full disk: reads go on, sends are refused, nothing acknowledged is lost, and no restart is needed once there is room.
//!
//! Needs a file system that can be filled, and so the right to mount one: as root, which the continuous integration is.
//! Anywhere else the test is skipped by name, which is why it comes without the harness: that knows no skipping at run time.

use std::{
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use kith_protocol::ErrorCode;
use kith_store_sqlite::{Options, SqliteStore};
use kith_testkit::conformance::{Kept, Stage};

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

/// The one test, and what `cargo test` says of it.
const NAME: &str = "sends_are_refused_until_there_is_room_and_nothing_is_lost";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        return println!("{NAME}: test");
    }
    let filters: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    if !filters.is_empty() && !filters.iter().any(|filter| NAME.contains(filter.as_str())) {
        return println!("test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 1 filtered out");
    }
    let Some(disk) = SmallDisk::mount() else {
        println!("test {NAME} ... ignored, mounting a small file system needs root");
        return println!("test result: ok. 0 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out");
    };
    let runtime = tokio::runtime::Runtime::new().expect("the system has threads");
    // What goes wrong panics, and so ends the process as failed.
    runtime.block_on(fills_up(disk));
    println!("test {NAME} ... ok");
    println!("test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
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
    let mut back = first.send(ann, first.text(id, "room again")).await;
    for _ in 0..50 {
        if back.is_ok() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        back = first.send(ann, first.text(id, "room again")).await;
    }
    acknowledged.push(back.expect("no restart is needed"));
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
