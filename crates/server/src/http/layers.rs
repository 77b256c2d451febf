//! What is done around every request.

use std::{net::SocketAddr, time::Instant};

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue, header};

use kith_chat::Refusal;
use kith_protocol::ErrorCode;
use tracing::Instrument;

use super::{Edge, Refused};
use crate::addresses::Placed;

/// Reads who asks from the headers, and refuses what a page of another site sent.
pub(super) async fn read_caller(
    State(edge): State<Edge>,
    mut request: Request,
    next: Next,
) -> Result<Response, Refused> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
    let caller = edge.policy.caller(request.headers(), peer)?;
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

/// Behind a proxy, which has few connections for very many people, requests under way are counted by whom they are for, and
/// one more than may be is refused.
pub(super) async fn limit_proxied(
    State(edge): State<Edge>,
    request: Request,
    next: Next,
) -> Result<Response, Refused> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
    let Some(ip) = edge.policy.proxied_for(request.headers(), peer) else {
        return Ok(next.run(request).await);
    };
    let place = edge.addresses.enter(Some(ip)).ok_or_else(|| Refusal::rate_limited(RETRY_AFTER_MS))?;
    Ok(next.run(request).await.map(|body| Placed::body(body, place)))
}

/// Counts what was refused, by its code.
pub(super) async fn count_refusals(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if let Some(code) = response.extensions().get::<ErrorCode>() {
        edge.metrics.refused(*code);
    }
    response
}

/// When to come back when too many requests of one address are under way, in milliseconds.
const RETRY_AFTER_MS: u64 = 1_000;

/// Answers of the API are for whoever asked and for now, and never act as a page, unless a handler says otherwise.
pub(super) async fn answers_are_private(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

/// One line per request. The path only: what stands in a query is nobody's business.
pub(super) async fn log(request: Request, next: Next) -> Response {
    if !tracing::enabled!(tracing::Level::DEBUG) {
        return next.run(request).await;
    }
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let began = Instant::now();
    let span = tracing::debug_span!("request", %method, %path);
    let response = next.run(request).instrument(span).await;
    let (status, took_us) = (response.status().as_u16(), began.elapsed().as_micros());
    tracing::debug!(%method, %path, status, took_us, "request");
    response
}
