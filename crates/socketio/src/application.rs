//! What a program built on this crate provides: an [`Application`] and, per connected socket, a [`Session`].

use std::future::Future;
use std::net::IpAddr;

use serde_json::value::RawValue;

use crate::engine::{DisconnectReason, Refusal, RequestInfo};
use crate::{Event, Socket};

/// The program behind the sockets.
pub trait Application: Send + Sync + 'static {
    /// What one connected socket keeps.
    type Session: Session;
    /// What is kept of the request that opened a connection: who sent it, as far as its headers tell. Kept as
    /// long as the connection, so make it small; copy out of the headers, since they die with the request.
    type Identity: PartialEq + Send + Sync + 'static;

    /// Decides on every HTTP request of every connection, before anything else is done with it: the
    /// handshake, each poll, each post, each WebSocket upgrade. This is the place to check `Origin`.
    ///
    /// The identity of the handshake is kept; a later request for the same `sid` whose identity differs is
    /// answered as if the `sid` did not exist, so a `sid` is of use only to the session that opened it.
    fn admit(&self, request: &RequestInfo<'_>) -> Result<Self::Identity, Refusal>;

    /// The address that counts for [`connections_per_ip_max`](crate::Config::connections_per_ip_max): the
    /// peer's. A server behind a proxy that it trusts reads it from a header instead. `None` is not counted.
    fn client_ip(&self, request: &RequestInfo<'_>) -> Option<IpAddr> {
        request.peer.map(|peer| peer.ip())
    }

    /// Whether there is such a namespace; a CONNECT to another is refused with `Invalid namespace`.
    fn serves(&self, namespace: &str) -> bool {
        namespace == "/"
    }

    /// Authenticates one CONNECT. Nothing further is read from the connection until it returns. What is
    /// emitted to `socket` meanwhile reaches the client after the confirmation of the CONNECT, or never if
    /// it is refused.
    fn connect(
        &self,
        handshake: Handshake<'_, Self::Identity>,
        socket: Socket,
    ) -> impl Future<Output = Result<Self::Session, ConnectError>> + Send;
}

/// One connected socket, as the application sees it. Its methods are never called concurrently.
///
/// Do not wait for an answer of the client ([`Socket::emit_with_ack`]) inside these methods: nothing is read
/// from the client before they return.
pub trait Session: Send + 'static {
    /// Handles one event. The next packet of this connection is read when it has returned: events of one
    /// client are handled in the order in which they were sent, and a client cannot send faster than it is
    /// served. What is queued for the client is written meanwhile.
    fn event(&mut self, event: Event) -> impl Future<Output = ()> + Send;

    /// The client reads too slowly: [`Socket::emit`] has refused a packet and refuses all further ones until
    /// [`Socket::resume_feed`]. Called once per refusal-to-resume, between events, as soon as possible. The
    /// application tells the client, with [`Socket::notify`], to fetch what it missed.
    fn overflowed(&mut self) -> impl Future<Output = ()> + Send;

    /// The socket has ended. Called exactly once, last; not called if a method of this session panicked.
    fn disconnected(self, reason: DisconnectReason) -> impl Future<Output = ()> + Send;
}

/// What a client gave to be let in.
#[derive(Debug)]
pub struct Handshake<'a, I> {
    /// The namespace it wants.
    pub namespace: &'a str,
    /// The `auth` payload as the raw text of a JSON object; `None` when there was none.
    pub auth: Option<&'a str>,
    /// What [`Application::admit`] made of the request that opened the connection.
    pub identity: &'a I,
    /// The address that [`Application::client_ip`] named.
    pub client_ip: Option<IpAddr>,
}

/// Why a CONNECT is refused. The client gets it as `connect_error`.
#[derive(Debug, Clone)]
pub struct ConnectError {
    /// The message of the error object on the client.
    pub message: String,
    /// Its `data`.
    pub data: Option<Box<RawValue>>,
}

impl ConnectError {
    /// An error without data.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), data: None }
    }

    /// The object that the client gets.
    pub(crate) fn to_json(&self) -> String {
        let message = serde_json::Value::from(self.message.as_str());
        match &self.data {
            Some(data) => format!(r#"{{"message":{message},"data":{data}}}"#),
            None => format!(r#"{{"message":{message}}}"#),
        }
    }
}
