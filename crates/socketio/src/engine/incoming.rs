//! [`Incoming`]: what a client sends on a WebSocket, from bytes to whole messages (RFC 6455, sections 5 to 8).
//!
//! It reads nothing itself: bytes are pushed into it as they arrive. What it keeps is what has arrived and is not
//! a whole message yet; memory is never taken for what a header only announces, and a connection from which
//! nothing is awaited keeps none.

use std::mem;

use bytes::{Buf, Bytes, BytesMut};
use tungstenite::Utf8Bytes;

const FIN: u8 = 0x80;
const RESERVED: u8 = 0x70;
const MASKED: u8 = 0x80;
const LEN: u8 = 0x7f;
const MASK_BYTES: usize = 4;
/// Longest payload of a ping, a pong or a close.
const CONTROL_BYTES_MAX: u64 = 125;
/// The status of a close that says none.
const NORMAL_CLOSURE: u16 = 1000;

/// Frames of one client, read one after the other.
#[derive(Debug)]
pub(super) struct Incoming {
    /// What has arrived and is not taken out yet.
    bytes: BytesMut,
    /// Whether `bytes` is the end of a larger piece of memory, which lives as long as it does.
    is_shared: bool,
    /// The message of which fragments have arrived.
    message: Option<(Kind, BytesMut)>,
    message_bytes_max: usize,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Everything is listened to.
    Open,
    /// After a violation: only a close is. So many bytes of the payload of a frame are still to be passed over.
    Failed { skip: u64 },
    /// After a close, or where nobody can say any more where a frame begins: nothing is.
    Over,
}

/// What a client has said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Received {
    /// A text message.
    Text(Utf8Bytes),
    /// A binary message.
    Binary(Bytes),
    /// To be answered by a pong with the same payload.
    Ping(Bytes),
    /// Nothing follows. To be answered by a close with the same status.
    Close(u16),
}

/// How a client breaks the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Violation {
    /// What arrived is no frame of a client, or out of order.
    Malformed,
    /// A message is said to be text and is not UTF-8.
    NotText,
    /// A message is larger than allowed.
    TooLarge,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Binary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opcode {
    Continuation,
    Begin(Kind),
    Close,
    Ping,
    Pong,
}

/// What stands before a payload.
#[derive(Debug, PartialEq, Eq)]
struct Header {
    is_final: bool,
    opcode: Opcode,
    payload_len: u64,
    /// The mask and how long the header is with it, once it has arrived.
    mask: Option<([u8; MASK_BYTES], usize)>,
}

impl Incoming {
    pub(super) fn new(message_bytes_max: usize) -> Self {
        Self {
            bytes: BytesMut::new(),
            is_shared: false,
            message: None,
            message_bytes_max,
            state: State::Open,
        }
    }

    /// Takes what has arrived.
    pub(super) fn push(&mut self, arrived: &[u8]) {
        if self.state != State::Over {
            self.bytes.extend_from_slice(arrived);
        }
    }

    /// What the client has said next; `None` when that has not arrived yet, or when nothing may follow. After a
    /// violation, nothing but a close is found in what follows.
    pub(super) fn next(&mut self) -> Result<Option<Received>, Violation> {
        if let State::Failed { skip } = self.state {
            return Ok(self.find_close(skip));
        }
        let received = self.take();
        match received {
            Err(_) => (self.message, self.state) = (None, State::Failed { skip: 0 }),
            Ok(Some(Received::Close(_))) => self.end(),
            Ok(_) => {}
        }
        received
    }

    fn end(&mut self) {
        *self = Self { state: State::Over, ..Self::new(self.message_bytes_max) };
    }

