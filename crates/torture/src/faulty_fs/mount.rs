//! Mounting a [`Disk`].

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use fuser::{
    BackgroundSession, BsdFileFlags, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags,
    Generation, INodeNo, LockOwner, MountOption, OpenFlags, RenameFlags, ReplyAttr, ReplyCreate, ReplyData,
    ReplyDirectory, ReplyEmpty, ReplyEntry, ReplyOpen, ReplyStatfs, ReplyWrite, Request, TimeOrNow,
    WriteFlags,
};
use parking_lot::{Mutex, MutexGuard};
use rustix::mount::UnmountFlags;

use super::disk::{About, Disk, Failure};

/// Where the scenarios mount their disk, in the folder of their stage.
pub(crate) const MOUNT_POINT: &str = "disk";
/// How long the kernel may believe what it was told: nobody but the kernel changes anything.
const BELIEVE: Duration = Duration::from_secs(60);
const BLOCK_BYTES: u32 = 4_096;

/// A mounted disk; unmounted when this is dropped.
pub struct FaultyFs {
    disk: Arc<Mutex<Disk>>,
    syncs: Arc<Mutex<Syncs>>,
    path: PathBuf,
    session: Option<BackgroundSession>,
}

/// Why nothing can be mounted on this machine; `None` when it can.
#[must_use]
pub fn why_not() -> Option<String> {
    let opened = fs::OpenOptions::new().read(true).write(true).open("/dev/fuse");
    opened.err().map(|error| format!("/dev/fuse cannot be used: {error}"))
}

impl FaultyFs {
    /// Mounts a disk at a folder, which is made when it is missing.
    ///
    /// # Errors
    /// When the system does not let it.
    pub fn mount(disk: Disk, path: &Path) -> Result<Self> {
        fs::create_dir_all(path)?;
        let disk = Arc::new(Mutex::new(disk));
        let mut mounted = Self { disk, syncs: Arc::default(), path: path.to_owned(), session: None };
        mounted.plug_in()?;
        Ok(mounted)
    }

    /// The disk behind it.
    pub fn disk(&self) -> MutexGuard<'_, Disk> {
        self.disk.lock()
    }

    /// Has every sync take until this is called again, while reads and writes go on; or lets all of them come to an end.
    pub fn stall_syncs(&self, stalled: bool) {
        let mut syncs = self.syncs.lock();
        syncs.are_stalled = stalled;
        if !stalled {
            let waiting = syncs.waiting.drain(..);
            waiting.for_each(|(number, reply)| empty(self.disk.lock().sync(number), reply));
        }
    }

    /// Unmounts it and mounts it again, after `between`: what the kernel had in memory is gone. Nobody may have it open.
    ///
    /// # Errors
    /// When the system does not let it.
    pub fn remount(&mut self, between: impl FnOnce(&mut Disk)) -> Result<()> {
        self.unplug()?;
        between(&mut self.disk.lock());
        self.plug_in()
    }

    fn plug_in(&mut self) -> Result<()> {
        let mut config = fuser::Config::default();
        config.mount_options = vec![MountOption::FSName("kith-torture".into()), MountOption::NoAtime];
        let mounted = Mounted { disk: Arc::clone(&self.disk), syncs: Arc::clone(&self.syncs) };
        let session = fuser::spawn_mount(mounted, &self.path, &config);
        self.session = Some(session.with_context(|| format!("cannot mount at {}", self.path.display()))?);
        Ok(())
    }

    fn unplug(&mut self) -> io::Result<()> {
        self.session.take().map_or(Ok(()), BackgroundSession::umount_and_join)
    }
}

impl Drop for FaultyFs {
    fn drop(&mut self) {
        // After a panic the program may still be ending, and have files open: the mount is to go all the same.
        if self.session.is_some() {
            detach(&self.path);
        }
        if let Err(error) = self.unplug()
            && error.kind() != io::ErrorKind::InvalidInput
        {
            eprintln!("{} could not be unmounted: {error}", self.path.display());
        }
    }
}

/// Takes away what a run that was killed has left mounted at a folder. It is nothing when nothing is.
pub(crate) fn detach(path: &Path) {
    let _ = rustix::mount::unmount(path, UnmountFlags::DETACH);
}

/// Syncs that take their time.
#[derive(Default)]
struct Syncs {
    are_stalled: bool,
    /// Of which file or folder, and to whom it is to be said that it is done.
    waiting: Vec<(u64, ReplyEmpty)>,
}

/// What the kernel asks.
struct Mounted {
    disk: Arc<Mutex<Disk>>,
    syncs: Arc<Mutex<Syncs>>,
}

impl Mounted {
    fn sync(&self, number: u64, reply: ReplyEmpty) {
        let mut syncs = self.syncs.lock();
        if syncs.are_stalled {
            syncs.waiting.push((number, reply));
        } else {
            empty(self.disk.lock().sync(number), reply);
        }
    }
}

fn errno(failure: Failure) -> Errno {
    match failure {
        Failure::Io => Errno::EIO,
        Failure::Full => Errno::ENOSPC,
        Failure::Missing => Errno::ENOENT,
        Failure::Exists => Errno::EEXIST,
        Failure::NotEmpty => Errno::ENOTEMPTY,
        Failure::Kind => Errno::EINVAL,
    }
}

