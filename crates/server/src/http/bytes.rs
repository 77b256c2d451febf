//! Handing out the bytes of attachments: whole, a range of them, or "you have them already".

use std::io::{self, Read, Seek, SeekFrom};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kith_chat::{Blob, Blobs, Refusal, Variant};
use kith_protocol::{Attachment, AttachmentKind};

use super::Refused;
use crate::media::disk_failed;

/// How much is read from the disk at once.
const PART_BYTES: u64 = 128 * 1024;

/// Bytes never change under an id, so clients may keep them; not for ever, so that what was deleted fades from their
/// caches too. They belong to whoever is signed in.
const KEEP: HeaderValue = HeaderValue::from_static("private, max-age=604800, immutable");

/// Answers a request for these bytes of an attachment. Blocks for no longer than it takes to open a file.
pub(super) async fn answer(
    blobs: std::sync::Arc<dyn Blobs>,
    attachment: &Attachment,
    variant: Variant,
    request: &HeaderMap,
) -> Result<Response, Refused> {
    let tag = tag(attachment, variant);
    if request.get(header::IF_NONE_MATCH).is_some_and(|tags| names(tags, &tag)) {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        describe(response.headers_mut(), attachment, variant, tag);
        return Ok(response);
    }
    let (blob, length) = open(blobs, attachment, variant).await?;
    let range = request.get(header::RANGE).filter(|_| {
        // A range of other bytes is of no use.
        request.get(header::IF_RANGE).is_none_or(|only_if| *only_if == tag)
    });
    let (status, first, last) = match range.map(|range| parse_range(range, length)) {
        None | Some(Range::All) => (StatusCode::OK, 0, length),
        Some(Range::Part { first, end }) => (StatusCode::PARTIAL_CONTENT, first, end),
        Some(Range::Outside) => return Ok(outside(length)),
    };
    let mut response = (status, Body::from_stream(parts(blob, first, last))).into_response();
    let headers = response.headers_mut();
    describe(headers, attachment, variant, tag);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(last - first));
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {first}-{}/{length}", last - 1);
        headers
            .insert(header::CONTENT_RANGE, HeaderValue::try_from(range).expect("digits are visible ASCII"));
    }
    Ok(response)
}

async fn open(
    blobs: std::sync::Arc<dyn Blobs>,
    attachment: &Attachment,
    variant: Variant,
) -> Result<(Box<dyn Blob>, u64), Refusal> {
    let id = attachment.id;
    let opened = tokio::task::spawn_blocking(move || {
        let mut blob = blobs.open(id, variant)?;
        let length = blob.seek(SeekFrom::End(0))?;
        Ok::<_, io::Error>((blob, length))
    });
    match opened.await.map_err(|_| Refusal::internal())? {
        Ok(opened) => Ok(opened),
        // It was deleted since the door was asked.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Refusal::not_found()),
        Err(error) => Err(disk_failed(&error)),
    }
}

/// The bytes from `first` to before `end`, read part by part as the client takes them: a slow one holds no thread.
fn parts(blob: Box<dyn Blob>, first: u64, end: u64) -> impl stream::Stream<Item = io::Result<Bytes>> {
    stream::try_unfold((blob, first), move |(blob, at)| async move {
        if at >= end {
            return Ok(None);
        }
        let count = (end - at).min(PART_BYTES);
        let (blob, part) = tokio::task::spawn_blocking(move || read(blob, at, count)).await??;
        Ok::<_, io::Error>(Some((part, (blob, at + count))))
    })
}

fn read(mut blob: Box<dyn Blob>, at: u64, count: u64) -> io::Result<(Box<dyn Blob>, Bytes)> {
    let mut part = vec![0; usize::try_from(count).map_err(io::Error::other)?];
    blob.seek(SeekFrom::Start(at))?;
    blob.read_exact(&mut part)?;
    Ok((blob, part.into()))
}

/// Strong, because the bytes under an id never change.
fn tag(attachment: &Attachment, variant: Variant) -> HeaderValue {
    let tag = match variant {
        Variant::Original => format!("\"{}\"", attachment.id),
        Variant::Small => format!("\"{}-320\"", attachment.id),
        Variant::Large => format!("\"{}-1280\"", attachment.id),
    };
    HeaderValue::try_from(tag).expect("ids are visible ASCII")
}

