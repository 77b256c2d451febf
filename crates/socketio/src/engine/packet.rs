//! Engine.IO 4 packets as a client sends them, singly on a WebSocket or in the body of a polling request.

use std::fmt;
use std::ops::Deref;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use tungstenite::Utf8Bytes;

/// Between the packets of a polling payload.
pub(crate) const SEPARATOR: u8 = 0x1e;

/// What a client sent to the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// A text message.
    Text(Text),
    /// A binary message.
    Binary(Bytes),
}

/// A string that shares the buffer in which it arrived.
#[derive(Clone)]
pub struct Text {
    packet: Utf8Bytes,
    start: usize,
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.packet.as_str()[self.start..]
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text {}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self { packet: text.into(), start: 0 }
    }
}

impl fmt::Debug for Text {
    /// Message text stays out of logs, so only the length is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.len())
    }
}

/// A packet of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Packet {
    /// Ends the connection.
    Close,
    /// Answers a ping.
    Pong,
    /// Asks, on a new WebSocket, whether it works.
    Probe,
    /// Moves the connection to this WebSocket.
    Upgrade,
    /// Says nothing.
    Noop,
    Message(Message),
}

/// Why something is no packet, or no payload of packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PacketError {
    #[error("not a packet of a client")]
    Malformed,
    #[error("not valid base64")]
    Base64,
    #[error("not valid UTF-8")]
    Utf8,
    #[error("larger than the limit")]
    TooLarge,
}

impl Packet {
    /// Reads a text packet.
    pub(crate) fn from_text(packet: Utf8Bytes) -> Result<Self, PacketError> {
        match packet.as_str() {
            "1" => Ok(Self::Close),
            "2probe" => Ok(Self::Probe),
            "5" => Ok(Self::Upgrade),
            "6" => Ok(Self::Noop),
            text if text.starts_with('3') => Ok(Self::Pong),
            text if text.starts_with('4') => Ok(Self::Message(Message::Text(Text { packet, start: 1 }))),
            _ => Err(PacketError::Malformed),
        }
    }
}

/// The body of a polling request: packets one after the other, each decoded when its turn comes, so that many
/// small packets in one body take no more memory than the body.
#[derive(Debug)]
pub(crate) struct Payload {
    rest: Option<Bytes>,
}

impl Payload {
    /// Takes a body, checking what can be checked without decoding it.
    ///
    /// `bytes_max` is for the decoded packets and the separators between them, so that the limit is the same
    /// for an attachment whether it comes as binary or, a third longer, as base64.
    pub(crate) fn new(body: Bytes, bytes_max: usize) -> Result<Self, PacketError> {
        std::str::from_utf8(&body).map_err(|_| PacketError::Utf8)?;
        let mut decoded_len = 0;
        for (index, packet) in body.split(|byte| *byte == SEPARATOR).enumerate() {
            decoded_len += decoded_len_of(packet) + usize::from(index > 0);
            if decoded_len > bytes_max {
                return Err(PacketError::TooLarge);
            }
        }
        Ok(Self { rest: Some(body) })
    }

    /// Where reading a body stops: at the length of one attachment of the full size in base64.
    pub(crate) fn body_bytes_max(bytes_max: usize) -> usize {
        "b".len() + bytes_max.div_ceil(3) * 4
    }

    /// The next packet, or `None` when all were read.
    pub(crate) fn next(&mut self) -> Option<Result<Packet, PacketError>> {
        let mut rest = self.rest.take()?;
        let packet = match rest.iter().position(|byte| *byte == SEPARATOR) {
            Some(at) => {
                let packet = rest.split_to(at);
                self.rest = Some(rest.slice(1..));
                packet
            }
            None => rest,
        };
        Some(decode(packet))
    }

    /// Whether all packets were read.
    pub(crate) fn is_finished(&self) -> bool {
        self.rest.is_none()
    }
}

fn decode(packet: Bytes) -> Result<Packet, PacketError> {
    if let Some(base64) = packet.strip_prefix(b"b") {
        let binary = BASE64.decode(base64).map_err(|_| PacketError::Base64)?;
        return Ok(Packet::Message(Message::Binary(binary.into())));
    }
    Packet::from_text(Utf8Bytes::try_from(packet).map_err(|_| PacketError::Utf8)?)
}

