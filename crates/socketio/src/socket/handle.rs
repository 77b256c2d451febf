//! [`Socket`], the handle by which the application talks to one client.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use serde::Serialize;
use tokio::sync::oneshot;

use super::event::{AckId, Arguments, Encoded, EncodedEvent, encode_ack, encode_control};
use crate::engine::frame::Frame;
use crate::engine::outbox::{Class, Feed};
use crate::engine::sid::Sid;
use crate::engine::{Connection, SendError};

/// A handle to one connected client. Cloning is cheap, and every clone is the same socket.
///
/// Nothing here waits for the network: packets are queued and leave together, in order, when the
/// connection's own task next runs. The queue is bounded in packets and in bytes, and its three kinds of
/// packets behave differently when it is full:
///
/// | | when the queue is full |
/// |---|---|
/// | [`emit`](Self::emit) | the packet is refused **and the feed stops**: every later `emit` is refused too until [`resume_feed`](Self::resume_feed), so that a client never gets a feed with a hole in it |
/// | [`emit_volatile`](Self::emit_volatile) | the packet is refused, from half of the queue on; nothing else happens |
/// | [`ack`](Self::ack), [`notify`](Self::notify) | go into reserved room; when that is used up too, the connection is closed |
///
/// While the queue is full nothing is read from the client, so one that asks without reading the answers
/// stops itself and the reserved room suffices.
#[derive(Clone)]
pub struct Socket {
    inner: Arc<Inner>,
}

struct Inner {
    connection: Arc<Connection>,
    id: Sid,
    /// `None` for the main one.
    namespace: Option<Box<str>>,
    phase: AtomicU8,
    feed: Feed,
    /// What is emitted before the CONNECT has been confirmed. Its lock also guards the change of phase.
    held: Mutex<Vec<Frame>>,
    acks: Mutex<Option<Box<PendingAcks>>>,
}

/// Where a socket stands in its life. It only moves forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Phase {
    /// The CONNECT is being decided.
    Connecting,
    Open,
    /// The application has ended it, the client is being told.
    Leaving,
    Closed,
}

#[derive(Default)]
struct PendingAcks {
    last: u64,
    waiting: HashMap<u64, oneshot::Sender<Arguments>>,
}

impl Socket {
    /// Queues one event of the feed.
    ///
    /// # Errors
    /// [`EmitError::Overflow`] when the feed has stopped, by this packet or an earlier one;
    /// [`EmitError::Closed`] when the socket has ended.
    pub fn emit(&self, event: &EncodedEvent) -> Result<(), EmitError> {
        self.send(event.packet(), None, Class::Feed(&self.inner.feed))
    }

    /// Queues one event that may be lost (typing, presence), only while the queue is less than half full: it
    /// never takes room from the feed and never stops it.
    pub fn emit_volatile(&self, event: &EncodedEvent) -> Result<(), EmitError> {
        self.send(event.packet(), None, Class::Volatile)
    }

    /// Queues one event that must not be refused: a `resync`, the end of a session. It keeps its place
    /// behind what was queued before it.
    pub fn notify(&self, event: &EncodedEvent) -> Result<(), EmitError> {
        self.send(event.packet(), None, Class::Reserved)
    }

    /// Answers an event of the client with one argument.
    ///
    /// # Errors
    /// [`EmitError::Encode`] when `answer` cannot be written as JSON.
    pub fn ack(&self, id: AckId, answer: &(impl Serialize + ?Sized)) -> Result<(), EmitError> {
        let frame = encode_ack(self.inner.namespace.as_deref(), id.0, answer)?;
        self.send_frames(std::slice::from_ref(&frame), Class::Reserved)
    }

    /// Answers an event with arguments that are JSON already, see [`EncodedEvent::from_raw_args`].
    pub fn ack_raw(&self, id: AckId, args: &str, attachments: Vec<Bytes>) -> Result<(), EmitError> {
        self.send(&Encoded::ack(args, &attachments), Some(id.0), Class::Reserved)
    }

    /// Lets the feed run again after an overflow. Call it where the client's next feed begins, before its
    /// first packet.
    pub fn resume_feed(&self) {
        self.inner.feed.resume();
    }

