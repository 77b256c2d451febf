//! Engine.IO 4 packets as a client sends them, singly on a WebSocket or in the body of a polling request.

use std::fmt;
use std::ops::Deref;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use tokio_tungstenite::tungstenite::Utf8Bytes;

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
#[derive(Clone, PartialEq, Eq)]
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
