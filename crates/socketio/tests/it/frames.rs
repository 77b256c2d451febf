//! WebSocket frames that no packet is made of, and those that break the rules (RFC 6455).

use std::time::Duration;

use futures_util::SinkExt;
use kith_socketio::Config;
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::tungstenite::Message;

use super::app::Rig;
use super::client::Ws;

/// Whoever does not say where a frame ends is not heard when they say goodbye, and waited for this long.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(200);

async fn rig() -> Rig {
    Rig::start(Config { close_timeout: CLOSE_TIMEOUT, ..Config::default() }).await
}

/// The next pong; packets in between are passed over.
async fn pong(ws: &mut Ws) -> Vec<u8> {
    loop {
        match ws.next().await.expect("the connection lasts") {
            Message::Pong(payload) => return payload.to_vec(),
            Message::Text(_) => {}
            other => panic!("expected a pong, got {other:?}"),
        }
    }
}

#[tokio::test]
async fn ping_is_answered_with_what_it_carries() {
    let rig = rig().await;
    let mut ws = rig.connect().await;
    for payload in [Vec::new(), b"are you there?".to_vec(), vec![0xff; 125]] {
        ws.stream.send(Message::Ping(payload.clone().into())).await.unwrap();
        assert_eq!(pong(&mut ws).await, payload);
    }
    ws.send(r#"421["echo","hello"]"#).await;
    assert_eq!(ws.packet().await, r#"431["hello"]"#);
}

#[tokio::test]
async fn of_many_pings_the_newest_is_answered() {
    let rig = rig().await;
    let mut ws = rig.connect().await;
    for number in 0..1_000_u32 {
        ws.stream.feed(Message::Ping(number.to_be_bytes().to_vec().into())).await.unwrap();
    }
    ws.stream.flush().await.unwrap();
    while pong(&mut ws).await != 999_u32.to_be_bytes() {}
}

#[tokio::test]
async fn frame_that_breaks_the_rules_is_answered_with_a_close_that_says_which() {
    const MASK: [u8; 4] = [0; 4];
    let broken: [(&str, Vec<u8>, u16); 7] = [
        ("not masked", vec![0x81, 0x01, b'4'], 1002),
        ("a reserved bit", [&[0xc1, 0x81][..], &MASK, b"4"].concat(), 1002),
        ("an unknown opcode", [&[0x83, 0x81][..], &MASK, b"4"].concat(), 1002),
        ("the end of nothing", [&[0x80, 0x81][..], &MASK, b"4"].concat(), 1002),
        ("text that is none", [&[0x81, 0x82][..], &MASK, b"4\xff"].concat(), 1007),
        ("larger than anything", [&[0x82, 0xff][..], &u64::MAX.to_be_bytes(), &MASK].concat(), 1009),
        ("a status that may not be sent", [&[0x88, 0x82][..], &MASK, &1005_u16.to_be_bytes()].concat(), 1002),
    ];
    let rig = rig().await;
    for (what, bytes, status) in broken {
        let mut ws = rig.connect().await;
        ws.stream.get_mut().write_all(&bytes).await.unwrap();
        assert_eq!(ws.closed().await, Some(status), "{what}");
    }
}
