//! Photos and files: what goes in, what others get, and who gets it.

use http::{Method, StatusCode};
use kith_media::testing::{self, canaries_in};
use kith_protocol::*;
use kith_server::config::Given;
use kith_testkit::{Device, TestServer, client_id, eventually, http::Answer};

use crate::asking::{call, call_as, get, header, refused};

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

async fn upload(server: &TestServer, by: &Device, name: &str, bytes: impl Into<bytes::Bytes>) -> Answer {
    let path = format!("/attachments?name={name}&alt=What%20it%20shows");
    call_as(server, by, Method::POST, &path, &[], bytes).await
}

/// Sends an upload to somebody. Returns where in the conversation.
async fn send(server: &TestServer, by: &Device, to: &Device, attachment: &Attachment) -> String {
    let open = format!(r#"{{"user_id":"{}"}}"#, to.user_id);
    let chat: OneConversation = call_as(server, by, Method::POST, "/conversations", JSON, open).await.json();
    let messages = format!("/conversations/{}/messages", chat.conversation.conversation.id);
    let body = format!(r#"{{"client_id":"{}","attachment_ids":["{}"]}}"#, client_id(), attachment.id);
    let sent: OneMessage = call_as(server, by, Method::POST, &messages, JSON, body).await.json();
    format!("{messages}/{}", sent.message.seq)
}

fn files(server: &TestServer) -> usize {
    let shelves = std::fs::read_dir(server.folder().join("files")).expect("the folder is there");
    shelves
        .map(|shelf| std::fs::read_dir(shelf.expect("it is there").path()).expect("it is a folder").count())
        .sum()
}

fn uploads(server: &TestServer) -> usize {
    std::fs::read_dir(server.folder().join("uploads")).expect("the folder is there").count()
}

#[tokio::test]
async fn a_photo_loses_its_metadata_and_gains_thumbnails() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.register("ann").await, server.register("ben").await);
    let photo = testing::camera_jpeg(1_600, 1_200, kith_media::Orientation::UPRIGHT);
    assert!(canaries_in(&photo) > 0);
    let answer = upload(&server, &ann, "lake.jpg", photo).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    let attachment: Attachment = answer.json();
    assert_eq!((attachment.kind, attachment.mime.as_str()), (AttachmentKind::Image, "image/jpeg"));
    assert_eq!((attachment.width, attachment.height), (Some(1_600), Some(1_200)));
    assert_eq!((attachment.name.as_str(), attachment.alt.as_deref()), ("lake.jpg", Some("What it shows")));
    assert!(attachment.thumbhash.is_some());

    let path = format!("/attachments/{}", attachment.id);
    refused(&get(&server, &ben, &path).await, ErrorCode::NotFound);
    let message = send(&server, &ann, &ben, &attachment).await;
    let received = get(&server, &ben, &path).await;
    assert_eq!(received.status, StatusCode::OK);
    assert_eq!(received.body.len() as u64, attachment.size);
    assert_eq!(canaries_in(&received.body), 0, "what others get has no metadata");
    assert_eq!(header(&received, "content-type"), "image/jpeg");
    assert_eq!(header(&received, "content-disposition"), "inline; filename*=UTF-8''lake.jpg");
    assert_eq!(header(&received, "x-content-type-options"), "nosniff");
    assert!(header(&received, "cache-control").starts_with("private, "));
    for (size, side) in [("320", 320), ("1280", 1_280)] {
        let small = get(&server, &ben, &format!("{path}/thumbnail?size={size}")).await;
        assert_eq!(header(&small, "content-type"), "image/webp");
        let info = kith_media::inspect(std::io::Cursor::new(small.body.to_vec())).expect("it is a photo");
        assert_eq!(info.width, side);
    }
    refused(&get(&server, &ben, &format!("{path}/thumbnail?size=640")).await, ErrorCode::Invalid);

    let unsent = call_as(&server, &ann, Method::DELETE, &format!("{message}?scope=everyone"), &[], "").await;
    assert_eq!(unsent.status, StatusCode::OK, "{}", unsent.text());
    refused(&get(&server, &ben, &path).await, ErrorCode::NotFound);
    refused(&get(&server, &ann, &path).await, ErrorCode::NotFound);
    server.stop().await;
}

