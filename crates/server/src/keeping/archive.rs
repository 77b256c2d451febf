//! A backup as one file: a tar archive compressed with zstd, which `tar --zstd` opens too, and behind it, in a frame that
//! decompressors skip, the SHA-256 of everything before. The last file in the archive is the manifest: the names, sizes
//! and SHA-256 of all others.
//!
//! Not a single bit of such a file can change without being noticed: neither what is compressed, nor what only says how.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use kith_protocol::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The format written, and the newest one read.
const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";
/// Larger, it is none of ours: two million files.
const MANIFEST_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// zstd's default: five times as fast as the disks that people have, and half the size.
const LEVEL: i32 = 3;
/// A skippable frame of zstd, and that 32 bytes follow.
const SEAL_HEAD: [u8; 8] = [0x5E, 0x2A, 0x4D, 0x18, 32, 0, 0, 0];
const SEAL_BYTES: u64 = SEAL_HEAD.len() as u64 + 32;

/// What is in a backup.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) format: u32,
    /// The program that made it.
    pub(super) made_by: String,
    pub(super) made_at: Timestamp,
    /// The timeline it is of.
    pub(super) epoch: String,
    /// The last commit in it.
    pub(super) tick: u64,
    pub(super) files: Vec<Entry>,
}

/// One file in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) path: String,
    pub(super) bytes: u64,
    /// In hexadecimal digits.
    pub(super) sha256: String,
}

impl Manifest {
    /// Of nothing yet.
    pub(super) fn new(made_at: Timestamp, epoch: String, tick: u64) -> Self {
        let made_by = format!("kith {}", env!("CARGO_PKG_VERSION"));
        Self { format: FORMAT, made_by, made_at, epoch, tick, files: Vec::new() }
    }
}

/// Writes a backup.
pub(super) struct Writer {
    tar: tar::Builder<zstd::Encoder<'static, Hashing<BufWriter<File>>>>,
    manifest: Manifest,
}

impl Writer {
    /// Begins a backup at `path`, which must not exist, for its owner's eyes only.
    pub(super) fn create(path: &Path, manifest: Manifest) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        let mut zstd = zstd::Encoder::new(Hashing::new(BufWriter::new(file)), LEVEL)?;
        zstd.include_checksum(true)?;
        Ok(Self { tar: tar::Builder::new(zstd), manifest })
    }

    /// Adds a file under a name. It must not change meanwhile; one that only grows is taken as long as it was.
    pub(super) fn add(&mut self, name: &str, file: &Path) -> io::Result<()> {
        let file = File::open(file)?;
        let bytes = file.metadata()?.len();
        let mut content = Hashing::new(file.take(bytes));
        self.append(name, bytes, &mut content)?;
        if content.bytes != bytes {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.manifest.files.push(Entry { path: name.to_owned(), bytes, sha256: content.digest() });
        Ok(())
    }

    fn append(&mut self, name: &str, bytes: u64, content: &mut dyn Read) -> io::Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes);
        header.set_mode(0o600);
        header.set_mtime(self.manifest.made_at.0 / 1_000);
        self.tar.append_data(&mut header, name, content)
    }

    /// Adds the manifest and the seal, and waits until all of it is on disk.
    pub(super) fn finish(mut self) -> io::Result<Manifest> {
        let manifest = serde_json::to_vec_pretty(&self.manifest)?;
        self.append(MANIFEST, manifest.len() as u64, &mut &manifest[..])?;
        let sealed = self.tar.into_inner()?.finish()?;
        let digest = sealed.hash.finalize();
        let mut file = sealed.inner;
        file.write_all(&SEAL_HEAD)?;
        file.write_all(&digest)?;
        file.into_inner()?.sync_all()?;
        Ok(self.manifest)
    }
}

/// Reads a whole backup and holds it against its seal and its manifest, without writing anything.
///
/// # Errors
/// A sentence when it is damaged, no backup, or of a newer program.
pub(super) fn check(path: &Path) -> Result<Manifest> {
    check_seal(path)?;
    let checked = walk(path, |_, content| io::copy(content, &mut io::sink()).map(|_| ()));
    checked.with_context(|| format!("{} is not a backup that can be restored", path.display()))
}

/// Writes what is in a backup, which has been checked, into a folder; synced.
///
/// # Errors
/// Those of the disk, and those of [`check`] should it have changed since.
pub(super) fn unpack(path: &Path, folder: &Path) -> Result<Manifest> {
    walk(path, |name, content| {
        let path = folder.join(name);
        let parent = path.parent().expect("it lies in the folder at least");
        crate::folder::make_private(parent)?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        io::copy(content, &mut file)?;
        file.sync_all()?;
        crate::folder::sync(parent)
    })
}

fn check_seal(path: &Path) -> Result<()> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let damaged = || format!("{} is damaged, or no backup of Kith; nothing was changed", path.display());
    let length = file.metadata()?.len().checked_sub(SEAL_BYTES).with_context(damaged)?;
    let mut content = Hashing::new(BufReader::new(file).take(length));
    io::copy(&mut content, &mut io::sink())?;
    let Hashing { inner, hash, bytes } = content;
    let mut rest = inner.into_inner();
    let mut seal = [0; SEAL_BYTES as usize];
    rest.read_exact(&mut seal).with_context(damaged)?;
    let sealed = bytes == length && seal[..8] == SEAL_HEAD && seal[8..] == hash.finalize()[..];
    if !sealed {
        bail!(damaged());
    }
    Ok(())
}

