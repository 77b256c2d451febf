//! The bytes of attachments, as files: `files/ab/<id>`, `<id>.320.webp`, `<id>.1280.webp`. Behind the bytes of each lie
//! their checksums (`sealed`).

pub(crate) mod sealed;

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use kith_chat::{Blob, Blobs, Variant};
use kith_protocol::AttachmentId;

use crate::folder;

/// What is being written ends in this until it is complete.
const UNFINISHED: &str = "tmp";

/// Keeps bytes in a folder, as [`Blobs`] promises.
#[derive(Debug)]
pub(crate) struct FileBlobs {
    folder: PathBuf,
    reserve_bytes: u64,
}

impl FileBlobs {
    /// Keeps them in `folder`, which is made when it is missing, and leaves `reserve_bytes` of its disk to text.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn open(folder: PathBuf, reserve_bytes: u64) -> io::Result<Self> {
        folder::make_private(&folder)?;
        Ok(Self { folder, reserve_bytes })
    }

    /// One of 256 folders, by the last byte of the id: the first ones are the time and would fill one after the other.
    fn shelf(&self, id: AttachmentId) -> PathBuf {
        self.folder.join(shelf_name(id))
    }

    fn path(&self, id: AttachmentId, variant: Variant) -> PathBuf {
        self.folder.join(place(id, variant))
    }

    fn make_shelf(&self, id: AttachmentId) -> io::Result<PathBuf> {
        let shelf = self.shelf(id);
        if !shelf.is_dir() {
            folder::make_private(&shelf)?;
            folder::sync(&self.folder)?;
        }
        Ok(shelf)
    }
}

impl Blobs for FileBlobs {
    fn put(&self, id: AttachmentId, variant: Variant, bytes: &mut dyn Read) -> io::Result<u64> {
        let shelf = self.make_shelf(id)?;
        let path = self.path(id, variant);
        let unfinished = unfinished(&path);
        let written = write(&unfinished, bytes).and_then(|written| {
            fs::rename(&unfinished, &path)?;
            folder::sync(&shelf)?;
            Ok(written)
        });
        if written.is_err() {
            // The disk failed already; what cannot be removed now is removed with the strays at the next start.
            let _ = fs::remove_file(&unfinished);
            let _ = fs::remove_file(&path);
        }
        written
    }

    fn open(&self, id: AttachmentId, variant: Variant) -> io::Result<Box<dyn Blob>> {
        Ok(Box::new(sealed::Reader::new(File::open(self.path(id, variant))?)?))
    }

    fn remove(&self, id: AttachmentId) -> io::Result<()> {
        for variant in Variant::ALL {
            let path = self.path(id, variant);
            folder::remove_file(&unfinished(&path))?;
            folder::remove_file(&path)?;
        }
        Ok(())
    }

    fn list(&self) -> io::Result<Vec<AttachmentId>> {
        let mut ids = Vec::new();
        for shelf in fs::read_dir(&self.folder)? {
            let shelf = shelf?;
            if !shelf.file_type()?.is_dir() {
                continue;
            }
            for file in fs::read_dir(shelf.path())? {
                ids.extend(id_in_name(&file?.file_name().to_string_lossy()));
            }
        }
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    fn available_bytes(&self) -> io::Result<u64> {
        let disk = rustix::fs::statvfs(&self.folder)?;
        Ok((disk.f_bavail.saturating_mul(disk.f_frsize)).saturating_sub(self.reserve_bytes))
    }
}

/// Where the bytes lie in the folder of files.
pub(crate) fn place(id: AttachmentId, variant: Variant) -> PathBuf {
    let name = match variant {
        Variant::Original => id.to_string(),
        Variant::Small => format!("{id}.320.webp"),
        Variant::Large => format!("{id}.1280.webp"),
    };
    Path::new(&shelf_name(id)).join(name)
}

fn shelf_name(id: AttachmentId) -> String {
    format!("{:02x}", id.as_bytes()[15])
}

fn unfinished(path: &Path) -> PathBuf {
    path.with_added_extension(UNFINISHED)
}

fn write(path: &Path, bytes: &mut dyn Read) -> io::Result<u64> {
    let mut file = sealed::Writer::new(File::create(path)?);
    let written = io::copy(bytes, &mut file)?;
    file.seal()?.sync_all()?;
    Ok(written)
}

/// The id at the beginning of a file's name: what was left unfinished belongs to it too.
fn id_in_name(name: &str) -> Option<AttachmentId> {
    name.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, SeekFrom};

    use super::*;

    fn id(last: u8) -> AttachmentId {
        let mut bytes = [7; 16];
        bytes[15] = last;
        AttachmentId::from(bytes)
    }

    fn blobs(folder: &Path) -> FileBlobs {
        FileBlobs::open(folder.join("files"), 0).unwrap()
    }

    #[test]
    fn what_is_put_can_be_read_from_anywhere_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = blobs(folder.path());
        assert_eq!(blobs.put(id(1), Variant::Original, &mut &b"hello"[..]).unwrap(), 5);
        assert_eq!(blobs.put(id(1), Variant::Small, &mut &b"small"[..]).unwrap(), 5);
        let mut blob = blobs.open(id(1), Variant::Original).unwrap();
        blob.seek(SeekFrom::Start(3)).unwrap();
        let mut rest = String::new();
        blob.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "lo");
        assert_eq!(blobs.list().unwrap(), [id(1)]);
        blobs.remove(id(1)).unwrap();
        blobs.remove(id(1)).unwrap();
        assert_eq!(blobs.list().unwrap(), []);
        assert_eq!(blobs.open(id(1), Variant::Small).err().unwrap().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn what_fails_leaves_nothing() {
        struct Torn;
        impl Read for Torn {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("torn"))
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let blobs = blobs(folder.path());
        blobs.put(id(2), Variant::Original, &mut (&b"begun"[..]).chain(Torn)).unwrap_err();
        assert_eq!(blobs.list().unwrap(), []);
    }

    #[test]
    fn what_a_crash_left_unfinished_is_listed_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = blobs(folder.path());
        let shelf = blobs.make_shelf(id(3)).unwrap();
        fs::write(shelf.join(format!("{}.320.webp.tmp", id(3))), b"half").unwrap();
        fs::write(shelf.join("notes.txt"), b"not ours").unwrap();
        assert_eq!(blobs.list().unwrap(), [id(3)]);
        blobs.remove(id(3)).unwrap();
        assert_eq!(blobs.list().unwrap(), []);
    }

    #[test]
    fn the_reserve_is_not_available() {
        let folder = tempfile::tempdir().unwrap();
        let all = blobs(folder.path()).available_bytes().unwrap();
        assert!(all > 0);
        let none = FileBlobs::open(folder.path().join("files"), u64::MAX).unwrap();
        assert_eq!(none.available_bytes().unwrap(), 0);
    }
}
