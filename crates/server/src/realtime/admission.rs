//! Who is let in: the `Origin` of every request, then the token or the cookie of the CONNECT.

use std::{net::IpAddr, sync::Arc};

use http::StatusCode;
use kith_chat::{Chat, Refusal, sessions::Token, store::SignedInAs};
use kith_socketio::{Application, ConnectError, Handshake, RequestInfo, Socket};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Config, activity::Activity, hub::Hub, presence::Board, session::Session, typing::Typing};
use crate::{
    auth::{Caller, Policy, Proof},
    payload,
};

/// The doorkeeper of the sockets, and what every one of them works with.
pub(super) struct Admission {
    pub(super) chat: Arc<Chat>,
    pub(super) policy: Arc<Policy>,
    pub(super) config: Config,
    pub(super) hub: Arc<Hub>,
    pub(super) typing: Arc<Typing>,
    pub(super) board: Arc<Board>,
    pub(super) activity: Arc<Activity>,
}

/// What a client may give in `auth`.
#[derive(Default, Deserialize)]
struct ConnectAuth {
    #[serde(default)]
    token: Option<String>,
}

impl Application for Admission {
    type Session = Session;
    /// What the headers prove. A later request of the same connection must prove the same.
    type Identity = Proof;

    fn admit(&self, request: &RequestInfo<'_>) -> Result<Proof, kith_socketio::Refusal> {
        match self.caller(request) {
            Ok(caller) => Ok(caller.proof),
            Err(refusal) => Err(transport_refusal(refusal)),
        }
    }

    fn client_ip(&self, request: &RequestInfo<'_>) -> Option<IpAddr> {
        self.caller(request).ok()?.ip
    }

    async fn connect(
        &self,
        handshake: Handshake<'_, Proof>,
        socket: Socket,
    ) -> Result<Session, ConnectError> {
        self.open(handshake.auth, handshake.identity, socket).await.map_err(connect_error)
    }
}

impl Admission {
    fn caller(&self, request: &RequestInfo<'_>) -> Result<Caller, Refusal> {
        self.policy.caller(request.headers, request.peer)
    }

    async fn open(&self, auth: Option<&str>, proof: &Proof, socket: Socket) -> Result<Session, Refusal> {
        let token = token(auth, proof)?;
        let signed_in = self.chat.authenticate(&token).await?;
        let session = Session::open(self, signed_in, socket);
        // It may have been ended after the first look and before it could be told so: now it either is ended, or will
        // be told.
        let still: SignedInAs = self.chat.authenticate(&token).await?;
        tracing::debug!(user = %still.user_id, session = %still.session_id, "a socket has connected");
        Ok(session)
    }
}

/// The token in `auth` counts, or else what the headers prove.
fn token(auth: Option<&str>, proof: &Proof) -> Result<Token, Refusal> {
    let auth: ConnectAuth = auth.map_or_else(|| Ok(ConnectAuth::default()), payload::parse)?;
    if let Some(token) = auth.token {
        return Token::parse(&token).ok_or_else(Refusal::unauthorized);
    }
    match proof {
        Proof::Bearer(token) | Proof::Cookie(token) => Ok(token.clone()),
        Proof::Nothing | Proof::Unreadable => Err(Refusal::unauthorized()),
    }
}

fn connect_error(refusal: Refusal) -> ConnectError {
    let body = refusal.into_body();
    let data = serde_json::to_string(&body).and_then(RawValue::from_string);
    ConnectError { message: body.code.as_str().to_owned(), data: data.ok() }
}

fn transport_refusal(refusal: Refusal) -> kith_socketio::Refusal {
    let body = refusal.into_body();
    let status = StatusCode::from_u16(body.code.status()).unwrap_or(StatusCode::FORBIDDEN);
    kith_socketio::Refusal { status, ..kith_socketio::Refusal::forbidden(body.message) }
}
