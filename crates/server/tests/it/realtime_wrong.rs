//! Every event, wrong in every way: a refusal with a code is the worst that comes of it, and the neighbours go on.

use std::{net::SocketAddr, time::Duration};

use http::Method;
use kith_protocol::*;
use kith_server::config::Given;
use kith_testkit::{PATIENCE, Person, TestServer, client_id, http::request};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Nobody has this id.
const NOBODY: &str = "01890000-0000-7000-8000-00000000ffff";
const PING_INTERVAL_MS: u64 = 300;
/// Longer than a busy machine lets a client wait.
const PING_TIMEOUT_MS: u64 = 3_000;

#[tokio::test]
async fn a_stranger_is_answered_as_if_there_were_no_such_conversation() {
    let server = TestServer::start().await;
    let (ann, ben, eve) =
        (server.person("ann").await, server.person("ben").await, server.person("eve").await);
    let secret = ann.group("Secret", &[ben.id()]).await.to_string();
    let notes = eve.direct(eve.id()).await.to_string();
    for event in ClientEvent::ALL {
        let (there, not_there) = (example(*event, &secret), example(*event, NOBODY));
        if there.get("conversation_id").is_none() {
            continue;
        }
        assert_refused_alike(&eve, event.name(), &there, &not_there).await;
    }
    let forward = |from: &str| json!({ "conversation_id": notes, "client_id": client_id(), "forward": { "conversation_id": from, "seq": 1 } });
    assert_refused_alike(&eve, "message:send", &forward(&secret), &forward(NOBODY)).await;
    server.stop().await;
}

async fn assert_refused_alike(person: &Person, event: &str, there: &Value, not_there: &Value) {
    let refusal = person.request_raw(event, &there.to_string()).await.expect_err("it is not theirs");
    let other = person.request_raw(event, &not_there.to_string()).await.expect_err("it does not exist");
    assert_eq!(refusal.code, ErrorCode::NotFound, "{event} {there}");
    assert_eq!(refusal, other, "{event} tells what exists");
}

