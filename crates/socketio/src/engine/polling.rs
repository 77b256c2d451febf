//! Long-polling: one GET that waits for packets, one POST that brings some, one of each at a time.

use std::future::poll_fn;
use std::sync::Arc;

use axum::body::Body;
use http::Response;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::DisconnectReason;
use super::connection::{Connection, Unexpected};
use super::http as answers;
use super::packet::{PacketError, Payload};
use super::request::Refusal;

/// Waits for packets.
pub(super) async fn poll(connection: Arc<Connection>) -> Result<Response<Body>, Refusal> {
    connection.begin_poll()?;
    let mut poll = OpenPoll { connection, is_answered: false };
    let payload = poll_fn(|cx| poll.connection.poll_payload(cx)).await;
    poll.is_answered = true;
    Ok(answers::payload(payload))
}

/// Takes packets in. The answer leaves when the last of them has been handled, so that a client posts no
/// faster than it is served.
pub(super) async fn post(connection: &Connection, body: Body) -> Result<Response<Body>, Refusal> {
    let payload = read_payload(connection, body).await.inspect_err(|error| {
        let too_large = *error == PacketError::TooLarge;
        connection.abort(if too_large {
            DisconnectReason::TooLarge
        } else {
            DisconnectReason::ProtocolViolation
        });
    })?;
    let done = connection.post(payload)?;
    match done.await {
        Ok(Ok(())) => Ok(answers::payload("ok")),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(Refusal::unknown_sid()),
    }
}

async fn read_payload(connection: &Connection, body: Body) -> Result<Payload, PacketError> {
    let config = connection.config();
    let bytes_max = config.max_payload_bytes;
    let reading = Limited::new(body, Payload::body_bytes_max(bytes_max)).collect();
    // As long as a client may take to answer a ping, and no timer for idle connections.
    let body = tokio::time::timeout(config.ping_interval + config.ping_timeout, reading)
        .await
        .map_err(|_| PacketError::Malformed)?
        .map_err(|error| {
            if error.is::<LengthLimitError>() { PacketError::TooLarge } else { PacketError::Malformed }
        })?;
    Payload::new(body.to_bytes(), bytes_max)
}

/// A poll that has no answer yet. If it goes away without one, so did the client.
struct OpenPoll {
    connection: Arc<Connection>,
    is_answered: bool,
}

impl Drop for OpenPoll {
    fn drop(&mut self) {
        if !self.is_answered {
            self.connection.abort(DisconnectReason::TransportClosed);
        }
    }
}

impl From<PacketError> for Refusal {
    fn from(error: PacketError) -> Self {
        match error {
            PacketError::TooLarge => Self::too_large(),
            PacketError::Malformed | PacketError::Base64 | PacketError::Utf8 => Self::bad_request(),
        }
    }
}

impl From<Unexpected> for Refusal {
    fn from(unexpected: Unexpected) -> Self {
        match unexpected {
            Unexpected::Gone => Self::unknown_sid(),
            Unexpected::Overlap => Self::bad_request(),
        }
    }
}
