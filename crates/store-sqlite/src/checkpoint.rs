//! Checkpoints: moving what the log holds into the database, off the writer's path.

use std::{
    path::Path,
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::Duration,
};

use kith_chat::Refusal;
use rusqlite::Connection;

use crate::{
    OpenError,
    error::{disk_is_unknown, is_failed_sync},
    store::connect,
    writer::Broken,
};

/// Pages in the log before it is worth moving them: measured, 10,000 instead of SQLite's 1,000 gives 1.6 times the rate.
const PAGES_MIN: u64 = 10_000;
/// The size of a page in the log, with its header.
const PAGE_BYTES: u64 = 4_096 + 24;
/// How often to look.
const INTERVAL: Duration = Duration::from_millis(500);
/// Looks at a log that has not grown before little is moved as well, so that what was deleted leaves the log too.
const QUIET_LOOKS: u32 = 20;
/// How long the writer may be kept waiting for readers of the log, before the log is left as it is until the next look.
const WAIT_MAX: Duration = Duration::from_millis(100);

/// The thread that checkpoints. Ends when this is dropped.
pub(crate) struct Checkpointer {
    _stop: Sender<()>,
}

impl Checkpointer {
    /// Starts on a connection of its own. Once a sync has failed it is over, and nothing more is written: see [`Broken`].
    pub(crate) fn start(path: &Path, broken: Broken) -> Result<Self, OpenError> {
        let connection = connect(path)?;
        connection.busy_timeout(WAIT_MAX)?;
        let wal = path.with_extension("db-wal");
        let (stop, stopped) = channel();
        thread::Builder::new()
            .name("store-checkpoint".into())
            .spawn(move || serve(&connection, &wal, &stopped, &broken))
            .map_err(OpenError::Thread)?;
        Ok(Self { _stop: stop })
    }
}

fn serve(connection: &Connection, wal: &Path, stopped: &Receiver<()>, broken: &Broken) {
    let mut quiet = 0;
    let mut last_size = 0;
    while stopped.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
        let size = std::fs::metadata(wal).map_or(0, |metadata| metadata.len());
        quiet = if size == last_size { quiet + 1 } else { 0 };
        last_size = size;
        let large = size / PAGE_BYTES >= PAGES_MIN;
        if size > 0 && (large || quiet >= QUIET_LOOKS) {
            if empty_log(connection, broken).is_err() {
                return;
            }
            quiet = 0;
        }
    }
}

/// Moves everything out of the log and empties it. The bulk is moved without making anybody wait; then the writer waits
/// for the little that was added meanwhile, so that under steady load the log does not grow for ever.
///
/// # Errors
/// `unavailable` when nothing may be written any more, because a sync failed now or before. Any other failure leaves the log
/// as it was, to be emptied at the next look.
pub(crate) fn empty_log(connection: &Connection, broken: &Broken) -> Result<(), Refusal> {
    for mode in ["PASSIVE", "TRUNCATE"] {
        if let Some(refusal) = broken.lock().clone() {
            return Err(refusal);
        }
        let moved =
            connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| row.get::<_, bool>(0));
        match moved {
            Ok(false) => {}
            Ok(true) => tracing::debug!(mode, "somebody reads the log; it is emptied at the next look"),
            Err(error) => failed(&error, broken)?,
        }
    }
    Ok(())
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

    fn fails_with(code: i32, broken: &Broken) -> Result<(), Refusal> {
        failed(&Error::SqliteFailure(ffi::Error::new(code), None), broken)
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
