//! How connections begin, whose they are, and how they end.

use std::time::Duration;

use kith_socketio::{Config, DisconnectReason};
use tokio::time::sleep;

use super::app::{PATH, Rig};

/// Whoever is silent is soon taken for lost.
fn hasty() -> Config {
    Config {
        ping_interval: Duration::from_millis(100),
        ping_timeout: Duration::from_secs(1),
        ..Config::default()
    }
}

#[tokio::test]
async fn foreign_origin_is_refused_at_every_request() {
    let rig = Rig::start(Config::default()).await;
    let foreign = [("origin", "http://evil.example")];
    let own = [("origin", "http://own.example")];
    let open = format!("{PATH}?EIO=4&transport=polling");
    let refused = rig.http.request("GET", &open, &foreign, "").await;
    assert_eq!((refused.status, refused.code()), (403, 4));
    assert!(refused.body.contains("foreign origin"));

    let opened = rig.http.request("GET", &open, &own, "").await;
    let sid = opened.open_packet()["sid"].as_str().unwrap().to_owned();
    let path = format!("{open}&sid={sid}");
    assert_eq!(rig.http.request("POST", &path, &foreign, "40").await.status, 403);
    assert_eq!(rig.http.request("GET", &path, &foreign, "").await.status, 403);
    assert_eq!(rig.http.request("POST", &path, &own, "40").await.status, 200);
}

#[tokio::test]
async fn sid_is_of_use_only_to_the_session_that_opened_it() {
    let rig = Rig::start(Config::default()).await;
    let (ada, eve) = ([("x-session", "ada")], [("x-session", "eve")]);
    let open = format!("{PATH}?EIO=4&transport=polling");
    let opened = rig.http.request("GET", &open, &ada, "").await;
    let path = format!("{open}&sid={}", opened.open_packet()["sid"].as_str().unwrap());
    for foreign in [&eve[..], &[]] {
        for method in ["GET", "POST"] {
            let answer = rig.http.request(method, &path, foreign, "40").await;
            assert_eq!((answer.status, answer.code()), (400, 1), "{method}");
        }
    }
    assert!(rig.http.connect(&path.replace("polling", "websocket")).await.is_err());
    assert_eq!(rig.http.request("POST", &path, &ada, "40").await.body, "ok");
}

#[tokio::test]
async fn no_cors_header_unless_configured() {
    let rig = Rig::start(Config::default()).await;
    let answer = rig.http.get(&format!("{PATH}?EIO=4&transport=polling")).await;
    assert!(!answer.head.to_lowercase().contains("access-control"), "{}", answer.head);
    assert!(answer.head.contains("cache-control: no-store"), "{}", answer.head);
}

