//! `cargo xtask instructions`: how many instructions the hot parts take, counted by callgrind. A count does not depend on
//! what else the machine does, so a slower program is found where a clock would find noise.
//!
//! What is expected stands in `xtask/instructions.txt`, with what compiled it: another compiler makes other instructions,
//! and then there is nothing to compare.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::shell::{Output, capture, cargo};
use crate::workspace::Workspace;

/// A part, and how many times it is done in the shorter of two runs; the longer one does it twice as often. What differs
/// between them is the work alone, without the start of the program and the making of what is worked on.
const PARTS: [(&str, u64); 4] = [("parse", 5_000), ("encode", 2_000), ("page", 96), ("sync", 50)];
/// By how many percent more instructions fail. The same program counts the same within a tenth of a percent; but the
/// compiler lays the same sources out otherwise in another folder, and then the smallest part has differed by 6 %.
const MARGIN_PERCENT: u64 = 10;
const FILE: &str = "xtask/instructions.txt";

/// Instructions that each part takes, and what compiled it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counts {
    compilers: String,
    parts: BTreeMap<String, u64>,
}

/// What came of a comparison.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// So many parts take no more than they should.
    Held(usize),
    /// It was compiled with something else than what is expected was.
    OtherCompilers,
    /// One sentence for each part that takes more.
    More(Vec<String>),
}

/// Counts, and prints beside what is expected; or keeps it as what is expected from now on.
///
/// # Errors
/// When nothing can be built or counted.
pub(crate) fn instructions(workspace: &Workspace, write: bool) -> Result<()> {
    let counted = count(workspace, &Output::Terminal)?;
    print!("{counted}");
    let path = workspace.root.join(FILE);
    if write {
        return fs::write(&path, counted.to_string())
            .with_context(|| format!("cannot write {}", path.display()));
    }
    match compare(&expected(workspace)?, &counted) {
        Verdict::Held(_) => println!("No part takes more than it did."),
        Verdict::OtherCompilers => println!("{FILE} was counted with other compilers."),
        Verdict::More(parts) => bail!("{}", parts.join("; ")),
    }
    Ok(())
}

/// The same for the tests.
///
/// # Errors
/// When nothing can be built or counted.
pub(crate) fn check(workspace: &Workspace, output: &Output) -> Result<Verdict> {
    let expected = expected(workspace)?;
    // Before anything is built for nothing.
    if expected.compilers != compilers()? {
        return Ok(Verdict::OtherCompilers);
    }
    let counted = count(workspace, output)?;
    output.say(&counted.to_string())?;
    Ok(compare(&expected, &counted))
}

fn expected(workspace: &Workspace) -> Result<Counts> {
    let text =
        fs::read_to_string(workspace.root.join(FILE)).with_context(|| format!("cannot read {FILE}"))?;
    Counts::parse(&text)
}

fn compare(expected: &Counts, counted: &Counts) -> Verdict {
    if expected.compilers != counted.compilers {
        return Verdict::OtherCompilers;
    }
    let more = counted.parts.iter().filter_map(|(part, &count)| {
        let expected = expected.parts.get(part).copied().unwrap_or(0);
        (count * 100 > expected * (100 + MARGIN_PERCENT)).then(|| {
            format!(
                "{part} takes {count} instructions, {expected} were expected; if that is worth it, \
                 `cargo xtask instructions --write` expects it from now on"
            )
        })
    });
    let more: Vec<_> = more.collect();
    if more.is_empty() { Verdict::Held(counted.parts.len()) } else { Verdict::More(more) }
}

/// Together with the program, so that what both are made of is compiled once.
fn count(workspace: &Workspace, output: &Output) -> Result<Counts> {
    let mut build = cargo();
    build.current_dir(&workspace.root).args(["build", "--locked", "--release"]);
    build.args(["--package", "kith-server", "--package", "kith-bench", "--bin", "kith-parts"]);
    output.run(&mut build)?;
    let parts = PARTS.iter().map(|&(part, times)| {
        let difference =
            collected(workspace, part, 2 * times)?.checked_sub(collected(workspace, part, times)?);
        let difference = difference.context("twice the work takes fewer instructions")?;
        Ok((part.to_owned(), difference / times))
    });
    Ok(Counts { compilers: compilers()?, parts: parts.collect::<Result<_>>()? })
}

