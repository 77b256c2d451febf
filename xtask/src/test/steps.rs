//! The steps of `cargo xtask test`, in the order in which they are preferred.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::counts;
use super::summary::Tally;
use crate::instructions::Verdict;
use crate::shell::{Output, cargo};
use crate::workspace::Workspace;
use crate::{client, codegen, instructions, licences, prepare, stock, tidy, torture};

/// One named part of the whole.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) lane: Lane,
    /// Steps that must have passed.
    pub(crate) needs: &'static [&'static str],
    /// Steps that must have ended, either way.
    pub(crate) after: &'static [&'static str],
    /// Does it. An error means failure, and says why; a tally may count failures of its own.
    pub(crate) work: fn(&Workspace, &Output) -> Result<Tally>,
}

impl Step {
    pub(crate) fn waits_for(&self) -> impl Iterator<Item = &'static str> {
        self.needs.iter().chain(self.after).copied()
    }
}

/// What a step keeps busy: steps of different lanes run side by side. Two lanes, because two cores are what everyone
/// has, and because Cargo lets one build at a time into its folder anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    Rust,
    Web,
    /// Browsers wait for each other much of the time: they run side by side, and nothing else beside them.
    Browsers,
}

/// The replay of recorded transcripts by the client's reducers is its own step; its files end in this.
const REPLAY: &str = ".replay.test.ts";

pub(crate) static STEPS: [Step; 21] = [
    Step {
        name: "fmt",
        about: "Rust is formatted",
        lane: Lane::Rust,
        needs: &[],
        after: &[],
        work: |workspace, output| {
            one(output.run(in_root(cargo(), workspace).args(["fmt", "--all", "--check"])))
        },
    },
    Step {
        name: "tidy",
        about: "imports run one way, links lead somewhere, nothing is committed that must not be",
        lane: Lane::Rust,
        needs: &[],
        after: &[],
        work: |workspace, _| one(tidy::check(workspace)),
    },
    Step {
        name: "codegen",
        about: "the committed TypeScript says what the Rust types say",
        lane: Lane::Rust,
        needs: &[],
        after: &[],
        work: |workspace, _| one(codegen::check(workspace)),
    },
    Step {
        name: "licences",
        about: "every dependency has a licence that deny.toml allows",
        lane: Lane::Rust,
        needs: &[],
        after: &[],
        work: |workspace, _| one(licences::check(workspace)),
    },
    Step {
        name: "web-install",
        about: "the client's packages, from the lockfile",
        lane: Lane::Web,
        needs: &[],
        after: &[],
        work: |workspace, output| one(client::install(workspace, output)),
    },
    Step {
        name: "web-build",
        about: "the client, as the server embeds it",
        lane: Lane::Web,
        needs: &["web-install"],
        after: &[],
        work: |workspace, output| one(client::build(workspace, output)),
    },
    Step {
        name: "prepare",
        about: "what only the tests need from the system",
        lane: Lane::Web,
        needs: &[],
        after: &["web-build"],
        work: |_, output| one(prepare::prepare(output)),
    },
    Step {
        name: "clippy",
        about: "no warning in any target",
        lane: Lane::Rust,
        needs: &[],
        after: &["web-build"],
        work: clippy,
    },
    Step {
        name: "features",
        about: "what only those who develop build in compiles",
        lane: Lane::Rust,
        needs: &[],
        after: &["clippy"],
        work: |workspace, output| {
            let mut command = in_root(cargo(), workspace);
            command.args([
                "check",
                "--locked",
                "--package",
                "kith-server",
                "--features",
                "otlp,tokio-console",
            ]);
            one(output.run(&mut command))
        },
    },
    Step {
        name: "rust",
        about: "unit, property, store conformance and scenario tests",
        lane: Lane::Rust,
        needs: &[],
        after: &["web-build", "prepare"],
        work: rust,
    },
    Step {
        name: "faults",
        about: "the checker of histories catches every fault that can be switched into a server",
        lane: Lane::Rust,
        needs: &[],
        after: &["rust"],
        work: faults,
    },
    Step {
        name: "release",
        about: "the program, as `cargo xtask run` builds it",
        lane: Lane::Rust,
        needs: &["web-build"],
        after: &[],
        work: release,
    },
    Step {
        name: "instructions",
        about: "no hot part takes more instructions than it did, counted by callgrind",
        lane: Lane::Rust,
        needs: &["release", "prepare"],
        after: &[],
        work: counted,
    },
    Step {
        name: "clients",
        about: "stock Socket.IO clients hold a conversation with the release build",
        lane: Lane::Rust,
        needs: &["release", "prepare"],
        after: &[],
        work: clients,
    },
    Step {
        name: "torture",
        about: "faults against the release build under load, in their short forms, each with its control",
        lane: Lane::Rust,
        needs: &["release", "prepare"],
        after: &[],
        work: tortured,
    },
    Step {
        name: "web-check",
        about: "the client's types",
        lane: Lane::Web,
        needs: &["web-install"],
        after: &[],
        work: |workspace, output| one(output.run(&mut client::script(workspace, "check"))),
    },
    Step {
        name: "web-lint",
        about: "the client's style, formatting and layers",
        lane: Lane::Web,
        needs: &["web-install"],
        after: &[],
        work: |workspace, output| one(output.run(&mut client::script(workspace, "lint"))),
    },
    Step {
        name: "web-unit",
        about: "the client's unit tests",
        lane: Lane::Web,
        needs: &["web-install"],
        after: &[],
        work: |workspace, output| {
            vitest(workspace, output, "web-unit", &["--exclude", &format!("**/*{REPLAY}")])
        },
    },
    Step {
        name: "replay",
        about: "the client's reducers fold the server's recorded transcripts into the same state",
        lane: Lane::Web,
        needs: &["web-install"],
        after: &[],
        work: |workspace, output| vitest(workspace, output, "replay", &[REPLAY]),
    },
    Step {
        name: "e2e",
        about: "people in browsers, with axe, against the release build",
        lane: Lane::Browsers,
        needs: &["release", "web-install", "prepare"],
        after: &["rust", "web-check", "web-lint", "web-unit", "replay"],
        work: e2e,
    },
    Step {
        name: "firefox",
        about: "the main journeys once more, in Firefox",
        lane: Lane::Browsers,
        needs: &["release", "web-install"],
        after: &["rust", "web-check", "web-lint", "web-unit", "replay"],
        work: firefox,
    },
];

