//! `kith restore`: a backup becomes a data folder, under a new epoch, without what was deleted since.
//!
//! Everything is prepared beside what is there, in the same folder, and only then moved. A crash before that changes
//! nothing; a crash while moving leaves a folder that the server refuses until the restore is run again.

use std::{
    collections::HashSet,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

use anyhow::{Context, Result, bail, ensure};
use kith_chat::Clock;
use kith_store_sqlite::{DELETIONS_FILE, Deletion, begin_new_epoch, known_deletions, read_list};

use super::{
    archive::{self, Manifest},
    check, config, count_of,
};
use crate::{
    app,
    cli::Restore,
    config::Config,
    folder::{self, DataFolder},
    world::{self, SystemClock},
};

/// Where a backup is unpacked and prepared, in the data folder.
const PREPARING: &str = "preparing";
/// What stays where it is when everything else is replaced, and does not make a folder one that is in use.
const STAYS: [&str; 6] = ["lock", "files.lock", "lost+found", "console.sock", PREPARING, "restoring"];
/// What was there before goes into a folder of this name and a number.
const REPLACED: &str = "replaced-";

/// Carries out `kith restore` and prints what was done.
///
/// # Errors
/// A sentence that says why nothing was restored. What was there is untouched then.
pub fn restore(restore: &Restore) -> Result<()> {
    let config = config(&restore.folder)?;
    let manifest = archive::check(&restore.file)?;
    let folder = DataFolder::take(&config.data)?;
    let is_cut_off = folder.restoring().exists();
    ensure!(
        restore.replace || (!is_cut_off && in_use(folder.path())?.is_empty()),
        "{} is not empty; kith restore --replace puts what is there aside",
        config.data.display()
    );
    let deletions = deletions(folder.path(), restore.deletions.as_deref())?;
    let prepared = Prepared::unpack(&folder, &restore.file)?;
    let again = prepared.make_ready(&config, &deletions, restore.sign_out)?;
    let report = check::check(&prepared.path)?;
    let aside = prepared.take_place(&folder)?;

    println!(
        "{} was restored from the backup of {}: {}.",
        config.data.display(),
        moment(&manifest),
        report.contents()
    );
    if again > 0 {
        println!("{} made since then took effect again.", count_of(again, "deletion"));
    }
    if let Some(aside) = aside {
        println!("What was there before is in {}; remove it when you no longer need it.", aside.display());
    }
    println!("Clients begin afresh, and send what they had not sent yet.");
    for finding in report.findings() {
        eprintln!("kith: {} {}, as it was when the backup was made", finding.place, finding.problem);
    }
    Ok(())
}

fn moment(manifest: &Manifest) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(manifest.made_at.0))
}

