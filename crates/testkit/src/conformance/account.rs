//! What only one person sees.

use kith_chat::Audience;
use kith_protocol::*;

use super::{Stage, stage::code};

fn of(id: ConversationId) -> SetAccount {
    SetAccount { conversation_id: Some(id), ..Default::default() }
}

fn settings(change: SettingsChange) -> SetAccount {
    SetAccount { settings: Some(change), ..Default::default() }
}

pub async fn settings_change_and_are_told(stage: &Stage) {
    let [ann] = stage.people(["ann"]).await;
    let preferences = [("theme".to_owned(), Some("dark".to_owned()))].into();
    let change = SettingsChange { presence: Some(false), preferences, ..Default::default() };
    let version = stage.chat.set_account(ann, settings(change)).await.unwrap().account_version;
    let told = stage.heard();
    let [notice] = told.as_slice() else { panic!("one notice, not {told:?}") };
    assert_eq!(notice.to, Audience::Person(ann));
    let me = stage.chat.me(ann).await.unwrap().me.settings;
    assert!(!me.presence && me.read_receipts && me.preferences["theme"] == "dark");
    let ServerEvent::AccountChanged(rows) = &notice.event else { panic!("{notice:?}") };
    assert_eq!((rows.account_version, rows.settings.as_ref()), (version, Some(&me)));
    let away = [("theme".to_owned(), None)].into();
    stage
        .chat
        .set_account(ann, settings(SettingsChange { preferences: away, ..Default::default() }))
        .await
        .unwrap();
    assert!(stage.chat.me(ann).await.unwrap().me.settings.preferences.is_empty());
}

pub async fn preferences_are_limited(stage: &Stage) {
    let [ann] = stage.people(["ann"]).await;
    let many = |from: usize, count: usize| SettingsChange {
        preferences: (from..from + count).map(|number| (format!("key{number}"), Some("x".into()))).collect(),
        ..Default::default()
    };
    stage.chat.set_account(ann, settings(many(0, limits::PREFERENCES_MAX))).await.unwrap();
    assert_eq!(code(stage.chat.set_account(ann, settings(many(1000, 1))).await), ErrorCode::TooLarge);
    let long = |length| SettingsChange {
        preferences: [("key0".to_owned(), Some("x".repeat(length)))].into(),
        ..Default::default()
    };
    stage.chat.set_account(ann, settings(long(limits::PREFERENCE_BYTES_MAX - 4))).await.unwrap();
    let refused = stage.chat.set_account(ann, settings(long(limits::PREFERENCE_BYTES_MAX - 3))).await;
    assert_eq!(code(refused), ErrorCode::TooLarge);
}

pub async fn blocking_stops_messages_and_unread(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.direct(ann, ben).await;
    let hello = stage.say(ben, id, "hello").await;
    let block =
        |blocked, user_id| SetAccount { block: Some(blocked), user_id: Some(user_id), ..Default::default() };
    stage.chat.set_account(ann, block(true, ben)).await.unwrap();
    assert_eq!(stage.summary(ann, id).await.my.unread, 0);
    assert_eq!(code(stage.send(ben, stage.text(id, "still there?")).await), ErrorCode::Forbidden);
    assert_eq!(code(stage.send(ann, stage.text(id, "no")).await), ErrorCode::Forbidden);
    let edit = EditMessage {
        conversation_id: id,
        seq: hello.seq,
        if_version: hello.version,
        text: "you cannot stop me".into(),
        mentions: vec![],
    };
    assert_eq!(code(stage.chat.edit(ben, edit).await), ErrorCode::Forbidden, "an edit says something too");
    let react =
        |emoji: Option<&str>| React { conversation_id: id, seq: hello.seq, emoji: emoji.map(Into::into) };
    assert_eq!(code(stage.chat.react(ben, react(Some("🖕"))).await), ErrorCode::Forbidden);
    assert_eq!(code(stage.chat.react(ann, react(Some("😡"))).await), ErrorCode::Forbidden);
    stage.chat.react(ben, react(None)).await.unwrap();
    assert_eq!(stage.chat.visible_presence(ben, vec![ann]).await.unwrap(), []);
    assert_eq!(code(stage.chat.set_account(ann, block(true, ann)).await), ErrorCode::Invalid);
    let [eve] = stage.people(["eve"]).await;
    stage.chat.set_account(eve, block(true, ben)).await.unwrap();
    stage.heard();
    let request = OpenConversation { user_id: Some(eve), client_id: None, title: None, member_ids: vec![] };
    assert_eq!(code(stage.chat.open(ben, request).await), ErrorCode::Forbidden);
    assert_eq!(stage.heard(), [], "who blocks hears nothing");
    stage.chat.set_account(ann, block(false, ben)).await.unwrap();
    stage.say(ben, id, "thanks").await;
    assert_eq!(stage.summary(ann, id).await.my.unread, 2);
    assert_eq!(stage.chat.visible_presence(ben, vec![ann]).await.unwrap().len(), 1);
}

