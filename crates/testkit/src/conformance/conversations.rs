//! Conversations.

use kith_protocol::*;

use super::{Stage, stage::code};

fn with(user_id: UserId) -> OpenConversation {
    OpenConversation { user_id: Some(user_id), client_id: None, title: None, member_ids: vec![] }
}

pub async fn a_direct_conversation_is_found_again(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let opened = stage.chat.open(ann, with(ben)).await.unwrap();
    assert_eq!(opened.conversation.conversation.kind, ConversationKind::Direct);
    assert_eq!(opened.conversation.conversation.version, Version(1));
    assert_eq!(opened.users.len(), 2);
    let again = stage.chat.open(ben, with(ann)).await.unwrap();
    assert_eq!(again.conversation.conversation.id, opened.conversation.conversation.id);
    assert_eq!(again.conversation.conversation.version, Version(1));
    let nobody = UserId(stage.chat.entropy().id(Timestamp(1)));
    assert_eq!(code(stage.chat.open(ann, with(nobody)).await), ErrorCode::NotFound);
}

pub async fn notes_to_oneself_have_one_member(stage: &Stage) {
    let [ann] = stage.people(["ann"]).await;
    let notes = stage.direct(ann, ann).await;
    assert_eq!(notes, stage.direct(ann, ann).await);
    stage.say(ann, notes, "milk").await;
    let summary = stage.summary(ann, notes).await;
    assert_eq!((summary.conversation.member_count, summary.my.unread), (1, 0));
}

pub async fn a_group_is_made_once_per_client_id(stage: &Stage) {
    let [ann, ben, eve] = stage.people(["ann", "ben", "eve"]).await;
    let request = stage.group_request("Lake", &[ben]);
    let first = stage.chat.open(ann, request.clone()).await.unwrap().conversation.conversation;
    assert_eq!((first.member_count, first.version, first.last_seq), (2, Version(1), Seq(1)));
    let again = stage.chat.open(ann, request.clone()).await.unwrap().conversation.conversation;
    assert_eq!(again.id, first.id);
    let other = OpenConversation { member_ids: vec![eve], ..request.clone() };
    assert_eq!(code(stage.chat.open(ann, other).await), ErrorCode::Conflict);
    let another_maker =
        stage.chat.open(ben, OpenConversation { member_ids: vec![ann], ..request }).await.unwrap();
    assert_ne!(another_maker.conversation.conversation.id, first.id);
}

pub async fn who_is_no_member_finds_nothing(stage: &Stage) {
    let [ann, ben, eve] = stage.people(["ann", "ben", "eve"]).await;
    let group = stage.group(ann, &[ben]).await;
    let said = stage.say(ann, group, "secret").await;
    let absent = ConversationId(stage.chat.entropy().id(Timestamp(1)));
    for id in [group, absent] {
        let address = MessageAddress { conversation_id: id, seq: said.seq };
        let gone = ErrorCode::NotFound;
        assert_eq!(code(stage.chat.conversation(eve, id).await), gone);
        assert_eq!(code(stage.chat.page(eve, super::stage::page_of(id)).await), gone);
        assert_eq!(code(stage.chat.message(eve, address).await), gone);
        assert_eq!(code(stage.send(eve, stage.text(id, "let me in")).await), gone);
        assert_eq!(
            code(stage.chat.changes(eve, ChangesRequest { conversation_id: id, since: Version(0) }).await),
            gone
        );
        assert_eq!(code(stage.chat.members(eve, id, None).await), gone);
        assert_eq!(code(stage.chat.audience(eve, id).await), gone);
        assert_eq!(
            code(stage.chat.mark_read(eve, MarkRead { conversation_id: id, seq: Seq(1) }).await),
            gone
        );
        let add = AddMembers { conversation_id: id, user_ids: vec![eve] };
        assert_eq!(code(stage.chat.add_members(eve, add).await), gone);
    }
}

pub async fn a_group_changes_in_one_version_each(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let group = stage.group(ann, &[ben]).await;
    let photo = stage.photo(ann).await;
    let request = UpdateConversation {
        conversation_id: Some(group),
        title: Some(Some("Summer on the lake".into())),
        avatar_id: Some(Some(photo)),
        members_may_edit: Some(false),
    };
    let changes = stage
        .changes_made_by(Box::pin(async {
            let changed = stage.chat.update_conversation(ann, request.clone()).await.unwrap();
            assert_eq!(changed.version, Version(4));
        }))
        .await;
    let kinds: Vec<_> = changes.iter().map(|change| (change.version.0, change.cause.kind)).collect();
    assert_eq!(
        kinds,
        [(2, CauseKind::Renamed), (3, CauseKind::AvatarChanged), (4, CauseKind::SettingsChanged)]
    );
    let shared = changes[2].conversation.clone().unwrap();
    assert_eq!(shared.title.as_deref(), Some("Summer on the lake"));
    assert_eq!((shared.avatar, shared.members_may_edit), (Some(photo), false));
    let unchanged = stage.changes_made_by(Box::pin(async {
        stage.chat.update_conversation(ann, request.clone()).await.unwrap();
    }));
    assert_eq!(unchanged.await, [], "what is so already takes no version");
    assert_eq!(code(stage.chat.update_conversation(ben, request).await), ErrorCode::Forbidden);
}

pub async fn a_direct_conversation_cannot_be_arranged(stage: &Stage) {
    let [ann, ben, eve] = stage.people(["ann", "ben", "eve"]).await;
    let id = stage.direct(ann, ben).await;
    let said = stage.say(ann, id, "hello").await;
    let rename = UpdateConversation {
        conversation_id: Some(id),
        title: Some(Some("Us".into())),
        ..Default::default()
    };
    assert_eq!(code(stage.chat.update_conversation(ann, rename).await), ErrorCode::Forbidden);
    let add = AddMembers { conversation_id: id, user_ids: vec![eve] };
    assert_eq!(code(stage.chat.add_members(ann, add).await), ErrorCode::Forbidden);
    assert_eq!(
        code(stage.chat.leave(ann, ConversationRef { conversation_id: id }).await),
        ErrorCode::Forbidden
    );
    let pin = PinMessage { conversation_id: id, seq: said.seq, pinned: true };
    assert_eq!(code(stage.chat.pin(ann, pin).await), ErrorCode::Forbidden);
    let unsend = DeleteMessage { conversation_id: id, seq: said.seq, scope: DeleteScope::Everyone };
    assert_eq!(code(stage.chat.delete(ben, unsend).await), ErrorCode::Forbidden);
}
