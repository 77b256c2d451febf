//! Engine.IO 4: connections that carry messages over long-polling, a WebSocket, or first one and then the
//! other. Socket.IO sits upon it; it can be used by itself.
//!
//! A [`Service`] admits requests and makes a [`Handler`] for each connection; an [`Engine`] does the rest.

mod connection;
mod core;
mod driver;
pub(crate) mod frame;
mod heartbeat;
mod http;
pub(crate) mod incoming;
pub(crate) mod outbox;
pub(crate) mod packet;
mod polling;
mod registry;
mod request;
pub(crate) mod sid;
mod upgrade;
mod websocket;

use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;

pub use self::connection::Connection;
pub use self::core::Engine;
pub use self::outbox::SendError;
pub use self::packet::{Message, Text};
pub use self::request::{Refusal, RequestInfo, RequestKind};

/// What is built upon an [`Engine`].
pub trait Service: Send + Sync + 'static {
    /// What serves one connection.
    type Handler: Handler;
    /// What is kept of the request that opened a connection, see [`crate::Application::Identity`].
    type Identity: PartialEq + Send + Sync + 'static;

    /// Decides on every HTTP request, see [`crate::Application::admit`].
    fn admit(&self, request: &RequestInfo<'_>) -> Result<Self::Identity, Refusal>;

    /// The address that counts for [`connections_per_ip_max`](crate::Config::connections_per_ip_max).
    fn client_ip(&self, request: &RequestInfo<'_>) -> Option<IpAddr> {
        request.peer.map(|peer| peer.ip())
    }

    /// Makes the handler of a connection that has just been opened.
    fn open(&self, opened: Opened<Self::Identity>) -> Self::Handler;
}

/// A connection that has just been opened.
pub struct Opened<I> {
    /// The way to the client.
    pub connection: Arc<Connection>,
    /// What [`Service::admit`] made of the opening request.
    pub identity: Arc<I>,
    /// What [`Service::client_ip`] made of it.
    pub client_ip: Option<IpAddr>,
}

/// Serves one connection. Its methods are never called concurrently, and nothing is read from the client
/// while one of them runs.
pub trait Handler: Send + 'static {
    /// Handles one message; the next is read when this has returned.
    fn message(&mut self, message: Message) -> impl Future<Output = ()> + Send;

    /// Called after [`Connection::notify`], once for any number of calls.
    fn notified(&mut self) -> impl Future<Output = ()> + Send {
        async {}
    }

    /// Called last.
    fn closed(self, reason: DisconnectReason) -> impl Future<Output = ()> + Send;
}

/// Why a connection or a socket has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DisconnectReason {
    /// The client said goodbye.
    ClientDisconnected,
    /// The application ended it, with [`Socket::disconnect`](crate::Socket::disconnect) for example.
    ServerDisconnected,
    /// [`Server::shutdown`](crate::Server::shutdown) was called.
    ServerShutdown,
    /// The transport was closed without a goodbye, or broke.
    TransportClosed,
    /// A ping stayed unanswered.
    PingTimeout,
    /// Nobody authenticated in time.
    ConnectTimeout,
    /// The client sent what is no packet, or one out of order.
    ProtocolViolation,
    /// The client sent as text what is not UTF-8.
    NotText,
    /// The client sent more than [`max_payload_bytes`](crate::Config::max_payload_bytes).
    TooLarge,
    /// Even the reserved room for answers was used up.
    QueueOverflow,
}