fn attributes(about: About) -> FileAttr {
    FileAttr {
        ino: INodeNo(about.number),
        size: about.bytes,
        blocks: about.bytes.div_ceil(512),
        atime: UNIX_EPOCH,
        mtime: UNIX_EPOCH,
        ctime: UNIX_EPOCH,
        crtime: UNIX_EPOCH,
        kind: if about.is_folder { FileType::Directory } else { FileType::RegularFile },
        perm: if about.is_folder { 0o700 } else { 0o600 },
        nlink: 1,
        uid: rustix::process::getuid().as_raw(),
        gid: rustix::process::getgid().as_raw(),
        rdev: 0,
        blksize: BLOCK_BYTES,
        flags: 0,
    }
}

fn entry(found: Result<About, Failure>, reply: ReplyEntry) {
    match found {
        Ok(about) => reply.entry(&BELIEVE, &attributes(about), Generation(0)),
        Err(failure) => reply.error(errno(failure)),
    }
}

fn empty(done: Result<(), Failure>, reply: ReplyEmpty) {
    match done {
        Ok(()) => reply.ok(),
        Err(failure) => reply.error(errno(failure)),
    }
}

impl Filesystem for Mounted {
    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        entry(self.disk.lock().find(parent.0, name), reply);
    }

    fn getattr(&self, _: &Request, number: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match self.disk.lock().about(number.0) {
            Ok(about) => reply.attr(&BELIEVE, &attributes(about)),
            Err(failure) => reply.error(errno(failure)),
        }
    }

    fn setattr(
        &self,
        _: &Request,
        number: INodeNo,
        _: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        size: Option<u64>,
        _: Option<TimeOrNow>,
        _: Option<TimeOrNow>,
        _: Option<SystemTime>,
        _: Option<FileHandle>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let mut disk = self.disk.lock();
        let set = size.map_or(Ok(()), |size| disk.set_length(number.0, size));
        match set.and_then(|()| disk.about(number.0)) {
            Ok(about) => reply.attr(&BELIEVE, &attributes(about)),
            Err(failure) => reply.error(errno(failure)),
        }
    }

    fn mkdir(&self, _: &Request, parent: INodeNo, name: &OsStr, _: u32, _: u32, reply: ReplyEntry) {
        entry(self.disk.lock().create(parent.0, name, true), reply);
    }

    fn unlink(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        empty(self.disk.lock().remove(parent.0, name), reply);
    }

    fn rmdir(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        empty(self.disk.lock().remove(parent.0, name), reply);
    }

    fn rename(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        new_parent: INodeNo,
        new_name: &OsStr,
        _: RenameFlags,
        reply: ReplyEmpty,
    ) {
        empty(self.disk.lock().rename((parent.0, name), (new_parent.0, new_name)), reply);
    }

    fn create(&self, _: &Request, parent: INodeNo, name: &OsStr, _: u32, _: u32, _: i32, reply: ReplyCreate) {
        match self.disk.lock().create(parent.0, name, false) {
            Ok(about) => {
                reply.created(
                    &BELIEVE,
                    &attributes(about),
                    Generation(0),
                    FileHandle(0),
                    FopenFlags::empty(),
                );
            }
            Err(failure) => reply.error(errno(failure)),
        }
    }

    fn open(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        reply.opened(FileHandle(0), FopenFlags::empty());
    }

    fn read(
        &self,
        _: &Request,
        number: INodeNo,
        _: FileHandle,
        at: u64,
        bytes: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        match self.disk.lock().read(number.0, at, bytes as usize) {
            Ok(bytes) => reply.data(bytes),
            Err(failure) => reply.error(errno(failure)),
        }
    }

    fn write(
        &self,
        _: &Request,
        number: INodeNo,
        _: FileHandle,
        at: u64,
        bytes: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        match self.disk.lock().write(number.0, at, bytes) {
            Ok(()) => reply.written(u32::try_from(bytes.len()).unwrap_or(u32::MAX)),
            Err(failure) => reply.error(errno(failure)),
        }
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        reply.ok();
    }

    fn fsync(&self, _: &Request, number: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        self.sync(number.0, reply);
    }

    fn fsyncdir(&self, _: &Request, number: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        self.sync(number.0, reply);
    }

    fn readdir(&self, _: &Request, number: INodeNo, _: FileHandle, from: u64, mut reply: ReplyDirectory) {
        let names = match self.disk.lock().names(number.0) {
            Ok(names) => names,
            Err(failure) => return reply.error(errno(failure)),
        };
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        for (index, (name, about)) in names.into_iter().enumerate().skip(from) {
            let kind = if about.is_folder { FileType::Directory } else { FileType::RegularFile };
            if reply.add(INodeNo(about.number), index as u64 + 1, kind, name) {
                break;
            }
        }
        reply.ok();
    }

    fn statfs(&self, _: &Request, _: INodeNo, reply: ReplyStatfs) {
        let (capacity, free) = self.disk.lock().room();
        let blocks = |bytes: u64| bytes / u64::from(BLOCK_BYTES);
        reply.statfs(
            blocks(capacity),
            blocks(free),
            blocks(free),
            1 << 20,
            1 << 20,
            BLOCK_BYTES,
            255,
            BLOCK_BYTES,
        );
    }
}
