//! The disk behind the file system, in memory: what programs see, and what would be left of it after a power cut.
//!
//! As POSIX has it and no more: the content of a file is safe once the file was synced, a name once its folder was.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
};

use rand::{RngExt, rngs::StdRng};

/// The root folder's number.
pub(crate) const ROOT: u64 = 1;
/// A power cut tears a write between two of these, in bytes.
const SECTOR_BYTES: usize = 512;

/// Why something was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The disk failed, or is off.
    Io,
    /// It is full.
    Full,
    /// There is no such thing.
    Missing,
    /// It is there already.
    Exists,
    /// There is something in it.
    NotEmpty,
    /// It is a folder, or is none.
    Kind,
}

type Done<T> = Result<T, Failure>;

/// What the disk does wrong.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// The write, sync or rename, counted from 1 since this was set, that fails.
    pub nth: Option<u64>,
    /// What fails says that it was done, and was not: for controls.
    pub silently: bool,
    /// Nothing is really synced any more, and a power cut takes all of it: for controls.
    pub ignores_sync: bool,
}

/// What has happened on a disk.
#[derive(Clone, Debug, Default)]
pub struct Happened {
    /// Writes, syncs and renames, since faults were last set.
    pub operations: u64,
    /// What failed: the operation and its file.
    pub failed: Option<String>,
    /// Operations refused because the disk was full.
    pub full: u64,
    /// Changes that power cuts dropped.
    pub dropped: u64,
    /// Writes that power cuts tore.
    pub torn: u64,
}

/// A disk. A copy of it is another disk with the same content.
#[derive(Clone, Debug)]
pub struct Disk {
    nodes: BTreeMap<u64, Node>,
    next: u64,
    used_bytes: u64,
    capacity_bytes: Option<u64>,
    is_off: bool,
    faults: Faults,
    /// What has happened on it.
    pub happened: Happened,
}

#[derive(Clone, Debug)]
enum Node {
    File(File),
    Folder(Folder),
}

#[derive(Clone, Debug, Default)]
struct File {
    content: Vec<u8>,
    /// As a power cut would leave it, but for what is in `unsynced`.
    synced: Vec<u8>,
    unsynced: Vec<Change>,
}

#[derive(Clone, Debug)]
enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Length(usize),
}

impl Change {
    /// Whether it is more than a sector.
    fn can_be_torn(&self) -> bool {
        matches!(self, Self::Write { bytes, .. } if bytes.len() >= 2 * SECTOR_BYTES)
    }
}

#[derive(Clone, Debug, Default)]
struct Folder {
    names: BTreeMap<OsString, u64>,
    synced: BTreeMap<OsString, u64>,
}

/// What is to be known of a file or folder.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About {
    pub(crate) number: u64,
    pub(crate) is_folder: bool,
    pub(crate) bytes: u64,
}

impl Default for Disk {
    fn default() -> Self {
        Self {
            nodes: BTreeMap::from([(ROOT, Node::Folder(Folder::default()))]),
            next: ROOT + 1,
            used_bytes: 0,
            capacity_bytes: None,
            is_off: false,
            faults: Faults::default(),
            happened: Happened::default(),
        }
    }
}

impl Disk {
    /// Sets what goes wrong from now on.
    pub fn set_faults(&mut self, faults: Faults) {
        self.faults = faults;
        self.happened.operations = 0;
        self.happened.failed = None;
    }

    /// Sets how many bytes there is room for.
    pub fn set_capacity(&mut self, bytes: Option<u64>) {
        self.capacity_bytes = bytes;
    }

    /// The power goes: from now on nothing works.
    pub fn turn_off(&mut self) {
        self.is_off = true;
    }

    /// The power comes back: what was not synced is gone, or there in part; faults are over.
    pub fn turn_on(&mut self, random: &mut StdRng) {
        self.is_off = false;
        let nothing_stays = self.faults.ignores_sync;
        self.faults = Faults { ignores_sync: nothing_stays, ..Faults::default() };
        for node in self.nodes.values_mut() {
            match node {
                Node::File(file) if nothing_stays => self.happened.dropped += file.forget(),
                Node::File(file) => file.cut(random, &mut self.happened),
                Node::Folder(folder) => {
                    let kept = |(name, node): (&OsString, &u64)| folder.synced.get(name) == Some(node);
                    let changed = folder.names.iter().filter(|entry| !kept(*entry)).count();
                    self.happened.dropped += changed as u64;
                    folder.names.clone_from(&folder.synced);
                }
            }
        }
        self.drop_unreachable();
    }

