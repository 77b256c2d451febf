//! `cargo xtask tidy`: the agreements that no compiler holds. Each rule is a function from the committed tree to what
//! it has to say about it, so each is tested with a tree of a few lines.

mod layers;
mod links;
mod papers;
mod text;
mod weight;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::shell::capture;
use crate::workspace::Workspace;

type Rule = fn(&Tree) -> Vec<Finding>;

const RULES: [Rule; 14] = [
    layers::imports_run_one_way,
    links::lead_somewhere,
    papers::decisions_are_numbered,
    papers::decisions_are_in_the_index,
    papers::measurements_have_their_raw_results,
    papers::torture_is_rendered_from_its_raw_results,
    papers::the_page_of_the_client_is_rendered_from_its_raw_results,
    text::names_no_place_on_one_machine,
    text::leaves_nothing_unfinished,
    text::ends_lines_and_files_cleanly,
    weight::files_are_small,
    weight::results_are_not_sources,
    weight::cargo_lock_names_no_other_registry,
    weight::npm_lock_names_no_registry,
];

/// Prints that all is well.
///
/// # Errors
/// As [`check`].
pub(crate) fn tidy(workspace: &Workspace) -> Result<()> {
    check(workspace)?;
    println!("tidy");
    Ok(())
}

/// # Errors
/// When a rule has something to say (all of it is in the error), or when Git does not answer.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let findings = findings(&Tree::read(&workspace.root)?);
    if findings.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = findings.iter().map(|finding| format!("  {finding}")).collect();
    bail!("the tree is not tidy:\n{}", lines.join("\n"))
}

fn findings(tree: &Tree) -> Vec<Finding> {
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(tree)).collect();
    findings.sort();
    findings
}

/// What a rule has to say about a file.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    /// Counted from 1; none when it is about the file as a whole.
    line: Option<usize>,
    message: String,
}

impl Finding {
    fn in_file(path: &str, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: None, message: message.into() }
    }

    fn in_line(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: Some(line), message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.message),
            None => write!(f, "{}: {}", self.path, self.message),
        }
    }
}

/// Every file that is, or is about to be, committed. Paths are relative to the root and use `/`.
#[derive(Debug, Default)]
struct Tree {
    files: BTreeMap<String, Vec<u8>>,
}

impl Tree {
    /// Asks Git for what is tracked or new and not ignored.
    fn read(root: &Path) -> Result<Self> {
        let mut git = Command::new("git");
        // A clone may belong to someone else than the one who checks it, as in a container.
        git.arg("-c").arg(format!("safe.directory={}", root.display())).current_dir(root);
        let list = capture(git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]))?;
        let mut files = BTreeMap::new();
        for path in list.split_terminator('\0') {
            let on_disk = root.join(path);
            if on_disk.is_file() {
                let bytes =
                    fs::read(&on_disk).with_context(|| format!("cannot read {}", on_disk.display()))?;
                files.insert(path.to_owned(), bytes);
            }
        }
        Ok(Self { files })
    }

    #[cfg(test)]
    fn of(files: &[(&str, &str)]) -> Self {
        Self {
            files: files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect(),
        }
    }

    fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    fn sizes(&self) -> impl Iterator<Item = (&str, usize)> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.len()))
    }

    /// The files that hold text: UTF-8 without a zero byte.
    fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.paths().filter_map(|path| Some((path, self.text(path)?)))
    }

    fn text(&self, path: &str) -> Option<&str> {
        let text = std::str::from_utf8(self.files.get(path)?).ok()?;
        (!text.contains('\0')).then_some(text)
    }

    /// Whether `path` is a file here, or a folder that holds one.
    fn holds(&self, path: &str) -> bool {
        let folder = format!("{path}/");
        path.is_empty() || self.files.contains_key(path) || self.paths().any(|file| file.starts_with(&folder))
    }
}

/// The findings as text, as the tests of the rules compare them.
#[cfg(test)]
fn said(rule: Rule, files: &[(&str, &str)]) -> Vec<String> {
    rule(&Tree::of(files)).iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_says_what_belongs_to_the_tree() {
        let folder = tempfile::tempdir().unwrap();
        let git = |args: &[&str]| capture(Command::new("git").current_dir(folder.path()).args(args)).unwrap();
        git(&["init", "--quiet"]);
        fs::write(folder.path().join(".gitignore"), "/ignored\n").unwrap();
        fs::write(folder.path().join("ignored"), "x").unwrap();
        fs::write(folder.path().join("tracked"), "x").unwrap();
        fs::write(folder.path().join("deleted"), "x").unwrap();
        git(&["add", "."]);
        fs::remove_file(folder.path().join("deleted")).unwrap();
        fs::write(folder.path().join("new ü"), "x").unwrap();
        let tree = Tree::read(folder.path()).unwrap();
        assert_eq!(tree.paths().collect::<Vec<_>>(), [".gitignore", "new ü", "tracked"]);
    }

    #[test]
    fn text_is_told_from_bytes() {
        let tree = Tree { files: [("a".into(), vec![0xff]), ("b".into(), b"x\0".to_vec())].into() };
        assert_eq!(tree.texts().count(), 0);
    }

    #[test]
    fn a_finding_names_the_place_as_an_editor_understands_it() {
        assert_eq!(Finding::in_line("src/a.rs", 3, "no").to_string(), "src/a.rs:3: no");
        assert_eq!(Finding::in_file("src/a.rs", "no").to_string(), "src/a.rs: no");
    }
}
