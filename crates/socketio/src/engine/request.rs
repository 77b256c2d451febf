//! HTTP requests as they come in: what they ask for, and how they are turned away.

use std::net::SocketAddr;

use http::{HeaderMap, Method, StatusCode, Uri};

/// An HTTP request on its way in, as [`Application::admit`](crate::Application::admit) sees it.
#[derive(Debug, Clone, Copy)]
pub struct RequestInfo<'a> {
    /// What the request is for.
    pub kind: RequestKind,
    /// The method: GET or POST.
    pub method: &'a Method,
    /// The path and query as sent.
    pub uri: &'a Uri,
    /// All headers.
    pub headers: &'a HeaderMap,
    /// The other end of the TCP connection, which may be a proxy. `None` when the server was mounted
    /// without connect info.
    pub peer: Option<SocketAddr>,
}

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestKind {
    /// Opens a connection with long-polling.
    OpenPolling,
    /// Opens a connection with a WebSocket.
    OpenWebSocket,
    /// Fetches what is queued for a connection.
    Poll,
    /// Brings packets of a connection.
    Post,
    /// Moves a connection from long-polling to a WebSocket.
    Upgrade,
}

/// A request that is turned away. The answer's body is `{"code":…,"message":"…"}`, as Engine.IO clients
/// expect it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: StatusCode,
    /// One of Engine.IO's codes; 4 is 'forbidden'.
    pub code: u8,
    /// Said to the client.
    pub message: String,
}

impl Refusal {
    /// A 403 with Engine.IO's code for 'forbidden'.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, 4, message)
    }

    pub(super) fn unknown_transport() -> Self {
        Self::new(StatusCode::BAD_REQUEST, 0, "Transport unknown")
    }

    pub(super) fn unknown_sid() -> Self {
        Self::new(StatusCode::BAD_REQUEST, 1, "Session ID unknown")
    }

    pub(super) fn bad_method() -> Self {
        Self::new(StatusCode::BAD_REQUEST, 2, "Bad handshake method")
    }

    pub(super) fn bad_request() -> Self {
        Self::new(StatusCode::BAD_REQUEST, 3, "Bad request")
    }

    pub(super) fn unsupported_version() -> Self {
        Self::new(StatusCode::BAD_REQUEST, 5, "Unsupported protocol version")
    }

    pub(super) fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, 3, "Payload too large")
    }

    pub(super) fn too_many_connections() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, 4, "Too many connections")
    }

    pub(super) fn too_many_connections_of_ip() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, 4, "Too many connections from this address")
    }

    pub(super) fn shutting_down() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, 4, "Server is shutting down")
    }

    fn new(status: StatusCode, code: u8, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }
}

/// The query parameters that mean something here.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Query<'a> {
    pub(super) transport: Option<Transport>,
    pub(super) version: Option<&'a str>,
    pub(super) sid: Option<&'a str>,
}

/// The two transports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transport {
    Polling,
    WebSocket,
}

impl<'a> Query<'a> {
    /// Reads a query string. No value that means something needs percent-encoding.
    pub(super) fn parse(query: &'a str) -> Self {
        let mut parsed = Self::default();
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            match (name, value) {
                ("transport", "polling") => parsed.transport = Some(Transport::Polling),
                ("transport", "websocket") => parsed.transport = Some(Transport::WebSocket),
                ("EIO", version) => parsed.version = Some(version),
                ("sid", sid) => parsed.sid = Some(sid),
                _ => {}
            }
        }
        parsed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_in_any_order_and_among_strangers() {
        let query = Query::parse("t=abc&sid=x_-1&transport=websocket&EIO=4&b64");
        assert_eq!(
            query,
            Query { transport: Some(Transport::WebSocket), version: Some("4"), sid: Some("x_-1") }
        );
        assert_eq!(Query::parse("transport=flash"), Query::default());
        assert_eq!(Query::parse(""), Query::default());
    }
}
