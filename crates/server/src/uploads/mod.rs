//! Uploads on their way in: one request at a time, or in parts that survive a restart (`resumable`).

mod incoming;
mod resumable;

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::StreamExt;
use kith_chat::{Chat, Refusal};
use kith_protocol::{Attachment, UserId};
use parking_lot::Mutex;

use crate::{
    folder,
    media::{Intake, Upload},
};
use incoming::Incoming;
pub(crate) use resumable::{Creation, Progress};

/// Requests that bring bytes, at one time, over all people.
const REQUESTS_MAX: usize = 64;
/// Of one person: an album is sent in a few at a time.
const REQUESTS_PER_PERSON_MAX: usize = 6;
/// When to come back if there are more, in milliseconds.
const RETRY_AFTER_MS: u64 = 1_000;
/// How long nothing may arrive before an upload counts as broken off.
const SILENCE_MAX: Duration = Duration::from_secs(60);

/// What its owner says of an upload.
#[derive(Clone, Debug, Default)]
pub(crate) struct Described {
    /// What it is called.
    pub(crate) name: String,
    /// A description for people who cannot see it.
    pub(crate) alt: Option<String>,
}

/// Receives uploads into a folder, and hands complete ones to the [`Intake`].
pub(crate) struct Uploads {
    folder: PathBuf,
    chat: Arc<Chat>,
    intake: Intake,
    bytes_max: u64,
    under_way: Mutex<HashMap<UserId, usize>>,
    resumable: resumable::Table,
}

impl Uploads {
    /// Receives into `folder`, which is made when it is missing, uploads of at most `bytes_max` bytes. Removes what single
    /// requests left there when the program ended.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn open(folder: PathBuf, chat: Arc<Chat>, intake: Intake, bytes_max: u64) -> io::Result<Self> {
        folder::make_private(&folder)?;
        let resumable = resumable::Table::open(&folder)?;
        remove_leftovers(&folder, &resumable)?;
        Ok(Self { folder, chat, intake, bytes_max, under_way: Mutex::default(), resumable })
    }

    /// The largest upload, in bytes.
    #[must_use]
    pub(crate) fn bytes_max(&self) -> u64 {
        self.bytes_max
    }

    /// Receives a whole upload. `announced` is how many bytes are said to come.
    ///
    /// # Errors
    /// `too_large`, `rate_limited`, `unavailable` when the disk is nearly full, `invalid` when it breaks off or the photo
    /// is at fault. Nothing of it is kept then.
    pub(crate) async fn receive(
        &self,
        owner: UserId,
        described: Described,
        announced: Option<u64>,
        body: Body,
    ) -> Result<Attachment, Refusal> {
        let mut body = Incoming::new(body);
        self.check_size(announced.unwrap_or(0))?;
        let _turn = self.turn(owner)?;
        let file = Temporary {
            path: self.folder.join(format!("{}.single", self.chat.entropy().id(self.chat.now()))),
        };
        let received = body.write_to(&file.path, 0, announced.unwrap_or(self.bytes_max), self).await?;
        if received == 0 {
            return Err(empty());
        }
        self.attach(owner, &file.path, described).await
    }

    async fn attach(&self, owner: UserId, path: &Path, described: Described) -> Result<Attachment, Refusal> {
        let Described { name, alt } = described;
        self.intake.attach(owner, Upload { path: path.to_owned(), name, alt }).await
    }

    /// Whether an upload of so many bytes may come.
    fn check_size(&self, bytes: u64) -> Result<(), Refusal> {
        if bytes > self.bytes_max {
            return Err(self.too_large());
        }
        self.check_room(bytes)
    }

    fn too_large(&self) -> Refusal {
        let limit = usize::try_from(self.bytes_max).unwrap_or(usize::MAX);
        Refusal::too_large("body", limit, format!("A file has at most {} bytes here.", self.bytes_max))
    }

    /// Whether the disk has room for so many bytes, twice: while it is taken in, an upload is there in two places.
    fn check_room(&self, bytes: u64) -> Result<(), Refusal> {
        let available =
            self.chat.blobs().available_bytes().map_err(|error| crate::media::disk_failed(&error))?;
        if available < bytes.saturating_mul(2).max(1) {
            return Err(Refusal::unavailable(
                "The server's disk is nearly full: it takes texts, but no files.",
            ));
        }
        Ok(())
    }

    fn turn(&self, owner: UserId) -> Result<Turn<'_>, Refusal> {
        let mut under_way = self.under_way.lock();
        let total: usize = under_way.values().sum();
        let own = under_way.entry(owner).or_default();
        if *own >= REQUESTS_PER_PERSON_MAX || total >= REQUESTS_MAX {
            return Err(Refusal::rate_limited(RETRY_AFTER_MS));
        }
        *own += 1;
        Ok(Turn { uploads: self, owner })
    }
}

fn empty() -> Refusal {
    Refusal::invalid("body", "The file is empty.")
}

/// The right to bring bytes now.
struct Turn<'a> {
    uploads: &'a Uploads,
    owner: UserId,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut under_way = self.uploads.under_way.lock();
        if let Some(own) = under_way.get_mut(&self.owner) {
            *own -= 1;
            if *own == 0 {
                under_way.remove(&self.owner);
            }
        }
    }
}

/// A file that is gone when this is dropped.
struct Temporary {
    path: PathBuf,
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Err(error) = folder::remove_file(&self.path) {
            tracing::warn!(%error, "a temporary file stays until the next start");
        }
    }
}

fn remove_leftovers(folder: &Path, resumable: &resumable::Table) -> io::Result<()> {
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        if !resumable.knows(&path) {
            folder::remove_file(&path)?;
        }
    }
    Ok(())
}

/// The parts of a body, or why there are no more.
async fn next_part(body: &mut BodyDataStream) -> Result<Option<Bytes>, Refusal> {
    match tokio::time::timeout(SILENCE_MAX, body.next()).await {
        Ok(None) => Ok(None),
        Ok(Some(Ok(part))) => Ok(Some(part)),
        Ok(Some(Err(_))) | Err(_) => Err(Refusal::invalid("body", "The upload broke off.")),
    }
}
