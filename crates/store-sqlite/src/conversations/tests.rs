use std::sync::Arc;

use kith_chat::Refusal;
use kith_protocol::{AddMembers, ConversationRef, ErrorCode, OpenConversation, limits};
use kith_testkit::conformance::{Kept, Stage};
use rusqlite::Connection;

use crate::{Options, SqliteStore, store};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nobody_is_brought_into_one_conversation_more_than_they_may_have() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::open(|bus, entropy| {
        let store = SqliteStore::open(folder.path(), Options::default(), bus, entropy).unwrap();
        Kept { store: Arc::new(store), guard: Box::new(()) }
    });
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let (last, beyond) = (stage.group(ann, &[]).await, stage.group(ann, &[]).await);
    let add = |conversation_id| AddMembers { conversation_id, user_ids: vec![ben] };
    fill(&store::connect(&folder.path().join(store::FILE)).unwrap(), limits::CONVERSATIONS_MAX - 1);

    stage.chat.add_members(ann, add(last)).await.expect("this is the last that he may have");
    too_large(stage.chat.add_members(ann, add(beyond)).await, "user_ids[0]");
    too_large(stage.chat.open(ann, stage.group_request("Walks", &[ben])).await, "member_ids[0]");
    let direct = OpenConversation { user_id: Some(ben), client_id: None, title: None, member_ids: vec![] };
    too_large(stage.chat.open(ann, direct).await, "user_id");

    stage.chat.leave(ben, ConversationRef { conversation_id: last }).await.unwrap();
    stage.chat.add_members(ann, add(beyond)).await.expect("whoever leaves one has room for another");
}

/// Puts ben into so many groups, at once: as many requests would take their time.
fn fill(connection: &Connection, groups: usize) {
    connection
        .execute(
            "WITH RECURSIVE groups (number) AS \
             (SELECT 1 UNION ALL SELECT number + 1 FROM groups WHERE number < ?1) \
             INSERT INTO conversations (num, id, kind, tick, created_at, created_by) \
             SELECT 1000 + number, randomblob(16), 1, 0, 0, (SELECT num FROM users WHERE username = 'ann') FROM groups",
            [groups],
        )
        .unwrap();
    connection
        .execute(
            "INSERT INTO members (conversation, user, role, joined_at, version) \
             SELECT c.num, u.num, 0, 0, 1 FROM conversations c, users u WHERE c.num > 1000 AND u.username = 'ben'",
            [],
        )
        .unwrap();
}

#[track_caller]
fn too_large<T: std::fmt::Debug>(outcome: Result<T, Refusal>, field: &str) {
    let body = outcome.unwrap_err().into_body();
    let limit = Some(limits::CONVERSATIONS_MAX as u64);
    assert_eq!((body.code, body.field.as_deref(), body.limit), (ErrorCode::TooLarge, Some(field), limit));
}
