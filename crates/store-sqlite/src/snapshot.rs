//! A copy of the database as of one moment, while the server goes on; and the beginning of a new timeline from such a copy.

use std::{fs::File, path::Path};

use kith_chat::Entropy;
use rusqlite::{Connection, OpenFlags};

use crate::{OpenError, checksums, store, writer::set_meta};

/// Writes a copy of the database in `folder` to `into`, which must not exist: as of one moment, without the log, without
/// free pages. A page that does not match its checksum fails it. Returns which moment it was.
///
/// # Errors
/// Those of the database and of the disk. What was begun at `into` is then to be removed.
pub fn snapshot(folder: &Path, into: &Path) -> Result<Moment, OpenError> {
    copy_into(&open_to_read(folder)?, into)?;
    let copy = checksums::open(into, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    Ok(Moment {
        epoch: store::meta(&copy, "epoch")?.unwrap_or_default(),
        tick: store::meta(&copy, "tick")?.unwrap_or_default(),
    })
}

/// Writes what `connection` sees to `into`, which must not exist; synced. It goes through the same door as every page: what
/// is read is held against its checksum, what is written is given one.
pub(crate) fn copy_into(connection: &Connection, into: &Path) -> Result<(), OpenError> {
    let name = into.to_str().ok_or(rusqlite::Error::InvalidPath(into.to_owned()))?;
    connection.execute("VACUUM INTO ?1", [name])?;
    File::open(into).and_then(|copy| copy.sync_all()).map_err(OpenError::Copy)
}

/// A moment in what a server has kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The name of the timeline.
    pub epoch: String,
    /// The number of the last commit.
    pub tick: u64,
}

/// Begins a new timeline in a database that nobody has open: clients see that it is another one, drop what they hold and
/// begin anew. Returns its epoch.
///
/// # Errors
/// Those of the database.
pub fn begin_new_epoch(folder: &Path, entropy: &Entropy) -> Result<String, OpenError> {
    let connection = store::connect(&folder.join(store::FILE))?;
    let epoch = store::new_epoch(entropy);
    set_meta(&connection, "epoch", &epoch)?;
    Ok(epoch)
}

/// Opens the database of a data folder for reading, also while a server has it.
pub(crate) fn open_to_read(folder: &Path) -> Result<Connection, OpenError> {
    let path = folder.join(store::FILE);
    if !path.is_file() {
        return Err(OpenError::Missing);
    }
    // Not `SQLITE_OPEN_READ_ONLY`: reading the log needs the index of the log, which somebody has to write.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = checksums::open(&path, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    Ok(connection)
}
