//! Opening a data folder, and the store as the rules see it.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use kith_chat::{Bus, Entropy, Refusal, Reply, Store, Turn};
use kith_protocol::ConversationId;
use rusqlite::{Connection, OpenFlags, OptionalExtension, config::DbConfig};

use crate::{
    checkpoint::{Checkpointer, Log, empty_log},
    checksums,
    error::{Outcome, is_full},
    mark::{self, Mark, Marked},
    migrations::migrate,
    readers::Readers,
    steps::Steps,
    view::View,
    writer::{Broken, CommitWatch, Reach, Write, Writer, set_meta},
};

/// The database's name in the data folder.
pub(crate) const FILE: &str = "kith.db";
/// Prepared statements kept per connection.
const STATEMENTS_MAX: usize = 256;

/// How a store is opened.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Read connections, each with a thread.
    pub readers: usize,
    /// Page cache of the writer, in KiB.
    pub writer_cache_kib: usize,
    /// Page cache of each reader, in KiB.
    pub reader_cache_kib: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { readers: 2, writer_cache_kib: 64 * 1024, reader_cache_kib: 16 * 1024 }
    }
}

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A newer program has been at it.
    #[error(
        "this data was written by a newer Kith (database version {found}, this one knows {known}); it was left untouched"
    )]
    Newer {
        /// The version found.
        found: usize,
        /// The version this program knows.
        known: usize,
    },
    /// SQLite could not open or read it.
    #[error("the database cannot be opened")]
    Database(#[source] rusqlite::Error),
    /// There is no room to open it.
    #[error("the disk is full; what is stored stays as it is, and can be opened once there is room")]
    Full,
    /// There is no database to read.
    #[error("there is no database in this folder")]
    Missing,
    /// Commits that were acknowledged are not there any more.
    #[error(
        "the database ends at commit {found}, but commit {marked} was acknowledged: it or its log was damaged or cut short; \
         nothing was changed. `kith restore` brings a backup back"
    )]
    Behind {
        /// The last commit that is there.
        found: u64,
        /// The last commit that was acknowledged.
        marked: u64,
    },
    /// The mark of the last commit cannot be read or written.
    #[error("the mark of the last commit, {}, cannot be kept", mark::FILE)]
    Mark(#[source] io::Error),
    /// A copy of the database cannot be written.
    #[error("the database cannot be copied")]
    Copy(#[source] io::Error),
    /// The operating system gave no thread.
    #[error("a thread cannot be started")]
    Thread(#[source] io::Error),
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        if is_full(&error) { Self::Full } else { Self::Database(error) }
    }
}

impl OpenError {
    fn of_mark(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::StorageFull { Self::Full } else { Self::Mark(error) }
    }
}

/// Everything that Kith keeps, in one SQLite database.
///
/// WAL with `synchronous=FULL`: what a write answers is on disk. One writer thread, a few readers, checkpoints on a thread
/// of their own; all of them end when this is dropped. One process at a time: whoever opens it holds the folder's lock.
pub struct SqliteStore {
    epoch: String,
    fingerprint_key: [u8; 32],
    pub(crate) folder: PathBuf,
    pub(crate) writer: Writer,
    readers: Readers,
    /// Only kept alive. A store that is stepped has none.
    _checkpointer: Option<Checkpointer>,
    closing: parking_lot::Mutex<Option<Connection>>,
}

impl SqliteStore {
    /// Opens the database in `folder`, which must exist, and brings it up to date. What is committed is told on `bus`.
    ///
    /// # Errors
    /// See [`OpenError`]; the database is then as it was.
    pub fn open(
        folder: &Path,
        options: Options,
        bus: Arc<dyn Bus>,
        entropy: &Entropy,
    ) -> Result<Self, OpenError> {
        let path = folder.join(FILE);
        let ToWrite { connection, epoch, fingerprint_key, mark } =
            open_to_write(folder, options.writer_cache_kib, entropy)?;
        let readers = Readers::open(&path, options.readers, options.reader_cache_kib)?;
        let broken = Broken::default();
        let log = Log::of(connection)?;
        let checkpointer = Some(Checkpointer::start(&path, Arc::clone(&log), Arc::clone(&broken))?);
        let closing = parking_lot::Mutex::new(Some(connect(&path)?));
        let writer = Writer::start(log, bus, mark, broken)?;
        let folder = folder.to_owned();
        Ok(Self { epoch, fingerprint_key, folder, writer, readers, _checkpointer: checkpointer, closing })
    }

    /// The same without threads: nothing is committed, read or moved out of the log until the [`Steps`] are told to. For a
    /// simulation, in which everything happens in an order that a seed decides. [`Store::close`] does not end on such a store.
    ///
    /// # Errors
    /// As with [`SqliteStore::open`].
    pub fn open_stepped(
        folder: &Path,
        options: Options,
        bus: Arc<dyn Bus>,
        entropy: &Entropy,
    ) -> Result<(Self, Steps), OpenError> {
        let path = folder.join(FILE);
        let ToWrite { connection, epoch, fingerprint_key, mark } =
            open_to_write(folder, options.writer_cache_kib, entropy)?;
        let (readers, reads) = Readers::stepped(&path, options.reader_cache_kib)?;
        let broken = Broken::default();
        let checkpoints = connect(&path)?;
        let (writer, commits) = Writer::stepped(Log::of(connection)?, bus, mark, Arc::clone(&broken))?;
        let folder = folder.to_owned();
        let closing = parking_lot::Mutex::new(None);
        let store = Self { epoch, fingerprint_key, folder, writer, readers, _checkpointer: None, closing };
        Ok((store, Steps::new(commits, reads, checkpoints, broken)))
    }

    /// The key under which requests are fingerprinted: as old as the database.
    #[must_use]
    pub fn fingerprint_key(&self) -> [u8; 32] {
        self.fingerprint_key
    }

    /// How many writes wait for their turn, about.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.writer.waiting()
    }

    /// Tells `watch` of every commit from now on. There is one; another is ignored.
    pub fn watch_commits(&self, watch: CommitWatch) {
        self.writer.watch(watch);
    }

    /// Forgets what no read has asked for since the last time this was called, and returns about how many bytes that took.
    pub fn forget_unused(&self) -> usize {
        self.readers.forget_unused()
    }

    pub(crate) fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&View<'_>) -> Outcome<T> + Send + 'static,
    ) -> Reply<T> {
        self.readers.read(read)
    }

    pub(crate) fn write<T: Send + 'static>(
        &self,
        write: impl FnOnce(&mut Write<'_>) -> Outcome<T> + Send + 'static,
    ) -> Reply<T> {
        self.writer.write(Reach::All, None, write)
    }

    /// As [`Self::write`], for what changes nothing beyond one conversation.
    pub(crate) fn write_in<T: Send + 'static>(
        &self,
        id: ConversationId,
        write: impl FnOnce(&mut Write<'_>) -> Outcome<T> + Send + 'static,
    ) -> Reply<T> {
        self.writer.write(Reach::Conversation(id), None, write)
    }

    /// As [`Self::write`], for what only moves the head of a conversation; in its turn, if it has one.
    pub(crate) fn move_head<T: Send + 'static>(
        &self,
        turn: Option<Turn>,
        write: impl FnOnce(&mut Write<'_>) -> Outcome<T> + Send + 'static,
    ) -> Reply<T> {
        self.writer.write(Reach::Heads, turn, write)
    }
}

