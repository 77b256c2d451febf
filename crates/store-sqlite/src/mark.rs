//! The high-water mark: how far the database had come when something was last acknowledged.
//!
//! SQLite takes the end of its log to be where the log stops making sense, as it must after a power cut. A log that was
//! damaged or cut short looks the same, and what was acknowledged after that place would be missing without a word. So the
//! number of the last synced commit is kept in a small file of its own, written after the commit was synced and before it
//! is acknowledged. The mark itself is not synced: after a power cut it may be behind the database, never before it.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::FileExt,
    path::Path,
};

/// The file's name in the data folder.
pub(crate) const FILE: &str = "kith.mark";
const BYTES: usize = 12;

/// The mark of an open database.
pub(crate) struct Mark {
    file: File,
    failed: bool,
}

/// What the file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marked {
    /// There is no such file.
    Nothing,
    /// The number of a commit that was synced.
    Commit(u64),
    /// Nothing that was written there.
    Damaged,
}

/// Reads the mark of a data folder.
pub(crate) fn read(folder: &Path) -> io::Result<Marked> {
    let bytes = match std::fs::read(folder.join(FILE)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Marked::Nothing),
        bytes => bytes?,
    };
    let whole: Result<[u8; BYTES], _> = bytes.try_into();
    Ok(whole.ok().and_then(decode).map_or(Marked::Damaged, Marked::Commit))
}

impl Mark {
    /// Opens the mark of a data folder and sets it to this commit, synced.
    pub(crate) fn open(folder: &Path, tick: u64) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(folder.join(FILE))?;
        file.write_all_at(&encode(tick), 0)?;
        file.set_len(BYTES as u64)?;
        file.sync_all()?;
        File::open(folder)?.sync_all()?;
        Ok(Self { file, failed: false })
    }

    /// Notes that this commit is on disk. A mark that cannot be written stays behind, which is allowed.
    pub(crate) fn set(&mut self, tick: u64) {
        match self.file.write_all_at(&encode(tick), 0) {
            Ok(()) => self.failed = false,
            Err(error) if !self.failed => {
                tracing::warn!(%error, "the mark of the last commit cannot be written");
                self.failed = true;
            }
            Err(_) => {}
        }
    }
}

fn encode(tick: u64) -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    bytes[..8].copy_from_slice(&tick.to_le_bytes());
    bytes[8..].copy_from_slice(&crc32fast::hash(&tick.to_le_bytes()).to_le_bytes());
    bytes
}

fn decode(bytes: [u8; BYTES]) -> Option<u64> {
    let tick = u64::from_le_bytes(bytes[..8].try_into().expect("eight of twelve"));
    (encode(tick) == bytes).then_some(tick)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_what_was_set_or_damaged() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()).unwrap(), Marked::Nothing);
        let mut mark = Mark::open(folder.path(), 7).unwrap();
        assert_eq!(read(folder.path()).unwrap(), Marked::Commit(7));
        mark.set(u64::MAX);
        assert_eq!(read(folder.path()).unwrap(), Marked::Commit(u64::MAX));
        let whole = std::fs::read(folder.path().join(FILE)).unwrap();
        for bit in 0..BYTES * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(folder.path().join(FILE), bytes).unwrap();
            assert_eq!(read(folder.path()).unwrap(), Marked::Damaged);
        }
        std::fs::write(folder.path().join(FILE), &whole[..11]).unwrap();
        assert_eq!(read(folder.path()).unwrap(), Marked::Damaged);
    }
}
