//! `cargo xtask torture`: builds the program and what tortures it, plays the scenarios, and keeps what happened.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::bench::about;
use crate::shell::{Output, cargo};
use crate::workspace::Workspace;

pub(crate) mod page;

/// What is asked for.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) minutes: Option<u64>,
    pub(crate) seed: Option<u64>,
    pub(crate) short: bool,
    pub(crate) write: bool,
    pub(crate) scenarios: Vec<String>,
}

/// # Errors
/// When something cannot be built, a scenario does not hold, or a control finds nothing.
pub(crate) fn torture(workspace: &Workspace, request: &Request) -> Result<()> {
    let mut program = cargo();
    program.current_dir(&workspace.root).args(["build", "--release", "--package", "kith-server"]);
    Output::Terminal.run(&mut program)?;
    Output::Terminal.run(&mut build(workspace, Build::Release))?;
    let mut command = player(workspace, Build::Release, &request.args());
    let output = command.stderr(Stdio::inherit()).output().context("the player cannot be started")?;
    let mut about = about(request.short)?;
    about["command"] = request.command().into();
    let lines = String::from_utf8(output.stdout).context("results are UTF-8")?;
    let results: Vec<Value> = lines.lines().map(|line| described(line, &about)).collect::<Result<_>>()?;
    print!("\n{}", page::tables(&results));
    if request.write {
        write(&workspace.root, &results)?;
    }
    ensure!(output.status.success(), "a scenario has not held: its reasons stand above");
    Ok(())
}

/// How the player is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Build {
    /// In seconds: good enough for the short forms.
    Debug,
    /// For what the full forms do in numbers.
    Release,
}

/// Builds the player. It is no part of the program, and so of no release.
pub(crate) fn build(workspace: &Workspace, build: Build) -> Command {
    let mut command = cargo();
    command.current_dir(&workspace.root).args(["build", "--locked", "--package", "kith-torture"]);
    if build == Build::Release {
        command.arg("--release");
    }
    command
}

/// Plays scenarios against the release build, on the disk that it was built on: the temporary folder may be memory.
pub(crate) fn player(workspace: &Workspace, build: Build, args: &[String]) -> Command {
    let player = match build {
        Build::Debug => workspace.kith("debug"),
        Build::Release => workspace.kith("release"),
    };
    let mut command = Command::new(player.with_file_name("kith-torture"));
    command.arg("--program").arg(workspace.kith("release"));
    command.arg("--folder").arg(workspace.target.join("torture")).args(args);
    command
}

impl Request {
    fn args(&self) -> Vec<String> {
        let mut args = Vec::new();
        let mut option = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                args.extend([name.to_owned(), value]);
            }
        };
        option("--minutes", self.minutes.map(|minutes| minutes.to_string()));
        option("--seed", self.seed.map(|seed| seed.to_string()));
        for scenario in &self.scenarios {
            option("--scenario", Some(scenario.clone()));
        }
        if self.short {
            args.push("--short".to_owned());
        }
        args
    }

    /// As a person types it, to play the same again.
    fn command(&self) -> String {
        [vec!["cargo xtask torture".to_owned()], self.args()].concat().join(" ")
    }
}

fn described(line: &str, about: &Value) -> Result<Value> {
    let mut result: Value = serde_json::from_str(line).context("a result is a line of JSON")?;
    result["run"] = about.clone();
    Ok(result)
}

/// Keeps these results in place of earlier ones of the same scenarios, and renders the page from all of them.
fn write(root: &Path, results: &[Value]) -> Result<()> {
    let raw = root.join(page::RAW);
    let kept = page::parse(&fs::read_to_string(&raw).unwrap_or_default())?;
    let merged = page::merged(kept, results);
    fs::create_dir_all(raw.parent().expect("the raw results lie in a folder"))?;
    fs::write(&raw, merged.iter().map(|result| format!("{result}\n")).collect::<String>())?;
    fs::write(root.join(page::PAGE), page::page(&merged))
        .with_context(|| format!("cannot write {}", page::PAGE))?;
    println!("{} is rendered from {}", page::PAGE, page::RAW);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_that_is_kept_plays_the_same_again() {
        let request =
            Request { minutes: Some(3), seed: Some(7), scenarios: vec!["kill".into()], ..Request::default() };
        assert_eq!(request.command(), "cargo xtask torture --minutes 3 --seed 7 --scenario kill");
        assert_eq!(Request { short: true, ..Request::default() }.command(), "cargo xtask torture --short");
    }
}
