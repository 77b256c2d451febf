//! Events: as they come in, and encoded once to go out to many.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::packet::{Elements, ParseError, parse_ack, parse_event};
use crate::engine::Text;
use crate::engine::frame::{Frame, FrameBuffer};

/// The number by which a client recognises the answer to an event. It can be used once.
#[derive(Debug, PartialEq, Eq)]
pub struct AckId(pub(crate) u64);

/// An event of a client.
#[derive(Debug)]
pub struct Event {
    name: String,
    arguments: Arguments,
    ack: Option<AckId>,
}

impl Event {
    /// Reads an event out of a message, whose JSON begins at `data_at`.
    pub(super) fn parse(
        message: Text,
        data_at: usize,
        ack: Option<u64>,
        attachments: Vec<Bytes>,
    ) -> Result<Self, ParseError> {
        let (name, elements) = parse_event(&message[data_at..])?;
        let arguments = Arguments { message, data_at, elements, attachments };
        Ok(Self { name, arguments, ack: ack.map(AckId) })
    }

    /// The event's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first argument, read into `T`; see [`Arguments::payload`].
    pub fn payload<'a, T: Deserialize<'a>>(&'a self) -> serde_json::Result<T> {
        self.arguments.payload()
    }

    /// The first argument as raw JSON text; `null` when there is none.
    pub fn raw_payload(&self) -> &str {
        self.arguments.raw_payload()
    }

    /// All arguments as raw JSON, separated by commas and without the brackets around them.
    pub fn raw_args(&self) -> &str {
        self.arguments.raw()
    }

    /// The binary attachments that the placeholders in the arguments stand for.
    pub fn attachments(&self) -> &[Bytes] {
        self.arguments.attachments()
    }

    /// The ack that the client waits for, the first time it is taken.
    pub fn take_ack(&mut self) -> Option<AckId> {
        self.ack.take()
    }
}

/// The arguments of an event or of an ack, as they came.
pub struct Arguments {
    message: Text,
    data_at: usize,
    elements: Elements,
    attachments: Vec<Bytes>,
}

impl Arguments {
    /// Reads the arguments of an ack out of a message, whose JSON begins at `data_at`.
    pub(super) fn parse_ack(
        message: Text,
        data_at: usize,
        attachments: Vec<Bytes>,
    ) -> Result<Self, ParseError> {
        let elements = parse_ack(&message[data_at..])?;
        Ok(Self { message, data_at, elements, attachments })
    }

    /// The first argument, read into `T`; a missing one reads as `null`. Nesting deeper than serde_json's own
    /// 128 levels is an error; a stricter limit is the application's to check on
    /// [`raw_payload`](Self::raw_payload).
    pub fn payload<'a, T: Deserialize<'a>>(&'a self) -> serde_json::Result<T> {
        serde_json::from_str(self.raw_payload())
    }

    /// The first argument as raw JSON text; `null` when there is none.
    pub fn raw_payload(&self) -> &str {
        match &self.data()[self.elements.first.clone()] {
            "" => "null",
            first => first,
        }
    }

    /// All of them as raw JSON, separated by commas and without the brackets around them.
    pub fn raw(&self) -> &str {
        &self.data()[self.elements.args.clone()]
    }

    /// The binary attachments that the placeholders in the arguments stand for.
    pub fn attachments(&self) -> &[Bytes] {
        &self.attachments
    }

    fn data(&self) -> &str {
        &self.message[self.data_at..]
    }
}

impl fmt::Debug for Arguments {
    /// What people write to each other stays out of logs, so only sizes are shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Arguments({} bytes, {} attachments)", self.raw().len(), self.attachments.len())
    }
}

/// An event in the form in which it travels. Making one serializes once; cloning it and emitting it to any
/// number of sockets shares the bytes.
///
/// They are the bytes of the main namespace. For a socket of another namespace they are copied.
#[derive(Clone)]
pub struct EncodedEvent {
    packet: Encoded,
}

impl EncodedEvent {
    /// An event with one argument.
    ///
    /// # Errors
    /// When `payload` cannot be written as JSON.
    pub fn new(name: &str, payload: &(impl Serialize + ?Sized)) -> serde_json::Result<Self> {
        let mut buffer = FrameBuffer::with_capacity(128);
        buffer.push_str("42[");
        buffer.push_json(name)?;
        buffer.push_str(",");
        buffer.push_json(payload)?;
        buffer.push_str("]");
        Ok(Self { packet: Encoded { text: buffer.into_text(), head_len: 2, attachments: None } })
    }