fn decoded_len_of(packet: &[u8]) -> usize {
    match packet.strip_prefix(b"b") {
        Some(base64) => {
            let padding = base64.iter().rev().take(2).take_while(|byte| **byte == b'=').count();
            (base64.len() - padding) * 3 / 4
        }
        None => packet.len(),
    }
}

/// Some clients leave the padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::engine::frame::Frame;

    fn decode_all(body: &[u8], bytes_max: usize) -> Result<Vec<Packet>, PacketError> {
        let mut payload = Payload::new(Bytes::copy_from_slice(body), bytes_max)?;
        std::iter::from_fn(|| payload.next()).collect()
    }

    #[test]
    fn packets_of_a_client_are_told_apart() {
        for (packet, expected) in [
            ("1", Ok(Packet::Close)),
            ("2probe", Ok(Packet::Probe)),
            ("3", Ok(Packet::Pong)),
            ("5", Ok(Packet::Upgrade)),
            ("6", Ok(Packet::Noop)),
            ("", Err(PacketError::Malformed)),
            ("0{}", Err(PacketError::Malformed)),
            ("2", Err(PacketError::Malformed)),
            ("7", Err(PacketError::Malformed)),
            ("é", Err(PacketError::Malformed)),
        ] {
            assert_eq!(Packet::from_text(packet.into()), expected, "{packet}");
        }
        let message = Packet::from_text("4hello".into());
        assert!(matches!(message, Ok(Packet::Message(Message::Text(text))) if &*text == "hello"));
    }

    #[test]
    fn limit_of_a_payload_is_the_same_for_text_and_for_base64() {
        let text = |len: usize| format!("4{}", "x".repeat(len - 1)).into_bytes();
        let binary = |len: usize| format!("b{}", BASE64.encode(vec![7; len])).into_bytes();
        for len in [10, 11, 12] {
            assert!(decode_all(&text(len), len).is_ok(), "{len}");
            assert_eq!(decode_all(&text(len + 1), len), Err(PacketError::TooLarge), "{len}");
            assert!(decode_all(&binary(len), len).is_ok(), "{len}");
            assert_eq!(decode_all(&binary(len + 1), len), Err(PacketError::TooLarge), "{len}");
            assert!(binary(len).len() <= Payload::body_bytes_max(len), "{len}");
        }
    }

    #[test]
    fn base64_is_read_with_and_without_padding() {
        let expected = Packet::Message(Message::Binary(Bytes::from_static(&[1, 2, 3, 4])));
        assert_eq!(decode_all(b"bAQIDBA==", 100), Ok(vec![expected.clone()]));
        assert_eq!(decode_all(b"bAQIDBA", 100), Ok(vec![expected]));
        assert_eq!(decode_all(b"b!", 100), Err(PacketError::Base64));
        assert_eq!(decode_all(b"4\xff", 100), Err(PacketError::Utf8));
    }

    proptest! {
        #[test]
        fn payloads_survive_the_round_trip(
            messages in prop::collection::vec(prop_oneof![
                "[^\u{1e}]{0,20}".prop_map(Ok),
                prop::collection::vec(any::<u8>(), 0..20).prop_map(Err),
            ], 1..8)
        ) {
            let mut body = Vec::new();
            for message in &messages {
                if !body.is_empty() {
                    body.push(SEPARATOR);
                }
                match message {
                    Ok(text) => body.extend_from_slice(format!("4{text}").as_bytes()),
                    Err(bytes) => Frame::binary(bytes).append_to_payload(&mut body),
                }
            }
            let packets = decode_all(&body, 1000).unwrap();
            prop_assert_eq!(packets.len(), messages.len());
            for (packet, message) in packets.iter().zip(&messages) {
                match (packet, message) {
                    (Packet::Message(Message::Text(text)), Ok(sent)) => prop_assert_eq!(&**text, sent),
                    (Packet::Message(Message::Binary(bytes)), Err(sent)) => prop_assert_eq!(bytes, sent),
                    other => prop_assert!(false, "{other:?}"),
                }
            }
        }

        #[test]
        fn anything_can_be_read_without_a_panic(data in prop::collection::vec(any::<u8>(), 0..200)) {
            crate::fuzzing::engine_packet(&data);
            crate::fuzzing::engine_payload(&data);
        }
    }
}