impl Store for SqliteStore {
    fn epoch(&self) -> String {
        self.epoch.clone()
    }

    fn close(&self) -> Reply<()> {
        let closed = self.writer.close();
        let last = self.closing.lock().take();
        let broken = Arc::clone(self.writer.broken());
        Box::pin(async move {
            closed.await?;
            last.map_or(Ok(()), |connection| empty_log(&connection, &broken))
        })
    }

    fn writable(&self) -> Result<(), Refusal> {
        self.writer.writable()
    }
}

/// A database that is up to date and whole, on the connection that will write to it.
pub(crate) struct ToWrite {
    pub(crate) connection: Connection,
    epoch: String,
    fingerprint_key: [u8; 32],
    mark: Mark,
}

/// Opens the database in `folder`, made when there is none, and brings it up to date.
///
/// # Errors
/// See [`OpenError`]; the database is then as it was.
pub(crate) fn open_to_write(
    folder: &Path,
    cache_kib: usize,
    entropy: &Entropy,
) -> Result<ToWrite, OpenError> {
    let mut connection = connect(&folder.join(FILE))?;
    // Should something be missing, the log stays as it was found.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // First, because what a migration deletes must be gone as well.
    writing_pragmas(&connection, cache_kib)?;
    migrate(&mut connection, folder)?;
    let (epoch, fingerprint_key) = identity(&connection, entropy)?;
    let mark = check_mark(&connection, folder)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(ToWrite { connection, epoch, fingerprint_key, mark })
}

