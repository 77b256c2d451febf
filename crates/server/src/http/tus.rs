//! Uploads in parts, by tus 1.0: core, creation, termination, expiration.

use std::time::{Duration, UNIX_EPOCH};

use axum::{
    Json,
    body::Body,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use kith_chat::Refusal;
use kith_protocol::{Attachment, ErrorCode, Timestamp, limits};
use uuid::Uuid;

use super::{
    Actor, Edge, Refused, Routes,
    routes::{Access, Gives, Route, Takes, gives},
};
use crate::uploads::{Creation, Described, Progress};

const VERSION: &str = "1.0.0";
const EXTENSIONS: &str = "creation,expiration,termination";
const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
/// The attachment that the upload has become.
const ATTACHMENT: HeaderName = HeaderName::from_static("kith-attachment");

pub(super) fn routes() -> Routes {
    let route = |method, path, about, takes, gives| Route {
        method,
        path,
        about,
        access: Access::SignedIn,
        takes,
        gives,
    };
    let one = "/uploads/{upload_id}";
    Routes::default()
        .add(
            Route {
                access: Access::Anyone,
                ..route(
                    "OPTIONS",
                    "/uploads",
                    "What of tus 1.0 is spoken here.",
                    Takes::Nothing,
                    Gives::Nothing,
                )
            },
            capabilities,
        )
        .add(
            route("POST", "/uploads", "Begins an upload in parts (tus 1.0).", Takes::Nothing, Gives::Nothing),
            create,
        )
        .add(route("HEAD", one, "How far an upload has come.", Takes::Nothing, Gives::Nothing), head)
        .add(
            route(
                "PATCH",
                one,
                "The next part; the answer to the last one is the attachment.",
                Takes::Bytes(&[]),
                gives::<Attachment>(),
            ),
            append,
        )
        .add(route("DELETE", one, "Drops an upload.", Takes::Nothing, Gives::Nothing), terminate)
}

async fn capabilities(State(edge): State<Edge>) -> Response {
    let mut response = spoken(StatusCode::NO_CONTENT.into_response());
    let headers = response.headers_mut();
    headers.insert("tus-version", HeaderValue::from_static(VERSION));
    headers.insert("tus-extension", HeaderValue::from_static(EXTENSIONS));
    headers.insert("tus-max-size", HeaderValue::from(edge.uploads.bytes_max()));
    response
}

async fn create(State(edge): State<Edge>, actor: Actor, headers: HeaderMap) -> Result<Response, Refused> {
    check_version(&headers)?;
    let length = number(&headers, &LENGTH)?;
    let described = metadata(&headers)?;
    let progress = edge.uploads.create(actor.user_id, Creation { length, described }).await?;
    let mut response = answer(StatusCode::CREATED, &progress);
    let location = format!("/api/v1/uploads/{}", progress.id);
    let location = HeaderValue::try_from(location).expect("ids are visible ASCII");
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

async fn head(
    State(edge): State<Edge>,
    actor: Actor,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    check_version(&headers)?;
    let progress = edge.uploads.progress(actor.user_id, parse(&id)?).await.map_err(locked)?;
    let mut response = answer(StatusCode::OK, &progress);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn append(
    State(edge): State<Edge>,
    actor: Actor,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    check_version(&headers)?;
    if headers.get(header::CONTENT_TYPE).is_none_or(|it| it != "application/offset+octet-stream") {
        let refusal = Refusal::invalid("content-type", "A part is sent as application/offset+octet-stream.");
        return Err(Refused::with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE, refusal));
    }
    let offset = number(&headers, &OFFSET)?;
    let progress = edge.uploads.append(actor.user_id, parse(&id)?, offset, body).await.map_err(locked)?;
    Ok(answer(StatusCode::NO_CONTENT, &progress))
}

async fn terminate(
    State(edge): State<Edge>,
    actor: Actor,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    check_version(&headers)?;
    edge.uploads.terminate(actor.user_id, parse(&id)?).await.map_err(locked)?;
    Ok(spoken(StatusCode::NO_CONTENT.into_response()))
}

fn check_version(headers: &HeaderMap) -> Result<(), Refused> {
    if headers.get(RESUMABLE).is_some_and(|version| version == VERSION) {
        return Ok(());
    }
    let refusal = Refusal::invalid("tus-resumable", "Send Tus-Resumable: 1.0.0.");
    Err(Refused::with_status(StatusCode::PRECONDITION_FAILED, refusal))
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, Refusal> {
    let value = headers.get(name).and_then(|value| value.to_str().ok()).and_then(|value| value.parse().ok());
    value.ok_or_else(|| Refusal::invalid(name.as_str(), "Send this header, with a number."))
}

/// What is no id at all is no upload either.
fn parse(id: &str) -> Result<Uuid, Refusal> {
    Uuid::parse_str(id).map_err(|_| Refusal::not_found())
}

/// tus says 423 of an upload whose part is coming in; a wrong offset stays a 409.
fn locked(refusal: Refusal) -> Refused {
    let body = refusal.clone().into_body();
    if body.code == ErrorCode::Conflict && body.field.is_none() {
        return Refused::with_status(StatusCode::LOCKED, refusal);
    }
    refusal.into()
}

fn answer(status: StatusCode, progress: &Progress) -> Response {
    let mut response = match &progress.attachment {
        // An answer without content cannot have the attachment in it.
        Some(attachment) if status == StatusCode::NO_CONTENT => Json(attachment).into_response(),
        _ => status.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(OFFSET, HeaderValue::from(progress.offset));
    headers.insert(LENGTH, HeaderValue::from(progress.length));
    headers.insert(EXPIRES, expires(progress.expires_at));
    if let Some(attachment) = &progress.attachment {
        let id = HeaderValue::try_from(attachment.id.to_string()).expect("ids are visible ASCII");
        headers.insert(ATTACHMENT, id);
    }
    spoken(response)
}

fn expires(at: Timestamp) -> HeaderValue {
    let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(at.0));
    HeaderValue::try_from(date).expect("a date is visible ASCII")
}

fn spoken(mut response: Response) -> Response {
    response.headers_mut().insert(RESUMABLE, HeaderValue::from_static(VERSION));
    response
}

/// `Upload-Metadata: name cGhvdG8uanBn,alt …`: words with texts in base64. `filename` is what other clients call `name`.
fn metadata(headers: &HeaderMap) -> Result<Described, Refusal> {
    let mut described = Described::default();
    let Some(metadata) = headers.get("upload-metadata") else { return Ok(described) };
    let refuse = || Refusal::invalid("upload-metadata", "Send words, each with a text in base64.");
    for pair in metadata.to_str().map_err(|_| refuse())?.split(',') {
        let (word, value) = pair.trim().split_once(' ').unwrap_or((pair.trim(), ""));
        let value = STANDARD.decode(value.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let value = value.ok_or_else(refuse)?;
        match word {
            "name" | "filename" => described.name = value,
            "alt" if value.len() > limits::BODY_BYTES_MAX => return Err(refuse()),
            "alt" => described.alt = Some(value),
            _ => {}
        }
    }
    Ok(described)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_words_with_texts() {
        let read = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("upload-metadata", HeaderValue::from_static(text));
            metadata(&headers)
        };
        let described = read("name 54qsLmpwZw==, alt ZG9n,is_confidential").unwrap();
        assert_eq!((described.name.as_str(), described.alt.as_deref()), ("犬.jpg", Some("dog")));
        assert!(read("name *").is_err());
        assert!(read("name /w==").is_err(), "not UTF-8");
    }
}