fn names(tags: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(tags), Ok(tag)) = (tags.to_str(), tag.to_str()) else { return false };
    tags.split(',').map(str::trim).any(|it| it == "*" || it.strip_prefix("W/").unwrap_or(it) == tag)
}

fn describe(headers: &mut HeaderMap, attachment: &Attachment, variant: Variant, tag: HeaderValue) {
    let photo = attachment.kind == AttachmentKind::Image;
    let mime = if variant == Variant::Original { &attachment.mime } else { "image/webp" };
    let mime = HeaderValue::from_str(mime).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, mime);
    headers.insert(header::ETAG, tag);
    headers.insert(header::CACHE_CONTROL, KEEP);
    headers.insert(header::VARY, HeaderValue::from_static("Cookie, Authorization"));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CONTENT_DISPOSITION, disposition(photo, &attachment.name));
    // Whatever it may be, it never acts as a page of ours.
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("sandbox; default-src 'none'; frame-ancestors 'none'"),
    );
}

/// A photo is shown, everything else is saved; under its own name, in any script.
fn disposition(inline: bool, name: &str) -> HeaderValue {
    let kind = if inline { "inline" } else { "attachment" };
    let value = format!("{kind}; filename*=UTF-8''{}", percent_encode(name));
    HeaderValue::try_from(value).expect("percent-encoded text is visible ASCII")
}

/// As RFC 8187 has it: everything but its `attr-char` is encoded.
fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => encoded.push(byte.into()),
            b'!' | b'#' | b'$' | b'&' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~' => {
                encoded.push(byte.into());
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[derive(Debug, PartialEq, Eq)]
enum Range {
    /// No range, more than one, or something else: all of it.
    All,
    /// From `first` to before `end`.
    Part { first: u64, end: u64 },
    /// Nothing is there.
    Outside,
}

fn parse_range(range: &HeaderValue, length: u64) -> Range {
    let range = range.to_str().ok().and_then(|range| range.strip_prefix("bytes="));
    let Some((first, last)) = range.and_then(|range| range.trim().split_once('-')) else { return Range::All };
    let (first, end) = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first > last => return Range::All,
        (Ok(first), Ok(last)) => (first, last.saturating_add(1).min(length)),
        (Ok(first), Err(_)) if last.is_empty() => (first, length),
        (Err(_), Ok(count)) if first.is_empty() => (length.saturating_sub(count), length),
        _ => return Range::All,
    };
    if first < end { Range::Part { first, end } } else { Range::Outside }
}

fn outside(length: u64) -> Response {
    let refusal = Refusal::invalid("range", "There is nothing in this range.");
    let mut response = Refused::with_status(StatusCode::RANGE_NOT_SATISFIABLE, refusal).into_response();
    let range = HeaderValue::try_from(format!("bytes */{length}")).expect("digits are visible ASCII");
    response.headers_mut().insert(header::CONTENT_RANGE, range);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_http_has_them() {
        let part = |first, end| Range::Part { first, end };
        for (text, expected) in [
            ("bytes=0-0", part(0, 1)),
            ("bytes=2-", part(2, 10)),
            ("bytes=-3", part(7, 10)),
            ("bytes=-99", part(0, 10)),
            ("bytes=5-99", part(5, 10)),
            ("bytes=9-9", part(9, 10)),
            ("bytes=10-", Range::Outside),
            ("bytes=-0", Range::Outside),
            ("bytes=3-2", Range::All),
            ("bytes=0-1,3-4", Range::All),
            ("bytes=-", Range::All),
            ("bytes=a-b", Range::All),
            ("lines=0-1", Range::All),
            ("bytes=99999999999999999999-", Range::All),
        ] {
            assert_eq!(parse_range(&HeaderValue::from_static(text), 10), expected, "{text}");
        }
        assert_eq!(parse_range(&HeaderValue::from_static("bytes=0-"), 0), Range::Outside);
    }

    #[test]
    fn a_name_in_any_script_survives_and_breaks_out_of_nothing() {
        assert_eq!(disposition(false, "a b.txt"), "attachment; filename*=UTF-8''a%20b.txt");
        assert_eq!(
            disposition(true, "犬\"\r\n;'.jpg"),
            "inline; filename*=UTF-8''%E7%8A%AC%22%0D%0A%3B%27.jpg"
        );
    }
}