/// How long a connection waits for another that is in its way.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection as all of them are.
pub(crate) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = checksums::open(path, OpenFlags::default())?;
    // Without this, a statement is compiled anew whenever a parameter changes, in case that another plan would suit the new
    // value better: measured, four fifths of the time of a send.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    Ok(connection)
}

pub(crate) fn reading_pragmas(connection: &Connection, cache_kib: usize) -> rusqlite::Result<()> {
    connection.pragma_update(None, "query_only", true)?;
    set_cache(connection, cache_kib)
}

fn writing_pragmas(connection: &Connection, cache_kib: usize) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    // Deleted is gone: what a row held is overwritten, not only unlinked.
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    set_cache(connection, cache_kib)
}

fn set_cache(connection: &Connection, kib: usize) -> rusqlite::Result<()> {
    // A negative number means KiB, a positive one pages.
    connection.pragma_update(None, "cache_size", -i64::try_from(kib).unwrap_or(i64::from(i32::MAX)))
}

/// How often this connection had to read a page because it did not have it any more.
#[cfg(test)]
#[expect(unsafe_code, reason = "SQLite tells it by a C function only")]
pub(crate) fn pages_read(connection: &Connection) -> i32 {
    let (mut now, mut most) = (0, 0);
    // SAFETY: the handle is that of an open connection, which this thread has to itself, and both numbers are there.
    let code = unsafe {
        let status = rusqlite::ffi::SQLITE_DBSTATUS_CACHE_MISS;
        rusqlite::ffi::sqlite3_db_status(connection.handle(), status, &raw mut now, &raw mut most, 0)
    };
    assert_eq!(code, rusqlite::ffi::SQLITE_OK);
    now
}

/// Whether everything that was acknowledged is there.
fn check_mark(connection: &Connection, folder: &Path) -> Result<Mark, OpenError> {
    let found: u64 =
        connection.query_row("SELECT value FROM meta WHERE key = 'tick'", [], |row| row.get(0))?;
    match mark::read(folder).map_err(OpenError::of_mark)? {
        Marked::Commit(marked) if marked > found => return Err(OpenError::Behind { found, marked }),
        Marked::Commit(_) => {}
        Marked::Nothing => tracing::debug!("there is no mark of the last commit yet"),
        Marked::Damaged => tracing::warn!("the mark of the last commit was damaged and is made anew"),
    }
    Mark::open(folder, found).map_err(OpenError::of_mark)
}

/// The epoch and the fingerprint key, made when the database is new.
fn identity(connection: &Connection, entropy: &Entropy) -> rusqlite::Result<(String, [u8; 32])> {
    let transaction = connection.unchecked_transaction()?;
    if meta::<String>(&transaction, "epoch")?.is_none() {
        set_meta(&transaction, "epoch", new_epoch(entropy))?;
        set_meta(&transaction, "fingerprint_key", entropy.bytes::<32>())?;
        set_meta(&transaction, "tick", 0)?;
        set_meta(&transaction, "indexed", 0)?;
    }
    let epoch = meta(&transaction, "epoch")?.unwrap_or_default();
    let key = meta(&transaction, "fingerprint_key")?.unwrap_or_default();
    transaction.commit()?;
    Ok((epoch, key))
}

pub(crate) fn new_epoch(entropy: &Entropy) -> String {
    entropy.bytes::<8>().map(|byte| format!("{byte:02x}")).concat()
}

pub(crate) fn meta<T: rusqlite::types::FromSql>(
    connection: &Connection,
    key: &str,
) -> rusqlite::Result<Option<T>> {
    connection.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0)).optional()
}
