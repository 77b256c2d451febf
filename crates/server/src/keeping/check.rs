//! Looking at a data folder: the database, and every file that it names.

use std::{
    collections::BTreeSet,
    fmt, fs,
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Result;
use kith_chat::{Blobs, Variant};
use kith_store_sqlite::{Bytes, Examined, Finding, examine, known_bytes};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{bytes_in_words, count_of};
use crate::{
    files::{FileBlobs, place},
    folder::DataFolder,
};

/// A running server stores bytes before it notes them, and forgets them after it removed them: what seems wrong is looked
/// at once more after this.
const SECOND_LOOK_AFTER: Duration = Duration::from_millis(1_500);

/// What was found in a data folder.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// Whether nothing is wrong.
    whole: bool,
    folder: PathBuf,
    #[serde(flatten)]
    database: Examined,
    files: u64,
    file_bytes: u64,
}

impl Report {
    /// Whether everything is as it must be.
    pub(crate) fn is_whole(&self) -> bool {
        self.whole
    }

    /// What is wrong.
    pub(crate) fn findings(&self) -> &[Finding] {
        &self.database.findings
    }

    /// How much there is, as a list.
    pub(crate) fn contents(&self) -> String {
        format!(
            "{}, {}, {}, {} ({})",
            count_of(self.database.users, "account"),
            count_of(self.database.conversations, "conversation"),
            count_of(self.database.messages, "message"),
            count_of(self.files, "file"),
            bytes_in_words(self.file_bytes),
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.whole {
            writeln!(to, "{} is whole: {}.", self.folder.display(), self.contents())?;
        } else {
            writeln!(
                to,
                "{} is damaged: {}.",
                self.folder.display(),
                count_of(self.findings().len() as u64, "finding")
            )?;
            for Finding { place, problem } in self.findings() {
                writeln!(to, "  {place} {problem}")?;
            }
            writeln!(to, "Of what could be read there are {}.", self.contents())?;
        }
        if !self.database.has_checksums {
            writeln!(
                to,
                "The database was made by an older Kith and carries no checksums; a restored backup does."
            )?;
        }
        Ok(())
    }
}

/// Looks at everything in a data folder.
///
/// # Errors
/// When there is no database in it, or the disk fails.
pub(crate) fn check(folder: &Path) -> Result<Report> {
    let database = examine(folder)?;
    let mut report = Report { whole: false, folder: folder.to_owned(), database, files: 0, file_bytes: 0 };
    let files = folder.join("files");
    if files.is_dir() {
        let first = look(&files, folder, &mut report);
        let found = match first {
            Ok(found) if found.is_empty() || !DataFolder::is_served(folder)? => found,
            Ok(found) => {
                std::thread::sleep(SECOND_LOOK_AFTER);
                (report.files, report.file_bytes) = (0, 0);
                let again = look(&files, folder, &mut report)?;
                again.into_iter().filter(|finding| found.contains(finding)).collect()
            }
            // The database cannot say which files there should be; that it cannot be read is named already.
            Err(_) if !report.database.findings.is_empty() => Vec::new(),
            Err(error) => return Err(error),
        };
        report.database.findings.extend(found);
    }
    report.whole = report.database.findings.is_empty();
    Ok(report)
}

fn look(files: &Path, folder: &Path, report: &mut Report) -> Result<Vec<Finding>> {
    let on_disk = list(files)?;
    let known = known_bytes(folder)?;
    let blobs = FileBlobs::open(files.to_owned(), 0)?;
    let mut expected = BTreeSet::new();
    let mut findings = Vec::new();
    for bytes in &known {
        for variant in variants(bytes) {
            let place = place(bytes.id, *variant);
            match read(&blobs, bytes, *variant) {
                Ok(length) => {
                    report.files += 1;
                    report.file_bytes += length;
                }
                // What nothing shows any more may be being removed.
                Err(error) if error.kind() == io::ErrorKind::NotFound && !bytes.is_shown => {}
                Err(error) => findings.push(Finding::new(in_files(&place), problem(&error))),
            }
            expected.insert(place);
        }
    }
    let strays = on_disk.iter().filter(|path| !expected.contains(*path));
    findings.extend(strays.map(|path| Finding::new(in_files(path), "belongs to nothing")));
    Ok(findings)
}

fn in_files(path: &Path) -> String {
    format!("files/{}", path.display())
}

fn problem(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "is missing".into(),
        io::ErrorKind::InvalidData => "is damaged".into(),
        _ => format!("cannot be read: {error}"),
    }
}

/// What is kept of an attachment.
pub(super) fn variants(bytes: &Bytes) -> &'static [Variant] {
    if bytes.is_image { &Variant::ALL } else { &[Variant::Original] }
}

/// Reads bytes to their end. Returns how many there were.
///
/// # Errors
/// Those of the disk; `InvalidData` when they are not what the database says.
pub(super) fn read(blobs: &dyn Blobs, bytes: &Bytes, variant: Variant) -> io::Result<u64> {
    let mut blob = blobs.open(bytes.id, variant)?;
    let (mut hash, mut length) = (Sha256::new(), 0);
    let mut part = vec![0; 128 * 1024];
    loop {
        let count = blob.read(&mut part)?;
        if count == 0 {
            break;
        }
        hash.update(&part[..count]);
        length += count as u64;
    }
    let is_other = hash.finalize()[..] != bytes.sha256 || length != bytes.size;
    if variant == Variant::Original && is_other {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(length)
}

/// Every file in the folder, by its path in there.
fn list(files: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for shelf in fs::read_dir(files)? {
        let shelf = shelf?;
        let name = PathBuf::from(shelf.file_name());
        if !shelf.file_type()?.is_dir() {
            found.push(name);
            continue;
        }
        for file in fs::read_dir(shelf.path())? {
            found.push(name.join(file?.file_name()));
        }
    }
    found.sort();
    Ok(found)
}