/// Hands every file of a backup to `take`, under a name that stays in a folder, and holds all of them against the manifest.
fn walk(path: &Path, mut take: impl FnMut(&Path, &mut dyn Read) -> io::Result<()>) -> Result<Manifest> {
    let mut file = File::open(path)?;
    let length = file.seek(SeekFrom::End(0))?.saturating_sub(SEAL_BYTES);
    file.seek(SeekFrom::Start(0))?;
    let zstd = zstd::Decoder::new(file.take(length))?.single_frame();
    let mut tar = tar::Archive::new(zstd);
    let mut found = HashMap::new();
    let mut manifest = None;
    for entry in tar.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.into_owned();
        ensure!(manifest.is_none(), "there is something behind the manifest");
        ensure!(
            entry.header().entry_type().is_file() && is_ours(&name),
            "{} has no place in it",
            name.display()
        );
        if name == Path::new(MANIFEST) {
            manifest = Some(read_manifest(&mut entry)?);
            continue;
        }
        let mut content = Hashing::new(&mut entry);
        take(&name, &mut content)?;
        let path = name.to_str().context("a name is no text")?.to_owned();
        let (bytes, sha256) = (content.bytes, content.digest());
        let again = found.insert(path.clone(), Entry { path, bytes, sha256 });
        ensure!(again.is_none(), "{} is in it twice", name.display());
    }
    let manifest = manifest.context("it has no manifest")?;
    ensure!(manifest.files.len() == found.len(), "the manifest names other files than there are");
    for entry in &manifest.files {
        ensure!(found.get(&entry.path) == Some(entry), "{} is not what the manifest says", entry.path);
    }
    Ok(manifest)
}

fn read_manifest(entry: &mut impl Read) -> Result<Manifest> {
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    let mut bytes = Vec::new();
    entry.take(MANIFEST_BYTES_MAX).read_to_end(&mut bytes)?;
    let Format { format } = serde_json::from_slice(&bytes).context("its manifest cannot be read")?;
    ensure!(format <= FORMAT, "it was made by a newer Kith (format {format}, this one knows {FORMAT})");
    serde_json::from_slice(&bytes).context("its manifest cannot be read")
}

/// Whether a name is one that a backup has: nothing that leads out of the folder.
fn is_ours(name: &Path) -> bool {
    let parts: Option<Vec<&str>> = name
        .components()
        .map(|part| match part {
            Component::Normal(part) => part.to_str(),
            _ => None,
        })
        .collect();
    matches!(parts.as_deref(), Some(["kith.db" | "deletions.jsonl" | MANIFEST] | ["files", _, _]))
}

/// Removes what an interrupted backup left, and makes a folder for this one to be put together in.
pub(super) struct Workshop(PathBuf);

impl Workshop {
    pub(super) fn open(path: PathBuf) -> io::Result<Self> {
        remove_folder(&path)?;
        crate::folder::make_private(&path)?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        if let Err(error) = remove_folder(&self.0) {
            tracing::warn!(%error, path = %self.0.display(), "a temporary folder stays");
        }
    }
}

/// Removes a folder and everything in it; it is no error when there is none.
pub(super) fn remove_folder(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Counts and hashes what goes through.
struct Hashing<T> {
    inner: T,
    hash: Sha256,
    bytes: u64,
}

impl<T> Hashing<T> {
    fn new(inner: T) -> Self {
        Self { inner, hash: Sha256::new(), bytes: 0 }
    }

    fn digest(self) -> String {
        self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn saw(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
    }
}

impl<T: Read> Read for Hashing<T> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(to)?;
        self.saw(&to[..count]);
        Ok(count)
    }
}

impl<T: Write> Write for Hashing<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.saw(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(folder: &Path) -> PathBuf {
        let (database, file) = (folder.join("database"), folder.join("file"));
        fs::write(&database, b"a database").unwrap();
        fs::write(&file, vec![7; 3_000]).unwrap();
        let path = folder.join("backup");
        let mut writer = Writer::create(&path, Manifest::new(Timestamp(1), "e".into(), 3)).unwrap();
        writer.add("kith.db", &database).unwrap();
        writer.add("files/ab/x", &file).unwrap();
        writer.finish().unwrap();
        path
    }

    #[test]
    fn what_goes_in_comes_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = archive(folder.path());
        let manifest = check(&path).unwrap();
        assert_eq!((manifest.tick, manifest.files.len()), (3, 2));
        unpack(&path, &folder.path().join("out")).unwrap();
        assert_eq!(fs::read(folder.path().join("out/kith.db")).unwrap(), b"a database");
        assert_eq!(fs::read(folder.path().join("out/files/ab/x")).unwrap(), vec![7; 3_000]);
    }

    #[test]
    fn every_flipped_bit_and_every_truncation_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = archive(folder.path());
        let whole = fs::read(&path).unwrap();
        let refuse = |bytes: &[u8], what: &str| {
            fs::write(&path, bytes).unwrap();
            let refusal = check(&path).expect_err(what).to_string();
            assert!(refusal.contains("nothing was changed"), "{refusal}");
        };
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            refuse(&bytes, &format!("bit {bit}"));
        }
        for kept in 0..whole.len() {
            refuse(&whole[..kept], &format!("the first {kept} bytes"));
        }
        refuse(&[&whole[..], b"more"].concat(), "something behind it");
    }

    #[test]
    fn a_name_that_leads_elsewhere_has_no_place_in_it() {
        for name in
            ["../kith.db", "/etc/passwd", "files/../../x", "files/ab/../x", "lock", "files/ab", "kith.db/x"]
        {
            assert!(!is_ours(Path::new(name)), "{name}");
        }
        for name in ["kith.db", "deletions.jsonl", "manifest.json", "files/ab/x.320.webp"] {
            assert!(is_ours(Path::new(name)), "{name}");
        }
    }
}
