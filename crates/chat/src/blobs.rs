//! Where the bytes of photos and files are kept.

use std::io::{self, Read, Seek};

use kith_protocol::AttachmentId;

/// Which bytes of an attachment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Variant {
    /// What others receive: without metadata.
    Original,
    /// A picture of at most 320 pixels a side.
    Small,
    /// A picture of at most 1,280 pixels a side.
    Large,
}

impl Variant {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Original, Self::Small, Self::Large];
}

/// Bytes that can be read from anywhere.
pub trait Blob: Read + Seek + Send {}
impl<T: Read + Seek + Send> Blob for T {}

/// Keeps bytes by attachment and variant. Calls block: they belong on a blocking thread.
pub trait Blobs: Send + Sync + 'static {
    /// Keeps everything that `bytes` gives, replacing what was there. When it returns, the bytes are on disk for good
    /// (written aside, synced, renamed, folder synced); when it fails, nothing is there. Returns how many bytes.
    fn put(&self, id: AttachmentId, variant: Variant, bytes: &mut dyn Read) -> io::Result<u64>;

    /// Opens what was kept. `NotFound` when it is not there.
    fn open(&self, id: AttachmentId, variant: Variant) -> io::Result<Box<dyn Blob>>;

    /// Removes every variant. It is no error when nothing is there.
    fn remove(&self, id: AttachmentId) -> io::Result<()>;

    /// Every attachment of which something is kept.
    fn list(&self) -> io::Result<Vec<AttachmentId>>;

    /// How many bytes may still be kept before the reserve for text is touched.
    fn available_bytes(&self) -> io::Result<u64>;
}
