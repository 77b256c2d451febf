//! [`Frame`]: one outgoing Engine.IO packet, encoded once down to the bytes of its WebSocket frame.
//!
//! A server's frames are not masked, so their bytes are the same for every recipient. They are made once,
//! shared, and handed to the kernel without being copied. Long-polling takes the payload out of them.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Serialize;

/// The longest header of an unmasked WebSocket frame.
const HEADER_BYTES_MAX: usize = 10;
const FIN: u8 = 0x80;

/// One outgoing packet. Cloning shares its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    wire: Bytes,
    header_len: u8,
    kind: FrameKind,
}

/// The opcode of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FrameKind {
    Text,
    Binary,
    Close,
    Pong,
}

impl Frame {
    /// A text frame of exactly this payload.
    pub(crate) fn text(payload: &str) -> Self {
        let mut buffer = FrameBuffer::with_capacity(payload.len());
        buffer.push_str(payload);
        buffer.into_text()
    }

    /// A binary frame.
    pub(crate) fn binary(payload: &[u8]) -> Self {
        let mut buffer = FrameBuffer::with_capacity(payload.len());
        buffer.bytes.extend_from_slice(payload);
        buffer.finish(FrameKind::Binary)
    }

    /// A close frame with one of RFC 6455's status codes.
    pub(crate) fn close(code: u16) -> Self {
        let mut buffer = FrameBuffer::with_capacity(2);
        buffer.bytes.extend_from_slice(&code.to_be_bytes());
        buffer.finish(FrameKind::Close)
    }

    /// The answer to a ping with this payload, of at most 125 bytes.
    pub(crate) fn pong(payload: &[u8]) -> Self {
        let mut buffer = FrameBuffer::with_capacity(payload.len());
        buffer.bytes.extend_from_slice(payload);
        buffer.finish(FrameKind::Pong)
    }

    /// The whole WebSocket frame.
    pub(crate) fn into_wire(self) -> Bytes {
        self.wire
    }

    /// What it occupies in a queue, in bytes.
    pub(crate) fn len(&self) -> usize {
        self.wire.len()
    }

    /// The bytes behind the WebSocket header.
    pub(crate) fn payload(&self) -> &[u8] {
        &self.wire[usize::from(self.header_len)..]
    }

    /// The text of a text frame.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self.kind {
            FrameKind::Text => std::str::from_utf8(self.payload()).ok(),
            FrameKind::Binary | FrameKind::Close | FrameKind::Pong => None,
        }
    }

    /// Appends the packet as long-polling carries it: binary as `b` and base64.
    pub(crate) fn append_to_payload(&self, payload: &mut Vec<u8>) {
        match self.kind {
            FrameKind::Text => payload.extend_from_slice(self.payload()),
            FrameKind::Binary => {
                payload.push(b'b');
                payload.extend_from_slice(STANDARD.encode(self.payload()).as_bytes());
            }
            FrameKind::Close | FrameKind::Pong => {}
        }
    }
}

/// Where a frame's payload is written; room for the header is kept before it. Only text gets in, so that what
/// [`into_text`](Self::into_text) makes is UTF-8.
pub(crate) struct FrameBuffer {
    bytes: Vec<u8>,
}

impl FrameBuffer {
    pub(crate) fn with_capacity(payload_len: usize) -> Self {
        let mut bytes = Vec::with_capacity(HEADER_BYTES_MAX + payload_len);
        bytes.resize(HEADER_BYTES_MAX, 0);
        Self { bytes }
    }

    pub(crate) fn push_str(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    pub(crate) fn push_number(&mut self, number: u64) {
        io::Write::write_fmt(&mut self.bytes, format_args!("{number}")).expect("a Vec takes every write");
    }

    /// Appends a value as JSON. On an error the buffer is of no further use.
    pub(crate) fn push_json(&mut self, value: &(impl Serialize + ?Sized)) -> serde_json::Result<()> {
        serde_json::to_writer(&mut self.bytes, value)
    }

    pub(crate) fn payload_len(&self) -> usize {
        self.bytes.len() - HEADER_BYTES_MAX
    }

    pub(crate) fn into_text(self) -> Frame {
        self.finish(FrameKind::Text)
    }

    fn finish(mut self, kind: FrameKind) -> Frame {
        let mut header = [0; HEADER_BYTES_MAX];
        let header_len = write_header(&mut header, kind, self.payload_len());
        let start = HEADER_BYTES_MAX - header_len;
        self.bytes[start..HEADER_BYTES_MAX].copy_from_slice(&header[..header_len]);
        let header_len = u8::try_from(header_len).expect("a header is at most ten bytes");
        Frame { wire: Bytes::from(self.bytes).slice(start..), header_len, kind }
    }
}

/// Writes the header of one final, unmasked frame (RFC 6455, 5.2) and says how long it is.
fn write_header(header: &mut [u8; HEADER_BYTES_MAX], kind: FrameKind, payload_len: usize) -> usize {
    header[0] = FIN
        | match kind {
            FrameKind::Text => 0x1,
            FrameKind::Binary => 0x2,
            FrameKind::Close => 0x8,
            FrameKind::Pong => 0xa,
        };
    match (u8::try_from(payload_len), u16::try_from(payload_len)) {
        (Ok(len @ 0..=125), _) => {
            header[1] = len;
            2
        }
        (_, Ok(len)) => {
            header[1] = 126;
            header[2..4].copy_from_slice(&len.to_be_bytes());
            4
        }
        _ => {
            header[1] = 127;
            header[2..10].copy_from_slice(&(payload_len as u64).to_be_bytes());
            10
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use tungstenite::protocol::frame::FrameHeader;

    use super::*;

    #[test]
    fn headers_are_read_back_by_the_websocket_library_at_every_length_class() {
        for len in [0, 1, 125, 126, 127, 65_535, 65_536, 70_000] {
            let frame = Frame::text(&"x".repeat(len));
            let mut cursor = Cursor::new(&frame.wire[..]);
            let (header, payload_len) = FrameHeader::parse(&mut cursor).unwrap().unwrap();
            assert!(header.is_final && header.mask.is_none());
            assert_eq!(payload_len, len as u64);
            assert_eq!(cursor.position(), u64::from(frame.header_len));
            assert_eq!(frame.payload().len(), len);
        }
    }

    #[test]
    fn long_polling_gets_the_payload_without_the_header() {
        let mut payload = Vec::new();
        Frame::text("4hello").append_to_payload(&mut payload);
        payload.push(b'|');
        Frame::binary(&[1, 2, 3, 4]).append_to_payload(&mut payload);
        assert_eq!(payload, b"4hello|bAQIDBA==");
    }
}
