//! Photos and files: bringing them, describing them, getting them.

use axum::{
    Json,
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode};
use kith_chat::{Refusal, Variant};
use kith_protocol::*;
use serde::Deserialize;

use super::{
    Actor, Edge, Payload, Query, Refused, Routes, bytes,
    extract::announced,
    routes::{Access, Gives, Route, Takes, gives, json},
};
use crate::uploads::Described;

pub(super) fn routes() -> Routes {
    let route = |method, path, about, takes, gives| Route {
        method,
        path,
        about,
        access: Access::SignedIn,
        takes,
        gives,
    };
    Routes::default()
        .add(
            route(
                "POST",
                "/attachments",
                "Uploads a photo or a file: the bytes are the body. Of a photo, others get no metadata.",
                Takes::Bytes(&["name", "alt"]),
                gives::<Attachment>(),
            ),
            upload,
        )
        .add(
            route(
                "GET",
                "/attachments/{attachment_id}",
                "The bytes, or a range of them.",
                Takes::Nothing,
                Gives::Bytes,
            ),
            original,
        )
        .add(
            route(
                "PATCH",
                "/attachments/{attachment_id}",
                "Describes a photo for people who cannot see it, until a message shows it.",
                json::<UpdateAttachment>(),
                gives::<Attachment>(),
            ),
            describe,
        )
        .add(
            route(
                "GET",
                "/attachments/{attachment_id}/thumbnail",
                "A small form of a photo: at most 320 or 1280 pixels a side.",
                Takes::Words(&["size"]),
                Gives::Bytes,
            ),
            thumbnail,
        )
}

#[derive(Deserialize)]
struct Naming {
    #[serde(default)]
    name: String,
    alt: Option<String>,
}

async fn upload(
    State(edge): State<Edge>,
    actor: Actor,
    Query(Naming { name, alt }): Query<Naming>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let described = Described { name, alt };
    let attachment = edge.uploads.receive(actor.user_id, described, announced(&headers), body).await?;
    Ok((StatusCode::CREATED, Json(attachment)).into_response())
}

#[derive(Clone, Copy, Deserialize)]
struct At {
    attachment_id: AttachmentId,
}

async fn original(
    State(edge): State<Edge>,
    actor: Actor,
    Query(At { attachment_id }): Query<At>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let readable = edge.chat.attachment(actor.user_id, attachment_id).await?;
    bytes::answer(edge.chat.blobs(), &readable.attachment, Variant::Original, &headers).await
}

#[derive(Deserialize)]
struct ThumbnailAt {
    attachment_id: AttachmentId,
    #[serde(default)]
    size: Size,
}

#[derive(Clone, Copy, Default, Deserialize)]
enum Size {
    #[default]
    #[serde(rename = "320")]
    Small,
    #[serde(rename = "1280")]
    Large,
}

async fn thumbnail(
    State(edge): State<Edge>,
    actor: Actor,
    Query(at): Query<ThumbnailAt>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let attachment = edge.chat.attachment(actor.user_id, at.attachment_id).await?.attachment;
    if attachment.kind != AttachmentKind::Image {
        return Err(Refusal::not_found().into());
    }
    let variant = match at.size {
        Size::Small => Variant::Small,
        Size::Large => Variant::Large,
    };
    bytes::answer(edge.chat.blobs(), &attachment, variant, &headers).await
}

#[derive(Deserialize)]
struct Description {
    attachment_id: AttachmentId,
    #[serde(flatten)]
    change: UpdateAttachment,
}

async fn describe(
    State(edge): State<Edge>,
    actor: Actor,
    Payload(Description { attachment_id, change }): Payload<Description>,
) -> Result<Json<Attachment>, Refused> {
    Ok(Json(edge.chat.describe_attachment(actor.user_id, attachment_id, &change).await?))
}
