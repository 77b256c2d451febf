//! Events of one client are handled one after the other, in the order in which they were sent.

use std::sync::atomic::Ordering;
use std::time::Duration;

use kith_socketio::{Config, EncodedEvent};
use tokio::time::sleep;

use super::app::{PATH, Rig};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_come_in_the_order_of_the_events() {
    let rig = Rig::start(Config::default()).await;
    let mut ws = rig.connect().await;
    let mut expected = 0;
    for burst in 0..100 {
        for offset in 0..50 {
            // Some handlers give way to others, which must not let the next event overtake.
            let name = if offset % 3 == 0 { "yield" } else { "echo" };
            ws.send(&format!(r#"42{}["{name}"]"#, burst * 50 + offset)).await;
        }
        for _ in 0..50 {
            assert_eq!(ws.packet().await, format!("43{expected}[]"));
            expected += 1;
        }
    }
}

#[tokio::test]
async fn next_event_waits_while_pushes_go_on() {
    let rig = Rig::start(Config::default()).await;
    let mut ws = rig.connect().await;
    ws.send(r#"421["wait"]"#).await;
    ws.send(r#"422["echo"]"#).await;
    while rig.app.begun.load(Ordering::SeqCst) == 0 {
        sleep(Duration::from_millis(1)).await;
    }
    rig.last_socket().emit(&EncodedEvent::new("push", &1).unwrap()).unwrap();
    assert_eq!(ws.packet().await, r#"42["push",1]"#);
    assert_eq!(rig.app.begun.load(Ordering::SeqCst), 1);
    rig.app.gate.add_permits(1);
    assert_eq!(ws.packet().await, "431[]");
    assert_eq!(ws.packet().await, "432[]");
}

/// What a stock client does, again and again: long-polling, a probe, one last poll, the WebSocket; with events
/// on their way in both directions all the time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn upgrade_in_mid_traffic_loses_and_reorders_nothing() {
    let rig = Rig::start(Config::default()).await;
    for round in 0..30 {
        let polling = rig.http.open_polling(PATH).await;
        assert_eq!(polling.post("40").await.body, "ok");
        let mut received = vec![polling.poll().await.body];
        let socket = rig.last_socket();
        let pushing = tokio::spawn(async move {
            for number in 0..50 {
                socket.emit(&EncodedEvent::new("push", &number).unwrap()).unwrap();
                tokio::task::yield_now().await;
            }
        });

        let upgrade = format!("{PATH}?EIO=4&transport=websocket&sid={}", polling.sid);
        let (open_poll, mut ws) = tokio::join!(polling.poll(), async {
            polling.post("421[\"yield\"]\u{1e}422[\"echo\"]").await;
            let mut ws = rig.http.connect(&upgrade).await.unwrap();
            ws.send("2probe").await;
            assert_eq!(ws.text().await, "3probe");
            ws
        });
        received.push(open_poll.body);
        ws.send("5").await;
        ws.send(r#"423["yield"]"#).await;
        ws.send(r#"424["echo"]"#).await;
        pushing.await.unwrap();

        let mut packets: Vec<_> =
            received.iter().flat_map(|body| body.split('\u{1e}')).map(str::to_owned).collect();
        packets.retain(|packet| packet != "6" && !packet.starts_with("40"));
        while packets.len() < 54 {
            packets.push(ws.packet().await);
        }
        let (acks, pushes): (Vec<_>, Vec<_>) =
            packets.into_iter().partition(|packet| packet.starts_with("43"));
        assert_eq!(acks, ["431[]", "432[]", "433[]", "434[]"], "round {round}");
        let expected: Vec<_> = (0..50).map(|number| format!(r#"42["push",{number}]"#)).collect();
        assert_eq!(pushes, expected, "round {round}");
    }
}