    /// Passes over frames, beginning with the end of one, until one says goodbye.
    fn find_close(&mut self, mut skip: u64) -> Option<Received> {
        loop {
            let here = usize::try_from(skip).map_or(self.bytes.len(), |skip| skip.min(self.bytes.len()));
            self.bytes.advance(here);
            skip -= here as u64;
            let Ok(header) = Header::parse(&self.bytes) else {
                self.end();
                return None;
            };
            match header {
                Some(Header { opcode: Opcode::Close, .. }) if skip == 0 => {
                    self.end();
                    return Some(Received::Close(NORMAL_CLOSURE));
                }
                Some(Header { payload_len, mask: Some((_, header_len)), .. }) if skip == 0 => {
                    self.bytes.advance(header_len);
                    skip = payload_len;
                }
                _ => {
                    (self.is_shared, self.state) = (true, State::Failed { skip });
                    return self.keep();
                }
            }
        }
    }

    fn take(&mut self) -> Result<Option<Received>, Violation> {
        while let Some((header, payload)) = self.take_frame()? {
            match (header.opcode, header.is_final) {
                (Opcode::Begin(kind), true) => return whole(kind, payload).map(Some),
                // A copy, since the frame is a part of all that arrived with it.
                (Opcode::Begin(kind), false) => self.message = Some((kind, BytesMut::from(&payload[..]))),
                (Opcode::Continuation, is_final) => {
                    let (kind, mut message) = self.message.take().ok_or(Violation::Malformed)?;
                    message.extend_from_slice(&payload);
                    if is_final {
                        return whole(kind, message).map(Some);
                    }
                    self.message = Some((kind, message));
                }
                (Opcode::Ping, _) => return Ok(Some(Received::Ping(payload.freeze()))),
                (Opcode::Pong, _) => {}
                (Opcode::Close, _) => return status(&payload).map(|status| Some(Received::Close(status))),
            }
        }
        Ok(None)
    }

    /// Takes out one frame, if the whole of it has arrived, with its payload unmasked.
    fn take_frame(&mut self) -> Result<Option<(Header, BytesMut)>, Violation> {
        let Some(header) = Header::parse(&self.bytes)? else { return Ok(self.keep()) };
        let payload_len = self.admit(&header)?;
        let Some((mask, header_len)) = header.mask else { return Ok(self.keep()) };
        let frame_len = header_len + payload_len;
        let mut frame = match self.bytes.len() {
            len if len < frame_len => return Ok(self.keep()),
            len if len == frame_len => {
                self.is_shared = false;
                mem::take(&mut self.bytes)
            }
            _ => {
                self.is_shared = true;
                self.bytes.split_to(frame_len)
            }
        };
        frame.advance(header_len);
        unmask(&mut frame, mask);
        Ok(Some((header, frame)))
    }

    /// How long the payload is, if it may come now.
    fn admit(&self, header: &Header) -> Result<usize, Violation> {
        let before = self.message.as_ref().map(|(_, message)| message.len());
        let len_max = match header.opcode {
            Opcode::Close | Opcode::Ping | Opcode::Pong => return to_len(header.payload_len),
            Opcode::Begin(_) if before.is_none() => self.message_bytes_max,
            Opcode::Continuation => self.message_bytes_max - before.ok_or(Violation::Malformed)?,
            Opcode::Begin(_) => return Err(Violation::Malformed),
        };
        to_len(header.payload_len)
            .and_then(|len| if len > len_max { Err(Violation::TooLarge) } else { Ok(len) })
    }

    /// Keeps the beginning of a frame until the rest arrives, and no more than that.
    fn keep<T>(&mut self) -> Option<T> {
        if mem::take(&mut self.is_shared) {
            self.bytes = BytesMut::from(&self.bytes[..]);
        }
        None
    }
}

