//! The data folder: where things are in it, and the lock that keeps a second program out.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

/// The data folder, held by this process alone until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct DataFolder {
    path: PathBuf,
    _lock: Locked,
}

/// A file under an advisory lock, which ends with this.
///
/// Closing the file would not do: the lock belongs to what was opened, and a process that is being started elsewhere in
/// ours has a copy of every descriptor until it becomes another program. It would hold the lock a moment longer than we.
#[derive(Debug)]
struct Locked(File);

impl Drop for Locked {
    fn drop(&mut self) {
        // What cannot be unlocked is unlocked when the last copy is closed.
        let _ = self.0.unlock();
    }
}

/// The outcome of trying to get hold of a data folder.
#[derive(Debug)]
pub(crate) enum Hold {
    /// It is ours.
    Ours(DataFolder),
    /// A running program has it.
    Taken,
}

impl DataFolder {
    /// Takes hold of the folder, which is made when it is missing.
    ///
    /// # Errors
    /// A sentence when another process has it, or when it cannot be made or written.
    pub(crate) fn take(path: &Path) -> Result<Self> {
        match Self::try_take(path)? {
            Hold::Ours(folder) => Ok(folder),
            Hold::Taken => {
                bail!("another kith is running on {}; a data folder serves one at a time", path.display())
            }
        }
    }

    /// Takes hold of the folder unless another process has it.
    ///
    /// # Errors
    /// When it cannot be made or written.
    pub(crate) fn try_take(path: &Path) -> Result<Hold> {
        make_private(path).with_context(|| format!("cannot make the data folder {}", path.display()))?;
        let lock_path = path.join("lock");
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&lock_path);
        let lock = lock.with_context(|| format!("cannot write into the data folder {}", path.display()))?;
        match lock.try_lock() {
            Ok(()) => Ok(Hold::Ours(Self { path: path.to_owned(), _lock: Locked(lock) })),
            Err(TryLockError::WouldBlock) => Ok(Hold::Taken),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("cannot lock the data folder {}", path.display()))
            }
        }
    }

    /// Whether a running program has the folder. Changes nothing in it.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn is_served(path: &Path) -> io::Result<bool> {
        let lock = match File::open(path.join("lock")) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            lock => lock?,
        };
        match lock.try_lock_shared() {
            Ok(()) => {
                drop(Locked(lock));
                Ok(false)
            }
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Where it is.
    #[must_use]
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is as something left it that ended.
    ///
    /// # Errors
    /// A sentence when a restore was cut off while it was moving things.
    pub(crate) fn check_whole(&self) -> Result<()> {
        if self.restoring().exists() {
            bail!("a restore of {} was interrupted; run kith restore --replace again", self.path.display());
        }
        Ok(())
    }

    /// Where a restored backup waits to take the place of what is there. While it exists, neither is whole.
    #[must_use]
    pub(crate) fn restoring(&self) -> PathBuf {
        self.path.join("restoring")
    }

    /// Where the bytes of attachments are kept.
    #[must_use]
    pub(crate) fn files(&self) -> PathBuf {
        self.path.join("files")
    }

    /// Where uploads are until they are complete.
    #[must_use]
    pub(crate) fn uploads(&self) -> PathBuf {
        self.path.join("uploads")
    }

    /// What marks a folder that holds nothing but a demonstration.
    #[must_use]
    pub(crate) fn demo_marker(&self) -> PathBuf {
        self.path.join("demo")
    }
}

/// The right to remove files, or to rely on none being removed, while this is held; however the process ends.
#[derive(Debug)]
pub(crate) struct FilesHeld {
    _lock: Locked,
}

impl FilesHeld {
    /// Takes it, unless a backup or the server's collection has it.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn try_take(data: &Path) -> io::Result<Option<Self>> {
        let lock =
            OpenOptions::new().create(true).truncate(false).write(true).open(data.join("files.lock"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self { _lock: Locked(lock) })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// Makes a folder that only its owner may look into, and those above it; durably, so that what is synced in it later is not
/// lost with the folder itself. One that is there stays as it is.
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = path.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
    make_private(parent)?;
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        // Somebody else was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        made => made.and_then(|()| sync(parent)),
    }
}

/// Makes a folder's entries durable: a file that was renamed into it stays there after a power cut.
pub(crate) fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Removes a file; it is no error when there is none.
pub(crate) fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_serves_one_at_a_time() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("new/data");
        let folder = DataFolder::take(&path).unwrap();
        let refusal = DataFolder::take(&path).unwrap_err().to_string();
        assert!(refusal.contains("another kith is running on"), "{refusal}");
        assert!(DataFolder::is_served(&path).unwrap());
        drop(folder);
        assert!(!DataFolder::is_served(&path).unwrap());
        DataFolder::take(&path).unwrap();
    }

    #[test]
    fn a_lock_ends_with_its_holder_though_a_child_process_still_has_a_copy_of_the_descriptor() {
        let folder = tempfile::tempdir().unwrap();
        let file = File::create(folder.path().join("lock")).unwrap();
        file.try_lock().unwrap();
        let _of_the_child = file.try_clone().unwrap();
        drop(Locked(file));
        File::open(folder.path().join("lock")).unwrap().try_lock().unwrap();
    }
}
