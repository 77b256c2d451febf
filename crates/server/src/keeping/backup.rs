//! `kith backup`: everything that a server keeps, as of one moment, in one file.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use kith_chat::Clock;
use kith_store_sqlite::{DELETIONS_FILE, known_bytes, snapshot};

use super::{
    archive::{Manifest, Workshop, Writer},
    bytes_in_words,
    check::{read, variants},
    config, count_of, existing,
};
use crate::{
    cli::Backup,
    files::{FileBlobs, place},
    folder::{self, FilesHeld},
    world::SystemClock,
};

/// How long the server's collection of attachments, which takes moments, is waited for.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// Carries out `kith backup` and prints what was done.
///
/// # Errors
/// A sentence that says why there is no backup. Nothing is left of it then.
pub fn backup(backup: &Backup) -> Result<()> {
    let data = existing(&config(&backup.folder)?)?;
    let to = std::path::absolute(&backup.file)?;
    ensure!(!to.exists(), "{} is there already; it was left as it is", to.display());
    let parent = to.parent().context("a backup is a file")?;
    ensure!(parent.is_dir(), "there is no folder {}", parent.display());
    let _held = hold_files(&data)?;
    let workshop = Workshop::open(to.with_added_extension("part"))
        .with_context(|| format!("cannot write into {}", parent.display()))?;
    let (manifest, damaged) = put_together(&data, &workshop)?;
    fs::rename(workshop.path().join("archive"), &to)?;
    folder::sync(parent)?;
    let size = bytes_in_words(fs::metadata(&to)?.len());
    println!("{} holds {} ({size}, as of now).", to.display(), count_of(manifest.files.len() as u64, "file"));
    for path in damaged {
        eprintln!("kith: {} is damaged or missing; the backup has what is there", path.display());
    }
    Ok(())
}

/// From now on the server removes no file, so that all that the snapshot names are there.
fn hold_files(data: &Path) -> Result<FilesHeld> {
    let began = Instant::now();
    while began.elapsed() < WAIT_MAX {
        if let Some(held) = FilesHeld::try_take(data)? {
            return Ok(held);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    bail!("another backup of {} is being made", data.display())
}

/// Makes `archive` in the workshop. Returns what is in it, and which files are not as they should be.
fn put_together(data: &Path, workshop: &Workshop) -> Result<(Manifest, Vec<PathBuf>)> {
    let copy = workshop.path();
    let moment = snapshot(data, &copy.join("kith.db"));
    let moment = moment.context("the database cannot be copied; kith verify says more")?;
    let manifest = Manifest::new(SystemClock.now(), moment.epoch, moment.tick);
    let mut writer = Writer::create(&copy.join("archive"), manifest)?;
    writer.add("kith.db", &copy.join("kith.db"))?;
    let deletions = data.join(DELETIONS_FILE);
    if deletions.is_file() {
        writer.add(DELETIONS_FILE, &deletions)?;
    }
    let damaged = add_files(&mut writer, &data.join("files"), copy)?;
    Ok((writer.finish()?, damaged))
}

fn add_files(writer: &mut Writer, files: &Path, snapshot: &Path) -> Result<Vec<PathBuf>> {
    let mut damaged = Vec::new();
    let known = known_bytes(snapshot)?;
    if known.is_empty() {
        return Ok(damaged);
    }
    let blobs = FileBlobs::open(files.to_owned(), 0)?;
    for bytes in &known {
        for variant in variants(bytes) {
            let place = place(bytes.id, *variant);
            let path = files.join(&place);
            let is_whole = read(&blobs, bytes, *variant).is_ok();
            if !is_whole && bytes.is_shown {
                damaged.push(path.clone());
            }
            if path.is_file() {
                writer.add(&format!("files/{}", place.display()), &path)?;
            }
        }
    }
    Ok(damaged)
}