impl Header {
    /// Reads a header, or as much of it as is there; `None` when not even a length is.
    fn parse(bytes: &[u8]) -> Result<Option<Self>, Violation> {
        let &[first, second, ref rest @ ..] = bytes else { return Ok(None) };
        if first & RESERVED != 0 || second & MASKED == 0 {
            return Err(Violation::Malformed);
        }
        let (is_final, opcode) = (first & FIN != 0, Opcode::parse(first)?);
        let (payload_len, len_max_before, rest) = match second & LEN {
            126 => match rest.split_first_chunk() {
                Some((len, rest)) => (u16::from_be_bytes(*len).into(), CONTROL_BYTES_MAX, rest),
                None => return Ok(None),
            },
            127 => match rest.split_first_chunk() {
                Some((len, rest)) => (u64::from_be_bytes(*len), u16::MAX.into(), rest),
                None => return Ok(None),
            },
            len => (len.into(), 0, rest),
        };
        // A length is written in as few bytes as it takes.
        let is_minimal = payload_len > len_max_before || len_max_before == 0;
        let is_control = matches!(opcode, Opcode::Close | Opcode::Ping | Opcode::Pong);
        if !is_minimal || (is_control && (payload_len > CONTROL_BYTES_MAX || !is_final)) {
            return Err(Violation::Malformed);
        }
        let mask = rest.first_chunk().map(|mask| (*mask, bytes.len() - rest.len() + MASK_BYTES));
        Ok(Some(Self { is_final, opcode, payload_len, mask }))
    }
}

impl Opcode {
    fn parse(first: u8) -> Result<Self, Violation> {
        match first & 0xf {
            0x0 => Ok(Self::Continuation),
            0x1 => Ok(Self::Begin(Kind::Text)),
            0x2 => Ok(Self::Begin(Kind::Binary)),
            0x8 => Ok(Self::Close),
            0x9 => Ok(Self::Ping),
            0xa => Ok(Self::Pong),
            _ => Err(Violation::Malformed),
        }
    }
}

fn to_len(len: u64) -> Result<usize, Violation> {
    usize::try_from(len).map_err(|_| Violation::TooLarge)
}

fn whole(kind: Kind, message: BytesMut) -> Result<Received, Violation> {
    let message = message.freeze();
    match kind {
        Kind::Text => Utf8Bytes::try_from(message).map(Received::Text).map_err(|_| Violation::NotText),
        Kind::Binary => Ok(Received::Binary(message)),
    }
}

/// The status of a close: none, or one that may be sent, with a reason that is text (section 7.4).
fn status(payload: &[u8]) -> Result<u16, Violation> {
    let Some((status, reason)) = payload.split_first_chunk() else {
        return if payload.is_empty() { Ok(NORMAL_CLOSURE) } else { Err(Violation::Malformed) };
    };
    let status = u16::from_be_bytes(*status);
    if !matches!(status, 1000..=1003 | 1007..=1014 | 3000..=4999) {
        return Err(Violation::Malformed);
    }
    std::str::from_utf8(reason).map(|_| status).map_err(|_| Violation::NotText)
}

fn unmask(payload: &mut [u8], mask: [u8; MASK_BYTES]) {
    let (words, rest) = payload.as_chunks_mut();
    for word in words {
        *word = (u32::from_ne_bytes(*word) ^ u32::from_ne_bytes(mask)).to_ne_bytes();
    }
    for (byte, mask) in rest.iter_mut().zip(mask) {
        *byte ^= mask;
    }
}