#[tokio::test]
async fn bytes_that_nothing_shows_are_off_the_disk_after_a_restart() {
    let mut server = TestServer::start().await;
    let (ann, ben) = (server.register("ann").await, server.register("ben").await);
    let photo = testing::camera_png(64, 64, kith_media::Orientation::UPRIGHT);
    let attachment: Attachment = upload(&server, &ann, "a.png", photo).await.json();
    let message = send(&server, &ann, &ben, &attachment).await;
    assert_eq!(files(&server), 3);
    call_as(&server, &ann, Method::DELETE, &format!("{message}?scope=everyone"), &[], "").await;
    // The collector's first round is at the start.
    server.restart().await;
    eventually("nothing is left", async || (files(&server) == 0).then_some(())).await;
    server.stop().await;
}

#[tokio::test]
async fn a_file_travels_as_it_is_and_never_acts_as_a_page() {
    let server = TestServer::start().await;
    let ann = server.register("ann").await;
    let page = testing::html_posing_as_photo();
    let attachment: Attachment = upload(&server, &ann, "%E7%8A%AC.jpg", page).await.json();
    assert_eq!(attachment.kind, AttachmentKind::File, "a name makes no photo");
    let received = get(&server, &ann, &format!("/attachments/{}", attachment.id)).await;
    assert_eq!(received.body, page);
    assert_eq!(header(&received, "content-type"), "application/octet-stream");
    assert_eq!(header(&received, "content-disposition"), "attachment; filename*=UTF-8''%E7%8A%AC.jpg");
    assert!(header(&received, "content-security-policy").contains("sandbox"));
    assert_eq!(header(&received, "x-content-type-options"), "nosniff");
    assert_eq!(header(&received, "cross-origin-resource-policy"), "same-origin");
    let thumbnail = get(&server, &ann, &format!("/attachments/{}/thumbnail", attachment.id)).await;
    refused(&thumbnail, ErrorCode::NotFound);
    server.stop().await;
}

#[tokio::test]
async fn photos_that_are_wrong_are_refused_and_leave_nothing_behind() {
    let server = TestServer::start().await;
    let ann = server.register("ann").await;
    let whole = testing::camera_jpeg(400, 300, kith_media::Orientation::UPRIGHT);
    let bomb = testing::png_of_size(30_000, 30_000);
    let problem = refused(&upload(&server, &ann, "bomb.png", bomb).await, ErrorCode::TooLarge);
    assert_eq!(problem.error.limit, Some(kith_media::limits::MAX_PIXELS));
    let cut = testing::truncated(&whole).to_vec();
    let problem = refused(&upload(&server, &ann, "cut.jpg", cut).await, ErrorCode::Invalid);
    assert_eq!(problem.error.field.as_deref(), Some("file"));
    refused(&upload(&server, &ann, "empty.txt", "").await, ErrorCode::Invalid);
    assert_eq!((files(&server), uploads(&server)), (0, 0));
    server.stop().await;
}

#[tokio::test]
async fn an_upload_is_as_large_as_allowed_and_no_larger() {
    let server =
        TestServer::start_with(Given { attachment_bytes_max: Some(1_000), ..Given::default() }).await;
    let ann = server.register("ann").await;
    let info: ServerInfo = call(&server, Method::GET, "/server", &[], "").await.json();
    assert_eq!(info.attachment_bytes_max, 1_000);
    assert_eq!(upload(&server, &ann, "a", vec![b'a'; 1_000]).await.status, StatusCode::CREATED);
    let problem = refused(&upload(&server, &ann, "a", vec![b'a'; 1_001]).await, ErrorCode::TooLarge);
    assert_eq!(problem.error.limit, Some(1_000));
    // The refusal reaches also who is far from having sent everything.
    let problem = refused(&upload(&server, &ann, "a", vec![b'a'; 4_000_000]).await, ErrorCode::TooLarge);
    assert_eq!(problem.error.limit, Some(1_000));
    assert_eq!(uploads(&server), 0);
    server.stop().await;
}

