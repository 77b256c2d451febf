//! Between SQLite and the system's files: every write, cut and sync of a simulated disk passes here.
//!
//! SQLite reads and writes its files through a *VFS*. Ours is the system's own with four methods of a file replaced, made the
//! default one, so that whatever Kith puts on top of the default (its checksums) lies on top of ours. Files that lie on no
//! simulated disk pass through as they are. Nothing is ever really synced: what would survive is decided by [`crate::disk`].

#![expect(unsafe_code, reason = "SQLite's interface to files is a table of C functions")]

use std::{
    ffi::{CStr, OsStr, c_int, c_void},
    mem::size_of,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    ptr, slice,
    sync::{Arc, OnceLock},
};

use anyhow::{Result, ensure};
use parking_lot::Mutex;
use rusqlite::ffi;

use crate::disk::{self, State, Verdict};

const NAME: &CStr = c"simulated";
/// What Kith's own layer calls itself.
const ABOVE: &CStr = c"kith";

/// Puts simulated disks below everything that opens a database in this process from now on. Doing it again changes nothing.
///
/// # Errors
/// When Kith has opened a database before: its layer has found the system's files by then and keeps to them.
pub fn install() -> Result<()> {
    static INSTALLED: OnceLock<bool> = OnceLock::new();
    let installed = *INSTALLED.get_or_init(|| {
        // SAFETY: SQLite's default VFS lives as long as the process, and so does ours, which is never freed.
        unsafe {
            let system = ffi::sqlite3_vfs_find(ptr::null());
            if system.is_null() || !ffi::sqlite3_vfs_find(ABOVE.as_ptr()).is_null() {
                return false;
            }
            let own = ffi::sqlite3_vfs {
                pNext: ptr::null_mut(),
                zName: NAME.as_ptr(),
                szOsFile: (*system).szOsFile
                    + c_int::try_from(size_of::<SimulatedFile>()).expect("it is small"),
                pAppData: system.cast(),
                xOpen: Some(open),
                ..*system
            };
            ffi::sqlite3_vfs_register(Box::into_raw(Box::new(own)), 1) == ffi::SQLITE_OK
        }
    });
    ensure!(installed, "a database was opened in this process before simulated disks were put below it");
    Ok(())
}

/// An open file, as SQLite holds it: this, and right behind it the file of the system's own VFS.
#[repr(C)]
struct SimulatedFile {
    base: ffi::sqlite3_file,
    /// Null for a file that lies on no simulated disk.
    place: *mut Place,
}

/// Where a file lies.
struct Place {
    disk: Arc<Mutex<State>>,
    path: PathBuf,
}

/// Calls a method of the system's file.
macro_rules! call {
    ($file:expr, $method:ident $(, $argument:expr)*) => {{
        let file = $file;
        match (*(*file).pMethods).$method {
            Some(method) => method(file $(, $argument)*),
            None => ffi::SQLITE_ERROR,
        }
    }};
}

/// The system's file behind ours.
unsafe fn system_file(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: SQLite allocates `szOsFile` bytes, which is room for both.
    unsafe { file.cast::<SimulatedFile>().add(1).cast() }
}

/// Where this file lies, if on a simulated disk.
unsafe fn place<'a>(file: *mut ffi::sqlite3_file) -> Option<&'a Place> {
    // SAFETY: `place` is null or what `open` has put there, which `close` alone takes away.
    unsafe { (*file.cast::<SimulatedFile>()).place.as_ref() }
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: `vfs` is ours, whose `pAppData` is the system's; `file` has room for both files; a name ends in a zero.
    unsafe {
        let system = (*vfs).pAppData.cast::<ffi::sqlite3_vfs>();
        let below = system_file(file);
        let opened =
            (*system).xOpen.map_or(ffi::SQLITE_ERROR, |open| open(system, name, below, flags, out_flags));
        let own = file.cast::<SimulatedFile>();
        (*own).base.pMethods = if (*below).pMethods.is_null() { ptr::null() } else { &raw const METHODS };
        (*own).place = ptr::null_mut();
        if opened == ffi::SQLITE_OK && !name.is_null() {
            let path = Path::new(OsStr::from_bytes(CStr::from_ptr(name).to_bytes())).to_owned();
            if let Some(disk) = disk::of(&path) {
                disk.lock().open(&path);
                (*own).place = Box::into_raw(Box::new(Place { disk, path }));
            }
        }
        opened
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite passes an open file of ours, for the last time.
    unsafe {
        let own = file.cast::<SimulatedFile>();
        if !(*own).place.is_null() {
            drop(Box::from_raw((*own).place));
            (*own).place = ptr::null_mut();
        }
        call!(system_file(file), xClose)
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    from: *const c_void,
    bytes: c_int,
    at: i64,
) -> c_int {
    // SAFETY: SQLite passes an open file of ours and a buffer of `bytes` bytes.
    unsafe {
        if let Some(place) = place(file)
            && let (Ok(start), Ok(length)) = (usize::try_from(at), usize::try_from(bytes))
        {
            let content = slice::from_raw_parts(from.cast::<u8>(), length);
            match place.disk.lock().write(&place.path, start, content) {
                Verdict::Done => {}
                Verdict::Full => return ffi::SQLITE_FULL,
                Verdict::Failed => return ffi::SQLITE_IOERR_WRITE,
            }
        }
        call!(system_file(file), xWrite, from, bytes, at)
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    // SAFETY: SQLite passes an open file of ours.
    unsafe {
        if let Some(place) = place(file) {
            place.disk.lock().truncate(&place.path, usize::try_from(size).unwrap_or_default());
        }
        call!(system_file(file), xTruncate, size)
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: SQLite passes an open file of ours.
    unsafe {
        match place(file) {
            None => call!(system_file(file), xSync, flags),
            Some(place) => match place.disk.lock().sync(&place.path) {
                Verdict::Done => ffi::SQLITE_OK,
                Verdict::Full | Verdict::Failed => ffi::SQLITE_IOERR_FSYNC,
            },
        }
    }
}

/// Methods that hand on to the system's file.
macro_rules! hand_on {
    ($($name:ident = $method:ident($($argument:ident: $type:ty),*);)*) => {$(
        unsafe extern "C" fn $name(file: *mut ffi::sqlite3_file $(, $argument: $type)*) -> c_int {
            // SAFETY: SQLite passes an open file of ours; the arguments go on as they came.
            unsafe { call!(system_file(file), $method $(, $argument)*) }
        }
    )*};
}

hand_on! {
    read = xRead(to: *mut c_void, bytes: c_int, at: i64);
    file_size = xFileSize(size: *mut i64);
    lock = xLock(level: c_int);
    unlock = xUnlock(level: c_int);
    check_reserved_lock = xCheckReservedLock(is_reserved: *mut c_int);
    file_control = xFileControl(control: c_int, argument: *mut c_void);
    sector_size = xSectorSize();
    device_characteristics = xDeviceCharacteristics();
    shm_map = xShmMap(page: c_int, size: c_int, extend: c_int, to: *mut *mut c_void);
    shm_lock = xShmLock(offset: c_int, count: c_int, flags: c_int);
    shm_unmap = xShmUnmap(delete: c_int);
}

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    // SAFETY: SQLite passes an open file of ours.
    unsafe {
        let below = system_file(file);
        if let Some(barrier) = (*(*below).pMethods).xShmBarrier {
            barrier(below);
        }
    }
}

/// Version 2: without memory-mapped pages, past which nothing could be simulated.
static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};
