//! What the public Socket.IO 5 suite asks beyond the Engine.IO one, case by case.

use std::time::{Duration, Instant};

use futures_util::SinkExt;
use serde_json::Value;
use tokio_tungstenite::tungstenite::Message;

use super::client::{TestServer, Ws};
use super::conformance::{self, Times};
use super::times::{LIVELY, PATIENT};

const PATH: &str = "/socket.io/";
const TWO_PLACEHOLDERS: &str = r#"{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}"#;

async fn server() -> TestServer {
    TestServer::start(conformance::app(PATIENT)).await
}

async fn connected(server: &TestServer) -> Ws {
    let mut ws = server.open_ws(PATH).await;
    ws.send("40").await;
    assert!(ws.packet().await.starts_with("40{"));
    assert_eq!(ws.packet().await, r#"42["auth",{}]"#);
    ws
}

#[tokio::test]
async fn connect_is_confirmed_and_followed_by_the_payload() {
    let server = server().await;
    for (connect, prefix, auth) in [
        ("40", "40", r#"42["auth",{}]"#),
        (r#"40{"token":"123"}"#, "40", r#"42["auth",{"token":"123"}]"#),
        ("40/custom,", "40/custom,", r#"42/custom,["auth",{}]"#),
        ("40/custom", "40/custom,", r#"42/custom,["auth",{}]"#),
        (r#"40/custom,{"token":"abc"}"#, "40/custom,", r#"42/custom,["auth",{"token":"abc"}]"#),
    ] {
        let mut ws = server.open_ws(PATH).await;
        ws.send(connect).await;
        let confirmation = ws.packet().await;
        let data: Value = serde_json::from_str(confirmation.strip_prefix(prefix).unwrap()).unwrap();
        assert_eq!(data.as_object().unwrap().len(), 1);
        assert!(data["sid"].is_string());
        assert_eq!(ws.packet().await, auth);
    }
}

#[tokio::test]
async fn connect_to_an_unknown_namespace_is_refused() {
    let server = server().await;
    let mut ws = server.open_ws(PATH).await;
    ws.send("40/random").await;
    assert_eq!(ws.packet().await, r#"44/random,{"message":"Invalid namespace"}"#);
}

#[tokio::test]
async fn connect_with_an_invalid_packet_closes() {
    let server = server().await;
    let mut ws = server.open_ws(PATH).await;
    ws.send("4abc").await;
    assert_eq!(ws.closed().await, Some(1002));
}

#[tokio::test]
async fn connection_without_a_connect_closes() {
    let times = Times { connect_timeout: Duration::from_secs(1), ..LIVELY };
    let server = TestServer::start(conformance::app(times)).await;
    let opened = Instant::now();
    let mut ws = server.open_ws(PATH).await;
    while let Some(Message::Text(ping)) = ws.next().await {
        assert_eq!(ping.as_str(), "2");
        // The server may close at this very moment.
        let _ = ws.stream.send(Message::text("3")).await;
    }
    assert!(opened.elapsed() >= times.connect_timeout, "closed after {:?}", opened.elapsed());
}

#[tokio::test]
async fn disconnect_from_the_main_namespace_leaves_the_connection() {
    let server = TestServer::start(conformance::app(LIVELY)).await;
    let mut ws = connected(&server).await;
    ws.send("41").await;
    assert_eq!(ws.text().await, "2");
}

#[tokio::test]
async fn disconnect_from_a_custom_namespace_leaves_the_main_one() {
    let server = server().await;
    let mut ws = connected(&server).await;
    ws.send("40/custom").await;
    assert!(ws.packet().await.starts_with("40/custom,"));
    assert_eq!(ws.packet().await, r#"42/custom,["auth",{}]"#);
    ws.send("41/custom").await;
    ws.send(r#"42["message","message to main namespace"]"#).await;
    assert_eq!(ws.packet().await, r#"42["message-back","message to main namespace"]"#);
}

#[tokio::test]
async fn text_event_comes_back() {
    let server = server().await;
    let mut ws = connected(&server).await;
    ws.send(r#"42["message",1,"2",{"3":[true]}]"#).await;
    assert_eq!(ws.packet().await, r#"42["message-back",1,"2",{"3":[true]}]"#);
}

#[tokio::test]
async fn text_event_is_acknowledged() {
    let server = server().await;
    let mut ws = connected(&server).await;
    ws.send(r#"42456["message-with-ack",1,"2",{"3":[false]}]"#).await;
    assert_eq!(ws.packet().await, r#"43456[1,"2",{"3":[false]}]"#);
}

#[tokio::test]
async fn binary_event_comes_back() {
    let server = server().await;
    let mut ws = connected(&server).await;
    ws.send(&format!(r#"452-["message",{TWO_PLACEHOLDERS}]"#)).await;
    ws.send_binary(&[1, 2, 3]).await;
    ws.send_binary(&[4, 5, 6]).await;
    assert_eq!(ws.packet().await, format!(r#"452-["message-back",{TWO_PLACEHOLDERS}]"#));
    assert_eq!(ws.binary().await, [1, 2, 3]);
    assert_eq!(ws.binary().await, [4, 5, 6]);
}

#[tokio::test]
async fn binary_event_is_acknowledged() {
    let server = server().await;
    let mut ws = connected(&server).await;
    ws.send(&format!(r#"452-789["message-with-ack",{TWO_PLACEHOLDERS}]"#)).await;
    ws.send_binary(&[1, 2, 3]).await;
    ws.send_binary(&[4, 5, 6]).await;
    assert_eq!(ws.packet().await, format!("462-789[{TWO_PLACEHOLDERS}]"));
    assert_eq!(ws.binary().await, [1, 2, 3]);
    assert_eq!(ws.binary().await, [4, 5, 6]);
}

#[tokio::test]
async fn binary_event_in_a_custom_namespace_over_polling_comes_back() {
    let server = server().await;
    let polling = server.open_polling(PATH).await;
    assert_eq!(polling.post("40/custom").await.body, "ok");
    let opened = polling.poll().await.body;
    assert!(opened.ends_with("42/custom,[\"auth\",{}]"), "{opened}");
    let event = r#"451-/custom,7["message-with-ack",{"_placeholder":true,"num":0}]"#;
    assert_eq!(polling.post(format!("{event}\u{1e}bAQID")).await.body, "ok");
    assert_eq!(polling.poll().await.body, "461-/custom,7[{\"_placeholder\":true,\"num\":0}]\u{1e}bAQID");
}

#[tokio::test]
async fn malformed_packets_close() {
    let server = server().await;
    for packet in [
        "4abc",
        "42{}",
        r#"42abc["message-with-ack",1]"#,
        "42",
        "42[]",
        "42[1]",
        r#"42["message""#,
        r#"42["message"]]"#,
        r#"42["connect"]"#,
        r#"4299999999999999999999["message"]"#,
        "43[1]",
        "431{}",
        "45[1]",
        r#"45x-["message"]"#,
        r#"4511-["message"]"#,
        "40[1]",
        "40{",
        "44{}",
        "4é",
        "4",
        "2",
        "2probe",
        "5",
    ] {
        let mut ws = connected(&server).await;
        ws.send(packet).await;
        assert!(ws.closed().await.is_some(), "{packet}");
    }
}

#[tokio::test]
async fn attachments_out_of_place_close() {
    let server = server().await;
    let mut unexpected = connected(&server).await;
    unexpected.send_binary(&[1]).await;
    assert_eq!(unexpected.closed().await, Some(1002));

    let mut interrupted = connected(&server).await;
    interrupted.send(r#"451-["message",{"_placeholder":true,"num":0}]"#).await;
    interrupted.send(r#"42["message"]"#).await;
    assert_eq!(interrupted.closed().await, Some(1002));
}

#[tokio::test]
async fn nothing_is_taken_before_a_connect() {
    let server = server().await;
    for packet in [r#"42["message",1]"#, "41", "431[]"] {
        let mut ws = server.open_ws(PATH).await;
        ws.send(packet).await;
        assert_eq!(ws.closed().await, Some(1002), "{packet}");
    }
}
