//! Uploads in parts, by tus 1.0.

use http::{Method, StatusCode};
use kith_protocol::{Attachment, AttachmentKind, ErrorCode};
use kith_server::config::Given;
use kith_testkit::{Device, TestServer, http::Answer};

use crate::asking::{call, call_as, get, header, refused};

const TUS: (&str, &str) = ("tus-resumable", "1.0.0");

async fn create(server: &TestServer, by: &Device, length: &str) -> Answer {
    let headers = [TUS, ("upload-length", length), ("upload-metadata", "name bG9uZy50eHQ=,alt bG9uZw==")];
    call_as(server, by, Method::POST, "/uploads", &headers, "").await
}

/// The path of a created upload, below the API's.
fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    header(answer, "location").strip_prefix("/api/v1").expect("it is ours").to_owned()
}

async fn append(server: &TestServer, by: &Device, path: &str, offset: usize, part: &str) -> Answer {
    let offset = offset.to_string();
    let headers = [TUS, ("upload-offset", &offset), ("content-type", "application/offset+octet-stream")];
    call_as(server, by, Method::PATCH, path, &headers, part.to_owned()).await
}

async fn offset(server: &TestServer, by: &Device, path: &str) -> String {
    header(&call_as(server, by, Method::HEAD, path, &[TUS], "").await, "upload-offset").to_owned()
}

#[tokio::test]
async fn an_upload_goes_on_where_it_was_even_after_a_restart() {
    let mut server = TestServer::start().await;
    let ann = server.register("ann").await;
    let path = location(&create(&server, &ann, "10").await);
    let answer = append(&server, &ann, &path, 0, "01234").await;
    assert_eq!((answer.status, header(&answer, "upload-offset")), (StatusCode::NO_CONTENT, "5"));
    assert!(header(&answer, "upload-expires").ends_with(" GMT"));

    server.restart().await;
    assert_eq!(offset(&server, &ann, &path).await, "5");
    let wrong = append(&server, &ann, &path, 4, "456789").await;
    assert_eq!(wrong.status, StatusCode::CONFLICT);
    assert_eq!(refused(&wrong, ErrorCode::Conflict).error.field.as_deref(), Some("upload-offset"));

    let last = append(&server, &ann, &path, 5, "56789").await;
    assert_eq!(last.status, StatusCode::OK, "{}", last.text());
    let attachment: Attachment = last.json();
    assert_eq!(header(&last, "kith-attachment"), attachment.id.to_string());
    assert_eq!((attachment.name.as_str(), attachment.alt.as_deref()), ("long.txt", Some("long")));
    assert_eq!((attachment.kind, attachment.size), (AttachmentKind::File, 10));
    assert_eq!(get(&server, &ann, &format!("/attachments/{}", attachment.id)).await.text(), "0123456789");

    // Whose answer was lost asks again, and is told the same.
    server.restart().await;
    assert_eq!(offset(&server, &ann, &path).await, "10");
    assert_eq!(append(&server, &ann, &path, 10, "").await.json::<Attachment>(), attachment);
    server.stop().await;
}

#[tokio::test]
async fn the_protocol_s_own_rules_are_kept() {
    let server = TestServer::start_with(Given { attachment_bytes_max: Some(100), ..Given::default() }).await;
    let ann = server.register("ann").await;
    let answer = call(&server, Method::OPTIONS, "/uploads", &[], "").await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(header(&answer, "tus-version"), "1.0.0");
    assert_eq!(header(&answer, "tus-extension"), "creation,expiration,termination");
    assert_eq!(header(&answer, "tus-max-size"), "100");

    assert_eq!(create(&server, &ann, "100").await.status, StatusCode::CREATED);
    refused(&create(&server, &ann, "101").await, ErrorCode::TooLarge);
    refused(&create(&server, &ann, "0").await, ErrorCode::Invalid);
    refused(&create(&server, &ann, "many").await, ErrorCode::Invalid);
    let old = [("tus-resumable", "0.2.2"), ("upload-length", "5")];
    let answer = call_as(&server, &ann, Method::POST, "/uploads", &old, "").await;
    assert_eq!(answer.status, StatusCode::PRECONDITION_FAILED);

    let path = location(&create(&server, &ann, "3").await);
    refused(&append(&server, &ann, &path, 0, "0123").await, ErrorCode::TooLarge);
    let headers = [TUS, ("upload-offset", "0"), ("content-type", "text/plain")];
    let answer = call_as(&server, &ann, Method::PATCH, &path, &headers, "012").await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    server.stop().await;
}

#[tokio::test]
async fn an_upload_is_its_owner_s_alone_and_can_be_dropped() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.register("ann").await, server.register("ben").await);
    let path = location(&create(&server, &ann, "10").await);
    for answer in [
        call_as(&server, &ben, Method::DELETE, &path, &[TUS], "").await,
        append(&server, &ben, &path, 0, "0123456789").await,
        append(&server, &ann, "/uploads/nonsense", 0, "0123456789").await,
    ] {
        refused(&answer, ErrorCode::NotFound);
    }
    assert_eq!(
        call_as(&server, &ann, Method::DELETE, &path, &[TUS], "").await.status,
        StatusCode::NO_CONTENT
    );
    refused(&append(&server, &ann, &path, 0, "0123456789").await, ErrorCode::NotFound);
    let left = std::fs::read_dir(server.folder().join("uploads")).expect("the folder is there").count();
    assert_eq!(left, 0);
    server.stop().await;
}

#[tokio::test]
async fn one_person_has_so_many_unfinished_uploads_and_no_more() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.register("ann").await, server.register("ben").await);
    for _ in 0..50 {
        location(&create(&server, &ann, "10").await);
    }
    refused(&create(&server, &ann, "10").await, ErrorCode::RateLimited);
    assert_eq!(create(&server, &ben, "10").await.status, StatusCode::CREATED);
    server.stop().await;
}

#[tokio::test]
async fn a_disk_that_fails_is_said_and_the_upload_goes_on_later() {
    let server = TestServer::start().await;
    let ann = server.register("ann").await;
    let path = location(&create(&server, &ann, "10").await);
    append(&server, &ann, &path, 0, "01234").await;

    let id = path.rsplit('/').next().expect("the path ends with the upload's id");
    let part = server.folder().join("uploads").join(format!("{id}.part"));
    let aside = part.with_extension("aside");
    std::fs::rename(&part, &aside).expect("the part is there");
    // A device that takes nothing.
    std::os::unix::fs::symlink("/dev/full", &part).expect("a link can be made");
    let failed = append(&server, &ann, &path, 0, "0123456789").await;
    assert_eq!(failed.status, StatusCode::SERVICE_UNAVAILABLE, "{}", failed.text());
    refused(&failed, ErrorCode::Unavailable);

    std::fs::rename(&aside, &part).expect("the part is put back");
    assert_eq!(offset(&server, &ann, &path).await, "5");
    assert_eq!(append(&server, &ann, &path, 5, "56789").await.json::<Attachment>().size, 10);
    server.stop().await;
}
