//! From a complete upload to an attachment: a bounded pool of threads that take uploads in, since photos are decoded
//! there and each takes its time and memory.

mod intake;
pub(crate) use intake::disk_failed;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use kith_chat::{Blobs, Chat, Refusal, store::NewAttachment};
use kith_protocol::{Attachment, AttachmentId, UserId};
use parking_lot::Mutex;
use tokio::sync::oneshot;

/// Uploads that may wait for a thread.
const WAITING_MAX: usize = 32;
/// When to come back if more are waiting, in milliseconds.
const RETRY_AFTER_MS: u64 = 3_000;

/// A complete upload, and what its owner says of it.
#[derive(Debug)]
pub(crate) struct Upload {
    /// Where its bytes are. They stay there: whoever made the file removes it.
    pub(crate) path: PathBuf,
    /// What the owner calls it.
    pub(crate) name: String,
    /// A description for people who cannot see it.
    pub(crate) alt: Option<String>,
}

struct Job {
    id: AttachmentId,
    upload: Upload,
    done: oneshot::Sender<Result<NewAttachment, Refusal>>,
}

/// Takes uploads in: finds out what they are, frees photos of metadata, makes thumbnails, keeps the bytes.
pub(crate) struct Intake {
    chat: Arc<Chat>,
    jobs: SyncSender<Job>,
}

impl Intake {
    /// A pool of `threads` threads, which end with it.
    ///
    /// # Panics
    /// When the operating system gives no thread.
    #[must_use]
    pub(crate) fn new(chat: Arc<Chat>, threads: usize) -> Self {
        let (jobs, queue) = sync_channel(WAITING_MAX);
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..threads.max(1) {
            let (queue, blobs) = (Arc::clone(&queue), chat.blobs());
            thread::Builder::new()
                .name("photos".into())
                .spawn(move || work(&queue, &*blobs))
                .expect("the operating system gives threads at start");
        }
        Self { chat, jobs }
    }

    /// Makes an attachment of `owner` from an upload. First the bytes are on disk, then the attachment is known.
    ///
    /// # Errors
    /// `invalid` or `too_large` when a photo is at fault, `rate_limited` when too many uploads are waiting, `unavailable`
    /// when the disk is full; and those of [`Chat::add_attachment`].
    pub(crate) async fn attach(&self, owner: UserId, upload: Upload) -> Result<Attachment, Refusal> {
        let id = AttachmentId(self.chat.entropy().id(self.chat.now()));
        let (done, outcome) = oneshot::channel();
        let job = Job { id, upload, done };
        self.jobs.try_send(job).map_err(|_| Refusal::rate_limited(RETRY_AFTER_MS))?;
        let attachment = outcome.await.map_err(|_| Refusal::internal())??;
        let added = self.chat.add_attachment(owner, attachment).await;
        if added.is_err() {
            self.discard(id).await;
        }
        added
    }

    async fn discard(&self, id: AttachmentId) {
        let blobs = self.chat.blobs();
        let removed = tokio::task::spawn_blocking(move || blobs.remove(id)).await;
        if !matches!(removed, Ok(Ok(()))) {
            tracing::warn!(%id, "the bytes of a refused attachment stay until the next start");
        }
    }
}

fn work(queue: &Mutex<Receiver<Job>>, blobs: &dyn Blobs) {
    loop {
        // Held only while waiting for the next job, so that the threads take turns.
        let job = queue.lock().recv();
        let Ok(Job { id, upload, done }) = job else { return };
        let outcome = intake::take_in(blobs, id, &upload);
        if let Err(Ok(attachment)) = done.send(outcome) {
            // Whoever uploaded it went away meanwhile: nothing will ever know of these bytes.
            if let Err(error) = blobs.remove(attachment.attachment.id) {
                tracing::warn!(%id, %error, "the bytes of an abandoned upload stay until the next start");
            }
        }
    }
}