/// A step that is one check.
fn one(result: Result<()>) -> Result<Tally> {
    result.map(|()| Tally::one_passed())
}

fn clippy(workspace: &Workspace, output: &Output) -> Result<Tally> {
    let mut command = in_root(cargo(), workspace);
    command.args(["clippy", "--locked", "--workspace", "--all-targets", "--features", "kith-torture/faults"]);
    command.args(["--", "--deny", "warnings"]);
    one(output.run(&mut command))
}

fn rust(workspace: &Workspace, output: &Output) -> Result<Tally> {
    let mut command = in_root(cargo(), workspace);
    command.args(["test", "--locked", "--workspace", "--no-fail-fast"]);
    let result = output.run(&mut command);
    let log = fs::read_to_string(workspace.logs().join("rust.log")).context("the step keeps a log")?;
    counts::cargo_test(&log).or_failure(result)
}

/// A build of its own: what everything else tests has no faults to switch in.
fn faults(workspace: &Workspace, output: &Output) -> Result<Tally> {
    let mut command = in_root(cargo(), workspace);
    command.args(["test", "--locked", "--package", "kith-torture", "--features", "faults"]);
    let result = output.run(command.args(["--test", "checker"]));
    let log = fs::read_to_string(workspace.logs().join("faults.log")).context("the step keeps a log")?;
    counts::cargo_test(&log).or_failure(result)
}

