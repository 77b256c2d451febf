//! Checkpoints: moving what the log holds into the database, off the writer's path.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use kith_chat::Refusal;
use parking_lot::{Mutex, MutexGuard};
use rusqlite::{Connection, hooks::Wal};

use crate::{
    OpenError,
    error::{disk_is_unknown, is_failed_sync},
    store::{BUSY_TIMEOUT, connect},
    writer::Broken,
};

/// Pages in the log before it is worth moving them: measured, 10,000 instead of SQLite's 1,000 gives 1.6 times the rate.
const PAGES_MIN: u64 = 10_000;
/// Pages in the log from which on the writer waits longer for who reads it.
const PAGES_LARGE: u64 = 8 * PAGES_MIN;
/// How often to look.
const INTERVAL: Duration = Duration::from_millis(500);
/// Looks at a log to which nothing was added before little is moved as well, so that what was deleted leaves the log too.
const QUIET_LOOKS: u32 = 20;
/// However much is written: this often the log is emptied and not only written over, for the same reason.
const EMPTIED_EVERY: Duration = Duration::from_secs(60);
/// How long the writer may be kept waiting for readers of the log, before the log is left as it is until the next look.
const WAIT_MAX: Duration = Duration::from_millis(20);
/// The same when the log has become large.
const WAIT_FOR_LARGE_MAX: Duration = Duration::from_millis(100);
/// What may be left to be moved while the writer waits, in pages. Passes before that, at most, and what may be left after
/// them: with more, somebody reads what is old, and moving has to wait.
const REST_PAGES: u64 = 256;
const PASSES_MAX: usize = 3;
const REST_PAGES_MAX: u64 = 4_096;

/// The log, and the connection that writes to it: the writer and the checkpointer take turns with it.
///
/// It is on this connection that the log is emptied. Were it another, SQLite would take the database for changed by
/// somebody else, and the writer would lose every page that it keeps.
pub(crate) struct Log {
    pages: Arc<AtomicU64>,
    writing: Mutex<Connection>,
}

