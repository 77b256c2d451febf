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
const PAGES_MIN: i64 = 10_000;
/// How often to look.
const INTERVAL: Duration = Duration::from_millis(500);
/// Look-ups without much in the log before even little is moved, so that what was deleted leaves the log as well.
const QUIET_LOOKS: u32 = 20;

/// The thread that checkpoints. Ends when this is dropped.
pub(crate) struct Checkpointer {
    _stop: Sender<()>,
}

impl Checkpointer {
    /// Starts on a connection of its own.
    pub(crate) fn start(path: &Path) -> Result<Self, OpenError> {
        let connection = connect(path)?;
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
        let large = size / PAGE_BYTES >= PAGES_MIN.unsigned_abs();
        if size > 0 && (large || quiet >= QUIET_LOOKS) {
            // PASSIVE waits for nobody; TRUNCATE empties the log, which is free when nobody writes anyway.
            let mode = if large { "PASSIVE" } else { "TRUNCATE" };
            checkpoint(connection, mode);
            quiet = 0;
        }
    }
}

/// The size of a page in the log, with its header.
const PAGE_BYTES: u64 = 4_096 + 24;

/// Moves what can be moved without making anybody wait for long.
pub(crate) fn checkpoint(connection: &Connection, mode: &str) {
    let moved =
        connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| row.get::<_, i64>(0));
    match moved {
        Ok(_busy) => {}
        Err(error) => tracing::warn!(%error, "a checkpoint failed; it will be tried again"),
    }
}