    fn drop_unreachable(&mut self) {
        let mut reachable = BTreeMap::new();
        let mut folders = vec![ROOT];
        while let Some(number) = folders.pop() {
            let Some(node) = self.nodes.remove(&number) else { continue };
            if let Node::Folder(folder) = &node {
                folders.extend(folder.names.values());
            }
            reachable.insert(number, node);
        }
        self.nodes = reachable;
        self.used_bytes = self.nodes.values().map(Node::bytes).sum();
    }

    pub(crate) fn room(&self) -> (u64, u64) {
        let capacity = self.capacity_bytes.unwrap_or(1 << 40);
        (capacity, capacity.saturating_sub(self.used_bytes))
    }

    pub(crate) fn about(&self, number: u64) -> Done<About> {
        let node = self.nodes.get(&number).ok_or(Failure::Missing)?;
        Ok(About { number, is_folder: matches!(node, Node::Folder(_)), bytes: node.bytes() })
    }

    pub(crate) fn find(&self, folder: u64, name: &OsStr) -> Done<About> {
        let number = *self.folder(folder)?.names.get(name).ok_or(Failure::Missing)?;
        self.about(number)
    }

    pub(crate) fn names(&self, folder: u64) -> Done<Vec<(OsString, About)>> {
        let names = self.folder(folder)?.names.iter();
        names.map(|(name, number)| Ok((name.clone(), self.about(*number)?))).collect()
    }

    pub(crate) fn create(&mut self, folder: u64, name: &OsStr, is_folder: bool) -> Done<About> {
        self.check_on()?;
        if self.folder(folder)?.names.contains_key(name) {
            return Err(Failure::Exists);
        }
        let number = self.next;
        self.next += 1;
        let node = if is_folder { Node::Folder(Folder::default()) } else { Node::File(File::default()) };
        self.nodes.insert(number, node);
        self.folder_mut(folder)?.names.insert(name.to_owned(), number);
        self.about(number)
    }

    pub(crate) fn remove(&mut self, folder: u64, name: &OsStr) -> Done<()> {
        self.check_on()?;
        let found = self.find(folder, name)?;
        if found.is_folder && !self.folder(found.number)?.names.is_empty() {
            return Err(Failure::NotEmpty);
        }
        self.folder_mut(folder)?.names.remove(name);
        // Whoever has it open, and a folder whose change was not synced, may still find it: only its room is free.
        self.used_bytes = self.used_bytes.saturating_sub(found.bytes);
        Ok(())
    }

    pub(crate) fn rename(&mut self, from: (u64, &OsStr), to: (u64, &OsStr)) -> Done<()> {
        let found = self.find(from.0, from.1)?;
        if self.fails(|| format!("rename to {}", to.1.display()))? {
            return Ok(());
        }
        if self.find(to.0, to.1).is_ok() {
            self.remove(to.0, to.1)?;
        }
        self.folder_mut(from.0)?.names.remove(from.1);
        self.folder_mut(to.0)?.names.insert(to.1.to_owned(), found.number);
        Ok(())
    }

    pub(crate) fn read(&self, number: u64, at: u64, bytes: usize) -> Done<&[u8]> {
        self.check_on()?;
        let Some(Node::File(file)) = self.nodes.get(&number) else { return Err(Failure::Kind) };
        let start = usize::try_from(at).map_err(|_| Failure::Io)?.min(file.content.len());
        let end = start.saturating_add(bytes).min(file.content.len());
        Ok(&file.content[start..end])
    }

    pub(crate) fn write(&mut self, number: u64, at: u64, bytes: &[u8]) -> Done<()> {
        let at = usize::try_from(at).map_err(|_| Failure::Io)?;
        self.make_room(number, at + bytes.len())?;
        let name = self.name_of(number);
        if self.fails(|| format!("write to {name}"))? {
            return Ok(());
        }
        self.file_mut(number)?.change(Change::Write { at, bytes: bytes.to_vec() });
        Ok(())
    }

    pub(crate) fn set_length(&mut self, number: u64, bytes: u64) -> Done<()> {
        self.check_on()?;
        let bytes = usize::try_from(bytes).map_err(|_| Failure::Io)?;
        self.make_room(number, bytes)?;
        let before = self.file_mut(number)?.content.len();
        self.file_mut(number)?.change(Change::Length(bytes));
        self.used_bytes = self.used_bytes.saturating_sub(before.saturating_sub(bytes) as u64);
        Ok(())
    }

    /// Makes a file or a folder safe. One that fails is lost: like Linux, the disk does not try again.
    pub(crate) fn sync(&mut self, number: u64) -> Done<()> {
        let name = self.name_of(number);
        let failed = self.fails(|| format!("sync of {name}"));
        let ignored = self.faults.ignores_sync;
        let node = self.nodes.get_mut(&number).ok_or(Failure::Missing)?;
        match (node, &failed) {
            (_, Err(Failure::Io)) if self.is_off => {}
            (Node::File(file), Ok(true) | Err(_)) => file.unsynced.clear(),
            (Node::File(file), Ok(false)) if !ignored => file.sync(),
            (Node::Folder(folder), Ok(false)) if !ignored => folder.synced.clone_from(&folder.names),
            _ => {}
        }
        failed.map(|_| ())
    }

