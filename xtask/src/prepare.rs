//! What only the tests need from the system. On Debian, as root, it is installed; anyone else is told in one sentence
//! what to install, because a test command that asks for a password is a surprise.

use std::collections::BTreeSet;
use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::shell::{Output, capture, on_path};

/// Something that must be there before the tests can run.
struct Need {
    what: &'static str,
    packages: &'static [&'static str],
    found: fn() -> bool,
}

const NEEDS: [Need; 9] = [
    Need {
        what: "a C compiler (SQLite and WebP are built from source)",
        packages: &["gcc", "libc6-dev"],
        found: has_cc,
    },
    Need {
        what: "Python 3 with venv (a stock Socket.IO client)",
        packages: &["python3-venv"],
        found: has_venv,
    },
    Need { what: "Chromium", packages: &["chromium"], found: has_chromium },
    Need {
        what: "an Arabic font",
        packages: &["fontconfig", "fonts-noto-core"],
        found: || has_font(":lang=ar"),
    },
    Need {
        what: "a Japanese font",
        packages: &["fontconfig", "fonts-noto-cjk"],
        found: || has_font(":lang=ja"),
    },
    Need {
        what: "an emoji font",
        packages: &["fontconfig", "fonts-noto-color-emoji"],
        found: || has_font(":lang=und-zsye"),
    },
    Need {
        what: "OpenSSL to compile with (another stock Socket.IO client)",
        packages: &["libssl-dev", "pkg-config"],
        found: has_openssl,
    },
    Need {
        what: "valgrind (counts of instructions)",
        packages: &["valgrind"],
        found: || cfg!(not(target_os = "linux")) || on_path("valgrind"),
    },
    Need { what: "libfaketime (clocks that jump)", packages: &["libfaketime"], found: has_faketime },
];

/// Installs what is missing, or says what is.
pub(crate) fn prepare(output: &Output) -> Result<()> {
    let missing: Vec<&Need> = NEEDS.iter().filter(|need| !(need.found)()).collect();
    if missing.is_empty() {
        return output.say("Nothing is missing.");
    }
    if !(is_root() && on_path("apt-get")) {
        bail!("{}", instruction(&missing));
    }
    output.say(&format!("Installing {} …", names(&missing)))?;
    output.run(apt_get().arg("update"))?;
    output.run(apt_get().args(["install", "--yes", "--no-install-recommends"]).args(packages(&missing)))?;
    match NEEDS.iter().find(|need| !(need.found)()) {
        Some(need) => bail!("{} is still not found after its installation", need.what),
        None => Ok(()),
    }
}

/// The Chromium that the browser journeys drive: what `KITH_CHROMIUM` names, else the first of the usual names on the
/// `PATH`.
pub(crate) fn chromium() -> Option<PathBuf> {
    if let Some(path) = env::var_os("KITH_CHROMIUM") {
        return Some(PathBuf::from(path));
    }
    found(&CHROMIUM_NAMES)
}

/// The Firefox that some journeys are taken in: what `KITH_FIREFOX` names, else one on the `PATH`. On Debian, as root, it is
/// installed; none is no reason to fail, because Chromium has shown the same.
///
/// # Errors
/// When the step's log cannot be written.
pub(crate) fn firefox(output: &Output) -> Result<Option<PathBuf>> {
    if let Some(path) = env::var_os("KITH_FIREFOX") {
        return Ok(Some(PathBuf::from(path)));
    }
    if found(&FIREFOX_NAMES).is_none() && is_root() && on_path("apt-get") {
        output.say("Installing Firefox …")?;
        let install = ["install", "--yes", "--no-install-recommends", "firefox-esr"];
        // Without a network it cannot be had, and the journeys are skipped by name.
        let _ = output.run(apt_get().arg("update")).and_then(|()| output.run(apt_get().args(install)));
    }
    Ok(found(&FIREFOX_NAMES))
}

const FIREFOX_NAMES: [&str; 2] = ["firefox-esr", "firefox"];
const CHROMIUM_NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// The first of these programs that is on the `PATH`.
fn found(names: &[&str]) -> Option<PathBuf> {
    let folders = env::var_os("PATH").unwrap_or_default();
    names.iter().find_map(|name| {
        env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
    })
}

/// Where Debian and others put libfaketime: the same places in which the player of `crates/torture` looks for it.
const FAKETIME_PATHS: [&str; 4] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib64/faketime/libfaketime.so.1",
    "/usr/lib/faketime/libfaketime.so.1",
];

fn has_faketime() -> bool {
    FAKETIME_PATHS.iter().any(|path| std::path::Path::new(path).is_file())
}

fn instruction(missing: &[&Need]) -> String {
    let packages = listed(&packages(missing));
    format!(
        "the tests need {}; on Debian: sudo apt-get install --no-install-recommends {packages}",
        names(missing)
    )
}

fn names(needs: &[&Need]) -> String {
    needs.iter().map(|need| need.what).collect::<Vec<_>>().join(", ")
}

/// Each package once, also when several needs share it.
fn packages(needs: &[&Need]) -> BTreeSet<&'static str> {
    needs.iter().flat_map(|need| need.packages).copied().collect()
}

fn listed(packages: &BTreeSet<&str>) -> String {
    packages.iter().copied().collect::<Vec<_>>().join(" ")
}

/// Another apt-get, as on a machine that has just started, is waited for.
fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").args(["--quiet", "--option", "DPkg::Lock::Timeout=300"]);
    command
}

fn is_root() -> bool {
    capture(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn has_cc() -> bool {
    ["cc", "gcc", "clang"].into_iter().any(on_path)
}

fn has_venv() -> bool {
    capture(Command::new("python3").args(["-c", "import venv, ensurepip"])).is_ok()
}

fn has_chromium() -> bool {
    chromium().is_some()
}

/// Other systems than Linux bring a TLS library of their own, and that is used.
fn has_openssl() -> bool {
    cfg!(not(target_os = "linux"))
        || capture(Command::new("pkg-config").args(["--exists", "openssl"])).is_ok()
}

/// Other systems than Linux bring fonts for every script.
fn has_font(pattern: &str) -> bool {
    let any = || capture(Command::new("fc-list").arg(pattern)).is_ok_and(|fonts| !fonts.trim().is_empty());
    cfg!(not(target_os = "linux")) || any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_names_what_is_missing_and_the_command() {
        let missing = [&NEEDS[2], &NEEDS[3], &NEEDS[4]];
        assert_eq!(
            instruction(&missing),
            "the tests need Chromium, an Arabic font, a Japanese font; on Debian: \
             sudo apt-get install --no-install-recommends chromium fontconfig fonts-noto-cjk fonts-noto-core"
        );
    }
}