fn release(workspace: &Workspace, output: &Output) -> Result<Tally> {
    let mut command = in_root(cargo(), workspace);
    one(output.run(command.args(["build", "--locked", "--release", "--package", "kith-server"])))
}

fn counted(workspace: &Workspace, output: &Output) -> Result<Tally> {
    match instructions::check(workspace, output)? {
        Verdict::Held(parts) => Ok(Tally { passed: parts, ..Tally::default() }),
        Verdict::OtherCompilers => {
            Ok(Tally::one_skipped("counts of instructions", "they were counted with other compilers"))
        }
        Verdict::More(parts) => Ok(Tally { failed: parts.len(), failures: parts, ..Tally::default() }),
    }
}

fn clients(workspace: &Workspace, output: &Output) -> Result<Tally> {
    let result = output.run(&mut stock::install(workspace, output)?.conversation(workspace));
    let log = fs::read_to_string(workspace.logs().join("clients.log")).context("the step keeps a log")?;
    counts::cargo_test(&log).or_failure(result)
}

fn tortured(workspace: &Workspace, output: &Output) -> Result<Tally> {
    output.run(&mut torture::build(workspace, torture::Build::Debug))?;
    let short = ["--short".to_owned()];
    let result = output.run(&mut torture::player(workspace, torture::Build::Debug, &short));
    let log = fs::read_to_string(workspace.logs().join("torture.log")).context("the step keeps a log")?;
    counts::cargo_test(&log).or_failure(result)
}

fn vitest(workspace: &Workspace, output: &Output, name: &str, args: &[&str]) -> Result<Tally> {
    let report = report(workspace, name)?;
    let mut command = client::script(workspace, "test");
    command.args(["--reporter=default", "--reporter=json"]);
    command.arg(format!("--outputFile.json={}", report.display())).args(args);
    let result = output.run(&mut command);
    counts::vitest(&fs::read_to_string(report).unwrap_or_default()).or_failure(result)
}

fn e2e(workspace: &Workspace, output: &Output) -> Result<Tally> {
    let report = report(workspace, "e2e")?;
    let chromium = prepare::chromium().context("Chromium was found a moment ago and is gone")?;
    let mut command = client::script(workspace, "e2e");
    command.arg("--reporter=list,json").env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report);
    command.env("KITH_BIN", workspace.kith("release")).env("KITH_CHROMIUM", chromium);
    let result = output.run(&mut command);
    counts::playwright(&fs::read_to_string(report).unwrap_or_default()).or_failure(result)
}

fn firefox(workspace: &Workspace, output: &Output) -> Result<Tally> {
    let Some(program) = prepare::firefox(output)? else {
        return Ok(Tally::one_skipped("journeys in Firefox", "Firefox is not installed"));
    };
    let mut command = client::script(workspace, "firefox");
    let result = output.run(command.env("KITH_BIN", workspace.kith("release")).env("KITH_FIREFOX", program));
    let log = fs::read_to_string(workspace.logs().join("firefox.log")).context("the step keeps a log")?;
    counts::tap(&log).or_failure(result)
}

/// Where a test runner writes its own account. The one of an earlier run must not be taken for this run's.
fn report(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    let path = workspace.logs().join(format!("{name}.json"));
    match fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(path),
    }
}

fn in_root(mut command: Command, workspace: &Workspace) -> Command {
    command.current_dir(&workspace.root);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_waits_only_for_steps_before_it_or_runs_last() {
        for (index, step) in STEPS.iter().enumerate() {
            for name in step.waits_for() {
                assert!(
                    STEPS[..index].iter().any(|earlier| earlier.name == name),
                    "{} waits for {name}",
                    step.name
                );
            }
        }
    }

    #[test]
    fn step_names_are_unique_and_fit_a_file_name() {
        for (index, step) in STEPS.iter().enumerate() {
            assert!(step.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{}", step.name);
            assert!(STEPS[..index].iter().all(|earlier| earlier.name != step.name), "{}", step.name);
        }
    }
}
