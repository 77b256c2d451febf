//! What the fuzz targets and the test that replays their corpora have in common: each function takes anything
//! and holds what it finds to what the parsers promise. No part of the interface.

use bytes::Bytes;
use tungstenite::Utf8Bytes;

use crate::engine::incoming;
use crate::engine::packet::{Message, Packet as EnginePacket, Payload};
use crate::socket::packet::{Packet, PacketKind, parse_ack, parse_auth, parse_event};

const PAYLOAD_BYTES_MAX: usize = 4096;
const ATTACHMENTS_MAX: usize = 10;

/// What arrives on a WebSocket.
pub fn websocket(data: &[u8]) {
    incoming::fuzz(data, PAYLOAD_BYTES_MAX);
}

/// One Engine.IO packet of a WebSocket.
pub fn engine_packet(data: &[u8]) {
    let Ok(text) = Utf8Bytes::try_from(Bytes::copy_from_slice(data)) else { return };
    if let Ok(EnginePacket::Message(Message::Text(message))) = EnginePacket::from_text(text) {
        assert_eq!(&*message, std::str::from_utf8(&data[1..]).expect("the packet was UTF-8"));
    }
}

/// The body of a polling request.
pub fn engine_payload(data: &[u8]) {
    let Ok(mut payload) = Payload::new(Bytes::copy_from_slice(data), PAYLOAD_BYTES_MAX) else { return };
    let mut decoded_len = 0;
    while let Some(packet) = payload.next() {
        if let Ok(EnginePacket::Message(message)) = packet {
            decoded_len += match message {
                Message::Text(text) => text.len(),
                Message::Binary(bytes) => bytes.len(),
            };
        }
    }
    assert!(decoded_len <= PAYLOAD_BYTES_MAX, "{decoded_len} bytes came out of a payload");
}

/// One Socket.IO packet, its JSON included.
pub fn socket_packet(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(packet) = Packet::parse(text, ATTACHMENTS_MAX) else { return };
    assert!(packet.attachments <= ATTACHMENTS_MAX && packet.namespace.starts_with('/'));
    let json = &text[packet.data_at..];
    match packet.kind {
        PacketKind::Connect => {
            if let Ok(Some(auth)) = parse_auth(json) {
                assert!(auth.starts_with('{') && auth.ends_with('}'));
            }
        }
        PacketKind::Disconnect => {}
        PacketKind::Event => {
            if let Ok((_, elements)) = parse_event(json) {
                assert!(json[elements.args].starts_with(&json[elements.first]));
            }
        }
        PacketKind::Ack => {
            if let Ok(elements) = parse_ack(json) {
                assert!(json[elements.args].starts_with(&json[elements.first]));
            }
        }
    }
}
