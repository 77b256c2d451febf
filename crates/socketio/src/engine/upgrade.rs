//! From HTTP to a WebSocket, and from long-polling to it.

use std::future::poll_fn;
use std::sync::Arc;

use axum::body::Body;
use http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use hyper::upgrade::OnUpgrade;
use tungstenite::handshake::derive_accept_key;

use super::connection::Connection;
use super::frame::Frame;
use super::packet::Packet;
use super::request::Refusal;
use super::websocket::WebSocket;
use crate::config::Config;

/// A request that asks for a WebSocket, reduced to what is needed to give it one: hyper's read buffer, which the
/// headers point into, must not live as long as the socket does.
pub(super) struct WebSocketUpgrade {
    accept: HeaderValue,
    on_upgrade: OnUpgrade,
}

impl WebSocketUpgrade {
    /// Checks the request (RFC 6455, 4.2.1).
    pub(super) fn take(request: &mut Request<Body>) -> Result<Self, Refusal> {
        let headers = request.headers();
        let asks = has_token(headers, &CONNECTION, "upgrade") && has_token(headers, &UPGRADE, "websocket");
        let version = headers.get(SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13");
        let key =
            headers.get(SEC_WEBSOCKET_KEY).filter(|_| asks && version).ok_or_else(Refusal::bad_request)?;
        let accept =
            HeaderValue::try_from(derive_accept_key(key.as_bytes())).map_err(|_| Refusal::bad_request())?;
        let on_upgrade = request.extensions_mut().remove::<OnUpgrade>().ok_or_else(Refusal::bad_request)?;
        Ok(Self { accept, on_upgrade })
    }

    /// The answer that switches protocols.
    pub(super) fn response(&self) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(SEC_WEBSOCKET_ACCEPT, self.accept.clone());
        response
    }

    /// Waits for the answer to have left. `None` when the client has not waited for it.
    pub(super) async fn complete(self, config: Arc<Config>) -> Option<Box<WebSocket>> {
        let upgraded = tokio::time::timeout(config.connect_timeout, self.on_upgrade).await.ok()?.ok()?;
        Some(Box::new(WebSocket::new(upgraded, &config)))
    }
}

/// Gives a polling connection its second transport. Until the client has moved to it, long-polling goes on.
pub(super) fn upgrade(
    connection: Arc<Connection>,
    upgrade: WebSocketUpgrade,
) -> Result<Response<Body>, Refusal> {
    connection.begin_upgrade()?;
    let response = upgrade.response();
    tokio::spawn(async move {
        let timeout = connection.config().connect_timeout;
        match tokio::time::timeout(timeout, probe(&connection, upgrade)).await {
            Ok(Some(websocket)) => connection.complete_upgrade(websocket),
            Ok(None) | Err(_) => connection.cancel_upgrade(),
        }
    });
    Ok(response)
}

/// `2probe` is answered with `3probe`; `5` follows when the client's last poll has been answered.
async fn probe(connection: &Connection, upgrade: WebSocketUpgrade) -> Option<Box<WebSocket>> {
    let mut websocket = upgrade.complete(Arc::clone(connection.config())).await?;
    if next(&mut websocket).await? != Packet::Probe {
        return None;
    }
    websocket.queue(Frame::text("3probe"));
    poll_fn(|cx| websocket.poll_write_queued(cx)).await.ok()?;
    connection.probed();
    (next(&mut websocket).await? == Packet::Upgrade).then_some(websocket)
}

async fn next(websocket: &mut WebSocket) -> Option<Packet> {
    poll_fn(|cx| websocket.poll_read(cx)).await.ok()
}

fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|value| value.trim().eq_ignore_ascii_case(token))
}