    fn check_on(&self) -> Done<()> {
        if self.is_off { Err(Failure::Io) } else { Ok(()) }
    }

    /// Counts an operation. Whether it is the one that fails without saying so.
    fn fails(&mut self, what: impl FnOnce() -> String) -> Done<bool> {
        self.check_on()?;
        self.happened.operations += 1;
        if self.faults.nth != Some(self.happened.operations) {
            return Ok(false);
        }
        self.happened.failed = Some(what());
        if self.faults.silently { Ok(true) } else { Err(Failure::Io) }
    }

    /// Whether a file may have this length.
    fn make_room(&mut self, number: u64, length: usize) -> Done<()> {
        let growth = (length as u64).saturating_sub(self.about(number)?.bytes);
        if growth > 0 && self.capacity_bytes.is_some_and(|capacity| self.used_bytes + growth > capacity) {
            self.happened.full += 1;
            return Err(Failure::Full);
        }
        self.used_bytes += growth;
        Ok(())
    }

    fn name_of(&self, number: u64) -> String {
        let folders = self.nodes.values().filter_map(|node| match node {
            Node::Folder(folder) => Some(folder),
            Node::File(_) => None,
        });
        let mut names = folders.flat_map(|folder| &folder.names).filter(|(_, it)| **it == number);
        names.next().map_or_else(|| "an unnamed file".into(), |(name, _)| name.display().to_string())
    }

    fn folder(&self, number: u64) -> Done<&Folder> {
        match self.nodes.get(&number) {
            Some(Node::Folder(folder)) => Ok(folder),
            Some(Node::File(_)) => Err(Failure::Kind),
            None => Err(Failure::Missing),
        }
    }

    fn folder_mut(&mut self, number: u64) -> Done<&mut Folder> {
        match self.nodes.get_mut(&number) {
            Some(Node::Folder(folder)) => Ok(folder),
            Some(Node::File(_)) => Err(Failure::Kind),
            None => Err(Failure::Missing),
        }
    }

    fn file_mut(&mut self, number: u64) -> Done<&mut File> {
        match self.nodes.get_mut(&number) {
            Some(Node::File(file)) => Ok(file),
            Some(Node::Folder(_)) => Err(Failure::Kind),
            None => Err(Failure::Missing),
        }
    }
}

impl Node {
    fn bytes(&self) -> u64 {
        match self {
            Self::File(file) => file.content.len() as u64,
            Self::Folder(_) => 0,
        }
    }
}

impl File {
    fn change(&mut self, change: Change) {
        apply(&mut self.content, &change);
        // What is written over before it was synced never reaches the disk.
        if let (Some(Change::Write { at: before, bytes: old }), Change::Write { at, bytes }) =
            (self.unsynced.last_mut(), &change)
            && before == at
            && old.len() == bytes.len()
        {
            old.clone_from(bytes);
            return;
        }
        self.unsynced.push(change);
    }

    fn sync(&mut self) {
        for change in self.unsynced.drain(..) {
            apply(&mut self.synced, &change);
        }
    }

    /// Of what was not synced, nothing is left; how many changes that was.
    fn forget(&mut self) -> u64 {
        self.content.clone_from(&self.synced);
        std::mem::take(&mut self.unsynced).len() as u64
    }

    /// Of what was not synced, nothing is left; or the beginning, the last write of it torn; or any of it.
    fn cut(&mut self, random: &mut StdRng, happened: &mut Happened) {
        let changes = std::mem::take(&mut self.unsynced);
        let in_order = random.random_ratio(2, 3);
        let kept = if random.random_ratio(1, 3) { 0 } else { random.random_range(0..=changes.len()) };
        // What is too short to be torn is there or not: the next one is torn.
        let kept = changes[kept..].iter().position(Change::can_be_torn).map_or(kept, |next| kept + next);
        for (number, change) in changes.iter().enumerate() {
            let keep = if in_order { number < kept } else { random.random() };
            if keep {
                apply(&mut self.synced, change);
            } else if in_order && number == kept && tear(&mut self.synced, change, random) {
                happened.torn += 1;
            } else {
                happened.dropped += 1;
            }
        }
        self.content.clone_from(&self.synced);
    }
}

