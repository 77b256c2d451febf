//! The program by a wall clock that is set from outside, with libfaketime; the monotonic clock goes on as it does.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use kith_testkit::Launch;

/// Where Debian and others put it.
const LIBRARIES: [&str; 4] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib64/faketime/libfaketime.so.1",
    "/usr/lib/faketime/libfaketime.so.1",
];

/// Why the clock cannot be set on this machine, when it cannot.
pub(crate) fn why_not() -> Option<String> {
    library().is_none().then(|| "the clock is set by libfaketime, which is not installed".to_owned())
}

fn library() -> Option<PathBuf> {
    LIBRARIES.iter().map(PathBuf::from).find(|path| path.is_file())
}

/// The program, by a clock that whatever stands in `rc` sets.
///
/// # Errors
/// When libfaketime is not installed.
pub(crate) fn by_a_faked_clock(launch: Launch, rc: &Path) -> Result<Launch> {
    let library =
        library().context("libfaketime is not installed; on Debian: apt-get install libfaketime")?;
    Ok(launch
        .env("LD_PRELOAD", library)
        .env("FAKETIME_TIMESTAMP_FILE", rc)
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1"))
}
