//! Uploads in parts. Each is two files: `<id>.part` with the bytes that came, and `<id>.json` with what is known of it. The
//! length of the first is the offset, so a restart forgets nothing.

use std::{
    collections::HashMap,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::body::Body;
use kith_chat::Refusal;
use kith_protocol::{Attachment, AttachmentId, ErrorCode, Timestamp, UserId};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Described, Incoming, Uploads, empty};
use crate::{folder, media::disk_failed};

/// How long an upload waits for its next part, in milliseconds.
const EXPIRES_AFTER_MS: u64 = 24 * 60 * 60 * 1000;
/// Unfinished uploads of one person.
const PER_PERSON_MAX: usize = 50;

/// What is known of an upload in parts.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Record {
    owner: UserId,
    length: u64,
    name: String,
    alt: Option<String>,
    expires_at: Timestamp,
    /// What became of it.
    attachment_id: Option<AttachmentId>,
}

/// One upload, held by at most one request at a time.
type Entry = Arc<tokio::sync::Mutex<Record>>;

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Table {
    entries: Mutex<HashMap<Uuid, (UserId, Entry)>>,
}

impl Table {
    /// What is in the folder. What cannot be read is left out.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        let mut entries = HashMap::new();
        for file in fs::read_dir(folder)? {
            let path = file?.path();
            let id =
                path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse::<Uuid>().ok());
            let (Some(id), Some("json")) = (id, path.extension().and_then(|it| it.to_str())) else {
                continue;
            };
            match serde_json::from_slice::<Record>(&fs::read(&path)?) {
                Ok(record) => {
                    entries.insert(id, (record.owner, Arc::new(tokio::sync::Mutex::new(record))));
                }
                Err(error) => {
                    tracing::warn!(%id, %error, "an unfinished upload cannot be read and is dropped");
                }
            }
        }
        Ok(Self { entries: Mutex::new(entries) })
    }

    /// Whether a file in the folder belongs to one of them.
    pub(super) fn knows(&self, path: &Path) -> bool {
        let ours = matches!(path.extension().and_then(|it| it.to_str()), Some("part" | "json"));
        let id = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse::<Uuid>().ok());
        ours && id.is_some_and(|id| self.entries.lock().contains_key(&id))
    }

    /// An upload of this person; another's is as good as none.
    fn of(&self, owner: UserId, id: Uuid) -> Result<Entry, Refusal> {
        match self.entries.lock().get(&id) {
            Some((of, entry)) if *of == owner => Ok(Arc::clone(entry)),
            _ => Err(Refusal::not_found()),
        }
    }
}

/// An upload to be.
#[derive(Clone, Debug)]
pub(crate) struct Creation {
    /// How many bytes will come.
    pub(crate) length: u64,
    /// What its owner says of it.
    pub(crate) described: Described,
}

/// How far an upload has come.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    /// Which.
    pub(crate) id: Uuid,
    /// How many bytes have come.
    pub(crate) offset: u64,
    /// How many will.
    pub(crate) length: u64,
    /// When it will be dropped if nothing more comes.
    pub(crate) expires_at: Timestamp,
    /// What it became, when it is complete.
    pub(crate) attachment: Option<Attachment>,
}

impl Uploads {
    /// Begins an upload in parts.
    ///
    /// # Errors
    /// `too_large`, `invalid` when it is empty, `rate_limited` when the person has too many, `unavailable` when the disk is
    /// nearly full.
    pub(crate) async fn create(&self, owner: UserId, creation: Creation) -> Result<Progress, Refusal> {
        self.check_size(creation.length)?;
        if creation.length == 0 {
            return Err(empty());
        }
        let now = self.chat.now();
        let id = self.chat.entropy().id(now);
        let Described { name, alt } = creation.described;
        let expires_at = now.plus_ms(EXPIRES_AFTER_MS);
        let record = Record { owner, length: creation.length, name, alt, expires_at, attachment_id: None };
        self.admit(id, &record)?;
        let kept = self.on_disk(id, Some(record.clone())).await;
        if kept.is_err() {
            self.resumable.entries.lock().remove(&id);
        }
        kept?;
        Ok(Progress { id, offset: 0, length: record.length, expires_at, attachment: None })
    }

    fn admit(&self, id: Uuid, record: &Record) -> Result<(), Refusal> {
        let mut entries = self.resumable.entries.lock();
        if entries.values().filter(|(owner, _)| *owner == record.owner).count() >= PER_PERSON_MAX {
            return Err(Refusal::rate_limited(60_000));
        }
        entries.insert(id, (record.owner, Arc::new(tokio::sync::Mutex::new(record.clone()))));
        Ok(())
    }

    /// How far an upload has come.
    ///
    /// # Errors
    /// `not_found` when it is not this person's or has expired; `conflict` while a part of it is coming in.
    pub(crate) async fn progress(&self, owner: UserId, id: Uuid) -> Result<Progress, Refusal> {
        let entry = self.resumable.of(owner, id)?;
        let record = entry.try_lock().map_err(|_| busy())?;
        self.progress_of(id, &record).await
    }