/// What in a data folder would be replaced.
fn in_use(data: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(data)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !STAYS.contains(&&*name) && !name.starts_with(REPLACED) {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

/// Everything known to have been deleted: in the folder that is replaced, in those replaced before should that have been
/// cut off, and on a list that was kept elsewhere.
fn deletions(data: &Path, elsewhere: Option<&Path>) -> Result<Vec<Deletion>> {
    let mut known = known_deletions(data)?;
    for entry in fs::read_dir(data)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(REPLACED) {
            known.extend(known_deletions(&entry.path())?);
        }
    }
    if let Some(path) = elsewhere {
        ensure!(path.is_file(), "there is no list of deletions at {}", path.display());
        known.extend(read_list(path)?);
    }
    Ok(known)
}

/// A backup that waits to take its place.
struct Prepared {
    path: PathBuf,
}

impl Prepared {
    fn unpack(folder: &DataFolder, archive: &Path) -> Result<Self> {
        let path = folder.path().join(PREPARING);
        archive::remove_folder(&path)?;
        folder::make_private(&path)?;
        archive::unpack(archive, &path)?;
        ensure!(path.join("kith.db").is_file(), "{} holds no database", archive.display());
        Ok(Self { path })
    }

    /// Begins a new epoch, and deletes again what was deleted: since the backup, and while it was being made, which is on the
    /// list in it and not in its database. Returns how much that was.
    fn make_ready(&self, config: &Config, since: &[Deletion], sign_out: bool) -> Result<u64> {
        let own = read_list(&self.path.join(DELETIONS_FILE))?;
        let mut seen = HashSet::new();
        let deletions: Vec<Deletion> =
            own.iter().chain(since).filter(|deletion| seen.insert(**deletion)).copied().collect();
        begin_new_epoch(&self.path, &world::entropy()?)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let again = runtime.block_on(self.delete_again(config, &deletions, sign_out))?;
        self.write_list(&deletions)?;
        // The store empties its log when it is closed in order; what is left in one is not in the database.
        let log = fs::metadata(self.path.join("kith.db-wal")).map_or(0, |log| log.len());
        ensure!(log == 0, "the database could not be closed in order: is the disk full?");
        for name in ["lock", "kith.db-wal", "kith.db-shm"] {
            folder::remove_file(&self.path.join(name))?;
        }
        Ok(again)
    }

    async fn delete_again(&self, config: &Config, deletions: &[Deletion], sign_out: bool) -> Result<u64> {
        let folder = DataFolder::take(&self.path)?;
        let config = Config { data: self.path.clone(), ..config.clone() };
        let app::Opened { chat, store, .. } = app::open(&folder, &config, app::system_clock())?;
        let mut again = 0;
        for deletion in deletions {
            again += u64::from(store.delete_again(*deletion, SystemClock.now()).await.map_err(in_words)?);
        }
        if sign_out {
            store.end_everyones_sessions().await.map_err(in_words)?;
        }
        chat.unsend_deleted().await.map_err(in_words)?;
        chat.collect_garbage().await.map_err(in_words)?;
        chat.collect_strays().await.map_err(in_words)?;
        chat.close().await.map_err(in_words)?;
        Ok(again)
    }

    /// The list goes on: a later restore of another backup asks it again.
    fn write_list(&self, deletions: &[Deletion]) -> Result<()> {
        let mut file = File::create(self.path.join(DELETIONS_FILE))?;
        let mut lines = String::new();
        for deletion in deletions {
            lines.push_str(&serde_json::to_string(deletion)?);
            lines.push('\n');
        }
        file.write_all(lines.as_bytes())?;
        file.sync_all()?;
        Ok(folder::sync(&self.path)?)
    }

    /// Puts what is there aside and itself in its place. Returns where what was there is now.
    fn take_place(self, folder: &DataFolder) -> Result<Option<PathBuf>> {
        let data = folder.path();
        let restoring = folder.restoring();
        archive::remove_folder(&restoring)?;
        fs::rename(&self.path, &restoring)?;
        folder::sync(data)?;
        let before = in_use(data)?;
        let aside = if before.is_empty() { None } else { Some(free_name(data)?) };
        if let Some(aside) = &aside {
            folder::make_private(aside)?;
            move_into(&before, aside)?;
            folder::sync(aside)?;
        }
        let restored: Vec<PathBuf> = fs::read_dir(&restoring)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?;
        move_into(&restored, data)?;
        folder::sync(data)?;
        fs::remove_dir(&restoring)?;
        folder::sync(data)?;
        Ok(aside)
    }
}

fn move_into(paths: &[PathBuf], folder: &Path) -> Result<()> {
    for path in paths {
        let name = path.file_name().context("what lies in a folder has a name")?;
        fs::rename(path, folder.join(name))?;
    }
    Ok(())
}

fn free_name(data: &Path) -> Result<PathBuf> {
    for number in 1..10_000 {
        let path = data.join(format!("{REPLACED}{number}"));
        if !path.exists() {
            return Ok(path);
        }
    }
    bail!("{} holds too much that was replaced; remove some of it", data.display())
}

fn in_words(refusal: kith_chat::Refusal) -> anyhow::Error {
    anyhow::Error::msg(refusal.into_body().message)
}