/// All instructions of one run.
fn collected(workspace: &Workspace, part: &str, times: u64) -> Result<u64> {
    let program = workspace.kith("release").with_file_name("kith-parts");
    let mut callgrind = Command::new("valgrind");
    callgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    callgrind.arg(program).arg(part).arg(times.to_string());
    let output = callgrind.output().context("valgrind cannot be started")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "valgrind failed: {}", said.trim());
    let line = said.lines().find_map(|line| line.split_once("Collected :"));
    let (_, number) = line.with_context(|| format!("valgrind has counted nothing: {}", said.trim()))?;
    number.trim().parse().context("valgrind did not count in numbers")
}

/// What makes instructions of our text: Rust's compiler, and the one for C, in which SQLite is written.
fn compilers() -> Result<String> {
    let rust = capture(Command::new("rustc").arg("-vV"))?;
    let rust: Vec<&str> = rust
        .lines()
        .filter_map(|line| line.strip_prefix("release: ").or(line.strip_prefix("host: ")))
        .collect();
    let c = capture(Command::new("cc").arg("--version"))?;
    Ok(format!("rustc {}; {}", rust.join(" "), c.lines().next().unwrap_or_default()))
}

impl Counts {
    /// One line for the compilers, one for each part. Lines that begin with `#` say nothing.
    fn parse(text: &str) -> Result<Self> {
        let mut lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let compilers = lines.next().context("nothing is expected")?.to_owned();
        let parts = lines.map(|line| {
            let (part, count) = line.split_once(' ').with_context(|| format!("`{line}` is no count"))?;
            Ok((part.to_owned(), count.trim().parse()?))
        });
        Ok(Self { compilers, parts: parts.collect::<Result<_>>()? })
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "# Instructions that each hot part takes once. `cargo xtask instructions --write` writes this file."
        )?;
        writeln!(f, "{}", self.compilers)?;
        self.parts.iter().try_for_each(|(part, count)| writeln!(f, "{part:8} {count}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(page: u64) -> Counts {
        Counts { compilers: "rustc 1; cc 2".into(), parts: BTreeMap::from([("page".into(), page)]) }
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(Counts::parse(&counts(7).to_string()).unwrap(), counts(7));
        assert!(Counts::parse("rustc 1\npage").is_err());
    }

    #[test]
    fn more_than_the_margin_fails_and_less_does_not() {
        assert_eq!(compare(&counts(1_000), &counts(1_100)), Verdict::Held(1));
        assert_eq!(compare(&counts(1_000), &counts(10)), Verdict::Held(1));
        let Verdict::More(parts) = compare(&counts(1_000), &counts(1_101)) else { panic!("it is more") };
        assert!(parts[0].starts_with("page takes 1101 instructions, 1000 were expected"), "{parts:?}");
    }

    #[test]
    fn a_part_that_nobody_expects_fails() {
        let nothing = Counts { parts: BTreeMap::new(), ..counts(0) };
        assert!(matches!(compare(&nothing, &counts(1)), Verdict::More(_)));
    }

    #[test]
    fn other_compilers_are_not_compared() {
        let other = Counts { compilers: "rustc 2; cc 2".into(), ..counts(1) };
        assert_eq!(compare(&other, &counts(9)), Verdict::OtherCompilers);
    }

    #[test]
    fn the_committed_counts_are_of_all_parts() {
        let committed = Counts::parse(include_str!("../instructions.txt")).unwrap();
        assert!(PARTS.iter().all(|(part, _)| committed.parts.contains_key(*part)));
        assert_eq!(committed.parts.len(), PARTS.len());
    }
}