#[tokio::test]
async fn when_the_disk_runs_low_uploads_are_refused_and_texts_go_on() {
    // More than any disk has: as if it were full.
    let server =
        TestServer::start_with(Given { disk_reserve_bytes: Some(u64::MAX), ..Given::default() }).await;
    let ann = server.register("ann").await;
    refused(&upload(&server, &ann, "a.txt", "some text").await, ErrorCode::Unavailable);
    let open = format!(r#"{{"user_id":"{}"}}"#, ann.user_id);
    let notes: OneConversation =
        call_as(&server, &ann, Method::POST, "/conversations", JSON, open).await.json();
    let path = format!("/conversations/{}/messages", notes.conversation.conversation.id);
    let body = format!(r#"{{"client_id":"{}","text":"still here"}}"#, client_id());
    assert_eq!(call_as(&server, &ann, Method::POST, &path, JSON, body).await.status, StatusCode::OK);
    server.stop().await;
}

#[tokio::test]
async fn a_broken_upload_leaves_nothing_behind() {
    use tokio::io::AsyncWriteExt;
    let server = TestServer::start().await;
    let ann = server.register("ann").await;
    let mut stream = tokio::net::TcpStream::connect(server.addr()).await.expect("it listens");
    let head = format!(
        "POST /api/v1/attachments?name=a HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Length: 100000\r\n\r\n",
        server.addr(),
        ann.token
    );
    stream.write_all(head.as_bytes()).await.expect("it listens");
    stream.write_all(&[b'a'; 50_000]).await.expect("it listens");
    eventually("it begins", async || (uploads(&server) > 0).then_some(())).await;
    drop(stream);
    eventually("it is gone", async || (uploads(&server) == 0).then_some(())).await;
    assert_eq!(files(&server), 0);
    server.stop().await;
}

#[tokio::test]
async fn ranges_and_known_bytes_are_answered_as_http_has_them() {
    let server = TestServer::start().await;
    let ann = server.register("ann").await;
    let attachment: Attachment = upload(&server, &ann, "digits.txt", "0123456789").await.json();
    let path = format!("/attachments/{}", attachment.id);
    let ask = async |headers: &[(&str, &str)]| call_as(&server, &ann, Method::GET, &path, headers, "").await;
    let whole = ask(&[]).await;
    let tag = header(&whole, "etag").to_owned();
    assert_eq!(header(&whole, "accept-ranges"), "bytes");

    let part = ask(&[("range", "bytes=2-4")]).await;
    assert_eq!((part.status, part.text().as_str()), (StatusCode::PARTIAL_CONTENT, "234"));
    assert_eq!(header(&part, "content-range"), "bytes 2-4/10");
    assert_eq!(ask(&[("range", "bytes=-3")]).await.text(), "789");
    let outside = ask(&[("range", "bytes=10-")]).await;
    assert_eq!(outside.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(header(&outside, "content-range"), "bytes */10");

    assert_eq!(ask(&[("range", "bytes=0-0"), ("if-range", &tag)]).await.text(), "0");
    assert_eq!(ask(&[("range", "bytes=0-0"), ("if-range", "\"other\"")]).await.text(), "0123456789");
    let known = ask(&[("if-none-match", &tag)]).await;
    assert_eq!((known.status, known.body.len()), (StatusCode::NOT_MODIFIED, 0));
    let head = call_as(&server, &ann, Method::HEAD, &path, &[], "").await;
    assert_eq!((header(&head, "content-length"), head.body.len()), ("10", 0));
    server.stop().await;
}

#[tokio::test]
async fn a_description_can_be_mended_until_the_photo_is_shown() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.register("ann").await, server.register("ben").await);
    let attachment: Attachment =
        upload(&server, &ann, "a.png", testing::camera_png(32, 32, kith_media::Orientation::UPRIGHT))
            .await
            .json();
    let path = format!("/attachments/{}", attachment.id);
    let describe =
        async |by| call_as(&server, by, Method::PATCH, &path, JSON, r#"{"alt":"A red square"}"#).await;
    refused(&describe(&ben).await, ErrorCode::NotFound);
    assert_eq!(describe(&ann).await.json::<Attachment>().alt.as_deref(), Some("A red square"));
    server.stop().await;
}

#[tokio::test]
async fn a_picture_of_a_person_is_seen_by_everyone_who_is_signed_in() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.register("ann").await, server.register("ben").await);
    let photo: Attachment =
        upload(&server, &ann, "me.png", testing::camera_png(200, 200, kith_media::Orientation::UPRIGHT))
            .await
            .json();
    let body = format!(r#"{{"attachment_id":"{}"}}"#, photo.id);
    let me: Me = call_as(&server, &ann, Method::PUT, "/me/avatar", JSON, body).await.json();
    assert_eq!(me.profile.avatar, Some(photo.id));
    let path = format!("/attachments/{}/thumbnail?size=320", photo.id);
    assert_eq!(get(&server, &ben, &path).await.status, StatusCode::OK);
    refused(&call(&server, Method::GET, &path, &[], "").await, ErrorCode::Unauthorized);
    server.stop().await;
}
