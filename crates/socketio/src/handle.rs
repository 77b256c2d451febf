//! [`Socket`], the handle by which the application talks to one client.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;

use crate::{AckId, EncodedEvent};

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
pub struct Socket {}

impl Socket {
    /// Queues one event of the feed.
    ///
    /// # Errors
    /// [`EmitError::Overflow`] when the feed has stopped, by this packet or an earlier one;
    /// [`EmitError::Closed`] when the socket has ended.
    pub fn emit(&self, event: &EncodedEvent) -> Result<(), EmitError> {
        let _ = event;
        unimplemented!()
    }

    /// Queues one event that may be lost (typing, presence), only while the queue is less than half full: it
    /// never takes room from the feed and never stops it.
    pub fn emit_volatile(&self, event: &EncodedEvent) -> Result<(), EmitError> {
        let _ = event;
        unimplemented!()
    }

    /// Queues one event that must not be refused: a `resync`, the end of a session. It keeps its place
    /// behind what was queued before it.
    pub fn notify(&self, event: &EncodedEvent) -> Result<(), EmitError> {
        let _ = event;
        unimplemented!()
    }

    /// Answers an event of the client with one argument.
    ///
    /// # Errors
    /// [`EmitError::Encode`] when `answer` cannot be written as JSON.
    pub fn ack(&self, id: AckId, answer: &impl Serialize) -> Result<(), EmitError> {
        let _ = (id, answer);
        unimplemented!()
    }

    /// Answers an event with arguments that are JSON already, see [`EncodedEvent::from_raw_args`].
    pub fn ack_raw(&self, id: AckId, args: &str, attachments: Vec<Bytes>) -> Result<(), EmitError> {
        let _ = (id, args, attachments);
        unimplemented!()
    }

    /// Lets the feed run again after an overflow. Call it where the client's next feed begins, before its
    /// first packet.
    pub fn resume_feed(&self) {
        unimplemented!()
    }

    /// Whether the feed runs, that is has not overflowed.
    pub fn feed_is_running(&self) -> bool {
        unimplemented!()
    }

    /// Sends one event and waits for the client's ack: its arguments as the raw text of a JSON array.
    ///
    /// # Errors
    /// See [`AckError`].
    pub async fn emit_with_ack(&self, event: &EncodedEvent, timeout: Duration) -> Result<String, AckError> {
        let _ = (event, timeout);
        unimplemented!()
    }

    /// Ends this socket: what is queued leaves, then the client is told and the connection closed. Nothing
    /// can be queued afterwards.
    pub fn disconnect(&self) {
        unimplemented!()
    }

    /// The socket's public id, unique for the life of the server. It gives no access to anything.
    pub fn id(&self) -> &str {
        unimplemented!()
    }

    /// The namespace it is connected to.
    pub fn namespace(&self) -> &str {
        unimplemented!()
    }

    /// Whether packets can still be queued.
    pub fn is_open(&self) -> bool {
        unimplemented!()
    }

    /// What waits to be written to this client's connection.
    pub fn queued(&self) -> Queued {
        unimplemented!()
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").finish_non_exhaustive()
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
