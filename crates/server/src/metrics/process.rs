//! What the system says of this process. Nothing where it does not say it.

use std::fs;

/// The memory that is resident, in bytes.
pub(super) fn resident_bytes() -> Option<i64> {
    let statm = fs::read_to_string("/proc/self/statm").ok()?;
    let pages: i64 = statm.split_whitespace().nth(1)?.parse().ok()?;
    let page_bytes = i64::try_from(rustix::param::page_size()).ok()?;
    pages.checked_mul(page_bytes)
}

/// How many files are open, connections included.
pub(super) fn open_files() -> Option<i64> {
    i64::try_from(fs::read_dir("/proc/self/fd").ok()?.count()).ok()
}
