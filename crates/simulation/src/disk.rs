//! A disk that forgets what was not synced, and fails when it is told to.
//!
//! SQLite's files are real ones in a folder of their own; `vfs` reports every write, cut and sync of them here. What a sync
//! has not covered yet is kept as a list of changes, of which a power cut leaves some, in no order, the last of them torn.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

use anyhow::{Context, Result};
use parking_lot::Mutex;
use rand::{RngExt, rngs::StdRng};

/// The database and its log: what is written through SQLite.
const DATABASE_FILES: [&str; 2] = ["kith.db", "kith.db-wal"];
/// The mark of the last commit, which the store writes by itself and syncs only when it is opened.
const MARK_FILE: &str = "kith.mark";
/// What a disk writes as one piece.
const SECTOR_BYTES: usize = 512;

/// Every folder that lies on a simulated disk.
static DISKS: LazyLock<Mutex<BTreeMap<PathBuf, Arc<Mutex<State>>>>> = LazyLock::new(Mutex::default);

/// The disk that a data folder lies on. When it is dropped, the folder is an ordinary one.
pub(crate) struct Disk {
    folder: PathBuf,
    state: Arc<Mutex<State>>,
}

/// What a disk does besides what it is told to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Writes are refused for want of room.
    Full,
    /// The next write fails.
    FailsToWrite,
    /// The next sync fails.
    FailsToSync,
}

/// How a server comes to its end, as its disk sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The process: the system keeps what was written.
    Killed,
    /// The machine: what was not synced may be lost.
    PowerCut,
}

/// What is known of one disk.
#[derive(Default)]
pub(crate) struct State {
    files: BTreeMap<PathBuf, File>,
    trouble: Option<Trouble>,
    /// Broken on purpose: it says that it has synced, and has not.
    lies: bool,
    synced_mark: Option<Vec<u8>>,
}

/// A file, as far as it would survive, and what was done to it since.
#[derive(Default)]
struct File {
    durable: Vec<u8>,
    pending: Vec<Change>,
}

enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Truncate { len: usize },
}

/// What is to become of something that SQLite wants done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Done,
    Full,
    Failed,
}

impl Disk {
    /// Puts an existing folder on a disk. What lies in it survives anything.
    pub(crate) fn under(folder: &Path, lies: bool) -> Result<Self> {
        let folder = folder.canonicalize().context("a data folder is there before its disk")?;
        let state = Arc::new(Mutex::new(State { lies, ..State::default() }));
        DISKS.lock().insert(folder.clone(), Arc::clone(&state));
        Ok(Self { folder, state })
    }

    /// The store has been opened: the mark is on disk as it is now.
    pub(crate) fn opened(&self) -> Result<()> {
        self.state.lock().synced_mark = Some(fs::read(self.folder.join(MARK_FILE))?);
        Ok(())
    }

    /// From now on, or no longer.
    pub(crate) fn set_trouble(&self, trouble: Option<Trouble>) {
        self.state.lock().trouble = trouble;
    }

    /// Whether the trouble has come to pass.
    pub(crate) fn is_over(&self) -> bool {
        self.state.lock().trouble.is_none()
    }

    /// Writes into the folder `to` what is left after the end. Returns how many changes were lost.
    pub(crate) fn remains(&self, end: End, to: &Path, random: &mut StdRng) -> Result<u64> {
        let mut lost = 0;
        let state = self.state.lock();
        for name in DATABASE_FILES {
            let Some(file) = state.files.get(&self.folder.join(name)) else { continue };
            let (bytes, gone) = file.after(end, random);
            fs::write(to.join(name), bytes)?;
            lost += gone;
        }
        let mark = match &state.synced_mark {
            Some(mark) if end == End::PowerCut && random.random_bool(0.5) => mark.clone(),
            _ => fs::read(self.folder.join(MARK_FILE))?,
        };
        fs::write(to.join(MARK_FILE), mark)?;
        Ok(lost)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        DISKS.lock().remove(&self.folder);
    }
}

/// The disk that this file lies on, if it is one of ours.
pub(crate) fn of(file: &Path) -> Option<Arc<Mutex<State>>> {
    let name = file.file_name()?.to_str()?;
    let ours = DATABASE_FILES.contains(&name);
    ours.then(|| DISKS.lock().get(file.parent()?).cloned()).flatten()
}

impl State {
    /// A file has been opened, which may have been there before.
    pub(crate) fn open(&mut self, path: &Path) {
        self.files
            .entry(path.to_owned())
            .or_insert_with(|| File { durable: fs::read(path).unwrap_or_default(), pending: Vec::new() });
    }

