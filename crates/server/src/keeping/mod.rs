//! `kith verify`, `kith backup` and `kith restore`: what whoever keeps a server does with its data folder.
//!
//! [`archive`] is the format of a backup; [`check`] looks at a data folder; `backup` and `restore` go one way and the
//! other. All of them say what they did in whole sentences.

mod archive;
mod backup;
mod check;
mod restore;

use std::path::PathBuf;

use anyhow::{Result, ensure};

use crate::{
    cli::{Folder, Verify},
    config::{Config, Given},
};
pub use backup::backup;
pub use restore::restore;

/// Carries out `kith verify` and prints what was found. Whether everything is as it must be.
///
/// # Errors
/// A sentence when there is nothing to verify.
pub fn verify(verify: &Verify) -> Result<bool> {
    let config = config(&verify.folder)?;
    let report = check::check(&existing(&config)?)?;
    if verify.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{report}");
    }
    Ok(report.is_whole())
}

fn config(folder: &Folder) -> Result<Config> {
    let given = Given { data: folder.data.clone(), ..Given::default() };
    Config::load(given, folder.config.as_deref())
}

fn existing(config: &Config) -> Result<PathBuf> {
    let there = config.data.is_dir();
    ensure!(there, "there is no data folder at {}; name it with --data", config.data.display());
    Ok(config.data.clone())
}

/// A number of bytes, for people.
fn bytes_in_words(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1_024 {
        return format!("{bytes} bytes");
    }
    let mut value = bytes as f64 / 1_024.0;
    let mut unit = 0;
    while value >= 1_024.0 && unit + 1 < UNITS.len() {
        value /= 1_024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// `1 message`, `2 messages`.
fn count_of(count: impl Into<u64>, what: &str) -> String {
    let count = count.into();
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_in_words() {
        assert_eq!(bytes_in_words(1_023), "1023 bytes");
        assert_eq!(bytes_in_words(1_536), "1.5 KiB");
        assert_eq!(bytes_in_words(5 << 30), "5.0 GiB");
        assert_eq!(count_of(1_u64, "file"), "1 file");
        assert_eq!(count_of(0_u64, "file"), "0 files");
    }
}
