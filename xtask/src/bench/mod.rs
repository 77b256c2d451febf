//! `cargo xtask bench`: builds the program and the load generator, runs what is asked for, and holds what was measured
//! against what Kith means to reach.

mod goals;
mod growth;
mod page;
mod peers;
mod plot;

use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::shell::{capture, cargo};
use crate::workspace::Workspace;

/// How often everything is measured when a median is wanted.
const RUNS: &str = "5";

/// What is asked for.
pub(crate) struct Request<'a> {
    pub(crate) quick: bool,
    pub(crate) write: bool,
    pub(crate) workloads: &'a [String],
}

/// Instead of the workloads of the program alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Instead {
    /// As the data grows to these numbers of messages.
    Growth(Vec<String>),
    /// Beside others, under the same load.
    Peers,
}

/// # Errors
/// When something cannot be built or a workload fails: a message that was acknowledged and is not there is a failure, a
/// goal that is missed is not. What was measured before is kept and told all the same.
pub(crate) fn bench(workspace: &Workspace, request: &Request<'_>, instead: Option<&Instead>) -> Result<()> {
    match instead {
        None => workloads(workspace, request),
        Some(Instead::Growth(sizes)) => growth::bench(workspace, request, sizes),
        Some(Instead::Peers) => peers::bench(workspace, request),
    }
}

fn workloads(workspace: &Workspace, request: &Request<'_>) -> Result<()> {
    build(request.quick)?;
    let mut command = generator(workspace, request.quick);
    if !request.quick {
        command.args(["--runs", RUNS]);
    }
    command.args(request.workloads);
    let (lines, done) = run(&mut command, request.quick)?;
    let lines = [lines, vec![binary(workspace, request.quick)?]].concat();
    print!("{}", goals::table(&parse(&lines)?));
    if request.write {
        page::write(workspace, &lines)?;
    }
    done
}

/// How the measured program is built: as a release ships it, which takes several minutes to compile, or for an estimate as
/// the tests have it.
fn profile(quick: bool) -> &'static str {
    if quick { "release" } else { "dist" }
}

fn build(quick: bool) -> Result<()> {
    for (profile, program) in [("release", "kith-bench"), (profile(quick), "kith")] {
        let built = cargo().args(["build", "--locked", "--profile", profile, "--bin", program]).status()?;
        ensure!(built.success(), "{program} could not be built");
    }
    Ok(())
}

/// How large the program is, the client in it.
fn binary(workspace: &Workspace, quick: bool) -> Result<String> {
    let bytes = fs::metadata(workspace.kith(profile(quick))).context("the program has been built")?.len();
    let result = json!({ "case": "binary", "more": { "mib": bytes as f64 / 1_048_576.0 } });
    described(&result.to_string(), &about_program(quick)?)
}

/// The load generator, and what it measures.
fn generator(workspace: &Workspace, quick: bool) -> Command {
    let mut command = Command::new(workspace.kith("release").with_file_name("kith-bench"));
    // The temporary folder may be memory: what is measured is a disk.
    command.arg("--program").arg(workspace.kith(profile(quick))).arg("--folder").arg(&workspace.target);
    if quick {
        command.arg("--quick");
    }
    command
}

/// Runs the load generator to its end. Each line of results gets what only we know: the machine, the day and the version.
/// Beside the lines, whether all went well.
fn run(command: &mut Command, quick: bool) -> Result<(Vec<String>, Result<()>)> {
    let output = command.stderr(Stdio::inherit()).output().context("the load generator cannot be started")?;
    let about = about_program(quick)?;
    let lines = String::from_utf8(output.stdout).context("results are UTF-8")?;
    let lines = lines.lines().map(|line| described(line, &about)).collect::<Result<_>>()?;
    let done = match output.status.success() {
        true => Ok(()),
        false => Err(anyhow::anyhow!("something could not be measured: the reason stands above")),
    };
    Ok((lines, done))
}

fn described(line: &str, about: &Value) -> Result<String> {
    let mut result: Value = serde_json::from_str(line).context("a result is a line of JSON")?;
    result["about"] = about.clone();
    Ok(result.to_string())
}

fn parse(lines: &[String]) -> Result<Vec<Value>> {
    lines.iter().map(|line| serde_json::from_str(line).context("a result is a line of JSON")).collect()
}

/// Keeps raw results, a line each, at this path from the root.
fn keep(workspace: &Workspace, path: &str, lines: &[String]) -> Result<()> {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(workspace.root.join(path), text).with_context(|| format!("cannot write {path}"))
}

/// What there is to know about a measurement, and how the program was compiled.
fn about_program(quick: bool) -> Result<Value> {
    let mut about = about(quick)?;
    about["profile"] = profile(quick).into();
    Ok(about)
}

/// When, of what and on what a measurement was made.
pub(crate) fn about(quick: bool) -> Result<Value> {
    let word = |program: &str, args: &[&str]| -> Result<String> {
        Ok(capture(Command::new(program).args(args))?.trim().to_owned())
    };
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    Ok(json!({
        "date": word("date", &["-u", "+%F"])?,
        "commit": word("git", &["rev-parse", "--short", "HEAD"])?,
        "rustc": word("rustc", &["--version"])?,
        "machine": format!("{} x {}", word("nproc", &["--all"])?, cpu.trim_start_matches([' ', '\t', ':'])),
        "kernel": word("uname", &["-r"])?,
        "load_average": load.split(' ').next().and_then(|load| load.parse::<f64>().ok()),
        "quick": quick,
    }))
}