    pub(crate) fn write(&mut self, path: &Path, at: usize, bytes: &[u8]) -> Verdict {
        match self.trouble {
            Some(Trouble::Full) => return Verdict::Full,
            Some(Trouble::FailsToWrite) => {
                self.trouble = None;
                return Verdict::Failed;
            }
            Some(Trouble::FailsToSync) | None => {}
        }
        self.change(path, Change::Write { at, bytes: bytes.to_owned() });
        Verdict::Done
    }

    pub(crate) fn truncate(&mut self, path: &Path, len: usize) {
        self.change(path, Change::Truncate { len });
    }

    /// What was done to a file since the last sync is on disk from now on.
    pub(crate) fn sync(&mut self, path: &Path) -> Verdict {
        if self.trouble == Some(Trouble::FailsToSync) {
            self.trouble = None;
            return Verdict::Failed;
        }
        if !self.lies
            && let Some(file) = self.files.get_mut(path)
        {
            let pending = std::mem::take(&mut file.pending);
            pending.iter().for_each(|change| change.apply(&mut file.durable));
        }
        Verdict::Done
    }

    fn change(&mut self, path: &Path, change: Change) {
        self.files.entry(path.to_owned()).or_default().pending.push(change);
    }
}

impl File {
    /// What is left of it, and how many changes are not.
    fn after(&self, end: End, random: &mut StdRng) -> (Vec<u8>, u64) {
        let mut bytes = self.durable.clone();
        if end == End::Killed {
            self.pending.iter().for_each(|change| change.apply(&mut bytes));
            return (bytes, 0);
        }
        let mut lost = 0;
        let survival = random.random_range(0.0..1.0);
        for change in &self.pending {
            if !random.random_bool(survival) {
                lost += 1;
            } else if random.random_bool(0.2) {
                lost += 1;
                change.torn(random).apply(&mut bytes);
            } else {
                change.apply(&mut bytes);
            }
        }
        (bytes, lost)
    }
}

impl Change {
    fn apply(&self, file: &mut Vec<u8>) {
        match self {
            Self::Truncate { len } => file.truncate(*len),
            Self::Write { at, bytes } => {
                let end = at + bytes.len();
                if file.len() < end {
                    file.resize(end, 0);
                }
                file[*at..end].copy_from_slice(bytes);
            }
        }
    }

    /// The first sectors of it.
    fn torn(&self, random: &mut StdRng) -> Self {
        match self {
            Self::Truncate { len } => Self::Truncate { len: *len },
            Self::Write { at, bytes } => {
                let sectors = random.random_range(0..=bytes.len() / SECTOR_BYTES);
                Self::Write { at: *at, bytes: bytes[..sectors * SECTOR_BYTES].to_owned() }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn a_kill_loses_nothing_and_a_power_cut_only_what_was_not_synced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kith.db");
        let mut state = State::default();
        state.open(&path);
        state.write(&path, 0, b"synced");
        assert_eq!(state.sync(&path), Verdict::Done);
        state.write(&path, 6, b" and not");
        let file = &state.files[&path];
        let mut random = StdRng::seed_from_u64(1);
        assert_eq!(file.after(End::Killed, &mut random), (b"synced and not".to_vec(), 0));
        let cuts: Vec<_> = (0..100).map(|_| file.after(End::PowerCut, &mut random)).collect();
        assert!(cuts.iter().all(|(bytes, _)| bytes.starts_with(b"synced")));
        assert!(cuts.contains(&(b"synced".to_vec(), 1)) && cuts.contains(&(b"synced and not".to_vec(), 0)));
    }

    #[test]
    fn a_disk_that_lies_has_synced_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kith.db");
        let mut state = State { lies: true, ..State::default() };
        state.write(&path, 0, b"acknowledged");
        assert_eq!(state.sync(&path), Verdict::Done);
        assert_eq!(state.files[&path].pending.len(), 1);
    }

    #[test]
    fn trouble_comes_once_and_a_full_disk_stays_full() {
        let path = Path::new("kith.db");
        let mut state = State { trouble: Some(Trouble::FailsToWrite), ..State::default() };
        assert_eq!(state.write(path, 0, b"a"), Verdict::Failed);
        assert_eq!(state.write(path, 0, b"a"), Verdict::Done);
        state.trouble = Some(Trouble::Full);
        assert_eq!(state.write(path, 0, b"a"), Verdict::Full);
        assert_eq!(state.write(path, 0, b"a"), Verdict::Full);
        state.trouble = Some(Trouble::FailsToSync);
        assert_eq!(state.sync(path), Verdict::Failed);
        assert_eq!(state.sync(path), Verdict::Done);
    }
}
