//! What handlers ask for: who asks, and what they sent.

use std::time::{Duration, Instant};

use axum::{
    body::{Body, BodyDataStream},
    extract::{FromRequest, FromRequestParts, RawPathParams, Request},
};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::{HeaderMap, Method, StatusCode, header, request::Parts};
use kith_chat::Refusal;
use kith_protocol::{SessionId, UserId, limits};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::{Edge, Refused};
use crate::{
    auth::{Caller, Proof},
    drain::Drained,
    payload,
};

/// How long a client may take to send a body that is no upload.
const BODY_TIME_MAX: Duration = Duration::from_secs(30);

/// A signed-in device. Whoever may only read is refused before the request's body is.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    /// Who.
    pub(crate) user_id: UserId,
    /// As which device.
    pub(crate) session_id: SessionId,
}

impl FromRequestParts<Edge> for Actor {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Refused> {
        let caller = Caller::from_request_parts(parts, edge).await?;
        if !is_safe(&parts.method) {
            caller.may_change()?;
        }
        let token = caller.token().ok_or_else(|| match caller.proof {
            Proof::Unreadable => Refusal::unauthorized().at("authorization"),
            _ => Refusal::unauthorized(),
        })?;
        let session = edge.chat.authenticate(token).await?;
        edge.gates.request(session.session_id, Instant::now())?;
        edge.activity.note(session, edge.chat.now());
        Ok(Self { user_id: session.user_id, session_id: session.session_id })
    }
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// The headers' story, which the outermost layer has read already.
impl FromRequestParts<Edge> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &Edge) -> Result<Self, Refused> {
        Ok(parts.extensions.get::<Self>().expect("the outermost layer puts it there").clone())
    }
}

/// The payload of a request, put together from its path, its query and its JSON body: what stands in one of them needs not
/// stand in another. So REST takes the very types that the socket takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Payload<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Edge> for Payload<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, edge: &Edge) -> Result<Self, Refused> {
        let (mut parts, body) = request.into_parts();
        let mut fields = in_body(&parts.headers, body).await?;
        for (name, value) in in_url(&mut parts, edge).await {
            match fields.get(&name) {
                Some(other) if *other != value => {
                    return Err(
                        Refusal::invalid(name, "The address and the body say different things.").into()
                    );
                }
                _ => fields.insert(name, value),
            };
        }
        Ok(Self(payload::read(Value::Object(fields))?))
    }
}

/// The fields in path and query. What looks like a number, yes or no is one: no payload has a text that may look so.
async fn in_url(parts: &mut Parts, edge: &Edge) -> Vec<(String, Value)> {
    let path = RawPathParams::from_request_parts(parts, edge).await;
    let mut fields: Vec<(String, Value)> = Vec::new();
    if let Ok(path) = &path {
        fields.extend(path.iter().map(|(name, value)| (name.to_owned(), typed(value))));
    }
    let query = parts.uri.query().unwrap_or_default();
    fields.extend(
        form_urlencoded::parse(query.as_bytes()).map(|(name, value)| (name.into_owned(), typed(&value))),
    );
    fields
}

fn typed(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => text.parse::<u64>().map_or_else(|_| Value::String(text.to_owned()), Value::from),
    }
}

/// The fields of a JSON object in the body; none when there is no body.
async fn in_body(headers: &HeaderMap, body: Body) -> Result<Map<String, Value>, Refused> {
    let bytes = collect(headers, body).await?;
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    if !is_json(headers) {
        let refusal = Refusal::invalid("content-type", "Send JSON, as application/json.");
        return Err(Refused::with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE, refusal));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| Refusal::invalid("body", "This is not UTF-8."))?;
    payload::check_depth(text)?;
    match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(Refusal::invalid("body", "The body is a JSON object.").into()),
        Err(_) => Err(Refusal::invalid("body", "This is not JSON.").into()),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().is_some_and(|it| it.trim().eq_ignore_ascii_case("application/json"))
}

/// The whole body, refused before it is read when its length is announced, and else as soon as it is too long.
async fn collect(headers: &HeaderMap, body: Body) -> Result<Bytes, Refused> {
    let mut body = Drained::new(body);
    if announced(headers).is_some_and(|bytes| bytes > limits::BODY_BYTES_MAX as u64) {
        return Err(too_large().into());
    }
    match tokio::time::timeout(BODY_TIME_MAX, read(body.stream())).await {
        Ok(read) => Ok(read?),
        Err(_) => {
            let refusal = Refusal::invalid("body", "The body took too long to arrive.");
            Err(Refused::with_status(StatusCode::REQUEST_TIMEOUT, refusal))
        }
    }
}

async fn read(body: &mut BodyDataStream) -> Result<Bytes, Refusal> {
    let mut bytes = BytesMut::new();
    while let Some(part) = body.next().await {
        let part = part.map_err(|_| Refusal::invalid("body", "The body broke off."))?;
        if bytes.len() + part.len() > limits::BODY_BYTES_MAX {
            return Err(too_large());
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes.freeze())
}

/// The length of the body that is to come, if it was announced.
pub(crate) fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large() -> Refusal {
    Refusal::too_large("body", limits::BODY_BYTES_MAX, "The body is too large.")
}

/// What stands in path and query, of requests that only read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Edge> for Query<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Refused> {
        let path = RawPathParams::from_request_parts(parts, edge).await;
        let mut fields = form_urlencoded::Serializer::new(parts.uri.query().unwrap_or_default().to_owned());
        if let Ok(path) = &path {
            fields.extend_pairs(path.iter());
        }
        let fields = fields.finish();
        Ok(Self(payload::read(serde_urlencoded::Deserializer::new(form_urlencoded::parse(
            fields.as_bytes(),
        )))?))
    }
}