fn apply(content: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Length(length) => content.resize(*length, 0),
        Change::Write { at, bytes } => {
            let end = at + bytes.len();
            if content.len() < end {
                content.resize(end, 0);
            }
            content[*at..end].copy_from_slice(bytes);
        }
    }
}

/// Writes some sectors of a write. Whether there was anything to tear.
fn tear(content: &mut Vec<u8>, change: &Change, random: &mut StdRng) -> bool {
    let Change::Write { at, bytes } = change else { return false };
    if !change.can_be_torn() {
        return false;
    }
    let kept = random.random_range(1..bytes.len() / SECTOR_BYTES) * SECTOR_BYTES;
    apply(content, &Change::Write { at: *at, bytes: bytes[..kept].to_vec() });
    true
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn cut(disk: &mut Disk, seed: u64) {
        disk.turn_off();
        disk.turn_on(&mut StdRng::seed_from_u64(seed));
    }

    fn file(disk: &mut Disk, name: &str) -> u64 {
        disk.create(ROOT, name.as_ref(), false).unwrap().number
    }

    #[test]
    fn what_was_synced_survives_and_what_was_not_never_survives_whole_for_ever() {
        let mut lost = 0;
        for seed in 0..50 {
            let mut disk = Disk::default();
            let number = file(&mut disk, "a");
            disk.sync(ROOT).unwrap();
            disk.write(number, 0, b"safe").unwrap();
            disk.sync(number).unwrap();
            disk.write(number, 4, &[7; 4_096]).unwrap();
            cut(&mut disk, seed);
            assert_eq!(disk.read(number, 0, 4).unwrap(), b"safe");
            lost += u64::from(disk.about(number).unwrap().bytes < 4_100);
        }
        assert!(lost > 10, "{lost}");
    }

    #[test]
    fn a_disk_that_only_says_that_it_synced_goes_back_to_where_it_was() {
        let mut disk = Disk::default();
        let number = file(&mut disk, "a");
        disk.write(number, 0, b"safe").unwrap();
        disk.sync(number).unwrap();
        disk.sync(ROOT).unwrap();
        disk.set_faults(Faults { ignores_sync: true, ..Faults::default() });
        disk.write(number, 0, b"lost").unwrap();
        disk.sync(number).unwrap();
        assert_eq!(disk.read(number, 0, 4).unwrap(), b"lost", "programs see it until the power goes");
        cut(&mut disk, 1);
        assert_eq!((disk.read(number, 0, 4).unwrap(), disk.happened.dropped), (&b"safe"[..], 1));
    }

    #[test]
    fn a_name_survives_once_its_folder_was_synced() {
        let mut disk = Disk::default();
        let number = file(&mut disk, "a.tmp");
        disk.write(number, 0, b"x").unwrap();
        disk.sync(number).unwrap();
        disk.sync(ROOT).unwrap();
        disk.rename((ROOT, "a.tmp".as_ref()), (ROOT, "a".as_ref())).unwrap();
        file(&mut disk, "b");
        cut(&mut disk, 1);
        assert!(disk.find(ROOT, "a.tmp".as_ref()).is_ok());
        assert_eq!(disk.find(ROOT, "a".as_ref()).unwrap_err(), Failure::Missing);
        assert_eq!(disk.find(ROOT, "b".as_ref()).unwrap_err(), Failure::Missing);
    }

    #[test]
    fn the_nth_operation_fails_once_and_a_failed_sync_loses_what_it_should_have_kept() {
        let mut disk = Disk::default();
        let number = file(&mut disk, "a");
        disk.sync(ROOT).unwrap();
        disk.set_faults(Faults { nth: Some(2), ..Faults::default() });
        disk.write(number, 0, b"lost").unwrap();
        assert_eq!(disk.sync(number).unwrap_err(), Failure::Io);
        assert_eq!(disk.happened.failed.as_deref(), Some("sync of a"));
        disk.sync(number).unwrap();
        assert_eq!(disk.read(number, 0, 9).unwrap(), b"lost", "programs see it until the power goes");
        cut(&mut disk, 1);
        assert_eq!(disk.read(number, 0, 9).unwrap(), b"");
    }

    #[test]
    fn a_full_disk_takes_nothing_more_until_something_is_removed() {
        let mut disk = Disk::default();
        disk.set_capacity(Some(10));
        let (first, second) = (file(&mut disk, "a"), file(&mut disk, "b"));
        disk.write(first, 0, &[1; 10]).unwrap();
        assert_eq!(disk.write(second, 0, &[1]).unwrap_err(), Failure::Full);
        disk.write(first, 0, &[2; 10]).unwrap();
        disk.remove(ROOT, "a".as_ref()).unwrap();
        disk.write(second, 0, &[1; 10]).unwrap();
        assert_eq!(disk.room(), (10, 0));
    }
}
