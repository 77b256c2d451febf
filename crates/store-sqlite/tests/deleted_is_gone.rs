//! Deleted is gone: from the files as well, not only from the answers.

use std::{path::Path, sync::Arc};

use kith_protocol::{DeleteMessage, DeleteScope, EditMessage};
use kith_store_sqlite::{Options, SqliteStore};
use kith_testkit::{
    conformance::{Kept, Stage},
    eventually,
};

fn bytes_contain(folder: &Path, needle: &str) -> bool {
    let files = std::fs::read_dir(folder).expect("the folder is there").flatten();
    files
        .filter_map(|file| std::fs::read(file.path()).ok())
        .any(|bytes| bytes.windows(needle.len()).any(|window| window == needle.as_bytes()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nothing_of_a_deleted_or_replaced_text_stays_in_the_files() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let stage = Stage::open(|bus, entropy| {
        let store = SqliteStore::open(folder.path(), Options::default(), bus, entropy)
            .expect("an empty folder opens");
        Kept { store: Arc::new(store), guard: Box::new(()) }
    });
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.direct(ann, ben).await;
    let unsent = stage.say(ann, id, "the zanzibarine secret").await;
    let edited = stage.say(ann, id, "the quagmirish secret").await;
    stage.say(ann, id, "the harmless rest").await;
    // The index follows by a moment; only what has got into it has to get out again.
    for (word, text) in [("zanzibarin", "unsent"), ("quagmiris", "edited"), ("harmles", "kept")] {
        let there = async || bytes_contain(folder.path(), word).then_some(());
        eventually(&format!("{text} is in the files while it is there"), there).await;
    }

    let delete = DeleteMessage { conversation_id: id, seq: unsent.seq, scope: DeleteScope::Everyone };
    stage.chat.delete(ann, delete).await.expect("one may unsend");
    let edit = EditMessage {
        conversation_id: id,
        seq: edited.seq,
        if_version: edited.version,
        text: "nothing".into(),
        mentions: vec![],
    };
    stage.chat.edit(ann, edit).await.expect("one may edit");
    stage.chat.close().await.expect("the store closes");
    assert!(!bytes_contain(folder.path(), "zanzibarin"));
    assert!(!bytes_contain(folder.path(), "quagmiris"));
    assert!(bytes_contain(folder.path(), "harmles"));
}
