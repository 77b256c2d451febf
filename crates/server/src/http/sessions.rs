//! Signing up, in and out, and one's devices.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use kith_chat::{Refusal, SignedInDevice};
use kith_protocol::*;

use super::{
    Actor, Edge, Payload, Refused, Routes, device,
    routes::{Access, Gives, Route, Takes, gives, json},
};
use crate::auth::Caller;

pub(super) fn routes() -> Routes {
    let route =
        |method, path, about, access, takes, gives| Route { method, path, about, access, takes, gives };
    let anyone = |path, about, takes| route("POST", path, about, Access::Anyone, takes, gives::<SignedIn>());
    let own = |method, path, about, gives: Gives| {
        route(method, path, about, Access::SignedIn, Takes::Nothing, gives)
    };
    Routes::default()
        .add(anyone("/auth/register", "Makes an account and signs in.", json::<Register>()), register)
        .add(anyone("/auth/login", "Signs in.", json::<Login>()), login)
        .add(own("POST", "/auth/logout", "Signs this device out.", gives::<Done>()), logout)
        .add(own("GET", "/auth/sessions", "One's devices, latest use first.", gives::<SessionList>()), list)
        .add(own("DELETE", "/auth/sessions", "Ends all sessions but this one.", gives::<Done>()), end_others)
        .add(own("DELETE", "/auth/sessions/{session_id}", "Ends one session.", gives::<Done>()), end)
}

async fn register(
    State(edge): State<Edge>,
    caller: Caller,
    headers: HeaderMap,
    Payload(request): Payload<Register>,
) -> Result<Response, Refused> {
    edge.gates.registration(caller.ip, edge.chat.now())?;
    let grant = request.grant;
    let signed_in = edge.chat.register(request, &device::name(&headers)).await?;
    Ok((StatusCode::CREATED, hand_over(&caller, grant, signed_in)).into_response())
}

async fn login(
    State(edge): State<Edge>,
    caller: Caller,
    headers: HeaderMap,
    Payload(request): Payload<Login>,
) -> Result<Response, Refused> {
    let attempt = edge.gates.sign_in(caller.ip, &request.username, edge.chat.now())?;
    let grant = request.grant;
    let signed_in = edge.chat.login(request, &device::name(&headers)).await?;
    attempt.succeeded();
    Ok(hand_over(&caller, grant, signed_in))
}

/// The proof goes into a cookie that scripts cannot read, or into the answer: never into both.
pub(super) fn hand_over(caller: &Caller, grant: Grant, signed_in: SignedInDevice) -> Response {
    let SignedInDevice { user, session, token } = signed_in;
    let revealed = (grant == Grant::Token).then(|| token.reveal());
    let body = Json(SignedIn { user: user.me, session, token: revealed });
    match grant {
        Grant::Cookie => ([(header::SET_COOKIE, caller.set_cookie(&token))], body).into_response(),
        Grant::Token => body.into_response(),
    }
}

async fn logout(State(edge): State<Edge>, actor: Actor, caller: Caller) -> Result<Response, Refused> {
    edge.chat.end_session(actor.user_id, actor.session_id, Some(actor.session_id)).await?;
    Ok(([(header::SET_COOKIE, caller.clear_cookie())], Json(Done {})).into_response())
}

async fn list(State(edge): State<Edge>, actor: Actor) -> Result<Json<SessionList>, Refused> {
    let sessions = edge.chat.sessions(actor.user_id, Some(actor.session_id)).await?;
    Ok(Json(SessionList { sessions, more: false }))
}

async fn end_others(State(edge): State<Edge>, actor: Actor) -> Result<Json<Done>, Refused> {
    edge.chat.end_sessions(actor.user_id, Some(actor.session_id)).await?;
    Ok(Json(Done {}))
}

async fn end(
    State(edge): State<Edge>,
    actor: Actor,
    Path(session_id): Path<String>,
) -> Result<Json<Done>, Refused> {
    // What is no id at all is no session either.
    let session_id: SessionId = session_id.parse().map_err(|_| Refusal::not_found())?;
    edge.chat.end_session(actor.user_id, session_id, Some(actor.session_id)).await?;
    Ok(Json(Done {}))
}
