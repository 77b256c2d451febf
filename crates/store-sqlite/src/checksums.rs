//! A checksum in every page of the database: a bit that changed on the disk is found when the page is read, and never
//! served as if it were what was written.
//!
//! SQLite reads and writes its files through a *VFS*. Ours is the system's own with two methods of the database file
//! replaced: a page is given a CRC-32 of its number and content on its way out, and is held against it on its way in. The
//! checksum lies in the last bytes of the page, which SQLite leaves alone when they are reserved. The log has checksums of
//! SQLite's own, so the writer's path is as it was: pages pass here when they are moved out of the log, and when they are
//! read and not cached.

#![expect(unsafe_code, reason = "SQLite's interface to files is a table of C functions")]

use std::{
    ffi::{CStr, c_int, c_void},
    fs::File,
    io,
    mem::size_of,
    os::unix::fs::FileExt,
    path::Path,
    ptr, slice,
    sync::OnceLock,
};

use rusqlite::{Connection, OpenFlags, ffi};

use crate::log::Log;

/// The size of a page, in bytes: SQLite's own choice for new databases.
pub(crate) const PAGE_BYTES: usize = 4_096;
/// Bytes at the end of each page that hold its checksum.
const CHECKSUM_BYTES: usize = 4;
/// What marks the database as ours, and its pages as carrying checksums: "Kith".
pub(crate) const APPLICATION_ID: i32 = 0x4B69_7468;
/// The header of the file, in bytes, which SQLite reads by itself before it reads the whole page that it lies in.
const HEADER_BYTES: i64 = 100;
const NAME: &CStr = c"kith";

/// Opens a database whose pages carry checksums; one that was made without them is opened as it is.
pub(crate) fn open(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    register()?;
    let connection = Connection::open_with_flags_and_vfs(path, flags, NAME)?;
    let mut reserved = c_int::try_from(CHECKSUM_BYTES).expect("it is small");
    // SAFETY: the handle is open while `connection` lives, the name ends in a zero, and this control takes an `int`.
    let code = unsafe {
        ffi::sqlite3_file_control(
            connection.handle(),
            c"main".as_ptr(),
            ffi::SQLITE_FCNTL_RESERVE_BYTES,
            (&raw mut reserved).cast(),
        )
    };
    match code {
        // Of a database that is there already, the size of pages stays as it is.
        ffi::SQLITE_OK | ffi::SQLITE_READONLY => Ok(connection),
        code => Err(failure(code)),
    }
}

/// What a database file says of its pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pages {
    /// Each carries a checksum.
    Checked,
    /// It was made by a program that gave them none.
    Plain,
}

impl Pages {
    /// Reads it from the beginning of the file. Two places say it, so that no single one decides alone.
    fn of_header(header: &[u8; 100]) -> Self {
        let reserves = usize::from(header[20]) == CHECKSUM_BYTES;
        let ours = header[68..72] == APPLICATION_ID.to_be_bytes();
        if reserves || ours { Self::Checked } else { Self::Plain }
    }
}

