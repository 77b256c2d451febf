//! The HTTP answers of the engine.

use axum::body::Body;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL, CONTENT_TYPE,
};
use http::{HeaderValue, Response, StatusCode};

use super::request::Refusal;
use super::sid::Sid;
use crate::config::Config;

/// The packet that opens a connection.
pub(super) fn open_packet(sid: Sid, can_upgrade: bool, config: &Config) -> String {
    let upgrades = if can_upgrade { r#"["websocket"]"# } else { "[]" };
    format!(
        r#"0{{"sid":"{}","upgrades":{upgrades},"pingInterval":{},"pingTimeout":{},"maxPayload":{}}}"#,
        sid.as_str(),
        config.ping_interval.as_millis(),
        config.ping_timeout.as_millis(),
        config.max_payload_bytes,
    )
}

/// An answer with packets in it.
pub(super) fn payload(packets: impl Into<Body>) -> Response<Body> {
    answer(StatusCode::OK, "text/plain; charset=UTF-8", packets.into())
}

/// The answer to a request that was turned away.
pub(super) fn refused(refusal: &Refusal) -> Response<Body> {
    let body = serde_json::json!({ "code": refusal.code, "message": refusal.message }).to_string();
    answer(refusal.status, "application/json", body.into())
}

/// The answer to a browser that asks whether it may ask.
pub(super) fn preflight() -> Response<Body> {
    let mut response = answer(StatusCode::NO_CONTENT, "text/plain; charset=UTF-8", Body::empty());
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET,POST"));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    response
}

pub(super) fn allow_any_origin(response: &mut Response<Body>) {
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
}

fn answer(status: StatusCode, content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
