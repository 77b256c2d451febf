//! The bytes of one request, on their way into a file.

use std::{io, path::Path};

use axum::body::{Body, BodyDataStream};
use kith_chat::Refusal;
use kith_protocol::ErrorCode;
use tokio::{
    fs::OpenOptions,
    io::{AsyncSeekExt, AsyncWriteExt, BufWriter},
};

use super::{Uploads, next_part};
use crate::{drain::Drained, media::disk_failed};

/// How much is written at once.
const BUFFER_BYTES: usize = 256 * 1024;
/// After how many bytes the room on the disk is looked at again.
const ROOM_EVERY_BYTES: u64 = 8 * 1024 * 1024;

/// A body that was not read yet.
pub(super) struct Incoming(Drained);

impl Incoming {
    pub(super) fn new(body: Body) -> Self {
        Self(Drained::new(body))
    }

    /// Writes the body into a file from `offset` on, and has it on disk. Returns the file's length then. When the body
    /// breaks off, what came stays in the file; when the disk fails, only what was there before: nobody knows what of the
    /// rest is on it.
    ///
    /// # Errors
    /// `too_large` when the file would become longer than `end`; `unavailable` when the disk fails.
    pub(super) async fn write_to(
        &mut self,
        path: &Path,
        offset: u64,
        end: u64,
        uploads: &Uploads,
    ) -> Result<u64, Refusal> {
        let mut file = open(path, offset).await.map_err(|error| disk_failed(&error))?;
        let copied = copy(self.0.stream(), &mut file, offset, end, uploads).await;
        let synced = sync(file).await.map_err(|error| disk_failed(&error));
        let disk_failure = [copied.as_ref().err(), synced.as_ref().err()]
            .into_iter()
            .flatten()
            .find(|refusal| refusal.code() == ErrorCode::Unavailable);
        if let Some(refusal) = disk_failure {
            cut(path, offset).await;
            return Err(refusal.clone());
        }
        synced.and(copied)
    }
}

type Output = BufWriter<tokio::fs::File>;

async fn open(path: &Path, offset: u64) -> io::Result<Output> {
    let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(path).await?;
    file.set_len(offset).await?;
    file.seek(io::SeekFrom::Start(offset)).await?;
    Ok(BufWriter::with_capacity(BUFFER_BYTES, file))
}

/// Leaves a file as it was before the disk failed. Should that fail as well, the next part will not fit it.
async fn cut(path: &Path, offset: u64) {
    let cut = async { OpenOptions::new().write(true).open(path).await?.set_len(offset).await };
    if let Err(error) = cut.await {
        tracing::warn!(%error, "an upload could not be cut back to what is known of it");
    }
}

async fn copy(
    body: &mut BodyDataStream,
    file: &mut Output,
    offset: u64,
    end: u64,
    uploads: &Uploads,
) -> Result<u64, Refusal> {
    let mut length = offset;
    let mut look_at = length + ROOM_EVERY_BYTES;
    while let Some(part) = next_part(body).await? {
        length += part.len() as u64;
        if length > end {
            return Err(uploads.too_large());
        }
        if length >= look_at {
            uploads.check_room(length)?;
            look_at = length + ROOM_EVERY_BYTES;
        }
        file.write_all(&part).await.map_err(|error| disk_failed(&error))?;
    }
    Ok(length)
}

async fn sync(mut file: Output) -> io::Result<()> {
    file.flush().await?;
    file.into_inner().sync_data().await
}