#[tokio::test]
async fn refused_connect_says_why_and_can_be_tried_again() {
    let rig = Rig::start(Config { connects_refused_max: 2, ..Config::default() }).await;
    let refusal = r#"44{"message":"not \"you\"","data":{"code":"unauthorized"}}"#;
    let mut ws = rig.http.open_ws(PATH).await;
    ws.send(r#"40{"token":"wrong"}"#).await;
    assert_eq!(ws.packet().await, refusal);
    ws.send("40").await;
    assert!(ws.packet().await.starts_with("40{"));

    let mut guessing = rig.http.open_ws(PATH).await;
    guessing.send(r#"40{"token":"wrong"}"#).await;
    guessing.send(r#"40{"token":"wrong"}"#).await;
    assert_eq!(guessing.packet().await, refusal);
    assert_eq!(guessing.packet().await, refusal);
    assert_eq!(guessing.closed().await, Some(1000));
}

#[tokio::test]
async fn session_hears_how_it_ended() {
    let rig = Rig::start(Config::default()).await;
    let mut polite = rig.connect().await;
    polite.send("41").await;
    assert_eq!(rig.ended().await, DisconnectReason::ClientDisconnected);

    let vanished = rig.connect().await;
    drop(vanished);
    assert_eq!(rig.ended().await, DisconnectReason::TransportClosed);

    let mut broken = rig.connect().await;
    broken.send("42{}").await;
    assert_eq!(rig.ended().await, DisconnectReason::ProtocolViolation);

    let rig = Rig::start(hasty()).await;
    let mut silent = rig.connect().await;
    silent.closed().await;
    assert_eq!(rig.ended().await, DisconnectReason::PingTimeout);
}

#[tokio::test]
async fn disconnected_socket_gets_what_was_queued_then_the_goodbye() {
    let rig = Rig::start(Config::default()).await;
    let mut ws = rig.connect().await;
    ws.send(r#"42["leave"]"#).await;
    assert_eq!(ws.packet().await, r#"42["goodbye",1]"#);
    assert_eq!(ws.packet().await, "41");
    assert_eq!(ws.closed().await, Some(1000));
    assert_eq!(rig.ended().await, DisconnectReason::ServerDisconnected);

    let polling = rig.http.open_polling(PATH).await;
    polling.post("40\u{1e}42[\"leave\"]").await;
    let last = polling.poll().await.body;
    assert!(last.ends_with("42[\"goodbye\",1]\u{1e}41\u{1e}1"), "{last}");
    assert_eq!(polling.poll().await.status, 400);
    assert_eq!(rig.ended().await, DisconnectReason::ServerDisconnected);
}

#[tokio::test]
async fn client_that_abandons_its_poll_is_gone() {
    let rig = Rig::start(Config::default()).await;
    let polling = rig.http.open_polling(PATH).await;
    polling.post("40").await;
    polling.poll().await;
    let _ = tokio::time::timeout(Duration::from_secs(1), polling.poll()).await;
    assert_eq!(rig.ended().await, DisconnectReason::TransportClosed);
}

#[tokio::test]
async fn shutdown_tells_everyone_and_lets_events_finish() {
    let rig = Rig::start(Config::default()).await;
    let mut ws = rig.connect().await;
    let polling = rig.http.open_polling(PATH).await;
    polling.post("40").await;
    polling.poll().await;
    ws.send(r#"427["wait",1]"#).await;
    while rig.app.begun.load(std::sync::atomic::Ordering::SeqCst) == 0 {
        sleep(Duration::from_millis(5)).await;
    }

    let server = rig.server.clone();
    let shutdown = tokio::spawn(async move { server.shutdown().await });
    assert_eq!(polling.poll().await.body, "1");
    assert_eq!(rig.ended().await, DisconnectReason::ServerShutdown);
    let late = rig.http.get(&format!("{PATH}?EIO=4&transport=polling")).await;
    assert_eq!(late.status, 503);
    assert!(!shutdown.is_finished());

    rig.app.gate.add_permits(1);
    assert_eq!(rig.ended().await, DisconnectReason::ServerShutdown);
    assert_eq!(ws.closed().await, Some(1001));
    shutdown.await.unwrap();
    assert_eq!(rig.server.connections(), 0);
}

#[tokio::test]
async fn panicking_handler_takes_only_its_own_connection_along() {
    let rig = Rig::start(Config::default()).await;
    let mut neighbour = rig.connect().await;
    let mut ws = rig.connect().await;
    ws.send(r#"42["panic"]"#).await;
    ws.closed().await;
    neighbour.send(r#"421["echo","still here"]"#).await;
    assert_eq!(neighbour.packet().await, r#"431["still here"]"#);
    assert_eq!(rig.server.connections(), 1);
}

#[tokio::test]
async fn server_gets_acks_too_or_gives_up() {
    let rig = Rig::start(Config::default()).await;
    let mut ws = rig.connect().await;
    ws.send(r#"42["ask"]"#).await;
    assert_eq!(ws.packet().await, r#"421["question","how are you"]"#);
    ws.send(r#"431["fine"]"#).await;
    assert_eq!(ws.packet().await, r#"42["told","fine"]"#);

    ws.send(r#"42["ask"]"#).await;
    assert_eq!(ws.packet().await, r#"422["question","how are you"]"#);
    ws.send(r#"431["late"]"#).await;
    assert_eq!(ws.packet().await, r#"42["told","silence"]"#);
}

#[tokio::test]
async fn long_running_event_is_not_taken_for_a_lost_client() {
    let rig = Rig::start(hasty()).await;
    let mut ws = rig.connect().await;
    ws.send(r#"421["wait",1]"#).await;
    sleep(2 * (hasty().ping_interval + hasty().ping_timeout)).await;
    rig.app.gate.add_permits(1);
    assert_eq!(ws.packet().await, "431[1]");
}
