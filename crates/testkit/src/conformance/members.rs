//! Members.

use kith_chat::Audience;
use kith_protocol::*;

use super::{Stage, stage::code};

fn add(conversation_id: ConversationId, user_ids: &[UserId]) -> AddMembers {
    AddMembers { conversation_id, user_ids: user_ids.to_vec() }
}

pub async fn who_joins_sees_everything_as_read(stage: &Stage) {
    let [ann, ben, eve] = stage.people(["ann", "ben", "eve"]).await;
    let group = stage.group(ann, &[ben]).await;
    stage.say(ann, group, "before eve").await;
    let changes = stage
        .changes_made_by(Box::pin(async {
            stage.chat.add_members(ann, add(group, &[eve, ben])).await.unwrap();
        }))
        .await;
    assert_eq!(changes[0].cause.user_ids, [eve], "who is in it already is passed over");
    assert_eq!(changes[0].users[0].username, "eve");
    assert_eq!(stage.texts(eve, group).await, ["before eve"]);
    let summary = stage.summary(eve, group).await;
    assert_eq!((summary.my.unread, summary.my.read_seq), (0, summary.conversation.last_seq));
    stage.say(ann, group, "after eve").await;
    assert_eq!(stage.summary(eve, group).await.my.unread, 1);
    assert_eq!(stage.chat.add_members(ann, add(group, &[eve])).await.unwrap().version, Version(4));
}

pub async fn who_leaves_loses_everything(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let group = stage.group(ann, &[ben]).await;
    stage.say(ann, group, "hello").await;
    let set = SetAccount { conversation_id: Some(group), pinned: Some(true), ..Default::default() };
    stage.chat.set_account(ben, set).await.unwrap();
    stage.chat.leave(ben, ConversationRef { conversation_id: group }).await.unwrap();
    assert_eq!(code(stage.chat.conversation(ben, group).await), ErrorCode::NotFound);
    assert_eq!(stage.summary(ann, group).await.conversation.member_count, 1);
    stage.chat.add_members(ann, add(group, &[ben])).await.unwrap();
    let my = stage.summary(ben, group).await.my;
    assert!(!my.pinned && my.role == Role::Member, "one joins afresh");
}

pub async fn the_owner_has_a_successor(stage: &Stage) {
    let [ann, ben, eve] = stage.people(["ann", "ben", "eve"]).await;
    let group = stage.group(ann, &[ben, eve]).await;
    let admin = SetRole { conversation_id: group, user_id: eve, role: Role::Admin };
    stage.chat.set_role(ann, admin).await.unwrap();
    let leave = ConversationRef { conversation_id: group };
    let changes = stage
        .changes_made_by(Box::pin(async {
            stage.chat.leave(ann, leave).await.unwrap();
        }))
        .await;
    let roles: Vec<_> = changes[0]
        .members
        .iter()
        .map(|member| (member.user_id, member.role, member.left_at.is_some()))
        .collect();
    assert_eq!(roles, [(ann, Role::Owner, true), (eve, Role::Owner, false)]);
    stage.chat.leave(eve, leave).await.unwrap();
    assert_eq!(stage.summary(ben, group).await.my.role, Role::Owner);
    stage.chat.leave(ben, leave).await.unwrap();
    assert_eq!(code(stage.chat.conversation(ben, group).await), ErrorCode::NotFound);
}

pub async fn roles_are_given_by_the_owner(stage: &Stage) {
    let [ann, ben, eve] = stage.people(["ann", "ben", "eve"]).await;
    let group = stage.group(ann, &[ben, eve]).await;
    let role = |user_id, role| SetRole { conversation_id: group, user_id, role };
    assert_eq!(code(stage.chat.set_role(ben, role(ben, Role::Admin)).await), ErrorCode::Forbidden);
    stage.chat.set_role(ann, role(ben, Role::Admin)).await.unwrap();
    let remove = |user_id| RemoveMember { conversation_id: group, user_id };
    assert_eq!(code(stage.chat.remove_member(ben, remove(ann)).await), ErrorCode::Forbidden);
    assert_eq!(code(stage.chat.set_role(ann, role(ann, Role::Member)).await), ErrorCode::Invalid);
    stage.chat.set_role(ann, role(ben, Role::Owner)).await.unwrap();
    assert_eq!(stage.summary(ann, group).await.my.role, Role::Admin);
    assert_eq!(stage.summary(ben, group).await.my.role, Role::Owner);
    stage.chat.remove_member(ben, remove(eve)).await.unwrap();
    assert_eq!(code(stage.chat.remove_member(ben, remove(eve)).await), ErrorCode::NotFound);
}

