//! One upload on its way in. Blocks: it runs on the pool's threads only.

use std::{
    fs::{self, File},
    io::{self, BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use kith_chat::{Blobs, Refusal, Variant, store::NewAttachment};
use kith_media::{Kind, PhotoFormat, SNIFF_BYTES, Sniffed, Thumbnails, limits};
use kith_protocol::{Attachment, AttachmentId, AttachmentKind};
use sha2::{Digest, Sha256};

use super::Upload;

/// When to come back after the disk has failed, in milliseconds.
const RETRY_AFTER_MS: u64 = 10_000;

/// Finds out what an upload is and keeps its bytes under `id`; of a photo, those without metadata, and its thumbnails.
/// When it is refused, nothing is kept.
pub(super) fn take_in(
    blobs: &dyn Blobs,
    id: AttachmentId,
    upload: &Upload,
) -> Result<NewAttachment, Refusal> {
    let taken = sniff(&upload.path).and_then(|sniffed| match sniffed.kind {
        Kind::Photo(format) => take_photo(blobs, id, upload, format),
        kind => take_file(blobs, id, upload, kind, sniffed.mime),
    });
    taken.map_err(|error| {
        // Some of it may be kept already.
        if let Err(error) = blobs.remove(id) {
            tracing::warn!(%id, %error, "the bytes of a failed upload stay until the next start");
        }
        refuse(error)
    })
}

fn sniff(path: &Path) -> Result<Sniffed, kith_media::Error> {
    let mut head = Vec::with_capacity(SNIFF_BYTES);
    File::open(path)?.take(SNIFF_BYTES as u64).read_to_end(&mut head)?;
    Ok(kith_media::sniff(&head))
}

fn take_file(
    blobs: &dyn Blobs,
    id: AttachmentId,
    upload: &Upload,
    kind: Kind,
    mime: &str,
) -> Result<NewAttachment, kith_media::Error> {
    let (size, sha256) = keep(blobs, id, &upload.path)?;
    let kind = match kind {
        Kind::Video => AttachmentKind::Video,
        Kind::Audio => AttachmentKind::Audio,
        Kind::Photo(_) | Kind::OpaquePhoto | Kind::File => AttachmentKind::File,
    };
    let attachment = Attachment {
        id,
        kind,
        name: upload.name.clone(),
        size,
        mime: mime.to_owned(),
        alt: upload.alt.clone(),
        width: None,
        height: None,
        duration_ms: None,
        thumbhash: None,
    };
    Ok(NewAttachment { attachment, sha256 })
}

fn take_photo(
    blobs: &dyn Blobs,
    id: AttachmentId,
    upload: &Upload,
    format: PhotoFormat,
) -> Result<NewAttachment, kith_media::Error> {
    let clean = Clean::make(&upload.path)?;
    let Thumbnails { small, large, thumbhash, width, height } =
        kith_media::thumbnails(BufReader::new(File::open(&clean.path)?))?;
    let (size, sha256) = keep(blobs, id, &clean.path)?;
    blobs.put(id, Variant::Small, &mut &small.bytes[..])?;
    blobs.put(id, Variant::Large, &mut &large.bytes[..])?;
    let attachment = Attachment {
        id,
        kind: AttachmentKind::Image,
        name: upload.name.clone(),
        size,
        mime: format.mime().to_owned(),
        alt: upload.alt.clone(),
        width: Some(width),
        height: Some(height),
        duration_ms: None,
        thumbhash: Some(STANDARD.encode(thumbhash)),
    };
    Ok(NewAttachment { attachment, sha256 })
}

/// A photo without its metadata, beside the upload; gone when this is dropped.
struct Clean {
    path: PathBuf,
}

impl Clean {
    fn make(upload: &Path) -> Result<Self, kith_media::Error> {
        let clean = Self { path: upload.with_added_extension("clean") };
        let mut output = BufWriter::new(File::create(&clean.path)?);
        kith_media::strip(BufReader::new(File::open(upload)?), &mut output)?;
        output.flush()?;
        Ok(clean)
    }
}

impl Drop for Clean {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, "a temporary file stays until the next start");
        }
    }
}

/// Keeps the bytes that others will receive. Returns how many there are, and their SHA-256.
fn keep(blobs: &dyn Blobs, id: AttachmentId, path: &Path) -> io::Result<(u64, [u8; 32])> {
    let mut bytes = Hashing { inner: File::open(path)?, hash: Sha256::new() };
    let size = blobs.put(id, Variant::Original, &mut bytes)?;
    Ok((size, bytes.hash.finalize().into()))
}

struct Hashing<R> {
    inner: R,
    hash: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hash.update(&buffer[..count]);
        Ok(count)
    }
}

/// Says what is wrong with a photo, or with the disk.
fn refuse(error: kith_media::Error) -> Refusal {
    match error {
        kith_media::Error::Io(error) => disk_failed(&error),
        kith_media::Error::Refused(refusal) => {
            let message = sentence(&refusal);
            match refusal {
                kith_media::Refusal::TooManyPixels { .. } => {
                    Refusal::too_large("pixels", limit(limits::MAX_PIXELS), message)
                }
                kith_media::Refusal::TooManyBytes { .. } => {
                    Refusal::too_large("bytes", limit(limits::MAX_PHOTO_BYTES), message)
                }
                kith_media::Refusal::TooMuchMemory { .. } => {
                    Refusal::too_large("pixels", limit(limits::MAX_DECODE_BYTES), message)
                }
                _ => Refusal::invalid("file", message),
            }
        }
    }
}

fn limit(limit: u64) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

/// The reason as a sentence of its own.
fn sentence(reason: &kith_media::Refusal) -> String {
    let reason = reason.to_string();
    let mut letters = reason.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

/// What a client is told when the disk failed; the cause is logged here.
pub(crate) fn disk_failed(error: &io::Error) -> Refusal {
    if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
        tracing::error!(%error, "the disk is full: no file can be stored");
        return Refusal::unavailable("The server's disk is full.");
    }
    tracing::error!(%error, "a file could not be read or written");
    Refusal::unavailable("The server's disk failed.").retry_after(RETRY_AFTER_MS)
}
