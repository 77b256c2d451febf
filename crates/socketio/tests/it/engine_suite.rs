//! What the public Engine.IO 4 suite asks, case by case.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::client::TestServer;
use super::conformance::{self, SUITE};
use super::times::{LIVELY, PATIENT};

const PATH: &str = "/engine.io/";

async fn server() -> TestServer {
    TestServer::start(conformance::app(PATIENT)).await
}

fn assert_is_handshake(value: &Value, upgrades: &Value) {
    let keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["maxPayload", "pingInterval", "pingTimeout", "sid", "upgrades"]);
    assert!(value["sid"].is_string());
    assert_eq!(value["upgrades"], *upgrades);
    assert_eq!(value["pingInterval"], 300);
    assert_eq!(value["pingTimeout"], 200);
    assert_eq!(value["maxPayload"], 1_000_000);
}

#[tokio::test]
async fn polling_handshake_opens_a_session() {
    let server = TestServer::start(conformance::app(SUITE)).await;
    let answer = server.get("/engine.io/?EIO=4&transport=polling").await;
    assert_is_handshake(&answer.open_packet(), &json!(["websocket"]));
}

#[tokio::test]
async fn websocket_handshake_opens_a_session() {
    let server = TestServer::start(conformance::app(SUITE)).await;
    let mut ws = server.connect("/engine.io/?EIO=4&transport=websocket").await.unwrap();
    let open = ws.text().await;
    assert_is_handshake(&serde_json::from_str(&open[1..]).unwrap(), &json!([]));
}

#[tokio::test]
async fn handshake_fails_with_an_invalid_version_transport_or_method() {
    let server = server().await;
    for (query, code) in [
        ("transport=polling", 5),
        ("EIO=abc&transport=polling", 5),
        ("EIO=3&transport=polling", 5),
        ("EIO=4", 0),
        ("EIO=4&transport=abc", 0),
    ] {
        let answer = server.get(&format!("{PATH}?{query}")).await;
        assert_eq!((answer.status, answer.code()), (400, code), "{query}");
    }
    for method in ["POST", "PUT"] {
        let answer = server.request(method, "/engine.io/?EIO=4&transport=polling", &[], "").await;
        assert_eq!((answer.status, answer.code()), (400, 2), "{method}");
    }
    for query in ["transport=websocket", "EIO=abc&transport=websocket", "EIO=4", "EIO=4&transport=abc"] {
        assert!(server.connect(&format!("{PATH}?{query}")).await.is_err(), "{query}");
    }
}

#[tokio::test]
async fn polling_echoes_one_several_and_mixed_packets() {
    let server = server().await;
    for payload in ["4hello", "4test1\u{1e}4test2\u{1e}4test3", "4hello\u{1e}bAQIDBA=="] {
        let polling = server.open_polling(PATH).await;
        let posted = polling.post(payload).await;
        assert_eq!((posted.status, posted.body.as_str()), (200, "ok"));
        assert_eq!(polling.poll().await.body, payload);
    }
}

#[tokio::test]
async fn polling_session_closes_upon_an_invalid_packet() {
    let server = server().await;
    let polling = server.open_polling(PATH).await;
    assert_eq!(polling.post("abc").await.status, 400);
    assert_eq!(polling.poll().await.status, 400);
}

#[tokio::test]
async fn polling_session_closes_upon_duplicate_polls() {
    let server = server().await;
    let polling = server.open_polling(PATH).await;
    let (first, second) = tokio::join!(polling.poll(), polling.poll());
    // Which of the two comes first is not for the client to say.
    let (held, refused) = if first.status == 200 { (first, second) } else { (second, first) };
    assert_eq!((held.status, held.body.as_str()), (200, "1"));
    assert_eq!(refused.status, 400);
    assert_eq!(polling.poll().await.status, 400);
}

