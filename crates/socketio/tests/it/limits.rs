//! Every limit at its edge and one beyond, on both transports.

use std::sync::atomic::Ordering;
use std::time::Duration;

use kith_socketio::{Config, DisconnectReason};
use tokio::time::sleep;

use super::app::{PATH, Rig};

fn small() -> Config {
    Config { max_payload_bytes: 1000, attachments_max: 2, ..Config::default() }
}

/// An event whose packet is `len` bytes long.
fn event_of(len: usize) -> String {
    let shell = r#"421["echo",""]"#.len();
    format!(r#"421["echo","{}"]"#, "x".repeat(len - shell))
}

#[tokio::test]
async fn event_may_be_as_long_as_the_limit_on_both_transports() {
    let rig = Rig::start(small()).await;
    let mut ws = rig.connect().await;
    ws.send(&event_of(1000)).await;
    assert!(ws.packet().await.starts_with("431["));
    ws.send(&event_of(1001)).await;
    assert_eq!(ws.closed().await, Some(1009));
    assert_eq!(rig.ended().await, DisconnectReason::TooLarge);

    let polling = rig.http.open_polling(PATH).await;
    polling.post("40").await;
    assert_eq!(polling.post(event_of(1000)).await.status, 200);
    assert_eq!(polling.post(event_of(1001)).await.status, 413);
    assert_eq!(rig.ended().await, DisconnectReason::TooLarge);
    assert_eq!(polling.poll().await.status, 400);
}

#[tokio::test]
async fn endless_body_is_cut_off() {
    let rig = Rig::start(small()).await;
    let polling = rig.http.open_polling(PATH).await;
    assert_eq!(polling.post("x".repeat(100_000)).await.status, 413);
}

/// `python-engineio` takes more for an attack and drops its connection.
#[tokio::test]
async fn poll_brings_at_most_sixteen_packets() {
    let rig = Rig::start(Config::default()).await;
    let polling = rig.http.open_polling(PATH).await;
    polling.post("40").await;
    polling.poll().await;
    let packets = async || polling.poll().await.body.split('\u{1e}').count();
    let events = |count| vec![r#"421["echo"]"#; count].join("\u{1e}");

    polling.post(events(16)).await;
    assert_eq!(packets().await, 16);
    polling.post(events(17)).await;
    assert_eq!(packets().await, 16);
    assert_eq!(packets().await, 1);

    polling.post(events(16)).await;
    rig.last_socket().disconnect();
    assert!(!polling.poll().await.body.contains("\u{1e}1"));
    assert!(polling.poll().await.body.ends_with('1'));
}

#[tokio::test]
async fn attachments_count_as_part_of_their_event() {
    let rig = Rig::start(small()).await;
    let head = r#"451-1["echo",{"_placeholder":true,"num":0}]"#;
    // The packet's type is the engine's, and not part of the event.
    let room = 1000 - (head.len() - 1);
    let mut ws = rig.connect().await;
    ws.send(head).await;
    ws.send_binary(&vec![7; room]).await;
    assert!(ws.packet().await.starts_with("461-1["));
    assert_eq!(ws.binary().await.len(), room);
    ws.send(head).await;
    ws.send_binary(&vec![7; room + 1]).await;
    assert_eq!(ws.closed().await, Some(1009));
}

#[tokio::test]
async fn attachments_are_counted_before_they_come() {
    let rig = Rig::start(small()).await;
    let mut ws = rig.connect().await;
    ws.send(r#"452-1["echo"]"#).await;
    ws.send_binary(&[1]).await;
    ws.send_binary(&[2]).await;
    assert_eq!(ws.packet().await, "462-1[]");
    assert_eq!((ws.binary().await, ws.binary().await), (vec![1], vec![2]));
    ws.send(r#"453-1["echo"]"#).await;
    assert_eq!(ws.closed().await, Some(1009));
}

#[tokio::test]
async fn connections_are_limited_and_places_come_free() {
    let rig = Rig::start(Config { connections_max: 2, ..Config::default() }).await;
    let _first = rig.connect().await;
    let second = rig.connect().await;
    let open = format!("{PATH}?EIO=4&transport=polling");
    assert_eq!(rig.http.get(&open).await.status, 503);
    drop(second);
    while rig.server.connections() == 2 {
        sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(rig.http.get(&open).await.status, 200);
}

#[tokio::test]
async fn connections_of_one_address_are_limited() {
    let rig = Rig::start(Config { connections_per_ip_max: 1, ..Config::default() }).await;
    let _first = rig.connect().await;
    let answer = rig.http.get(&format!("{PATH}?EIO=4&transport=polling")).await;
    assert_eq!(answer.status, 429);
}

#[tokio::test]
async fn namespaces_unknown_to_the_application_count_as_refused() {
    let rig = Rig::start(Config { connects_refused_max: 3, ..Config::default() }).await;
    let mut ws = rig.http.open_ws(PATH).await;
    for name in ["a", "b", "c"] {
        ws.send(&format!("40/{name},")).await;
        assert_eq!(ws.packet().await, format!(r#"44/{name},{{"message":"Invalid namespace"}}"#));
    }
    ws.closed().await;
}

#[tokio::test]
async fn feed_that_overflows_stops_without_a_hole_and_can_start_again() {
    let rig = Rig::start(Config { queue_packets_max: 10, ..Config::default() }).await;
    let polling = rig.http.open_polling(PATH).await;
    polling.post("40").await;
    polling.poll().await;
    // The ack has reserved room behind the ten packets, and so has the notice.
    polling.post(r#"421["flood",[100,1]]"#).await;
    let mut packets = Vec::new();
    while !packets.iter().any(|packet: &String| packet.contains("resync")) {
        packets.extend(polling.poll().await.body.split('\u{1e}').map(str::to_owned));
    }
    assert_eq!(packets.len(), 12);
    for (number, packet) in packets[..10].iter().enumerate() {
        assert_eq!(*packet, format!(r#"42["feed",[{number},"x"]]"#));
    }
    assert_eq!(packets[10..], ["431[[100,1]]", r#"42["resync",null]"#]);
    assert!(!rig.last_socket().feed_is_running());

    polling.post(r#"422["flood",[3,1]]"#).await;
    assert!(rig.last_socket().feed_is_running());
    assert_eq!(polling.poll().await.body.split('\u{1e}').count(), 4);
}

#[tokio::test]
async fn queue_is_limited_in_bytes_too() {
    let rig = Rig::start(Config { queue_bytes_max: 10_000, ..Config::default() }).await;
    let polling = rig.http.open_polling(PATH).await;
    polling.post("40").await;
    polling.poll().await;
    polling.post(r#"42["flood",[100,1000]]"#).await;
    let queued = rig.last_socket().queued();
    assert!(queued.bytes <= 10_000 + 100 && (9..=11).contains(&queued.packets), "{queued:?}");
}

#[tokio::test]
async fn connection_whose_reserved_room_is_used_up_is_closed() {
    let config = Config { queue_packets_max: 4, queue_reserved_packets_max: 2, ..Config::default() };
    let rig = Rig::start(config).await;
    let polling = rig.http.open_polling(PATH).await;
    polling.post("40").await;
    polling.poll().await;
    let socket = rig.last_socket();
    let event = kith_socketio::EncodedEvent::new("notice", &1).unwrap();
    for _ in 0..6 {
        socket.notify(&event).unwrap();
    }
    assert_eq!(socket.queued().packets, 6);
    assert!(socket.notify(&event).is_err());
    assert_eq!(rig.ended().await, DisconnectReason::QueueOverflow);
}

#[tokio::test]
async fn volatile_events_leave_half_of_the_queue_free() {
    let rig = Rig::start(Config { queue_packets_max: 10, ..Config::default() }).await;
    let polling = rig.http.open_polling(PATH).await;
    polling.post("40").await;
    polling.poll().await;
    let socket = rig.last_socket();
    let event = kith_socketio::EncodedEvent::new("typing", &1).unwrap();
    let accepted = (0..10).filter(|_| socket.emit_volatile(&event).is_ok()).count();
    assert_eq!(accepted, 5);
    assert!(socket.feed_is_running());
}

#[tokio::test]
async fn client_that_does_not_read_is_not_read() {
    let rig = Rig::start(Config::default()).await;
    let mut ws = rig.connect().await;
    let padding = "x".repeat(10_000);
    let count = 3_000;
    let (mut sink, mut stream) = futures_util::StreamExt::split(ws.stream);
    let sending = tokio::spawn(async move {
        for number in 0..count {
            let event = format!(r#"42{number}["echo","{padding}"]"#);
            futures_util::SinkExt::send(&mut sink, event.into()).await.unwrap();
        }
        sink
    });
    sleep(Duration::from_millis(500)).await;
    let begun = rig.app.begun.load(Ordering::SeqCst);
    assert!(begun < count, "all {count} events were taken though no answer was read");
    assert!(rig.last_socket().queued().bytes <= 1024 * 1024 + 20_000);

    let mut expected = 0;
    while expected < count {
        let message = futures_util::StreamExt::next(&mut stream).await.unwrap().unwrap();
        assert!(message.to_text().unwrap().starts_with(&format!("43{expected}[")));
        expected += 1;
    }
    let sink = sending.await.unwrap();
    ws = super::client::Ws { stream: sink.reunite(stream).unwrap() };
    ws.send(r#"421["echo"]"#).await;
    assert_eq!(ws.packet().await, "431[]");
}
