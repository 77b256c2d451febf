//! What can go wrong inside of an operation: the world's fault, or the database's.

use kith_chat::Refusal;
use rusqlite::{Error, ErrorCode, ffi};

/// How long a client shall wait when the disk is full, in milliseconds.
const DISK_FULL_RETRY_MS: u64 = 10_000;

/// Why an operation came to nothing.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The rule said no.
    Refused(Refusal),
    /// SQLite said no.
    Database(Error),
}

/// The outcome of an operation inside of a transaction.
pub(crate) type Outcome<T> = Result<T, Failure>;

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

impl Failure {
    /// What the client is told. A database's fault is logged here, once.
    pub(crate) fn into_refusal(self) -> Refusal {
        match self {
            Self::Refused(refusal) => refusal,
            Self::Database(error) => refusal_of(&error),
        }
    }
}

/// What a client is told of a database's fault, which is logged.
pub(crate) fn refusal_of(error: &Error) -> Refusal {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => {
            tracing::error!(%error, "the disk is full: nothing can be stored");
            disk_full()
        }
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::ReadOnly) => {
            tracing::error!(%error, "the disk failed");
            Refusal::unavailable("The server's disk failed. Nothing was stored.")
        }
        _ => {
            tracing::error!(%error, "the database failed");
            Refusal::internal()
        }
    }
}

/// Whether there was no room on the disk. The index of the log lies in memory that is a file: SQLite says that it cannot be
/// made longer, and not why.
pub(crate) fn is_full(error: &Error) -> bool {
    matches!(
        error,
        Error::SqliteFailure(failure, _)
            if failure.code == ErrorCode::DiskFull || failure.extended_code == ffi::SQLITE_IOERR_SHMSIZE
    )
}

/// The disk is full; it may not stay so.
pub(crate) fn disk_full() -> Refusal {
    Refusal::unavailable("The server's disk is full. Nothing was stored.").retry_after(DISK_FULL_RETRY_MS)
}

/// What a client is told once the disk has failed in a way that leaves unknown what it holds.
pub(crate) fn disk_is_unknown() -> Refusal {
    Refusal::unavailable("The server's disk failed. It must be restarted before it can store again.")
}

/// Whether a sync failed. What it was to bring to the disk may be lost, and the system forgets that it ever was to: a second
/// sync succeeds without it.
pub(crate) fn is_failed_sync(error: &Error) -> bool {
    matches!(
        error,
        Error::SqliteFailure(failure, _)
            if [ffi::SQLITE_IOERR_FSYNC, ffi::SQLITE_IOERR_DIR_FSYNC].contains(&failure.extended_code)
    )
}

/// Whether, after this error, it is unknown what the disk holds: a sync or a write of the log failed. Trying again could
/// report success for what is not there, so there is no trying again.
pub(crate) fn leaves_the_disk_unknown(error: &Error) -> bool {
    match error {
        Error::SqliteFailure(failure, _) => {
            let code = failure.extended_code;
            code == ffi::SQLITE_IOERR_FSYNC
                || code == ffi::SQLITE_IOERR_DIR_FSYNC
                || code == ffi::SQLITE_IOERR_WRITE
                || code == ffi::SQLITE_IOERR_TRUNCATE
        }
        _ => false,
    }
}
