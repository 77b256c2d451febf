//! Which pages of the database its log holds. SQLite reads those from there, so what lies in their place in the database
//! file counts for nothing until a checkpoint has moved them: after one that was cut off, or that had to leave newer pages to
//! the next because somebody reads older ones, it may be half a page, or a hole.

use std::{
    collections::HashSet,
    ffi::OsString,
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use crate::checksums::PAGE_BYTES;

/// The header of the log, in bytes; at 16, eight bytes of salt.
const HEADER_BYTES: u64 = 32;
/// What precedes each page in the log, in bytes: the page's number first; at 8, the salt.
const FRAME_HEADER_BYTES: u64 = 24;

/// The log of a database, as it was when it was last looked at.
pub(crate) struct Log {
    path: PathBuf,
    pages: HashSet<u64>,
}

impl Log {
    /// That of the database at this path, not looked at yet.
    pub(crate) fn of(database: &Path) -> Self {
        let mut path = OsString::from(database);
        path.push("-wal");
        Self { path: path.into(), pages: HashSet::new() }
    }

    /// Whether the page of this number is in the log. Looks anew before it says no.
    ///
    /// # Errors
    /// Those of the disk. A log that ends in the middle of a page, as one does after a power cut, is none.
    pub(crate) fn holds(&mut self, number: u64) -> io::Result<bool> {
        if !self.pages.contains(&number) {
            self.pages = read(&self.path)?;
        }
        Ok(self.pages.contains(&number))
    }
}

/// The numbers of the pages up to where an older use of the log begins, which another salt tells.
fn read(path: &Path) -> io::Result<HashSet<u64>> {
    let mut pages = HashSet::new();
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(pages),
        file => file?,
    };
    let Some(header) = read_at::<{ HEADER_BYTES as usize }>(&file, 0)? else { return Ok(pages) };
    let mut at = HEADER_BYTES;
    while let Some(frame) = read_at::<{ FRAME_HEADER_BYTES as usize }>(&file, at)? {
        if frame[8..16] != header[16..24] {
            break;
        }
        pages.insert(u64::from(u32::from_be_bytes([frame[0], frame[1], frame[2], frame[3]])));
        at += FRAME_HEADER_BYTES + PAGE_BYTES as u64;
    }
    Ok(pages)
}

/// Some bytes of a file; `None` when it ends before.
fn read_at<const N: usize>(file: &File, at: u64) -> io::Result<Option<[u8; N]>> {
    let mut bytes = [0; N];
    match file.read_exact_at(&mut bytes, at) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        read => read.map(|()| Some(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, OpenFlags};

    use super::*;
    use crate::checksums::{self, Pages, scan};

    fn add(connection: &Connection, rows: usize) {
        for number in 0..rows {
            let text = format!("{number} {}", "x".repeat(3_000));
            connection.execute("INSERT INTO t (text) VALUES (?1)", [text]).unwrap();
        }
    }

    #[test]
    fn what_a_checkpoint_left_in_the_log_is_no_damage() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let connection = checksums::open(&path, OpenFlags::default()).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.execute_batch("CREATE TABLE t (num INTEGER PRIMARY KEY, text TEXT)").unwrap();
        add(&connection, 20);
        let reader = checksums::open(&path, OpenFlags::default()).unwrap();
        let reading = reader.unchecked_transaction().unwrap();
        reading.query_row("SELECT COUNT(*) FROM t", [], |row| row.get::<_, u64>(0)).unwrap();
        // Newer than what is read, and in the middle of the file.
        connection.execute("UPDATE t SET text = 'short' WHERE num = 10", []).unwrap();
        connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).unwrap();

        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.chunks(PAGE_BYTES).any(|page| page.iter().all(|byte| *byte == 0)), "there is a hole");
        assert_eq!(scan(&path, 9).unwrap(), (Pages::Checked, vec![]));

        // As a crash leaves it that came before the last pages were moved.
        let copy = folder.path().join("b.db");
        std::fs::write(&copy, &bytes[..bytes.len() - PAGE_BYTES - 1]).unwrap();
        std::fs::copy(folder.path().join("a.db-wal"), folder.path().join("b.db-wal")).unwrap();
        assert_eq!(scan(&copy, 9).unwrap(), (Pages::Checked, vec![]));

        std::fs::remove_file(folder.path().join("b.db-wal")).unwrap();
        assert_eq!(scan(&copy, 9).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        std::fs::write(&copy, &bytes).unwrap();
        assert!(!scan(&copy, 9).unwrap().1.is_empty(), "without the log it is one");
    }
}
