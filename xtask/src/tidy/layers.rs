//! Imports run one way. ARCHITECTURE.md has a table of the crates and of what each may import; the manifests must stay
//! within it, and the table must name every crate, so that the map cannot fall behind.

use std::collections::{BTreeMap, BTreeSet};

use toml::Table;

use super::{Finding, Tree};

const MAP: &str = "ARCHITECTURE.md";
/// The head of the table's first column, by which it is found.
const HEAD: &str = "crate";
/// Packages are called after their folder, with this before it. Only `xtask` is called as it is.
const PREFIX: &str = "kith-";

pub(super) fn imports_run_one_way(tree: &Tree) -> Vec<Finding> {
    let allowed = allowed(tree.text(MAP).unwrap_or_default());
    let manifests = manifests(tree);
    let mut findings = Vec::new();
    for (name, (path, manifest)) in &manifests {
        match allowed.get(name) {
            None => findings.push(Finding::in_file(path, format!("{name} is not in the table of {MAP}"))),
            Some(allowed) => findings.extend(beyond(name, path, manifest, allowed)),
        }
    }
    for name in allowed.keys().filter(|name| !manifests.contains_key(*name)) {
        findings.push(Finding::in_file(MAP, format!("the table names {name}, and there is no such crate")));
    }
    findings
}

/// What one crate may import of the others.
#[derive(Debug, Default)]
struct Allowed {
    always: BTreeSet<String>,
    in_tests: BTreeSet<String>,
}

/// The rows of the table `| crate | may import | in tests also | … |`.
fn allowed(map: &str) -> BTreeMap<String, Allowed> {
    let rows = map.lines().map(cells).skip_while(|cells| cells.first().is_none_or(|first| first != HEAD));
    rows.skip(2)
        .take_while(|cells| cells.len() >= 3)
        .map(|cells| (cells[0].clone(), Allowed { always: names(&cells[1]), in_tests: names(&cells[2]) }))
        .collect()
}

fn cells(line: &str) -> Vec<String> {
    let Some(row) = line.trim().strip_prefix('|') else { return Vec::new() };
    row.trim_end_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect()
}

/// `a, b` is both; `–` is none.
fn names(cell: &str) -> BTreeSet<String> {
    cell.split(',')
        .map(str::trim)
        .filter(|name| !matches!(*name, "" | "–" | "-"))
        .map(str::to_owned)
        .collect()
}

/// The manifests of our crates, by the crate's short name.
fn manifests(tree: &Tree) -> BTreeMap<String, (&str, Table)> {
    tree.texts()
        .filter_map(|(path, text)| {
            let folder = path.strip_suffix("/Cargo.toml")?;
            let name = folder.strip_prefix("crates/").unwrap_or(folder);
            let manifest = text.parse::<Table>().ok()?;
            (!name.contains('/')).then(|| (name.to_owned(), (path, manifest)))
        })
        .collect()
}

fn beyond(name: &str, path: &str, manifest: &Table, allowed: &Allowed) -> Vec<Finding> {
    let in_tests = &allowed.in_tests | &allowed.always;
    let kinds = [
        ("dependencies", &allowed.always),
        ("build-dependencies", &allowed.always),
        ("dev-dependencies", &in_tests),
    ];
    kinds
        .iter()
        .flat_map(|(kind, allowed)| {
            // A crate may name itself, to turn on a feature in its own tests.
            let beyond =
                imports(manifest, kind).filter(|import| *import != name && !allowed.contains(*import));
            beyond.map(move |import| {
                Finding::in_file(
                    path,
                    format!("{name} may not import {import} in its {kind}, says the table of {MAP}"),
                )
            })
        })
        .collect()
}

/// The crates of ours that `kind` of a manifest names.
fn imports<'a>(manifest: &'a Table, kind: &str) -> impl Iterator<Item = &'a str> {
    let dependencies = manifest.get(kind).and_then(toml::Value::as_table);
    dependencies.into_iter().flat_map(Table::keys).filter_map(|package| package.strip_prefix(PREFIX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::said;

    const TABLE: &str = "\
# Map

| crate | may import | in tests also | and never |
|---|---|---|---|
| `protocol` | – | – | anything |
| `chat` | `protocol` | `testkit` | a socket |
| `testkit` | `protocol`, `chat` | – | |

| crate | another table |
";

    fn said_of(chat: &str) -> Vec<String> {
        said(
            imports_run_one_way,
            &[
                (MAP, TABLE),
                ("crates/protocol/Cargo.toml", "[dependencies]\nserde.workspace = true\n"),
                ("crates/chat/Cargo.toml", chat),
                ("crates/testkit/Cargo.toml", ""),
            ],
        )
    }

    #[test]
    fn what_the_table_allows_is_allowed() {
        let manifest = "[dependencies]\nkith-protocol.workspace = true\n\
                        [dev-dependencies]\nkith-testkit.workspace = true\nkith-chat = { path = \".\" }\n";
        assert_eq!(said_of(manifest), [""; 0]);
    }

    #[test]
    fn an_import_against_the_stream_is_found() {
        assert_eq!(
            said_of("[dependencies]\nkith-socketio = { path = \"../socketio\" }\n"),
            [
                "crates/chat/Cargo.toml: chat may not import socketio in its dependencies, says the table of ARCHITECTURE.md"
            ]
        );
    }

    #[test]
    fn what_is_for_tests_is_not_for_the_program() {
        assert_eq!(
            said_of("[dependencies]\nkith-testkit.workspace = true\n"),
            [
                "crates/chat/Cargo.toml: chat may not import testkit in its dependencies, says the table of ARCHITECTURE.md"
            ]
        );
    }

    #[test]
    fn table_and_crates_must_name_each_other() {
        assert_eq!(
            said(
                imports_run_one_way,
                &[
                    (MAP, "| crate | may import | in tests also |\n|---|---|---|\n| chat | – | – |\n"),
                    ("crates/media/Cargo.toml", ""),
                ]
            ),
            [
                "crates/media/Cargo.toml: media is not in the table of ARCHITECTURE.md",
                "ARCHITECTURE.md: the table names chat, and there is no such crate"
            ]
        );
    }
}