pub async fn a_draft_a_mute_and_a_pin_are_on_all_devices(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.direct(ann, ben).await;
    stage.heard();
    let change = SetAccount {
        muted_until: Some(Some(Timestamp(9_000))),
        pinned: Some(true),
        archived: Some(true),
        draft: Some(Some("about the invoice".into())),
        ..of(id)
    };
    stage.chat.set_account(ann, change).await.unwrap();
    let told = stage.heard();
    assert_eq!(told.len(), 1);
    let ServerEvent::AccountChanged(rows) = &told[0].event else { panic!("{told:?}") };
    let row = &rows.conversations[0];
    assert_eq!((row.muted_until, row.pinned, row.archived), (Some(Timestamp(9_000)), true, true));
    assert_eq!(row.draft.as_deref(), Some("about the invoice"));
    let undo = SetAccount { muted_until: Some(None), draft: Some(None), ..of(id) };
    stage.chat.set_account(ann, undo).await.unwrap();
    let my = stage.summary(ann, id).await.my;
    assert_eq!((my.muted_until, my.draft, my.pinned), (None, None, true), "what is absent stays");
    assert!(!stage.summary(ben, id).await.my.pinned);
    for bad in [of(id), SetAccount::default(), SetAccount { pinned: Some(true), ..SetAccount::default() }] {
        assert_eq!(code(stage.chat.set_account(ann, bad).await), ErrorCode::Invalid);
    }
    let long = SetAccount { draft: Some(Some("x".repeat(limits::DRAFT_UTF16_MAX + 1))), ..of(id) };
    assert_eq!(code(stage.chat.set_account(ann, long).await), ErrorCode::TooLarge);
}

pub async fn pins_are_limited_and_can_be_repeated(stage: &Stage) {
    let [ann] = stage.people(["ann"]).await;
    let pin = |id| SetAccount { pinned: Some(true), ..of(id) };
    let mut groups = Vec::new();
    for _ in 0..limits::PINNED_CONVERSATIONS_MAX {
        let group = stage.group(ann, &[]).await;
        stage.chat.set_account(ann, pin(group)).await.unwrap();
        groups.push(group);
    }
    let one_more = stage.group(ann, &[]).await;
    assert_eq!(code(stage.chat.set_account(ann, pin(one_more)).await), ErrorCode::TooLarge);
    stage.chat.set_account(ann, pin(groups[0])).await.expect("pinning it again is no more");
}

pub async fn changes_come_in_pages(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.direct(ann, ben).await;
    for number in 0..450 {
        let seq = stage.say(ben, id, &number.to_string()).await.seq;
        let hide = DeleteMessage { conversation_id: id, seq, scope: DeleteScope::Me };
        stage.chat.delete(ann, hide).await.unwrap();
    }
    stage
        .chat
        .set_account(ann, SetAccount { draft: Some(Some("x".repeat(16_000))), ..of(id) })
        .await
        .unwrap();
    let mut since = AccountVersion(0);
    let mut hidden = 0;
    let mut pages = 0;
    loop {
        let answer = stage.chat.account_changes(ann, AccountChangesRequest { since }).await.unwrap();
        assert!(serde_json::to_vec(&answer).unwrap().len() <= limits::ANSWER_BYTES_MAX);
        assert!(answer.rows.account_version > since);
        since = answer.rows.account_version;
        hidden += answer.rows.hidden.len();
        pages += 1;
        if !answer.more {
            break;
        }
    }
    assert_eq!((hidden, since), (450, AccountVersion(451)));
    assert!(pages > 1);
}

pub async fn clearing_hides_the_past_for_oneself(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.direct(ann, ben).await;
    let first = stage.say(ben, id, "old").await;
    stage.chat.set_account(ann, SetAccount { cleared_seq: Some(Seq(99)), ..of(id) }).await.unwrap();
    assert!(stage.texts(ann, id).await.is_empty());
    assert_eq!(stage.summary(ann, id).await.my.cleared_seq, first.seq, "never past what exists");
    stage.send(ben, SendMessage { reply_to: Some(first.seq), ..stage.text(id, "new") }).await.unwrap();
    let page = stage.page(ann, id).await;
    assert_eq!((page.messages.len(), page.quotes.len(), page.at_start), (1, 0, true));
    stage.chat.set_account(ann, SetAccount { cleared_seq: Some(Seq(0)), ..of(id) }).await.unwrap();
    assert_eq!(stage.texts(ann, id).await, ["new"], "it only moves forward");
    assert_eq!(stage.texts(ben, id).await, ["old", "new"]);
}