#[tokio::test]
async fn a_wrong_value_in_any_field_of_any_event_is_refused_at_the_worst() {
    let server = TestServer::start_with(lively()).await;
    let (ann, neighbour) = (server.person("ann").await, server.person("ben").await);
    let chat = ann.direct(neighbour.id()).await;
    neighbour.sync().await;
    let said = ann.say(chat, "something to act on").await;
    let (mut refused, mut taken) = (0, 0);
    for event in ClientEvent::ALL {
        for payload in wrong_payloads(&example(*event, &chat.to_string())) {
            match patiently(&ann, event.name(), &payload).await {
                Ok(_) => taken += 1,
                Err(refusal) => {
                    assert_typed(event.name(), &payload, &refusal);
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 500, "only {refused} payloads were refused, and {taken} taken");
    assert_eq!((ann.closed(), neighbour.closed()), (None, None));
    let next = ann.say(chat, "still here").await;
    assert_eq!(neighbour.hear(CauseKind::Sent).await.messages, [said]);
    neighbour.until(|pushes| pushes.iter().any(|push| push.payload["version"] == json!(next.version))).await;
    server.stop().await;
}

/// A refusal that a client can decide by, and that says what was wrong with what it sent.
fn assert_typed(event: &str, payload: &Value, refusal: &ErrorBody) {
    use ErrorCode::*;
    match refusal.code {
        Invalid | TooLarge => assert!(refusal.field.is_some(), "{event} {payload}: no field is to blame"),
        NotFound | Forbidden | Conflict | Gone => {}
        code => panic!("{event} {payload} was answered with {code:?}"),
    }
}

/// Waits when the server asks to.
async fn patiently(person: &Person, event: &str, payload: &Value) -> Result<Value, ErrorBody> {
    loop {
        let answer = person.request_raw(event, &payload.to_string()).await;
        match &answer {
            Err(refusal) if refusal.code == ErrorCode::RateLimited => {
                let wait = refusal.retry_after_ms.expect("it says for how long");
                tokio::time::sleep(Duration::from_millis(wait)).await;
            }
            _ => return answer,
        }
    }
}

/// Something else than an object; and the example with each field wrong in turn, or missing.
fn wrong_payloads(example: &Value) -> Vec<Value> {
    let fields = example.as_object().expect("payloads are objects");
    let mut payloads = wrong_values();
    for field in fields.keys() {
        for wrong in wrong_values() {
            let mut payload = fields.clone();
            payload.insert(field.clone(), wrong);
            payloads.push(Value::Object(payload));
        }
        let mut payload = fields.clone();
        payload.remove(field);
        payloads.push(Value::Object(payload));
    }
    payloads
}

fn wrong_values() -> Vec<Value> {
    let nested = (0..limits::JSON_DEPTH_MAX).fold(json!([]), |inner, _| json!([inner]));
    vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(9_007_199_254_740_992_u64),
        json!(1e300),
        json!(""),
        json!("\u{0}\u{202e}\u{feff}"),
        json!("x".repeat(limits::TEXT_UTF16_MAX + 1)),
        json!([]),
        json!([null]),
        json!(vec![NOBODY; limits::MEMBERS_MAX + 1]),
        json!({}),
        json!({ "conversation_id": {} }),
        nested,
    ]
}

/// A payload with nothing wrong. An event that is not here does not compile.
fn example(event: ClientEvent, conversation_id: &str) -> Value {
    let about = |mut more: Value| {
        more["conversation_id"] = json!(conversation_id);
        more
    };
    match event {
        ClientEvent::Sync => json!({ "cursor": null, "epoch": "?" }),
        ClientEvent::Changes => about(json!({ "since": 0 })),
        ClientEvent::Page => about(json!({ "before": 9, "limit": 10 })),
        ClientEvent::Send => about(json!({
            "client_id": client_id(), "text": "hello", "mentions": [], "attachment_ids": [], "reply_to": 1
        })),
        ClientEvent::Edit => about(json!({ "seq": 1, "if_version": 1, "text": "hello", "mentions": [] })),
        ClientEvent::Delete => about(json!({ "seq": 99, "scope": "me" })),
        ClientEvent::React => about(json!({ "seq": 1, "emoji": "👍" })),
        ClientEvent::Pin => about(json!({ "seq": 1, "pinned": true })),
        ClientEvent::Open => json!({ "client_id": client_id(), "title": "Walks", "member_ids": [] }),
        ClientEvent::Update => {
            about(json!({ "title": "Walks", "avatar_id": null, "members_may_edit": true }))
        }
        ClientEvent::AddMembers => about(json!({ "user_ids": [NOBODY] })),
        ClientEvent::RemoveMember => about(json!({ "user_id": NOBODY })),
        ClientEvent::SetRole => about(json!({ "user_id": NOBODY, "role": "admin" })),
        ClientEvent::Leave => about(json!({})),
        ClientEvent::Delivered | ClientEvent::Read => about(json!({ "seq": 1 })),
        ClientEvent::SetAccount => about(json!({ "muted_until": null, "pinned": true, "draft": "I was" })),
        ClientEvent::AccountChanges => json!({ "since": 0 }),
        ClientEvent::WatchPresence => json!({ "user_ids": [NOBODY] }),
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_and_events_that_are_too_long_end_only_their_own_socket() {
    let server = TestServer::start_with(lively()).await;
    let (ann, neighbour) = (server.person("ann").await, server.person("ben").await);
    let chat = ann.direct(neighbour.id()).await;
    let long = format!("42[\"{}\"]", "x".repeat(limits::EVENT_BYTES_MAX));

    assert_eq!(close_code(server.addr(), b"4\xff\xfe").await, Some(1007));
    assert_eq!(close_code(server.addr(), long.as_bytes()).await, Some(1009));
    assert_eq!(posted(server.addr(), b"4\xff\xfe").await, 400);
    assert_eq!(posted(server.addr(), long.as_bytes()).await, 413);

    // Longer than the server waits for a pong.
    tokio::time::sleep(Duration::from_millis(PING_INTERVAL_MS + PING_TIMEOUT_MS + 500)).await;
    assert_eq!((ann.closed(), neighbour.closed()), (None, None));
    neighbour.sync().await;
    let sent = ann.say(chat, "still here").await;
    assert_eq!(neighbour.hear(CauseKind::Sent).await.messages, [sent]);
    server.stop().await;
}

/// Pings come often enough for a test to see that they go on.
fn lively() -> Given {
    Given {
        ping_interval_ms: Some(PING_INTERVAL_MS),
        ping_timeout_ms: Some(PING_TIMEOUT_MS),
        ..Given::default()
    }
}

/// Sends one text frame with these bytes over a WebSocket, and says with which code the server closes it.
async fn close_code(addr: SocketAddr, bytes: &[u8]) -> Option<u16> {
    let mut stream = TcpStream::connect(addr).await.expect("the server listens");
    let upgrade = format!(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nhost: {addr}\r\nconnection: Upgrade\r\nupgrade: \
         websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(upgrade.as_bytes()).await.expect("the server reads");
    // It may refuse the length before it has read the rest.
    let _ = stream.write_all(&masked(bytes)).await;
    let mut heard = Vec::new();
    let reading = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut heard));
    reading.await.expect("it closes").ok();
    let close = heard.windows(2).rposition(|pair| pair == [0x88, 2])?;
    let code = heard.get(close + 2..close + 4)?;
    Some(u16::from_be_bytes(code.try_into().expect("two bytes are two bytes")))
}

/// A text frame, masked with zeros.
fn masked(bytes: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x81];
    match u8::try_from(bytes.len()) {
        Ok(short @ ..126) => frame.push(0x80 | short),
        _ => {
            frame.push(0x80 | 127);
            frame.extend((bytes.len() as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(bytes);
    frame
}

/// Posts these bytes to a connection by long-polling, and says how that is answered.
async fn posted(addr: SocketAddr, bytes: &[u8]) -> u16 {
    let path = "/socket.io/?EIO=4&transport=polling";
    let opened = request(addr, Method::GET, path, &[], "").await.expect("the server answers").text();
    let open: Value = serde_json::from_str(&opened[1..]).expect("it is opened with JSON");
    let path = format!("{path}&sid={}", open["sid"].as_str().expect("it has a name"));
    let answer = request(addr, Method::POST, &path, &[], bytes.to_vec()).await;
    answer.expect("the server answers").status.as_u16()
}