/// Reads every page of a database file, past SQLite. Returns what kind of pages it has, and the numbers of those that do
/// not match their checksum, at most `limit`. Pages that the log holds are left out: they are not read from here.
///
/// # Errors
/// Those of the disk; [`io::ErrorKind::UnexpectedEof`] when the file ends within a page or before its last one.
pub(crate) fn scan(path: &Path, limit: usize) -> io::Result<(Pages, Vec<u64>)> {
    let file = File::open(path)?;
    if file.metadata()?.len() == 0 {
        return Ok((Pages::Checked, Vec::new()));
    }
    let mut log = Log::of(path);
    let mut header = [0; 100];
    file.read_exact_at(&mut header, 0)?;
    let pages = Pages::of_header(&header);
    let count = u64::from(u32::from_be_bytes([header[28], header[29], header[30], header[31]]));
    if !comes_right(|| is_long_enough(&file, count, &mut log))? {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut damaged = Vec::new();
    if pages == Pages::Checked {
        for page in 0..file.metadata()?.len() / PAGE_BYTES as u64 {
            if !comes_right(|| is_whole(&file, page, &mut log))? {
                damaged.push(page + 1);
            }
            if damaged.len() == limit {
                break;
            }
        }
    }
    Ok((pages, damaged))
}

/// A running server may be writing what is looked at: only what stays wrong is wrong.
fn comes_right(mut is_right: impl FnMut() -> io::Result<bool>) -> io::Result<bool> {
    for attempt in 0..3 {
        if attempt > 0 {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        if is_right()? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a file of `count` pages has all of them, those aside that are still to come out of the log.
fn is_long_enough(file: &File, count: u64, log: &mut Log) -> io::Result<bool> {
    let bytes = file.metadata()?.len();
    let page_bytes = PAGE_BYTES as u64;
    for page in bytes / page_bytes..count.max(bytes.div_ceil(page_bytes)) {
        if !log.holds(page + 1)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_whole(file: &File, page: u64, log: &mut Log) -> io::Result<bool> {
    let mut bytes = [0; PAGE_BYTES];
    file.read_exact_at(&mut bytes, page * PAGE_BYTES as u64)?;
    Ok(matches(&bytes, page) || log.holds(page + 1)?)
}

/// Whether the content of the page with this index matches the checksum at its end.
fn matches(page: &[u8], index: u64) -> bool {
    let (content, checksum) = page.split_at(PAGE_BYTES - CHECKSUM_BYTES);
    checksum == checksum_of(content, index)
}

fn checksum_of(content: &[u8], index: u64) -> [u8; CHECKSUM_BYTES] {
    let mut crc = crc32fast::Hasher::new();
    // With its number, so that a page that was written to another's place is found too.
    crc.update(&index.to_le_bytes());
    crc.update(content);
    crc.finalize().to_le_bytes()
}

fn failure(code: c_int) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)
}

/// An open file, as SQLite holds it: this, and right behind it the file of the system's own VFS.
#[repr(C)]
struct CheckedFile {
    base: ffi::sqlite3_file,
    checked: bool,
}

/// Makes our VFS known to SQLite, once in a process.
fn register() -> rusqlite::Result<()> {
    static REGISTERED: OnceLock<c_int> = OnceLock::new();
    let code = *REGISTERED.get_or_init(|| {
        // SAFETY: SQLite's default VFS lives as long as the process, and so does ours, which is never freed.
        unsafe {
            let system = ffi::sqlite3_vfs_find(ptr::null());
            if system.is_null() {
                return ffi::SQLITE_ERROR;
            }
            let own = ffi::sqlite3_vfs {
                pNext: ptr::null_mut(),
                zName: NAME.as_ptr(),
                szOsFile: (*system).szOsFile
                    + c_int::try_from(size_of::<CheckedFile>()).expect("it is small"),
                pAppData: system.cast(),
                xOpen: Some(open_file),
                ..*system
            };
            ffi::sqlite3_vfs_register(Box::into_raw(Box::new(own)), 0)
        }
    });
    if code == ffi::SQLITE_OK { Ok(()) } else { Err(failure(code)) }
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
    unsafe { file.cast::<CheckedFile>().add(1).cast() }
}

unsafe extern "C" fn open_file(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: `vfs` is ours, whose `pAppData` is the system's; `file` has room for both files.
    unsafe {
        let system = (*vfs).pAppData.cast::<ffi::sqlite3_vfs>();
        let below = system_file(file);
        let opened =
            (*system).xOpen.map_or(ffi::SQLITE_ERROR, |open| open(system, name, below, flags, out_flags));
        let own = file.cast::<CheckedFile>();
        (*own).base.pMethods = if (*below).pMethods.is_null() { ptr::null() } else { &raw const METHODS };
        (*own).checked =
            opened == ffi::SQLITE_OK && flags & ffi::SQLITE_OPEN_MAIN_DB != 0 && carries_checksums(below);
        opened
    }
}

/// Whether the pages of a database carry checksums; those of a new one will.
unsafe fn carries_checksums(below: *mut ffi::sqlite3_file) -> bool {
    let mut header = [0_u8; 100];
    let bytes = c_int::try_from(header.len()).expect("it is small");
    // SAFETY: the file is open, and the buffer has as many bytes as are asked for.
    let code = unsafe { call!(below, xRead, header.as_mut_ptr().cast(), bytes, 0) };
    // What is too short for a header is new, or damaged, which the first whole page shows.
    code != ffi::SQLITE_OK || Pages::of_header(&header) == Pages::Checked
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, to: *mut c_void, bytes: c_int, at: i64) -> c_int {
    // SAFETY: SQLite passes an open file of ours and a buffer of `bytes` bytes.
    unsafe {
        let below = system_file(file);
        let is_header = at.saturating_add(i64::from(bytes)) <= HEADER_BYTES;
        if !(*file.cast::<CheckedFile>()).checked || is_header {
            return call!(below, xRead, to, bytes, at);
        }
        let (Ok(place), Ok(length)) = (usize::try_from(at), usize::try_from(bytes)) else {
            return ffi::SQLITE_IOERR_READ;
        };
        read_checked(below, slice::from_raw_parts_mut(to.cast::<u8>(), length), place)
    }
}

/// Reads a page, or a part of one as SQLite does with long texts, and checks the whole page.
unsafe fn read_checked(below: *mut ffi::sqlite3_file, to: &mut [u8], at: usize) -> c_int {
    let (index, from) = (at / PAGE_BYTES, at % PAGE_BYTES);
    let mut part = [0_u8; PAGE_BYTES];
    let is_part = to.len() != PAGE_BYTES || from != 0;
    let page = if is_part { &mut part[..] } else { &mut *to };
    let start = i64::try_from(index * PAGE_BYTES).unwrap_or(i64::MAX);
    let bytes = c_int::try_from(PAGE_BYTES).expect("it is small");
    // SAFETY: the file is open, and the buffer has as many bytes as are asked for.
    let code = unsafe { call!(below, xRead, page.as_mut_ptr().cast(), bytes, start) };
    if code == ffi::SQLITE_OK && !matches(page, index as u64) {
        let page = index + 1;
        tracing::error!(page, "a page of the database does not match its checksum; run kith verify");
        return ffi::SQLITE_IOERR_DATA;
    }
    if is_part {
        // More than one page at once: the size of pages in the header is not ours.
        let Some(wanted) = part.get(from..from + to.len()) else { return ffi::SQLITE_IOERR_DATA };
        to.copy_from_slice(wanted);
    }
    code
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    from: *const c_void,
    bytes: c_int,
    at: i64,
) -> c_int {
    // SAFETY: SQLite passes an open file of ours and a buffer of `bytes` bytes.
    unsafe {
        let below = system_file(file);
        let whole_page = usize::try_from(bytes).is_ok_and(|bytes| bytes == PAGE_BYTES);
        if !(*file.cast::<CheckedFile>()).checked || !whole_page {
            return call!(below, xWrite, from, bytes, at);
        }
        let mut page = [0_u8; PAGE_BYTES];
        page.copy_from_slice(slice::from_raw_parts(from.cast::<u8>(), PAGE_BYTES));
        let index = u64::try_from(at).unwrap_or_default() / PAGE_BYTES as u64;
        let (content, checksum) = page.split_at_mut(PAGE_BYTES - CHECKSUM_BYTES);
        checksum.copy_from_slice(&checksum_of(content, index));
        call!(below, xWrite, page.as_ptr().cast(), bytes, at)
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
    close = xClose();
    truncate = xTruncate(size: i64);
    sync = xSync(flags: c_int);
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

/// Version 2: without memory-mapped pages, which nobody could hold against their checksum.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn database(path: &Path) -> Connection {
        open(path, OpenFlags::default()).unwrap()
    }

    fn filled(folder: &Path) -> std::path::PathBuf {
        let path = folder.join("a.db");
        let connection = database(&path);
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        connection.execute_batch("CREATE TABLE t (text TEXT)").unwrap();
        for number in 0..500 {
            connection
                .execute("INSERT INTO t VALUES (?1)", [format!("{number} {}", "x".repeat(300))])
                .unwrap();
        }
        path
    }

    #[test]
    fn every_page_carries_a_checksum_also_after_a_vacuum() {
        let folder = tempfile::tempdir().unwrap();
        let path = filled(folder.path());
        assert_eq!(scan(&path, 9).unwrap(), (Pages::Checked, vec![]));
        let copy = folder.path().join("b.db");
        database(&path).execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
        assert_eq!(scan(&copy, 9).unwrap(), (Pages::Checked, vec![]));
        assert!(std::fs::metadata(&copy).unwrap().len() > 20 * PAGE_BYTES as u64);
    }

    #[test]
    fn a_flipped_bit_is_found_by_the_scan_and_by_whoever_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = filled(folder.path());
        let whole = std::fs::read(&path).unwrap();
        for place in [20, 70, 17, PAGE_BYTES - 1, 3 * PAGE_BYTES + 1_000, whole.len() - 2_000] {
            let mut bytes = whole.clone();
            bytes[place] ^= 4;
            std::fs::write(&path, &bytes).unwrap();
            let page = (place / PAGE_BYTES + 1) as u64;
            assert_eq!(scan(&path, 9).unwrap(), (Pages::Checked, vec![page]), "{place}");
            let read =
                Connection::open_with_flags_and_vfs(&path, OpenFlags::default(), NAME).and_then(|it| {
                    it.query_row("SELECT SUM(LENGTH(text)) FROM t", [], |row| row.get::<_, u64>(0))
                });
            let code = read.unwrap_err().sqlite_error().map(|error| error.extended_code);
            assert_eq!(code, Some(ffi::SQLITE_IOERR_DATA), "{place}");
        }
    }

    #[test]
    fn a_flipped_bit_of_a_long_text_is_found_though_its_pages_are_read_in_part() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let long = "all work and no play ".repeat(1_000);
        let connection = database(&path);
        connection.execute_batch("CREATE TABLE t (text TEXT)").unwrap();
        connection.execute("INSERT INTO t VALUES (?1)", [&long]).unwrap();
        drop(connection);
        let read = || database(&path).query_row("SELECT text FROM t", [], |row| row.get::<_, String>(0));
        assert_eq!(read().unwrap(), long);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[3 * PAGE_BYTES + 900] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let code = read().unwrap_err().sqlite_error().map(|error| error.extended_code);
        assert_eq!(code, Some(ffi::SQLITE_IOERR_DATA));
    }

    #[test]
    fn a_file_that_was_cut_short_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = filled(folder.path());
        let whole = std::fs::read(&path).unwrap();
        for kept in [50, PAGE_BYTES - 1, whole.len() / 2, whole.len() - PAGE_BYTES] {
            std::fs::write(&path, &whole[..kept]).unwrap();
            assert_eq!(scan(&path, 9).unwrap_err().kind(), io::ErrorKind::UnexpectedEof, "{kept}");
        }
    }

    #[test]
    fn a_database_from_before_is_read_and_a_copy_of_it_carries_checksums() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("old.db");
        Connection::open(&path)
            .unwrap()
            .execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (7)")
            .unwrap();
        let connection = database(&path);
        assert_eq!(scan(&path, 9).unwrap(), (Pages::Plain, vec![]));
        let seven: u64 = connection.query_row("SELECT a FROM t", [], |row| row.get(0)).unwrap();
        assert_eq!(seven, 7);
        let copy = folder.path().join("new.db");
        connection.execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
        assert_eq!(scan(&copy, 9).unwrap(), (Pages::Checked, vec![]));
    }
}
