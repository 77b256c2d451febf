//! Photos and files.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::AttachmentId;

/// A photo or a file that a message shows. Everything a client needs to lay it out before its bytes arrive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Attachment {
    /// Which; the bytes are at `GET /attachments/{id}`.
    pub id: AttachmentId,
    /// What it is, found from its bytes.
    pub kind: AttachmentKind,
    /// What its owner called it.
    pub name: String,
    /// In bytes, as others receive it.
    #[ts(type = "number")]
    pub size: u64,
    /// Found from its bytes, never believed.
    pub mime: String,
    /// A description for people who cannot see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub alt: Option<String>,
    /// Of a photo, upright, in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub width: Option<u32>,
    /// Of a photo, upright, in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub height: Option<u32>,
    /// Of audio and video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub duration_ms: Option<u64>,
    /// A ThumbHash in base64: about 28 bytes that show colour and shape at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub thumbhash: Option<String>,
}

/// What an attachment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentKind {
    /// A photo that browsers show: JPEG, PNG, GIF, WebP.
    Image,
    /// A film.
    Video,
    /// A sound.
    Audio,
    /// Anything else: a download.
    File,
}

/// `PATCH /attachments/{id}`, by its owner, until a message shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UpdateAttachment {
    /// The description for people who cannot see it; empty takes it away.
    pub alt: String,
}