pub async fn a_group_has_a_limit(stage: &Stage) {
    let [ann, last] = stage.people(["ann", "last"]).await;
    let mut others = Vec::new();
    for number in 0..limits::MEMBERS_MAX - 1 {
        others.push(stage.person(&format!("member{number}")).await);
    }
    let too_many: Vec<UserId> = others.iter().copied().chain([last]).collect();
    let refused = stage.chat.open(ann, stage.group_request("Too many", &too_many)).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::TooLarge);
    assert_eq!(refused.into_body().limit, Some(limits::MEMBERS_MAX as u64));
    let group = stage.group(ann, &others).await;
    assert_eq!(stage.summary(ann, group).await.conversation.member_count as usize, limits::MEMBERS_MAX);
    assert_eq!(code(stage.chat.add_members(ann, add(group, &[last])).await), ErrorCode::TooLarge);
    let mut listed = Vec::new();
    loop {
        let page = stage.chat.members(ann, group, listed.last().copied()).await.unwrap();
        listed.extend(page.members.iter().map(|member| member.user_id));
        if !page.more {
            break;
        }
    }
    assert_eq!(listed.len(), limits::MEMBERS_MAX);
    assert_eq!(
        stage.chat.audience(ann, group).await.unwrap(),
        None,
        "nobody is told who types in a large group"
    );
}

pub async fn plain_members_arrange_only_if_they_may(stage: &Stage) {
    let [ann, ben, eve] = stage.people(["ann", "ben", "eve"]).await;
    let group = stage.group(ann, &[ben]).await;
    stage.chat.add_members(ben, add(group, &[eve])).await.unwrap();
    let closed = UpdateConversation {
        conversation_id: Some(group),
        members_may_edit: Some(false),
        ..Default::default()
    };
    assert_eq!(code(stage.chat.update_conversation(ben, closed.clone()).await), ErrorCode::Forbidden);
    stage.chat.update_conversation(ann, closed).await.unwrap();
    stage.chat.remove_member(ann, RemoveMember { conversation_id: group, user_id: eve }).await.unwrap();
    assert_eq!(code(stage.chat.add_members(ben, add(group, &[eve])).await), ErrorCode::Forbidden);
}

pub async fn removal_is_told_to_both_sides(stage: &Stage) {
    let [ann, ben, eve] = stage.people(["ann", "ben", "eve"]).await;
    let group = stage.group(ann, &[ben, eve]).await;
    stage.heard();
    stage.chat.remove_member(ann, RemoveMember { conversation_id: group, user_id: eve }).await.unwrap();
    let heard = stage.heard();
    let removed = ConversationRemoved { conversation_id: group, reason: RemovedReason::Removed };
    assert!(heard.iter().any(|notice| {
        notice.to == Audience::Person(eve) && notice.event == ServerEvent::ConversationRemoved(removed)
    }));
    for notice in &heard {
        if let (Audience::People(people), ServerEvent::ConversationChanged(change)) =
            (&notice.to, &notice.event)
        {
            assert!(!people.contains(&eve), "nothing more arrives");
            assert_eq!(change.conversation.as_ref().unwrap().member_count, 2);
        }
    }
    stage.say(ann, group, "without eve").await;
    assert!(stage.heard().iter().all(|notice| match &notice.to {
        Audience::People(people) => !people.contains(&eve),
        Audience::Person(person) => *person != eve,
        _ => true,
    }));
}