/// Holds anything that may arrive to what [`Incoming`] promises.
pub(crate) fn fuzz(data: &[u8], message_bytes_max: usize) {
    let read = |piece_len: usize| {
        let mut incoming = Incoming::new(message_bytes_max);
        let mut all = Vec::new();
        for piece in data.chunks(piece_len) {
            incoming.push(piece);
            loop {
                match incoming.next() {
                    Ok(Some(received)) => all.push(Ok(received)),
                    Ok(None) => break,
                    Err(violation) => all.push(Err(violation)),
                }
            }
            assert!(incoming.bytes.len() <= message_bytes_max.max(125) + 14, "more is kept than one frame");
        }
        all
    };
    let at_once = read(data.len().max(1));
    for received in &at_once {
        let len = match received {
            Ok(Received::Text(text)) => text.as_str().len(),
            Ok(Received::Binary(bytes) | Received::Ping(bytes)) => bytes.len(),
            Ok(Received::Close(_)) | Err(_) => 0,
        };
        assert!(len <= message_bytes_max.max(125), "{len} bytes came out as one message");
    }
    assert_eq!(read(1), at_once, "it matters how the bytes arrive");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tungstenite::protocol::frame::{
        Frame, FrameHeader,
        coding::{Control, Data, OpCode},
    };

    use super::*;

    const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
    const MAX: usize = 1_000;

    /// A frame as a client's library writes it.
    fn frame(opcode: OpCode, is_final: bool, payload: &[u8]) -> Vec<u8> {
        let header = FrameHeader { is_final, opcode, mask: Some(MASK), ..FrameHeader::default() };
        let mut bytes = Vec::new();
        Frame::from_payload(header, Bytes::copy_from_slice(payload)).format(&mut bytes).unwrap();
        bytes
    }

    fn text(payload: &str) -> Vec<u8> {
        frame(OpCode::Data(Data::Text), true, payload.as_bytes())
    }

    /// What comes out of these bytes, up to the first violation.
    fn read(bytes: &[u8]) -> (Vec<Received>, Option<Violation>) {
        let mut incoming = Incoming::new(MAX);
        incoming.push(bytes);
        let mut all = Vec::new();
        loop {
            match incoming.next() {
                Ok(Some(received)) => all.push(received),
                Ok(None) => return (all, None),
                Err(violation) => return (all, Some(violation)),
            }
        }
    }

    fn violation(bytes: &[u8]) -> Option<Violation> {
        read(bytes).1
    }

    #[test]
    fn reads_the_examples_of_the_standard() {
        // RFC 6455, 5.7: a single-frame masked text message.
        let hello = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        assert_eq!(read(&hello), (vec![Received::Text("Hello".into())], None));
        assert_eq!(text("Hello"), hello);
        assert_eq!(violation(&[0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]), Some(Violation::Malformed));
    }

    #[test]
    fn puts_fragments_together_around_a_ping() {
        let parts = [
            frame(OpCode::Data(Data::Text), false, "grü".as_bytes()),
            frame(OpCode::Control(Control::Ping), true, b"there?"),
            frame(OpCode::Data(Data::Continue), false, b""),
            frame(OpCode::Control(Control::Pong), true, b"unasked"),
            frame(OpCode::Data(Data::Continue), true, "ße".as_bytes()),
            text("next"),
        ];
        let ping = Received::Ping(Bytes::from_static(b"there?"));
        let expected = vec![ping, Received::Text("grüße".into()), Received::Text("next".into())];
        assert_eq!(read(&parts.concat()), (expected, None));
    }

    #[test]
    fn what_breaks_the_rules_is_named() {
        let [reserved, unknown, unmasked, long_ping, parted_ping] =
            [[0xc1, 0x80], [0x83, 0x80], [0x81, 0x00], [0x89, 0xfe], [0x09, 0x80]].map(Vec::from);
        let long_ping = [long_ping, vec![0, 126]].concat();
        let continuation = frame(OpCode::Data(Data::Continue), true, b"of nothing");
        let begun = frame(OpCode::Data(Data::Text), false, b"begun");
        let half_a_status = frame(OpCode::Control(Control::Close), true, &[3]);
        let statuses = [0, 999, 1004, 1005, 1006, 1015, 2999, 5000]
            .map(|status: u16| frame(OpCode::Control(Control::Close), true, &status.to_be_bytes()));
        let padded = [[0x81, 0xfe, 0, 125].to_vec(), [0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff].to_vec()];
        let twice = [begun.clone(), begun.clone()].concat();
        let malformed =
            [reserved, unknown, unmasked, long_ping, parted_ping, continuation, half_a_status, twice];
        for bytes in malformed.iter().chain(&statuses).chain(&padded) {
            assert_eq!(violation(bytes), Some(Violation::Malformed), "{bytes:?}");
        }
        let no_text = frame(OpCode::Data(Data::Text), true, b"gr\xfc\xdfe");
        let no_reason = frame(OpCode::Control(Control::Close), true, b"\x03\xe8\xff");
        for bytes in [no_text, no_reason] {
            assert_eq!(violation(&bytes), Some(Violation::NotText));
        }
        let rest = frame(OpCode::Data(Data::Continue), true, &[b'x'; MAX - 4]);
        for bytes in [text(&"x".repeat(MAX + 1)), [begun, rest].concat()] {
            assert_eq!(violation(&bytes), Some(Violation::TooLarge));
        }
    }

    #[test]
    fn too_large_is_said_by_the_header() {
        assert_eq!(violation(&[0x82, 0xfe, 0x03, 0xe9]), Some(Violation::TooLarge), "without the mask, even");
        assert_eq!(violation(&[0x82, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0]), Some(Violation::TooLarge));
        assert_eq!(violation(&text(&"x".repeat(MAX))), None);
    }

    #[test]
    fn nothing_follows_a_close_or_a_violation() {
        let close = frame(OpCode::Control(Control::Close), true, b"\x0f\xa0bye");
        assert_eq!(read(&[close, text("more")].concat()), (vec![Received::Close(4000)], None));
        let mut incoming = Incoming::new(MAX);
        incoming.push(&[0, 0]);
        assert_eq!(incoming.next(), Err(Violation::Malformed));
        incoming.push(&text("more"));
        assert_eq!(incoming.next(), Ok(None));
        assert_eq!(incoming.bytes.capacity(), 0);
    }

    #[test]
    fn after_a_violation_a_close_is_still_heard() {
        let close = frame(OpCode::Control(Control::Close), true, b"");
        let continuation = frame(OpCode::Data(Data::Continue), true, b"of nothing");
        for bytes in
            [text(&"x".repeat(MAX + 1)), frame(OpCode::Data(Data::Text), true, b"\xff"), continuation]
        {
            let mut incoming = Incoming::new(MAX);
            let bytes = [bytes, text("more"), close.clone(), text("and more")].concat();
            let (mut violations, mut received) = (0, Vec::new());
            for piece in bytes.chunks(100) {
                incoming.push(piece);
                loop {
                    match incoming.next() {
                        Ok(Some(said)) => received.push(said),
                        Ok(None) => break,
                        Err(_) => violations += 1,
                    }
                }
                assert!(incoming.bytes.capacity() < 100);
            }
            assert_eq!((violations, received), (1, vec![Received::Close(NORMAL_CLOSURE)]));
        }
    }

    #[test]
    fn keeps_no_more_than_the_frame_that_has_begun() {
        let mut incoming = Incoming::new(MAX);
        let many = [text("a").repeat(1_000), text("b")].concat();
        let (most, last) = many.split_at(many.len() - 3);
        incoming.push(most);
        let read = std::iter::from_fn(|| incoming.next().unwrap()).count();
        assert_eq!((read, incoming.bytes.len()), (1_000, 4));
        assert!(incoming.bytes.capacity() < 100, "all that arrived with it is kept");
        incoming.push(last);
        assert_eq!(incoming.next(), Ok(Some(Received::Text("b".into()))));
        assert_eq!((incoming.next(), incoming.bytes.capacity()), (Ok(None), 0));
    }

    #[derive(Debug, Clone)]
    enum Sent {
        Message { is_text: bool, payload: String, fragment_len: usize },
        Ping(Vec<u8>),
    }

    fn sent() -> impl Strategy<Value = Sent> {
        prop_oneof![
            4 => (any::<bool>(), "\\PC{0,300}", 1_usize..200).prop_map(|(is_text, payload, fragment_len)| {
                Sent::Message { is_text, payload, fragment_len }
            }),
            1 => prop::collection::vec(any::<u8>(), 0..=125).prop_map(Sent::Ping),
        ]
    }

    fn written(sent: &Sent) -> Vec<u8> {
        match sent {
            Sent::Ping(payload) => frame(OpCode::Control(Control::Ping), true, payload),
            Sent::Message { is_text, payload, fragment_len } => {
                let begin = if *is_text { Data::Text } else { Data::Binary };
                let mut fragments: Vec<_> = payload.as_bytes().chunks(*fragment_len).collect();
                let last = fragments.pop().unwrap_or_default();
                let opcode = |place| OpCode::Data(if place == 0 { begin } else { Data::Continue });
                let mut bytes: Vec<u8> = (0..)
                    .zip(&fragments)
                    .flat_map(|(place, part)| frame(opcode(place), false, part))
                    .collect();
                bytes.extend(frame(opcode(fragments.len()), true, last));
                bytes
            }
        }
    }

    fn expected(sent: &Sent) -> Received {
        match sent {
            Sent::Ping(payload) => Received::Ping(payload.clone().into()),
            Sent::Message { is_text: true, payload, .. } => Received::Text(payload.as_str().into()),
            Sent::Message { payload, .. } => Received::Binary(payload.clone().into()),
        }
    }

    proptest! {
        #[test]
        fn what_a_client_sends_comes_out_however_it_arrives(
            sent in prop::collection::vec(sent(), 0..8),
            pieces in prop::collection::vec(1_usize..600, 1..20),
        ) {
            let bytes: Vec<u8> = sent.iter().flat_map(written).collect();
            let mut incoming = Incoming::new(2_000);
            let (mut rest, mut all) = (&bytes[..], Vec::new());
            for len in pieces.iter().cycle() {
                let (piece, later) = rest.split_at(rest.len().min(*len));
                incoming.push(piece);
                while let Some(received) = incoming.next().unwrap() {
                    all.push(received);
                }
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(all, sent.iter().map(expected).collect::<Vec<_>>());
            prop_assert_eq!(incoming.bytes.capacity(), 0);
        }

        #[test]
        fn anything_may_arrive(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            fuzz(&bytes, 64);
        }

        #[test]
        fn the_websocket_library_reads_the_same(
            bytes in prop::collection::vec(any::<u8>(), 0..60),
            first in prop::sample::select(vec![0x81_u8, 0x82, 0x01, 0x88, 0x89]),
            len in 0_u8..60,
        ) {
            let bytes = [&[first, 0x80 | len][..], &bytes].concat();
            let config = tungstenite::protocol::WebSocketConfig::default().max_message_size(Some(MAX)).max_frame_size(Some(MAX));
            let duplex = Duplex(std::io::Cursor::new(bytes.clone()));
            let mut library =
                tungstenite::WebSocket::from_raw_socket(duplex, tungstenite::protocol::Role::Server, Some(config));
            let (ours, _) = read(&bytes);
            for received in ours {
                match (received, library.read()) {
                    (Received::Text(text), Ok(tungstenite::Message::Text(other))) => prop_assert_eq!(text, other),
                    (Received::Binary(bytes), Ok(tungstenite::Message::Binary(other))) => prop_assert_eq!(bytes, other),
                    (Received::Ping(bytes), Ok(tungstenite::Message::Ping(other))) => prop_assert_eq!(bytes, other),
                    (Received::Close(_), Ok(tungstenite::Message::Close(_))) => {}
                    // Of which ours says nothing.
                    (_, Ok(tungstenite::Message::Pong(_))) => return Ok(()),
                    (ours, theirs) => prop_assert!(false, "{:?} is {:?} to the library", ours, theirs),
                }
            }
        }
    }

    /// What was written before, to be read; what is written now goes nowhere.
    struct Duplex(std::io::Cursor<Vec<u8>>);

    impl std::io::Read for Duplex {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.0.read(buffer)
        }
    }

    impl std::io::Write for Duplex {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
}