    /// Whether the feed runs, that is has not overflowed.
    pub fn feed_is_running(&self) -> bool {
        self.inner.feed.runs()
    }

    /// Sends one event and waits for the arguments of the client's ack. The event takes reserved room.
    ///
    /// # Errors
    /// See [`AckError`].
    pub async fn emit_with_ack(
        &self,
        event: &EncodedEvent,
        timeout: Duration,
    ) -> Result<Arguments, AckError> {
        let (sender, receiver) = oneshot::channel();
        let waiting = WaitingAck { socket: self, id: self.expect_ack(sender)? };
        self.send(event.packet(), Some(waiting.id), Class::Reserved)?;
        match tokio::time::timeout(timeout, receiver).await {
            Ok(Ok(arguments)) => Ok(arguments),
            Ok(Err(_)) => Err(AckError::Emit(EmitError::Closed)),
            Err(_) => Err(AckError::Timeout),
        }
    }

    /// Ends this socket: what is queued leaves, then the client is told and, unless it is connected to other
    /// namespaces, the connection closed. Nothing can be queued afterwards. A stock client does not come back
    /// by itself.
    pub fn disconnect(&self) {
        let mut held = self.inner.held.lock();
        let phase = self.phase();
        if !matches!(phase, Phase::Connecting | Phase::Open) {
            return;
        }
        self.set_phase(Phase::Leaving);
        *held = Vec::new();
        if phase == Phase::Open {
            let goodbye = encode_control("41", self.inner.namespace.as_deref(), "");
            // When this fails the connection ends, and the client with it.
            let _ = self.inner.connection.send(&[goodbye], Class::Reserved);
        }
        drop(held);
        self.inner.connection.notify();
    }

    /// The socket's public id, unique for the life of the server. It gives no access to anything.
    pub fn id(&self) -> &str {
        self.inner.id.as_str()
    }

    /// The namespace it is connected to.
    pub fn namespace(&self) -> &str {
        self.inner.namespace.as_deref().unwrap_or("/")
    }

    /// Whether packets can still be queued.
    pub fn is_open(&self) -> bool {
        matches!(self.phase(), Phase::Connecting | Phase::Open) && self.inner.connection.is_open()
    }

    /// What waits to be written to this client's connection.
    pub fn queued(&self) -> Queued {
        let (packets, bytes) = self.inner.connection.queued();
        Queued { packets, bytes }
    }
}