impl Log {
    /// The log that this connection writes to.
    pub(crate) fn of(mut writing: Connection) -> rusqlite::Result<Arc<Self>> {
        let pages = Arc::<AtomicU64>::default();
        let told = Arc::clone(&pages);
        writing.wal_hook(Some(move |_: &mut Wal, pages| {
            told.store(u64::try_from(pages).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(Arc::new(Self { pages, writing: Mutex::new(writing) }))
    }

    /// Keeps the log to oneself. Whoever waits for it goes on the moment it is free, where SQLite would look again only
    /// after a pause, and a longer one each time.
    pub(crate) fn turn(&self) -> MutexGuard<'_, Connection> {
        self.writing.lock()
    }

    /// How many pages are in it.
    fn pages(&self) -> u64 {
        self.pages.load(Ordering::Relaxed)
    }
}

/// The thread that checkpoints. Ends when this is dropped.
pub(crate) struct Checkpointer {
    _stop: Sender<()>,
}

impl Checkpointer {
    /// Starts on a connection of its own. Once a sync has failed it is over, and nothing more is written: see [`Broken`].
    pub(crate) fn start(path: &Path, log: Arc<Log>, broken: Broken) -> Result<Self, OpenError> {
        let file = path.with_extension("db-wal");
        let checkpoints = Checkpoints { connection: connect(path)?, file, log, broken };
        let (stop, stopped) = channel();
        thread::Builder::new()
            .name("store-checkpoint".into())
            .spawn(move || checkpoints.serve(&stopped))
            .map_err(OpenError::Thread)?;
        Ok(Self { _stop: stop })
    }
}

struct Checkpoints {
    /// For what is done while others write.
    connection: Connection,
    file: PathBuf,
    log: Arc<Log>,
    broken: Broken,
}

/// What becomes of a log that was moved.
#[derive(Clone, Copy, PartialEq)]
enum After {
    /// The next commit begins it anew. Writing over what is there is cheaper to sync than a file that grows.
    Reused,
    /// Its file has no bytes any more.
    Emptied,
}

impl Checkpoints {
    fn serve(&self, stopped: &Receiver<()>) {
        let (mut quiet, mut last_pages, mut emptied_at) = (0, 0, Instant::now());
        while stopped.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
            let pages = self.log.pages();
            quiet = if pages == last_pages { quiet + 1 } else { 0 };
            last_pages = pages;
            let is_empty = std::fs::metadata(&self.file).map_or(0, |metadata| metadata.len()) == 0;
            let after = match quiet >= QUIET_LOOKS || emptied_at.elapsed() >= EMPTIED_EVERY {
                _ if is_empty => continue,
                true => After::Emptied,
                false if pages >= PAGES_MIN => After::Reused,
                false => continue,
            };
            match self.move_log(pages, after) {
                Err(_) => return,
                Ok(true) if after == After::Emptied => (quiet, emptied_at) = (0, Instant::now()),
                Ok(_) => quiet = 0,
            }
        }
    }

    /// Moves everything out of the log, unless somebody reads what is old. The bulk is moved without making anybody wait;
    /// then the writer waits for the little that was added meanwhile, so that under steady load the log does not grow for
    /// ever. Whether it was done.
    fn move_log(&self, pages: u64, after: After) -> Result<bool, Refusal> {
        let mut rest = u64::MAX;
        for _ in 0..PASSES_MAX {
            let moved = checkpoint(&self.connection, "PASSIVE", &self.broken)?.pages;
            rest = self.log.pages().saturating_sub(moved);
            if rest <= REST_PAGES {
                break;
            }
        }
        if rest > REST_PAGES_MAX {
            return Ok(false);
        }
        let mode = match after {
            After::Reused => "RESTART",
            After::Emptied => "TRUNCATE",
        };
        let writing = self.log.turn();
        wait_for_readers(&writing, if pages > PAGES_LARGE { WAIT_FOR_LARGE_MAX } else { WAIT_MAX });
        let moved = checkpoint(&writing, mode, &self.broken);
        wait_for_readers(&writing, BUSY_TIMEOUT);
        let is_done = !moved?.blocked;
        if is_done {
            self.log.pages.store(0, Ordering::Relaxed);
        }
        Ok(is_done)
    }
}

fn wait_for_readers(connection: &Connection, at_most: Duration) {
    if let Err(error) = connection.busy_timeout(at_most) {
        tracing::warn!(%error, "it cannot be said how long to wait for readers of the log");
    }
}

/// Moves everything out of the log and empties it.
///
/// # Errors
/// `unavailable` when nothing may be written any more, because a sync failed now or before. Any other failure leaves the log
/// as it was, to be emptied at the next look.
pub(crate) fn empty_log(connection: &Connection, broken: &Broken) -> Result<(), Refusal> {
    checkpoint(connection, "PASSIVE", broken)?;
    checkpoint(connection, "TRUNCATE", broken)?;
    Ok(())
}

/// How far a checkpoint came.
struct Moved {
    /// Somebody was in the way.
    blocked: bool,
    /// Pages of the log that the database has by now.
    pages: u64,
}

fn checkpoint(connection: &Connection, mode: &str, broken: &Broken) -> Result<Moved, Refusal> {
    if let Some(refusal) = broken.lock().clone() {
        return Err(refusal);
    }
    let moved = connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
        // Where there is no log, SQLite says that it has moved -1 pages.
        Ok(Moved { blocked: row.get(0)?, pages: u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0) })
    });
    match moved {
        Ok(moved) => {
            if moved.blocked {
                tracing::debug!(mode, "somebody reads the log; it is moved at the next look");
            }
            Ok(moved)
        }
        Err(error) => {
            failed(&error, broken)?;
            Ok(Moved { blocked: true, pages: 0 })
        }
    }
}

/// A failed sync ends all writing: trying again could report success for what is not on the disk, and then empty the log
/// that still has it.
fn failed(error: &rusqlite::Error, broken: &Broken) -> Result<(), Refusal> {
    if !is_failed_sync(error) {
        tracing::warn!(%error, "a checkpoint failed; it will be tried again");
        return Ok(());
    }
    tracing::error!(%error, "the database could not be synced: nothing more will be acknowledged until a restart");
    let refusal = disk_is_unknown();
    *broken.lock() = Some(refusal.clone());
    Err(refusal)
}

