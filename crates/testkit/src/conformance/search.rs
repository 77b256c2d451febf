//! Finding messages.

use kith_chat::{
    Clock,
    store::{Has, Search},
    text::query_terms,
};
use kith_protocol::*;

use super::{Stage, stage::code};
use crate::eventually;

fn words(query: &str) -> Search {
    Search { query: query_terms(query), limit: 50, ..Default::default() }
}

/// The index follows by a moment: asks until as many are found as are expected.
async fn found(stage: &Stage, actor: UserId, search: Search, expected: usize) -> Vec<String> {
    let as_many = async || {
        let results = stage.chat.search(actor, search.clone()).await.expect("one may search").results;
        let texts: Vec<_> = results.into_iter().map(|result| result.message.text).collect();
        (texts.len() == expected).then_some(texts)
    };
    eventually("as many are found as are expected", as_many).await
}

pub async fn any_script_is_found(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.direct(ann, ben).await;
    let said = [
        ("Der Fährmann wartet um 7:40", "fahrmann"),
        ("明日の朝に写真を送ります", "写真"),
        ("我们星期五在码头见面吧", "码头"),
        ("พรุ่งนี้เจอกันที่ท่าเรือ", "ท่าเรือ"),
        ("سنلتقي يوم الجمعة إن شاء الله", "الجمعة"),
        ("내일 아침에 만나요", "아침"),
        ("Увидимся завтра утром", "ЗАВТРА"),
        ("the breakfast on board", "break"),
    ];
    for (text, _) in said {
        stage.say(ann, id, text).await;
    }
    for (text, query) in said {
        assert_eq!(found(stage, ben, words(query), 1).await, [text], "{query}");
    }
    assert_eq!(found(stage, ben, words("breakfast board"), 1).await, ["the breakfast on board"]);
    assert!(stage.chat.search(ben, words("breakfast abroad")).await.unwrap().results.is_empty());
    assert_eq!(code(stage.chat.search(ben, words("  ")).await), ErrorCode::Invalid);
}

pub async fn what_is_gone_is_not_found(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.direct(ann, ben).await;
    let mut said = Vec::new();
    for text in ["herring one", "herring two", "herring three"] {
        said.push(stage.say(ann, id, text).await);
    }
    assert_eq!(found(stage, ben, words("herring"), 3).await.len(), 3);
    let delete = |seq, scope| DeleteMessage { conversation_id: id, seq, scope };
    stage.chat.delete(ann, delete(said[0].seq, DeleteScope::Everyone)).await.unwrap();
    stage.chat.delete(ben, delete(said[1].seq, DeleteScope::Me)).await.unwrap();
    let edit = EditMessage {
        conversation_id: id,
        seq: said[2].seq,
        if_version: said[2].version,
        text: "mackerel three".into(),
        mentions: vec![],
    };
    stage.chat.edit(ann, edit).await.unwrap();
    assert!(stage.chat.search(ben, words("herring")).await.unwrap().results.is_empty());
    assert_eq!(found(stage, ann, words("herring"), 1).await, ["herring two"]);
    assert_eq!(found(stage, ben, words("mackerel"), 1).await, ["mackerel three"]);
    stage.chat.delete(ann, delete(said[2].seq, DeleteScope::Everyone)).await.unwrap();
    stage.say(ann, id, "a sprat after all").await;
    assert_eq!(
        found(stage, ben, words("sprat"), 1).await,
        ["a sprat after all"],
        "what follows the last is found"
    );
}

pub async fn filters_narrow(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let (direct, group) = (stage.direct(ann, ben).await, stage.group(ann, &[ben]).await);
    stage.say(ann, direct, "pier by ann").await;
    stage.clock.advance_ms(1_000);
    let middle = stage.clock.now();
    stage.say(ben, direct, "pier by ben https://example.org/pier").await;
    stage.clock.advance_ms(1_000);
    let photo = stage.photo(ann).await;
    let request = SendMessage { attachment_ids: vec![photo], ..stage.text(group, "pier in a photo") };
    stage.send(ann, request).await.unwrap();
    let link = "pier by ben https://example.org/pier";
    assert_eq!(
        found(stage, ann, words("pier"), 3).await,
        ["pier in a photo", link, "pier by ann"],
        "newest first"
    );
    assert_eq!(found(stage, ann, Search { from: Some(ben), ..words("pier") }, 1).await, [link]);
    assert_eq!(
        found(stage, ann, Search { within: Some(group), ..words("pier") }, 1).await,
        ["pier in a photo"]
    );
    assert_eq!(
        found(stage, ann, Search { has: Some(Has::Photo), ..words("") }, 1).await,
        ["pier in a photo"]
    );
    assert_eq!(found(stage, ann, Search { has: Some(Has::Link), ..words("pier") }, 1).await, [link]);
    assert_eq!(found(stage, ann, Search { before: Some(middle), ..words("pier") }, 1).await, ["pier by ann"]);
    assert_eq!(
        found(stage, ann, Search { after: Some(middle), ..words("pier") }, 1).await,
        ["pier in a photo"]
    );
    let first = stage.chat.search(ann, Search { limit: 2, ..words("pier") }).await.unwrap();
    assert!(first.more && first.results.len() == 2);
    let cursor = first.cursor.unwrap().parse().ok();
    let rest = stage.chat.search(ann, Search { cursor, limit: 2, ..words("pier") }).await.unwrap();
    assert_eq!(
        (rest.more, rest.results.len(), rest.results[0].message.text.as_str()),
        (false, 1, "pier by ann")
    );
}

pub async fn only_ones_own_conversations(stage: &Stage) {
    let [ann, ben, eve] = stage.people(["ann", "ben", "eve"]).await;
    let (direct, group) = (stage.direct(ann, ben).await, stage.group(ann, &[ben, eve]).await);
    stage.say(ann, direct, "a secret").await;
    stage.say(ann, group, "no secret").await;
    assert_eq!(found(stage, ben, words("secret"), 2).await.len(), 2);
    assert_eq!(found(stage, eve, words("secret"), 1).await, ["no secret"]);
    let inside = Search { within: Some(direct), ..words("secret") };
    assert_eq!(code(stage.chat.search(eve, inside).await), ErrorCode::NotFound);
    stage.chat.leave(eve, ConversationRef { conversation_id: group }).await.unwrap();
    assert!(stage.chat.search(eve, words("secret")).await.unwrap().results.is_empty());
}

pub async fn a_search_looks_at_so_many_messages_and_goes_on_when_asked(stage: &Stage) {
    let [ann] = stage.people(["ann"]).await;
    let id = stage.direct(ann, ann).await;
    stage.say(ann, id, "herring, the first").await;
    stage.clock.advance_ms(10);
    let since = stage.clock.now();
    let later: Vec<_> = (0..2_001).map(|_| stage.chat.send(ann, stage.text(id, "herring again"))).collect();
    for sent in later {
        sent.await.unwrap();
    }
    // The index follows in the order of messages: when this is found, all are.
    stage.say(ann, id, "and that is all").await;
    found(stage, ann, words("all"), 1).await;
    let mut search = Search { before: Some(since), ..words("herring") };
    let answer = stage.chat.search(ann, search.clone()).await.unwrap();
    assert!(answer.results.is_empty() && answer.more, "{} were found", answer.results.len());
    search.cursor = Some(answer.cursor.unwrap().parse().unwrap());
    let answer = stage.chat.search(ann, search).await.unwrap();
    assert_eq!((answer.results.len(), answer.more), (1, false));
}
