//! The server itself: what it is called, whether it is well, and the way into a demonstration.

use axum::{
    Json, Router,
    extract::{Path, State},
    response::Response,
    routing::get,
};
use http::HeaderMap;
use kith_chat::Refusal;
use kith_protocol::*;

use super::{
    Edge, Refused, Routes, device,
    routes::{Access, Route, Takes, gives},
    sessions::hand_over,
};
use crate::auth::Caller;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(
            Route {
                method: "GET",
                path: "/server",
                about: "What a client must know before anyone has signed in.",
                access: Access::Anyone,
                takes: Takes::Nothing,
                gives: gives::<ServerInfo>(),
            },
            server,
        )
        .add(
            Route {
                method: "POST",
                path: "/demo/{username}",
                about: "Signs in as one of the people of a demonstration; only there.",
                access: Access::Anyone,
                takes: Takes::Nothing,
                gives: gives::<SignedIn>(),
            },
            demo,
        )
}

async fn server(State(edge): State<Edge>, caller: Caller) -> Result<Json<ServerInfo>, Refused> {
    Ok(Json(ServerInfo {
        name: edge.config.name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        registration: edge.chat.registration(),
        empty: edge.chat.count_users().await? == 0,
        demo: edge.demo.as_ref().map(|demo| demo.people()),
        attachment_bytes_max: edge.config.attachment_bytes_max,
        signed_in: is_signed_in(&edge, &caller).await?,
    }))
}

async fn is_signed_in(edge: &Edge, caller: &Caller) -> Result<bool, Refusal> {
    let Some(token) = caller.token() else { return Ok(false) };
    match edge.chat.authenticate(token).await {
        Ok(_) => Ok(true),
        Err(refusal) if refusal.code() == ErrorCode::Unauthorized => Ok(false),
        Err(refusal) => Err(refusal),
    }
}

async fn demo(
    State(edge): State<Edge>,
    caller: Caller,
    Path(username): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let demo = edge.demo.as_ref().ok_or_else(Refused::no_such_path)?;
    let signed_in = demo.sign_in(&edge.chat, &username, &device::name(&headers)).await?;
    Ok(hand_over(&caller, Grant::Cookie, signed_in))
}

/// For whatever watches over the process: it runs; and it can commit.
pub(super) fn health() -> Router<Edge> {
    Router::new().route("/healthz", get(async || Json(Done {}))).route("/readyz", get(ready))
}

async fn ready(State(edge): State<Edge>) -> Result<Json<Done>, Refused> {
    edge.chat.writable()?;
    Ok(Json(Done {}))
}
