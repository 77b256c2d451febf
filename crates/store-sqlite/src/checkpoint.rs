//! Checkpoints: moving what the log holds into the database, off the writer's path.

use std::{
    path::Path,
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::Duration,
};

use rusqlite::Connection;

use crate::{OpenError, store::connect};

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
    /// Starts on a connection of its own.
    pub(crate) fn start(path: &Path) -> Result<Self, OpenError> {
        let connection = connect(path)?;
        connection.busy_timeout(WAIT_MAX)?;
        let wal = path.with_extension("db-wal");
        let (stop, stopped) = channel();
        thread::Builder::new()
            .name("store-checkpoint".into())
            .spawn(move || serve(&connection, &wal, &stopped))
            .map_err(OpenError::Thread)?;
        Ok(Self { _stop: stop })
    }
}

fn serve(connection: &Connection, wal: &Path, stopped: &Receiver<()>) {
    let mut quiet = 0;
    let mut last_size = 0;
    while stopped.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
        let size = std::fs::metadata(wal).map_or(0, |metadata| metadata.len());
        quiet = if size == last_size { quiet + 1 } else { 0 };
        last_size = size;
        let large = size / PAGE_BYTES >= PAGES_MIN;
        if size > 0 && (large || quiet >= QUIET_LOOKS) {
            empty_log(connection);
            quiet = 0;
        }
    }
}

/// Moves everything out of the log and empties it. The bulk is moved without making anybody wait; then the writer waits
/// for the little that was added meanwhile, so that under steady load the log does not grow for ever.
pub(crate) fn empty_log(connection: &Connection) {
    for mode in ["PASSIVE", "TRUNCATE"] {
        let moved =
            connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| row.get::<_, bool>(0));
        match moved {
            Ok(false) => {}
            Ok(true) => tracing::debug!(mode, "somebody reads the log; it is emptied at the next look"),
            Err(error) => tracing::warn!(%error, "a checkpoint failed; it will be tried again"),
        }
    }
}
