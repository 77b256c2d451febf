//! What makes a clone heavy or particular: large files, results, and the registries of one network.

use super::{Finding, Tree};

const FILE_BYTES_MAX: usize = 1 << 20;

const RESULT_FOLDERS: [&str; 5] = ["node_modules", "target", "dist", "test-results", "playwright-report"];
const RESULT_ENDINGS: [&str; 12] = [
    ".db",
    ".sqlite",
    ".sqlite3",
    "-wal",
    "-shm",
    "-journal",
    ".log",
    ".profraw",
    ".tsbuildinfo",
    ".br",
    ".gz",
    ".DS_Store",
];

/// How every Cargo.lock in the world names the public registry.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

pub(super) fn files_are_small(tree: &Tree) -> Vec<Finding> {
    let large = tree.sizes().filter(|(_, bytes)| *bytes > FILE_BYTES_MAX);
    large
        .map(|(path, bytes)| Finding::in_file(path, format!("{bytes} bytes; at most {FILE_BYTES_MAX}")))
        .collect()
}

pub(super) fn results_are_not_sources(tree: &Tree) -> Vec<Finding> {
    let is_result = |path: &&str| {
        let mut folders = path.split('/').rev().skip(1);
        folders.any(|folder| RESULT_FOLDERS.contains(&folder))
            || RESULT_ENDINGS.iter().any(|ending| path.ends_with(ending))
    };
    tree.paths()
        .filter(is_result)
        .map(|path| Finding::in_file(path, "built or written by a program"))
        .collect()
}

pub(super) fn cargo_lock_names_no_other_registry(tree: &Tree) -> Vec<Finding> {
    sources(tree, "Cargo.lock", "source = \"")
        .filter(|(.., source)| *source != CRATES_IO)
        .map(|(path, line, source)| Finding::in_line(path, line, format!("{source} is not crates.io")))
        .collect()
}

/// npm writes the address of whatever registry it was given; `omit-lockfile-registry-resolved` keeps it from that.
pub(super) fn npm_lock_names_no_registry(tree: &Tree) -> Vec<Finding> {
    sources(tree, "package-lock.json", "\"resolved\": \"")
        .filter(|(.., source)| source.contains("://"))
        .map(|(path, line, source)| Finding::in_line(path, line, format!("{source} names a registry")))
        .collect()
}

/// What follows `key` up to the closing quote, in every file called `name`.
fn sources<'a>(tree: &'a Tree, name: &str, key: &str) -> impl Iterator<Item = (&'a str, usize, &'a str)> {
    let locks = tree.texts().filter(move |(path, _)| path.rsplit('/').next() == Some(name));
    locks.flat_map(move |(path, text)| {
        text.lines().enumerate().filter_map(move |(index, line)| {
            let source = line.trim_start().strip_prefix(key)?.split('"').next()?;
            Some((path, index + 1, source))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::said;

    #[test]
    fn a_mebibyte_will_do_and_one_byte_more_will_not() {
        let (edge, beyond) = ("x".repeat(FILE_BYTES_MAX), "x".repeat(FILE_BYTES_MAX + 1));
        assert_eq!(said(files_are_small, &[("edge", &edge)]), [""; 0]);
        assert_eq!(said(files_are_small, &[("beyond", &beyond)]), ["beyond: 1048577 bytes; at most 1048576"]);
    }

    #[test]
    fn results_are_told_from_sources() {
        let files = [
            ("web/dist/index.html", ""),
            ("data/kith.db-wal", ""),
            ("docs/dist", ""),
            ("web/src/target.ts", ""),
        ];
        assert_eq!(
            said(results_are_not_sources, &files),
            [
                "data/kith.db-wal: built or written by a program",
                "web/dist/index.html: built or written by a program"
            ]
        );
    }

    #[test]
    fn another_registry_in_a_lockfile_is_found() {
        let cargo = format!("source = \"{CRATES_IO}\"\nsource = \"registry+https://mirror.example/index\"\n");
        assert_eq!(
            said(cargo_lock_names_no_other_registry, &[("Cargo.lock", &cargo)]),
            ["Cargo.lock:2: registry+https://mirror.example/index is not crates.io"]
        );
        let npm = "  \"resolved\": \"https://mirror.example/a.tgz\",\n  \"resolved\": \"packages/a\",\n";
        assert_eq!(
            said(npm_lock_names_no_registry, &[("web/package-lock.json", npm)]),
            ["web/package-lock.json:1: https://mirror.example/a.tgz names a registry"]
        );
    }
}