#[tokio::test]
async fn websocket_echoes_text_and_binary() {
    let server = server().await;
    let mut ws = server.open_ws(PATH).await;
    ws.send("4hello").await;
    assert_eq!(ws.text().await, "4hello");
    ws.send_binary(&[1, 2, 3, 4]).await;
    assert_eq!(ws.binary().await, [1, 2, 3, 4]);
}

#[tokio::test]
async fn websocket_session_closes_upon_an_invalid_packet() {
    let server = server().await;
    let mut ws = server.open_ws(PATH).await;
    ws.send("abc").await;
    assert_eq!(ws.closed().await, Some(1002));
}

#[tokio::test]
async fn polling_session_lives_on_pongs() {
    let server = TestServer::start(conformance::app(LIVELY)).await;
    let polling = server.open_polling(PATH).await;
    for _ in 0..3 {
        let ping = polling.poll().await;
        assert_eq!((ping.status, ping.body.as_str()), (200, "2"));
        assert_eq!(polling.post("3").await.status, 200);
    }
}

#[tokio::test]
async fn polling_session_closes_upon_ping_timeout() {
    let server = TestServer::start(conformance::app(SUITE)).await;
    let polling = server.open_polling(PATH).await;
    // Asking for more is no pong.
    while polling.poll().await.status == 200 {}
    assert_eq!(polling.poll().await.status, 400);
}

#[tokio::test]
async fn websocket_session_lives_on_pongs() {
    let server = TestServer::start(conformance::app(LIVELY)).await;
    let mut ws = server.open_ws(PATH).await;
    for _ in 0..3 {
        assert_eq!(ws.text().await, "2");
        ws.send("3").await;
    }
}

#[tokio::test]
async fn websocket_session_closes_upon_ping_timeout() {
    let server = TestServer::start(conformance::app(SUITE)).await;
    let mut ws = server.open_ws(PATH).await;
    assert_eq!(ws.text().await, "2");
    ws.closed().await;
}

#[tokio::test]
async fn polling_session_is_closed_by_the_client() {
    let server = server().await;
    let polling = server.open_polling(PATH).await;
    let (poll, _) = tokio::join!(polling.poll(), async {
        // The poll has to be there before it.
        sleep(Duration::from_secs(1)).await;
        polling.post("1").await
    });
    assert_eq!((poll.status, poll.body.as_str()), (200, "6"));
    assert_eq!(polling.poll().await.status, 400);
}

#[tokio::test]
async fn websocket_session_is_closed_by_the_client() {
    let server = server().await;
    let mut ws = server.open_ws(PATH).await;
    ws.send("1").await;
    ws.closed().await;
}

#[tokio::test]
async fn polling_session_upgrades() {
    let server = server().await;
    let polling = server.open_polling(PATH).await;
    let mut ws =
        server.connect(&format!("{PATH}?EIO=4&transport=websocket&sid={}", polling.sid)).await.unwrap();
    ws.send("2probe").await;
    assert_eq!(ws.text().await, "3probe");
    assert_eq!(polling.poll().await.body, "6");
    ws.send("5").await;
    ws.send("4hello").await;
    assert_eq!(ws.text().await, "4hello");
}

#[tokio::test]
async fn requests_with_the_sid_are_ignored_after_the_upgrade() {
    let server = server().await;
    let polling = server.open_polling(PATH).await;
    let upgrade = format!("{PATH}?EIO=4&transport=websocket&sid={}", polling.sid);
    let mut ws = server.connect(&upgrade).await.unwrap();
    ws.send("2probe").await;
    ws.send("5").await;
    assert_eq!(ws.text().await, "3probe");
    ws.send("4a").await;
    assert_eq!(ws.text().await, "4a");

    assert_eq!(polling.poll().await.status, 400);
    assert_eq!(polling.post("4b").await.status, 400);
    assert!(server.connect(&upgrade).await.is_err());
    ws.send("4hello").await;
    assert_eq!(ws.text().await, "4hello");
}
