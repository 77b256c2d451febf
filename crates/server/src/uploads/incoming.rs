//! The bytes of one request, on their way into a file.

use std::{io, path::Path, time::Duration};

use axum::body::{Body, BodyDataStream};
use futures_util::StreamExt;
use kith_chat::Refusal;
use tokio::{
    fs::OpenOptions,
    io::{AsyncSeekExt, AsyncWriteExt, BufWriter},
};

use super::{Uploads, next_part};
use crate::media::disk_failed;

/// How much is written at once.
const BUFFER_BYTES: usize = 256 * 1024;
/// After how many bytes the room on the disk is looked at again.
const ROOM_EVERY_BYTES: u64 = 8 * 1024 * 1024;
/// How much of a refused body is read all the same, and for how long, so that the client gets to read the refusal: who is
/// still sending when the connection closes may never see it.
const DRAIN_BYTES_MAX: usize = 64 * 1024 * 1024;
const DRAIN_TIME_MAX: Duration = Duration::from_secs(10);

/// A body that was not read yet. What is left of it when this is dropped is read and thrown away for a while.
pub(super) struct Incoming {
    body: Option<BodyDataStream>,
}

impl Incoming {
    pub(super) fn new(body: Body) -> Self {
        Self { body: Some(body.into_data_stream()) }
    }

    /// Writes the body into a file from `offset` on, and has it on disk. Returns the file's length then. When the body
    /// breaks off, what came stays in the file.
    ///
    /// # Errors
    /// `too_large` when the file would become longer than `end`; those of the disk.
    pub(super) async fn write_to(
        &mut self,
        path: &Path,
        offset: u64,
        end: u64,
        uploads: &Uploads,
    ) -> Result<u64, Refusal> {
        let body = self.body.as_mut().expect("there until it is dropped");
        let mut file = open(path, offset).await.map_err(|error| disk_failed(&error))?;
        let copied = copy(body, &mut file, offset, end, uploads).await;
        let synced = sync(file).await.map_err(|error| disk_failed(&error));
        let length = copied?;
        synced?;
        Ok(length)
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if let Some(body) = self.body.take() {
            tokio::spawn(tokio::time::timeout(DRAIN_TIME_MAX, drain(body)));
        }
    }
}

async fn drain(mut body: BodyDataStream) {
    let mut left = DRAIN_BYTES_MAX;
    while left > 0 {
        match body.next().await {
            Some(Ok(part)) => left = left.saturating_sub(part.len()),
            _ => return,
        }
    }
}

type Output = BufWriter<tokio::fs::File>;

async fn open(path: &Path, offset: u64) -> io::Result<Output> {
    let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(path).await?;
    file.set_len(offset).await?;
    file.seek(io::SeekFrom::Start(offset)).await?;
    Ok(BufWriter::with_capacity(BUFFER_BYTES, file))
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
