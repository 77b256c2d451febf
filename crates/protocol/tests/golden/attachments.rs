//! Photos and files.

use kith_protocol::*;

use crate::page::{Page, words};
use crate::values::photo;

pub(crate) fn write(page: &mut Page) {
    page.both(image(), file());
    page.words(words![AttachmentKind: Image, Video, Audio, File]);
    page.one(UpdateAttachment { alt: "Two herons in the morning".into() });
}

/// No photo has a duration; it is here so that every word is.
pub(crate) fn image() -> Attachment {
    Attachment {
        id: photo(),
        kind: AttachmentKind::Image,
        name: "サギ.jpeg".into(),
        size: 2_411_008,
        mime: "image/jpeg".into(),
        alt: Some("Two herons in the morning".into()),
        width: Some(4_000),
        height: Some(3_000),
        duration_ms: Some(1_250),
        thumbhash: Some("1QcSHQRnh493V4dIh4eXh1h4kJUI".into()),
    }
}

fn file() -> Attachment {
    Attachment {
        id: photo(),
        kind: AttachmentKind::File,
        name: "route.gpx".into(),
        size: 0,
        mime: "application/octet-stream".into(),
        alt: None,
        width: None,
        height: None,
        duration_ms: None,
        thumbhash: None,
    }
}
