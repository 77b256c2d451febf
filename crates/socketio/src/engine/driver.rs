//! The one task of a connection: reads, has the handler work, writes; strictly one packet after the other.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::connection::{Connection, Signal};
use super::frame::Frame;
use super::heartbeat::Pace;
use super::packet::{Message, Packet, PacketError};
use super::websocket::{ReadError, WebSocket};
use super::{DisconnectReason, Handler};

/// The transport that the driver serves at the moment.
pub(super) enum Link {
    /// HTTP requests come and go; they meet the driver in the [`Connection`].
    Polling,
    WebSocket(Box<WebSocket>),
}

/// What the driver does next.
enum Step {
    Handle(Message),
    Notify,
    Upgrade(Box<WebSocket>),
    End(DisconnectReason),
}

/// Serves a connection until it ends.
pub(super) async fn drive(connection: Arc<Connection>, mut handler: impl Handler, mut link: Link) {
    let _aborted_if_a_handler_panics = AbortOnDrop(&connection);
    let reason = loop {
        // Every handler's future is boxed: an idle connection then costs what waiting costs, not what the
        // largest handler would.
        match poll_fn(|cx| link.poll_step(&connection, cx)).await {
            Step::Handle(message) => link.write_while(&connection, Box::pin(handler.message(message))).await,
            Step::Notify => link.write_while(&connection, Box::pin(handler.notified())).await,
            Step::Upgrade(websocket) => link = Link::WebSocket(websocket),
            Step::End(reason) => break reason,
        }
    };
    link.write_while(&connection, Box::pin(handler.closed(reason))).await;
    let close_timeout = connection.config().close_timeout;
    // A client that does not take its leave in time is cut off: that is what the timeout is for.
    let _ = Box::pin(tokio::time::timeout(close_timeout, link.close(&connection, reason))).await;
    connection.abort(reason);
}

struct AbortOnDrop<'a>(&'a Connection);

impl Drop for AbortOnDrop<'_> {
    fn drop(&mut self) {
        self.0.abort(DisconnectReason::TransportClosed);
    }
}

impl Link {
    /// Writes what is queued and finds the next thing to do.
    fn poll_step(&mut self, connection: &Connection, cx: &mut Context<'_>) -> Poll<Step> {
        connection.register_driver(cx);
        loop {
            match connection.take_signal() {
                Some(Signal::End(reason)) => return Poll::Ready(Step::End(reason)),
                Some(Signal::Notified) => return Poll::Ready(Step::Notify),
                None => {}
            }
            match self.poll_packet(connection, cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Arrival::Packet(Packet::Message(message))) => {
                    return Poll::Ready(Step::Handle(message));
                }
                Poll::Ready(Arrival::Upgrade(websocket)) => return Poll::Ready(Step::Upgrade(websocket)),
                Poll::Ready(Arrival::Packet(Packet::Pong)) => connection.heard(),
                Poll::Ready(Arrival::Packet(Packet::Noop)) => {}
                Poll::Ready(Arrival::Packet(Packet::Close)) => {
                    connection.abort(DisconnectReason::ClientDisconnected);
                }
                // A probe or an upgrade has no place on the transport in use.
                Poll::Ready(Arrival::Packet(Packet::Probe | Packet::Upgrade)) => {
                    connection.abort(DisconnectReason::ProtocolViolation);
                }
                Poll::Ready(Arrival::Failure(reason)) => connection.abort(reason),
            }
        }
    }

    /// Reads one packet, unless the client has to read first.
    fn poll_packet(&mut self, connection: &Connection, cx: &mut Context<'_>) -> Poll<Arrival> {
        match self {
            Self::Polling => poll_posted(connection),
            Self::WebSocket(websocket) => poll_websocket(websocket, connection, cx).map(Arrival::from),
        }
    }

    /// Writes what can be written at once.
    fn write(&mut self, connection: &Connection, cx: &mut Context<'_>) -> Result<(), ReadError> {
        match self {
            // The poller takes what is queued by itself.
            Self::Polling => Ok(()),
            Self::WebSocket(websocket) => write(websocket, connection, cx),
        }
    }

    /// Runs a handler to its end, writing meanwhile but reading nothing.
    async fn write_while(&mut self, connection: &Connection, mut work: Pin<Box<impl Future<Output = ()>>>) {
        connection.set_pace(Pace::Handles);
        poll_fn(|cx| {
            connection.register_driver(cx);
            let worked = work.as_mut().poll(cx);
            if worked.is_pending() {
                // A transport that has failed is noticed at the next step.
                let _ = self.write(connection, cx);
            }
            worked
        })
        .await;
    }

    /// Lets what is queued leave, says goodbye, and waits for the client to have heard it.
    async fn close(&mut self, connection: &Connection, reason: DisconnectReason) {
        match self {
            Self::Polling => {
                poll_fn(|cx| {
                    connection.register_driver(cx);
                    if connection.is_closed() { Poll::Ready(()) } else { Poll::Pending }
                })
                .await;
            }
            Self::WebSocket(websocket) if reason == DisconnectReason::TransportClosed => {
                // Nothing waits but, perhaps, the library's answer to the client's close.
                let _ = poll_fn(|cx| websocket.poll_write(connection, cx)).await;
            }
            Self::WebSocket(websocket) => close_websocket(websocket, connection, reason).await,
        }
    }
}

