//! What bad input gets over HTTP: a typed refusal that says which part is to blame.

use http::{Method, StatusCode};
use kith_protocol::{ErrorCode, limits};
use kith_testkit::{Device, TestServer, client_id, http::Answer};

use crate::asking::{call, call_as, get, header, refused};

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

async fn notes(server: &TestServer, ann: &Device) -> String {
    let body = format!(r#"{{"user_id":"{}"}}"#, ann.user_id);
    let answer = call_as(server, ann, Method::POST, "/conversations", JSON, body).await;
    let id =
        answer.json::<serde_json::Value>()["conversation"]["id"].as_str().expect("it has an id").to_owned();
    format!("/conversations/{id}/messages")
}

#[tokio::test]
async fn what_does_not_parse_is_blamed_on_its_field() {
    let server = TestServer::start().await;
    let ann = server.register("ann").await;
    let messages = notes(&server, &ann).await;
    let id = client_id();
    for (body, field) in [
        ("{".to_owned(), "body"),
        ("[]".to_owned(), "body"),
        ("{}".to_owned(), "client_id"),
        (r#"{"client_id":7}"#.to_owned(), "client_id"),
        (format!(r#"{{"client_id":"{id}","text":7}}"#), "text"),
        (format!(r#"{{"client_id":"{id}","text":"a","reply_to":-1}}"#), "reply_to"),
        (format!(r#"{{"client_id":"{id}","text":"a","reply_to":9007199254740992}}"#), "reply_to"),
        (
            format!(r#"{{"client_id":"{id}","text":"a","mentions":[{{"offset":0,"length":"x"}}]}}"#),
            "mentions[0].length",
        ),
        (format!(r#"{{"client_id":"{id}","text":"a","conversation_id":"{id}"}}"#), "conversation_id"),
        (format!(r#"{{"client_id":"{id}","text":""}}"#), "text"),
    ] {
        let answer = call_as(&server, &ann, Method::POST, &messages, JSON, body.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(refused(&answer, ErrorCode::Invalid).error.field.as_deref(), Some(field), "{body}");
    }
    let answer = call_as(&server, &ann, Method::POST, &messages, JSON, vec![b'"', 0xff, b'"']).await;
    assert_eq!(refused(&answer, ErrorCode::Invalid).error.field.as_deref(), Some("body"));
    let answer = get(&server, &ann, &format!("{messages}?limit=many")).await;
    assert_eq!(refused(&answer, ErrorCode::Invalid).error.field.as_deref(), Some("limit"));
    server.stop().await;
}

#[tokio::test]
async fn a_body_is_json_and_no_larger_or_deeper_than_the_limits() {
    let server = TestServer::start().await;
    let ann = server.register("ann").await;
    let patch = async |headers: &[(&str, &str)], body: String| -> Answer {
        call_as(&server, &ann, Method::PATCH, "/me", headers, body).await
    };
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
        let answer = patch(&[("content-type", content_type)], r#"{"about":"x"}"#.into()).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{content_type}");
        refused(&answer, ErrorCode::Invalid);
    }
    assert_eq!(patch(&[], r#"{"about":"x"}"#.into()).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let utf8 = [("content-type", "Application/JSON; charset=utf-8")];
    assert_eq!(patch(&utf8, r#"{"about":"x"}"#.into()).await.status, StatusCode::OK);

    let padded = |bytes: usize| format!("{}{}", " ".repeat(bytes - 2), "{}");
    assert_eq!(patch(JSON, padded(limits::BODY_BYTES_MAX)).await.status, StatusCode::OK);
    let problem = refused(&patch(JSON, padded(limits::BODY_BYTES_MAX + 1)).await, ErrorCode::TooLarge);
    assert_eq!(problem.error.limit, Some(limits::BODY_BYTES_MAX as u64));

    let nested = |levels: usize| {
        let levels = levels - 1;
        format!(r#"{{"extra":{}{}}}"#, "[".repeat(levels), "]".repeat(levels))
    };
    assert_eq!(patch(JSON, nested(limits::JSON_DEPTH_MAX)).await.status, StatusCode::OK);
    refused(&patch(JSON, nested(limits::JSON_DEPTH_MAX + 1)).await, ErrorCode::TooLarge);
    server.stop().await;
}

#[tokio::test]
async fn what_is_not_one_s_own_is_as_if_it_were_not_there() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.register("ann").await, server.register("ben").await);
    let messages = notes(&server, &ann).await;
    let send = format!(r#"{{"client_id":"{}","text":"mine"}}"#, client_id());
    call_as(&server, &ann, Method::POST, &messages, JSON, send.clone()).await;
    let unknown = "/conversations/01890000-0000-7000-8000-00000000dead/messages";
    for (theirs, nothing) in [
        (get(&server, &ben, &messages).await, get(&server, &ben, unknown).await),
        (
            call_as(&server, &ben, Method::POST, &messages, JSON, send.clone()).await,
            call_as(&server, &ben, Method::POST, unknown, JSON, send).await,
        ),
        (
            call_as(&server, &ben, Method::DELETE, &format!("{messages}/1?scope=everyone"), &[], "").await,
            call_as(&server, &ben, Method::DELETE, &format!("{unknown}/1?scope=everyone"), &[], "").await,
        ),
    ] {
        refused(&theirs, ErrorCode::NotFound);
        assert_eq!(theirs.text(), nothing.text());
    }
    server.stop().await;
}

#[tokio::test]
async fn paths_and_methods_that_are_not_there_are_problems_too() {
    let server = TestServer::start().await;
    refused(&call(&server, Method::GET, "/nothing/here", &[], "").await, ErrorCode::NotFound);
    refused(&call(&server, Method::GET, "", &[], "").await, ErrorCode::NotFound);
    let answer = call(&server, Method::PUT, "/auth/login", &[], "").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(header(&answer, "allow"), "POST");
    refused(&answer, ErrorCode::Invalid);
    refused(&call(&server, Method::POST, "/demo/ann", &[], "").await, ErrorCode::NotFound);
    server.stop().await;
}