/// For the [`Client`](super::Client) that owns the socket.
impl Socket {
    pub(super) fn connecting(connection: Arc<Connection>, namespace: &str) -> Self {
        let inner = Inner {
            connection,
            id: Sid::random(),
            namespace: (namespace != "/").then(|| namespace.into()),
            phase: AtomicU8::new(Phase::Connecting as u8),
            feed: Feed::default(),
            held: Mutex::default(),
            acks: Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Confirms the CONNECT, and lets what was emitted before follow.
    pub(super) fn confirm(&self) {
        let mut held = self.inner.held.lock();
        let data = format!(r#"{{"sid":"{}"}}"#, self.id());
        let mut frames = vec![encode_control("40", self.inner.namespace.as_deref(), &data)];
        frames.append(&mut held);
        if self.phase() == Phase::Connecting {
            self.set_phase(Phase::Open);
        } else {
            frames.push(encode_control("41", self.inner.namespace.as_deref(), ""));
        }
        // When this fails the connection ends, and the client with it.
        let _ = self.inner.connection.send(&frames, Class::Reserved);
        *held = Vec::new();
    }

    /// Nothing goes out any more, and nobody waits for an ack any more.
    pub(super) fn set_closed(&self) {
        let mut held = self.inner.held.lock();
        self.set_phase(Phase::Closed);
        *held = Vec::new();
        *self.inner.acks.lock() = None;
    }

    pub(super) fn is_leaving(&self) -> bool {
        self.phase() == Phase::Leaving
    }

    /// Whether the feed has stopped since this was last asked.
    pub(super) fn take_feed_stopped(&self) -> bool {
        self.inner.feed.take_stopped()
    }

    /// Hands an ack of the client to whoever waits for it; one that nobody waits for is ignored.
    pub(super) fn acknowledged(&self, id: u64, arguments: Arguments) {
        let waiting = self.inner.acks.lock().as_mut().and_then(|acks| acks.waiting.remove(&id));
        if let Some(sender) = waiting {
            // Whoever waited may have given up at this moment.
            let _ = sender.send(arguments);
        }
    }
}

impl Socket {
    fn send(&self, packet: &Encoded, ack: Option<u64>, class: Class<'_>) -> Result<(), EmitError> {
        packet.with_frames(self.inner.namespace.as_deref(), ack, |frames| self.send_frames(frames, class))
    }

    fn send_frames(&self, frames: &[Frame], class: Class<'_>) -> Result<(), EmitError> {
        if self.phase() == Phase::Connecting && self.hold(frames)? {
            return Ok(());
        }
        if self.phase() != Phase::Open {
            return Err(EmitError::Closed);
        }
        Ok(self.inner.connection.send(frames, class)?)
    }

    /// Keeps frames until the CONNECT is confirmed. `false` when that has just happened.
    fn hold(&self, frames: &[Frame]) -> Result<bool, EmitError> {
        let mut held = self.inner.held.lock();
        if self.phase() != Phase::Connecting {
            return Ok(false);
        }
        if held.len() + frames.len() > self.inner.connection.config().queue_packets_max {
            return Err(EmitError::Overflow);
        }
        held.extend_from_slice(frames);
        Ok(true)
    }

    fn expect_ack(&self, sender: oneshot::Sender<Arguments>) -> Result<u64, AckError> {
        let acks_pending_max = self.inner.connection.config().acks_pending_max;
        let mut acks = self.inner.acks.lock();
        let acks = acks.get_or_insert_default();
        if acks.waiting.len() >= acks_pending_max {
            return Err(AckError::TooMany);
        }
        acks.last += 1;
        acks.waiting.insert(acks.last, sender);
        Ok(acks.last)
    }

    fn phase(&self) -> Phase {
        match self.inner.phase.load(Ordering::Acquire) {
            phase if phase == Phase::Connecting as u8 => Phase::Connecting,
            phase if phase == Phase::Open as u8 => Phase::Open,
            phase if phase == Phase::Leaving as u8 => Phase::Leaving,
            _ => Phase::Closed,
        }
    }

    fn set_phase(&self, phase: Phase) {
        self.inner.phase.store(phase as u8, Ordering::Release);
    }
}

/// Forgets the ack when nobody waits for it any more.
struct WaitingAck<'a> {
    socket: &'a Socket,
    id: u64,
}

impl Drop for WaitingAck<'_> {
    fn drop(&mut self) {
        if let Some(acks) = self.socket.inner.acks.lock().as_mut() {
            acks.waiting.remove(&self.id);
        }
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").field("id", &self.id()).field("phase", &self.phase()).finish_non_exhaustive()
    }
}

/// What waits in the queue of one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Queued {
    /// Packets.
    pub packets: usize,
    /// Their bytes.
    pub bytes: usize,
}

/// Why a packet was not queued.
#[derive(Debug, thiserror::Error)]
pub enum EmitError {
    /// The client reads too slowly.
    #[error("the client's queue is full")]
    Overflow,
    /// The socket has ended.
    #[error("the socket is closed")]
    Closed,
    /// The payload is no JSON.
    #[error("the payload cannot be encoded: {0}")]
    Encode(#[from] serde_json::Error),
}

/// Why [`Socket::emit_with_ack`] has no answer.
#[derive(Debug, thiserror::Error)]
pub enum AckError {
    /// The event could not be queued.
    #[error(transparent)]
    Emit(#[from] EmitError),
    /// The client did not answer in time.
    #[error("the client did not acknowledge in time")]
    Timeout,
    /// More events than [`acks_pending_max`](crate::Config::acks_pending_max) wait for an ack.
    #[error("too many events wait for an ack")]
    TooMany,
}

impl From<SendError> for EmitError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Full | SendError::FeedStopped => Self::Overflow,
            SendError::Exhausted | SendError::Closed => Self::Closed,
        }
    }
}