#[cfg(test)]
mod tests {
    use rusqlite::{Error, ffi};

    use super::*;
    use crate::store::pages_read;

    fn fails_with(code: i32, broken: &Broken) -> Result<(), Refusal> {
        failed(&Error::SqliteFailure(ffi::Error::new(code), None), broken)
    }

    /// Who moves the log of a database.
    fn checkpoints(folder: &Path) -> Checkpoints {
        let path = folder.join("kith.db");
        let writing = connect(&path).unwrap();
        writing.execute_batch("CREATE TABLE t (text TEXT)").unwrap();
        Checkpoints {
            connection: connect(&path).unwrap(),
            file: path.with_extension("db-wal"),
            log: Log::of(writing).unwrap(),
            broken: Broken::default(),
        }
    }

    fn add(log: &Log) {
        log.turn().execute("INSERT INTO t VALUES (?1)", ["x".repeat(100_000)]).unwrap();
    }

    fn count(connection: &Connection) -> u32 {
        connection.query_row("SELECT COUNT(*) FROM t", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn a_log_that_was_moved_is_written_over_and_one_that_was_emptied_has_no_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let checkpoints = checkpoints(folder.path());
        let bytes = || std::fs::metadata(&checkpoints.file).unwrap().len();
        add(&checkpoints.log);
        let before = bytes();
        assert_eq!(checkpoints.move_log(PAGES_MIN, After::Reused), Ok(true));
        add(&checkpoints.log);
        assert_eq!(bytes(), before, "the second commit took the room of the first");
        assert_eq!(checkpoints.move_log(0, After::Emptied), Ok(true));
        assert_eq!(bytes(), 0);
        assert_eq!(count(&checkpoints.log.turn()), 2);
    }

    #[test]
    fn the_writer_keeps_its_pages_when_the_log_is_emptied() {
        let folder = tempfile::tempdir().unwrap();
        let checkpoints = checkpoints(folder.path());
        add(&checkpoints.log);
        let before = pages_read(&checkpoints.log.turn());
        for after in [After::Reused, After::Emptied] {
            assert_eq!(checkpoints.move_log(PAGES_MIN, after), Ok(true));
            add(&checkpoints.log);
        }
        assert_eq!(count(&checkpoints.log.turn()), 3);
        assert_eq!(pages_read(&checkpoints.log.turn()), before);
    }

    #[test]
    fn a_log_that_somebody_reads_is_left_until_they_are_done() {
        let folder = tempfile::tempdir().unwrap();
        let checkpoints = checkpoints(folder.path());
        add(&checkpoints.log);
        let reader = connect(&checkpoints.file.with_extension("db")).unwrap();
        let reading = reader.unchecked_transaction().unwrap();
        assert_eq!(count(&reading), 1);
        add(&checkpoints.log);
        assert_eq!(checkpoints.move_log(PAGES_MIN, After::Reused), Ok(false));
        checkpoints.log.pages.store(2 * REST_PAGES_MAX, Ordering::Relaxed);
        assert_eq!(
            checkpoints.move_log(PAGES_MIN, After::Reused),
            Ok(false),
            "nobody was made to wait for it"
        );
        assert_eq!(count(&reading), 1);
        drop(reading);
        checkpoints.log.pages.store(0, Ordering::Relaxed);
        assert_eq!(checkpoints.move_log(PAGES_MIN, After::Reused), Ok(true));
        assert_eq!(count(&reader), 2);
    }

    #[test]
    fn a_failed_sync_ends_all_writing_and_a_full_disk_does_not() {
        let broken = Broken::default();
        for code in [ffi::SQLITE_BUSY, ffi::SQLITE_FULL, ffi::SQLITE_IOERR_WRITE] {
            assert_eq!(fails_with(code, &broken), Ok(()));
        }
        assert_eq!(*broken.lock(), None);
        let refusal = fails_with(ffi::SQLITE_IOERR_FSYNC, &broken).unwrap_err();
        assert_eq!(broken.lock().clone(), Some(refusal.clone()));
        let connection = Connection::open_in_memory().unwrap();
        assert_eq!(empty_log(&connection, &broken), Err(refusal), "and it is not tried again");
    }
}
