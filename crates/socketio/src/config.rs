//! What an operator of the server may choose: times, and a limit on everything that can grow.

use std::time::Duration;

/// The times and limits of one [`Server`](crate::Server).
///
/// The defaults are those of a public chat server; a test makes its own with struct update syntax.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the server is mounted, with both slashes: `/socket.io/`.
    pub path: String,
    /// How long after the last ping the next one is sent. Told to the client.
    pub ping_interval: Duration,
    /// How long a ping may stay unanswered before the connection is closed. Told to the client.
    pub ping_timeout: Duration,
    /// How long a connection may live without one accepted CONNECT; after that it is closed.
    pub connect_timeout: Duration,
    /// How long a connection that is being closed may take to read what was queued for it.
    pub close_timeout: Duration,
    /// Longest event a client may send, the bytes of its attachments included, and longest body of a
    /// polling request; the same on both transports and checked before memory is taken for it. Told to the
    /// client.
    pub max_payload_bytes: usize,
    /// Most binary attachments of one event.
    pub attachments_max: usize,
    /// Most packets that may wait for one connection before its feed stops, see
    /// [`Socket::emit`](crate::Socket::emit).
    pub queue_packets_max: usize,
    /// Most bytes that may wait for one connection before its feed stops.
    pub queue_bytes_max: usize,
    /// Packets that may wait beyond `queue_packets_max` when they are answers or notices, which must not be
    /// dropped. A connection that exceeds even this is closed.
    pub queue_reserved_packets_max: usize,
    /// Bytes that may wait beyond `queue_bytes_max` when they are answers or notices.
    pub queue_reserved_bytes_max: usize,
    /// Most events of the server that may wait for the client's ack, per socket.
    pub acks_pending_max: usize,
    /// Most namespaces one connection may be connected to at a time.
    pub namespaces_max: usize,
    /// Refused CONNECTs after which a connection is closed.
    pub connects_refused_max: usize,
    /// Most connections of this server; the next handshake is answered 503.
    pub connections_max: usize,
    /// Most connections from one IPv4 address or one IPv6 /64; the next handshake is answered 429.
    pub connections_per_ip_max: usize,
    /// Who may read answers across origins. A browser enforces it; it protects nothing else.
    pub cors: Cors,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            path: "/socket.io/".to_owned(),
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            connect_timeout: Duration::from_secs(10),
            close_timeout: Duration::from_secs(5),
            max_payload_bytes: 128 * 1024,
            attachments_max: 10,
            queue_packets_max: 256,
            queue_bytes_max: 1024 * 1024,
            queue_reserved_packets_max: 64,
            queue_reserved_bytes_max: 1024 * 1024,
            acks_pending_max: 64,
            namespaces_max: 8,
            connects_refused_max: 8,
            connections_max: 100_000,
            connections_per_ip_max: 1_000,
            cors: Cors::SameOrigin,
        }
    }
}

/// What the CORS headers of polling answers say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cors {
    /// No CORS header at all: only pages of the same origin can read answers.
    SameOrigin,
    /// `Access-Control-Allow-Origin: *`: pages of every origin can, though without cookies.
    AnyOrigin,
}
