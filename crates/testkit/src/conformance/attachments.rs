//! Photos and files.

use kith_chat::Blobs;
use kith_protocol::*;

use super::{Stage, stage::code};

async fn show(stage: &Stage, actor: UserId, id: ConversationId, photo: AttachmentId) -> Message {
    let request = SendMessage { text: None, attachment_ids: vec![photo], ..stage.text(id, "") };
    stage.send(actor, request).await.expect("a photo can be sent")
}

pub async fn a_photo_is_read_through_whatever_shows_it(stage: &Stage) {
    let [ann, ben, eve] = stage.people(["ann", "ben", "eve"]).await;
    let id = stage.direct(ann, ben).await;
    let photo = stage.photo(ann).await;
    stage.chat.attachment(ann, photo).await.unwrap();
    assert_eq!(code(stage.chat.attachment(ben, photo).await), ErrorCode::NotFound, "not sent yet");
    let alt = UpdateAttachment { alt: " A lake at dusk ".into() };
    assert_eq!(
        stage.chat.describe_attachment(ann, photo, &alt).await.unwrap().alt.as_deref(),
        Some("A lake at dusk")
    );
    assert_eq!(code(stage.chat.describe_attachment(ben, photo, &alt).await), ErrorCode::NotFound);
    let message = show(stage, ann, id, photo).await;
    assert_eq!(message.attachments[0].alt.as_deref(), Some("A lake at dusk"));
    stage.chat.attachment(ben, photo).await.unwrap();
    assert_eq!(code(stage.chat.attachment(eve, photo).await), ErrorCode::NotFound);
    assert_eq!(
        code(stage.chat.describe_attachment(ann, photo, &alt).await),
        ErrorCode::NotFound,
        "it is sent"
    );
    let hide = DeleteMessage { conversation_id: id, seq: message.seq, scope: DeleteScope::Me };
    stage.chat.delete(ben, hide).await.unwrap();
    assert_eq!(code(stage.chat.attachment(ben, photo).await), ErrorCode::NotFound);
    stage.chat.attachment(ann, photo).await.unwrap();
}

pub async fn bytes_are_abandoned_when_the_last_message_goes(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.direct(ann, ben).await;
    let photo = stage.photo(ann).await;
    let (first, second) = (show(stage, ann, id, photo).await, show(stage, ann, id, photo).await);
    for (message, kept) in [(first, 1), (second, 0)] {
        let unsend = DeleteMessage { conversation_id: id, seq: message.seq, scope: DeleteScope::Everyone };
        stage.chat.delete(ann, unsend).await.unwrap();
        stage.chat.collect_garbage().await.unwrap();
        assert_eq!(stage.blobs.list().unwrap().len(), kept);
    }
    assert_eq!(code(stage.chat.attachment(ann, photo).await), ErrorCode::NotFound);
    let request = SendMessage { attachment_ids: vec![photo], ..stage.text(id, "again") };
    assert_eq!(code(stage.send(ann, request).await), ErrorCode::NotFound);
}

pub async fn unused_uploads_are_collected_after_a_day(stage: &Stage) {
    let [ann] = stage.people(["ann"]).await;
    let old = stage.photo(ann).await;
    stage.clock.advance_ms(24 * 3600 * 1000);
    let young = stage.photo(ann).await;
    assert_eq!(stage.chat.collect_garbage().await.unwrap(), 0);
    stage.clock.advance_ms(1);
    assert_eq!(stage.chat.collect_garbage().await.unwrap(), 1);
    assert_eq!(code(stage.chat.attachment(ann, old).await), ErrorCode::NotFound);
    stage.chat.attachment(ann, young).await.unwrap();
    let stray = AttachmentId(stage.chat.entropy().id(Timestamp(1)));
    stage.blobs.put(stray, kith_chat::Variant::Original, &mut b"left by a crash".as_slice()).unwrap();
    assert_eq!(stage.chat.collect_strays().await.unwrap(), 1);
    assert_eq!(stage.blobs.list().unwrap(), [young]);
}

pub async fn only_ones_own_uploads_can_be_sent(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let id = stage.direct(ann, ben).await;
    let photo = stage.photo(ann).await;
    let request = SendMessage { attachment_ids: vec![photo], ..stage.text(id, "not mine") };
    let refused = stage.send(ben, request).await.unwrap_err().into_body();
    assert_eq!((refused.code, refused.field.as_deref()), (ErrorCode::NotFound, Some("attachment_ids[0]")));
    show(stage, ann, id, photo).await;
    let found = stage.chat.with_attachments(ben, id, true, None).await.unwrap();
    assert_eq!(found.messages.len(), 1);
    assert!(stage.chat.with_attachments(ben, id, false, None).await.unwrap().messages.is_empty());
}

pub async fn pending_uploads_are_limited(stage: &Stage) {
    let [ann, ben] = stage.people(["ann", "ben"]).await;
    let mut photos = Vec::new();
    for _ in 0..limits::PENDING_UPLOADS_MAX {
        photos.push(stage.photo(ann).await);
    }
    let refused = stage.upload(ann, AttachmentKind::File).await.unwrap_err().into_body();
    assert_eq!(refused.code, ErrorCode::RateLimited);
    assert!(refused.retry_after_ms.is_some());
    let id = stage.direct(ann, ben).await;
    show(stage, ann, id, photos[0]).await;
    stage.photo(ann).await;
    stage.photo(ben).await;
}

pub async fn a_picture_is_for_everyone(stage: &Stage) {
    let [ann, ben, eve] = stage.people(["ann", "ben", "eve"]).await;
    stage.direct(ann, ben).await;
    let photo = stage.photo(ann).await;
    stage.heard();
    let me = stage.chat.set_avatar(ann, Some(photo)).await.unwrap();
    assert_eq!(me.me.profile.avatar, Some(photo));
    assert!(
        matches!(&stage.heard()[0].event, ServerEvent::UserUpdated(update) if update.user.avatar == Some(photo))
    );
    stage.chat.attachment(eve, photo).await.unwrap();
    assert_eq!(code(stage.chat.set_avatar(ben, Some(photo)).await), ErrorCode::NotFound);
    let file = stage.upload(ann, AttachmentKind::File).await.unwrap();
    assert_eq!(code(stage.chat.set_avatar(ann, Some(file)).await), ErrorCode::Invalid);
    stage.chat.set_avatar(ann, None).await.unwrap();
    assert_eq!(stage.chat.collect_garbage().await.unwrap(), 1);
    assert_eq!(code(stage.chat.attachment(ann, photo).await), ErrorCode::NotFound);
}

pub async fn bytes_that_cannot_be_removed_are_in_nobodys_way(stage: &Stage) {
    let [ann] = stage.people(["ann"]).await;
    let mut stuck = Vec::new();
    for _ in 0..limits::PENDING_UPLOADS_MAX {
        stuck.push(stage.photo(ann).await);
    }
    stage.blobs.keep_for_ever(&stuck);
    stage.clock.advance_ms(24 * 3600 * 1000 + 1);
    assert_eq!(stage.chat.collect_garbage().await.unwrap(), 0);
    // They no longer count as pending, and are the first that are looked at.
    let later = stage.photo(ann).await;
    stage.clock.advance_ms(24 * 3600 * 1000 + 1);
    assert_eq!(stage.chat.collect_garbage().await.unwrap(), 1);
    assert_eq!(code(stage.chat.attachment(ann, later).await), ErrorCode::NotFound);
    stage.blobs.keep_for_ever(&[]);
    assert_eq!(stage.chat.collect_garbage().await.unwrap(), stuck.len());
    assert_eq!(stage.blobs.list().unwrap(), []);
}