/// Reads one packet that was posted, or finds that the client has moved on.
fn poll_posted(connection: &Connection) -> Poll<Arrival> {
    connection.finish_post();
    if is_throttled(connection) {
        return Poll::Pending;
    }
    match connection.next_posted() {
        Some(packet) => Poll::Ready(packet.into()),
        None => connection
            .take_upgrade()
            .map_or(Poll::Pending, |websocket| Poll::Ready(Arrival::Upgrade(websocket))),
    }
}

/// Reads one packet. Written is when nothing more is there to be read, so that the answers to all that came
/// together leave together; or after a good many packets, should there be no end to them.
fn poll_websocket(
    websocket: &mut WebSocket,
    connection: &Connection,
    cx: &mut Context<'_>,
) -> Poll<Result<Packet, ReadError>> {
    if websocket.has_read_many() || connection.is_full() {
        write(websocket, connection, cx)?;
    }
    if is_throttled(connection) {
        return Poll::Pending;
    }
    let packet = websocket.poll_read(cx);
    if packet.is_pending() {
        write(websocket, connection, cx)?;
    }
    packet
}

fn is_throttled(connection: &Connection) -> bool {
    let is_full = connection.is_full();
    connection.set_pace(if is_full { Pace::Throttles } else { Pace::Reads });
    is_full
}

/// A transport that cannot be written to is not read from any more either.
fn write(websocket: &mut WebSocket, connection: &Connection, cx: &mut Context<'_>) -> Result<(), ReadError> {
    match websocket.poll_write(connection, cx) {
        Poll::Ready(Err(_)) => Err(ReadError::Closed),
        Poll::Ready(Ok(())) | Poll::Pending => Ok(()),
    }
}

/// The closing handshake. The client's half is awaited because a connection that is dropped with something
/// unread in it is reset, and a reset may overtake what was written last.
async fn close_websocket(websocket: &mut WebSocket, connection: &Connection, reason: DisconnectReason) {
    if poll_fn(|cx| websocket.poll_write(connection, cx)).await.is_err() {
        return;
    }
    websocket.queue(Frame::close(close_code(reason)));
    if poll_fn(|cx| websocket.poll_write(connection, cx)).await.is_err() {
        return;
    }
    while poll_fn(|cx| websocket.poll_read(cx)).await.is_ok() {}
}

fn close_code(reason: DisconnectReason) -> u16 {
    match reason {
        DisconnectReason::ServerShutdown => 1001,
        DisconnectReason::ProtocolViolation => 1002,
        DisconnectReason::NotText => 1007,
        DisconnectReason::TooLarge => 1009,
        DisconnectReason::ClientDisconnected
        | DisconnectReason::ServerDisconnected
        | DisconnectReason::TransportClosed
        | DisconnectReason::PingTimeout
        | DisconnectReason::ConnectTimeout
        | DisconnectReason::QueueOverflow => 1000,
    }
}

enum Arrival {
    Packet(Packet),
    Upgrade(Box<WebSocket>),
    Failure(DisconnectReason),
}

impl From<Result<Packet, ReadError>> for Arrival {
    fn from(packet: Result<Packet, ReadError>) -> Self {
        packet.map_or_else(
            |error| {
                Self::Failure(match error {
                    ReadError::Closed => DisconnectReason::TransportClosed,
                    ReadError::Malformed => DisconnectReason::ProtocolViolation,
                    ReadError::NotText => DisconnectReason::NotText,
                    ReadError::TooLarge => DisconnectReason::TooLarge,
                })
            },
            Self::Packet,
        )
    }
}

impl From<Result<Packet, PacketError>> for Arrival {
    fn from(packet: Result<Packet, PacketError>) -> Self {
        packet.map_or_else(
            |error| {
                Self::Failure(match error {
                    PacketError::TooLarge => DisconnectReason::TooLarge,
                    PacketError::Utf8 => DisconnectReason::NotText,
                    PacketError::Malformed | PacketError::Base64 => DisconnectReason::ProtocolViolation,
                })
            },
            Self::Packet,
        )
    }
}