    /// An event from arguments that are JSON already, separated by commas and without brackets (as
    /// [`Event::raw_args`] gives them), with the attachments that their placeholders stand for. The caller
    /// answers for the JSON.
    pub fn from_raw_args(name: &str, args: &str, attachments: Vec<Bytes>) -> Self {
        let (mut buffer, head_len) = begin("42", "45", &attachments, args.len() + name.len() + 8);
        buffer.push_str("[");
        buffer.push_json(name).expect("a string can always be written as JSON");
        if !args.is_empty() {
            buffer.push_str(",");
            buffer.push_str(args);
        }
        buffer.push_str("]");
        Self { packet: Encoded::new(buffer, head_len, &attachments) }
    }

    /// What it occupies in a queue, in bytes.
    pub fn len_bytes(&self) -> usize {
        self.packet.text.len() + self.packet.attachments().iter().map(Frame::len).sum::<usize>()
    }

    pub(super) fn packet(&self) -> &Encoded {
        &self.packet
    }
}

impl fmt::Debug for EncodedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncodedEvent({} bytes)", self.len_bytes())
    }
}

/// A packet with its attachments, written for the main namespace and without an ack id.
#[derive(Debug, Clone)]
pub(super) struct Encoded {
    text: Frame,
    /// How long the types and the number of attachments are; namespace and ack id belong behind them.
    head_len: usize,
    attachments: Option<Arc<[Frame]>>,
}

impl Encoded {
    fn new(buffer: FrameBuffer, head_len: usize, attachments: &[Bytes]) -> Self {
        let frames = attachments.iter().map(|bytes| Frame::binary(bytes));
        let attachments = (!attachments.is_empty()).then(|| frames.collect());
        Self { text: buffer.into_text(), head_len, attachments }
    }

    /// An ack with arguments that are JSON already.
    pub(super) fn ack(args: &str, attachments: &[Bytes]) -> Self {
        let (mut buffer, head_len) = begin("43", "46", attachments, args.len() + 2);
        buffer.push_str("[");
        buffer.push_str(args);
        buffer.push_str("]");
        Self::new(buffer, head_len, attachments)
    }

    /// Calls `send` with all frames of this packet as `namespace` needs them.
    pub(super) fn with_frames<R>(
        &self,
        namespace: Option<&str>,
        ack: Option<u64>,
        send: impl FnOnce(&[Frame]) -> R,
    ) -> R {
        if namespace.is_none() && ack.is_none() && self.attachments.is_none() {
            return send(std::slice::from_ref(&self.text));
        }
        let mut frames = vec![self.addressed(namespace, ack)];
        frames.extend_from_slice(self.attachments());
        send(&frames)
    }

    fn addressed(&self, namespace: Option<&str>, ack: Option<u64>) -> Frame {
        if namespace.is_none() && ack.is_none() {
            return self.text.clone();
        }
        let text = self.text.as_str().expect("a packet is made of text");
        let (head, data) = text.split_at(self.head_len);
        let mut buffer = FrameBuffer::with_capacity(text.len() + namespace.map_or(0, str::len) + 24);
        buffer.push_str(head);
        push_address(&mut buffer, namespace, ack);
        buffer.push_str(data);
        buffer.into_text()
    }

    fn attachments(&self) -> &[Frame] {
        self.attachments.as_deref().unwrap_or_default()
    }
}

/// An ack with one argument, written once since nobody else gets it.
pub(super) fn encode_ack(
    namespace: Option<&str>,
    id: u64,
    answer: &(impl Serialize + ?Sized),
) -> serde_json::Result<Frame> {
    let mut buffer = FrameBuffer::with_capacity(128);
    buffer.push_str("43");
    push_address(&mut buffer, namespace, Some(id));
    buffer.push_str("[");
    buffer.push_json(answer)?;
    buffer.push_str("]");
    Ok(buffer.into_text())
}

/// A packet of Socket.IO's own: a confirmation or refusal of a CONNECT, a DISCONNECT.
pub(super) fn encode_control(head: &str, namespace: Option<&str>, data: &str) -> Frame {
    let mut buffer = FrameBuffer::with_capacity(head.len() + namespace.map_or(0, str::len) + data.len() + 1);
    buffer.push_str(head);
    push_address(&mut buffer, namespace, None);
    buffer.push_str(data);
    buffer.into_text()
}

fn push_address(buffer: &mut FrameBuffer, namespace: Option<&str>, ack: Option<u64>) {
    if let Some(namespace) = namespace {
        buffer.push_str(namespace);
        buffer.push_str(",");
    }
    if let Some(ack) = ack {
        buffer.push_number(ack);
    }
}

/// Writes the types and, for a binary packet, the number of attachments.
fn begin(plain: &str, binary: &str, attachments: &[Bytes], data_len: usize) -> (FrameBuffer, usize) {
    let mut buffer = FrameBuffer::with_capacity(data_len + 8);
    if attachments.is_empty() {
        buffer.push_str(plain);
    } else {
        buffer.push_str(binary);
        buffer.push_number(attachments.len() as u64);
        buffer.push_str("-");
    }
    let head_len = buffer.payload_len();
    (buffer, head_len)
}
