//! Signing up and in over REST, as every client does before it opens a socket.

use std::net::SocketAddr;

use http::{Method, StatusCode};
use kith_protocol::{Grant, Login, Register, SessionId, SignedIn, UserId};
use serde::Serialize;
use serde_json::Value;

use crate::{
    eventually,
    http::{Answer, request},
};

/// The password of everyone in the tests.
pub const PASSWORD: &str = "correct horse battery";

/// A signed-in device.
#[derive(Clone, Debug)]
pub struct Device {
    /// Who.
    pub user_id: UserId,
    /// As which session.
    pub session_id: SessionId,
    /// Their username.
    pub username: String,
    /// The bearer token.
    pub token: String,
}

impl Device {
    /// Calls the REST interface as this device; an empty answer is `null`.
    ///
    /// # Panics
    /// When there is no server.
    pub async fn call(&self, addr: SocketAddr, method: Method, path: &str, body: &impl Serialize) -> Answer {
        let authorization = format!("Bearer {}", self.token);
        send(addr, method, path, &[("authorization", &authorization)], body).await
    }
}

/// Makes an account and signs its first device in.
///
/// # Panics
/// When the server does not let it.
pub async fn register(addr: SocketAddr, username: &str) -> Device {
    let request = Register {
        username: username.to_owned(),
        password: PASSWORD.to_owned(),
        display_name: None,
        grant: Grant::Token,
    };
    signed_in(send(addr, Method::POST, "/api/v1/auth/register", &[], &request).await)
}

/// Signs another device in.
///
/// # Panics
/// When the server does not let it.
pub async fn login(addr: SocketAddr, username: &str) -> Device {
    let request = Login { username: username.to_owned(), password: PASSWORD.to_owned(), grant: Grant::Token };
    signed_in(send(addr, Method::POST, "/api/v1/auth/login", &[], &request).await)
}

fn signed_in(answer: Answer) -> Device {
    assert!(answer.status.is_success(), "{} {}", answer.status, answer.text());
    let SignedIn { user, session, token } = answer.json();
    Device {
        user_id: user.profile.id,
        session_id: session.id,
        username: user.profile.username,
        token: token.expect("a token was asked for"),
    }
}

async fn send(
    addr: SocketAddr,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &impl Serialize,
) -> Answer {
    let mut all = vec![("content-type", "application/json")];
    all.extend_from_slice(headers);
    let body = serde_json::to_value(body).expect("bodies are JSON");
    let body = if body == Value::Null { String::new() } else { body.to_string() };
    request(addr, method, path, &all, body).await.expect("the server answers")
}

/// Waits until the server is ready to serve.
///
/// # Panics
/// When it is not within [`PATIENCE`](crate::PATIENCE).
pub async fn wait_until_ready(addr: SocketAddr) {
    let ready = async || {
        let answer = request(addr, Method::GET, "/readyz", &[], "").await.ok()?;
        (answer.status == StatusCode::OK).then_some(())
    };
    eventually("the server is ready", ready).await;
}