    async fn progress_of(&self, id: Uuid, record: &Record) -> Result<Progress, Refusal> {
        let attachment = match record.attachment_id {
            Some(attachment) => Some(self.chat.attachment(record.owner, attachment).await?.attachment),
            None => None,
        };
        let offset = match attachment {
            Some(_) => record.length,
            None => self.offset(id).await?,
        };
        Ok(Progress { id, offset, length: record.length, expires_at: record.expires_at, attachment })
    }

    async fn offset(&self, id: Uuid) -> Result<u64, Refusal> {
        match tokio::fs::metadata(self.part(id)).await {
            Ok(metadata) => Ok(metadata.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(disk_failed(&error)),
        }
    }

    /// Receives the next part, which begins at `offset`. With the last one the upload becomes an attachment. What came
    /// before a part broke off is kept.
    ///
    /// # Errors
    /// `conflict` when the part does not begin where the last one ended, or another one is coming in; and those of
    /// [`Uploads::receive`]. After one that trying again cannot help, a complete upload is gone; after `unavailable` it is as
    /// it was before this part.
    pub(crate) async fn append(
        &self,
        owner: UserId,
        id: Uuid,
        offset: u64,
        body: Body,
    ) -> Result<Progress, Refusal> {
        let mut body = Incoming::new(body);
        let entry = self.resumable.of(owner, id)?;
        let mut record = entry.try_lock().map_err(|_| busy())?;
        let before = self.progress_of(id, &record).await?;
        if before.offset != offset {
            return Err(
                Refusal::conflict("This part does not begin where the last one ended.").at("upload-offset")
            );
        }
        if before.attachment.is_some() {
            return Ok(before);
        }
        let _turn = self.turn(owner)?;
        self.check_room(record.length)?;
        let offset = body.write_to(&self.part(id), offset, record.length, self).await?;
        record.expires_at = self.chat.now().plus_ms(EXPIRES_AFTER_MS);
        let attachment =
            if offset == record.length { Some(self.complete(id, &mut record).await?) } else { None };
        self.on_disk(id, Some(record.clone())).await?;
        Ok(Progress { id, offset, length: record.length, expires_at: record.expires_at, attachment })
    }

    async fn complete(&self, id: Uuid, record: &mut Record) -> Result<Attachment, Refusal> {
        let described = Described { name: record.name.clone(), alt: record.alt.clone() };
        let attached = self.attach(record.owner, &self.part(id), described).await;
        match &attached {
            // Trying again may help.
            Err(refusal) if is_passing(refusal) => {}
            Err(_) => self.forget(id).await?,
            Ok(attachment) => {
                record.attachment_id = Some(attachment.id);
                if let Err(error) = tokio::fs::remove_file(self.part(id)).await {
                    tracing::warn!(%id, %error, "the parts of a complete upload stay until it is dropped");
                }
            }
        }
        attached
    }

    /// Drops an upload; an attachment that it has become stays.
    ///
    /// # Errors
    /// `not_found` when it is not this person's; `conflict` while a part of it is coming in.
    pub(crate) async fn terminate(&self, owner: UserId, id: Uuid) -> Result<(), Refusal> {
        let entry = self.resumable.of(owner, id)?;
        let _record = entry.try_lock().map_err(|_| busy())?;
        self.forget(id).await
    }

    /// Drops uploads for whose next part nobody came. Returns how many.
    pub(crate) async fn expire(&self) -> usize {
        let now = self.chat.now();
        let entries: Vec<(Uuid, Entry)> =
            self.resumable.entries.lock().iter().map(|(id, (_, entry))| (*id, Arc::clone(entry))).collect();
        let mut expired = 0;
        for (id, entry) in entries {
            let Ok(record) = entry.try_lock() else { continue };
            if record.expires_at <= now && self.forget(id).await.is_ok() {
                expired += 1;
            }
        }
        expired
    }

    async fn forget(&self, id: Uuid) -> Result<(), Refusal> {
        self.resumable.entries.lock().remove(&id);
        self.on_disk(id, None).await
    }

    fn part(&self, id: Uuid) -> PathBuf {
        self.folder.join(format!("{id}.part"))
    }

    /// Writes what is known of an upload, or removes all of it.
    async fn on_disk(&self, id: Uuid, record: Option<Record>) -> Result<(), Refusal> {
        let (folder, part) = (self.folder.clone(), self.part(id));
        let done = tokio::task::spawn_blocking(move || {
            let path = folder.join(format!("{id}.json"));
            match record {
                Some(record) => write(&folder, &path, &record),
                None => folder::remove_file(&path).and_then(|()| folder::remove_file(&part)),
            }
        });
        done.await.map_err(|_| Refusal::internal())?.map_err(|error| disk_failed(&error))
    }
}

fn write(folder: &Path, path: &Path, record: &Record) -> io::Result<()> {
    let unfinished = path.with_added_extension("tmp");
    let mut file = fs::File::create(&unfinished)?;
    file.write_all(&serde_json::to_vec(record)?)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    folder::sync(folder)
}

fn busy() -> Refusal {
    Refusal::conflict("A part of this upload is coming in already.")
}

fn is_passing(refusal: &Refusal) -> bool {
    matches!(refusal.code(), ErrorCode::RateLimited | ErrorCode::Unavailable | ErrorCode::Internal)
}
