//! `cargo xtask bench`: builds the program and the load generator, runs the workloads, and holds what they measured against
//! what Kith means to reach.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::shell::{capture, cargo};
use crate::workspace::Workspace;
use Bound::{AtLeast, AtMost};

/// Where the page is, from the root; the raw results lie beside it.
const PAGE: &str = "docs/measurements/server.md";
const RAW: &str = "docs/measurements/server.jsonl";
/// How often a workload is run when its median is wanted.
const RUNS: &str = "5";

/// What is asked for.
pub(crate) struct Request<'a> {
    pub(crate) quick: bool,
    pub(crate) write: bool,
    pub(crate) workloads: &'a [String],
}

/// # Errors
/// When something cannot be built or a workload fails: a message that was acknowledged and is not there is a failure, a
/// goal that is missed is not.
pub(crate) fn bench(workspace: &Workspace, request: &Request<'_>) -> Result<()> {
    let built = cargo().args(["build", "--release", "--bin", "kith", "--bin", "kith-bench"]).status()?;
    ensure!(built.success(), "the program and the load generator could not be built");
    let lines = run(workspace, request)?;
    let results: Vec<Value> =
        lines.iter().map(|line| serde_json::from_str(line)).collect::<Result<_, _>>()?;
    print!("{}", table(&results));
    if request.write {
        write(workspace, &lines)?;
    }
    Ok(())
}

/// Runs the load generator. Each line of results gets what only we know: the machine, the day and the version.
fn run(workspace: &Workspace, request: &Request<'_>) -> Result<Vec<String>> {
    let mut command = Command::new(workspace.kith("release").with_file_name("kith-bench"));
    // The temporary folder may be memory: what is measured is a disk.
    command.arg("--program").arg(workspace.kith("release")).arg("--folder").arg(&workspace.target);
    match request.quick {
        true => command.arg("--quick"),
        false => command.args(["--runs", RUNS]),
    };
    let output = command.args(request.workloads).stderr(Stdio::inherit()).output();
    let output = output.context("the load generator cannot be started")?;
    ensure!(output.status.success(), "a workload failed: its reason stands above");
    let about = about(request.quick)?;
    let lines = String::from_utf8(output.stdout).context("results are UTF-8")?;
    lines.lines().map(|line| described(line, &about)).collect()
}

fn described(line: &str, about: &Value) -> Result<String> {
    let mut result: Value = serde_json::from_str(line).context("a result is a line of JSON")?;
    result["about"] = about.clone();
    Ok(result.to_string())
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

/// One figure that Kith means to reach. Where a case is measured with several numbers of sockets, any of them counts.
struct Goal {
    case: &'static str,
    figure: &'static str,
    /// Where it stands in a result.
    pointer: &'static str,
    bound: Bound,
}

#[derive(Clone, Copy)]
enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

const fn goal(case: &'static str, figure: &'static str, pointer: &'static str, bound: Bound) -> Goal {
    Goal { case, figure, pointer, bound }
}

const GOALS: [Goal; 25] = [
    goal("direct-500x16", "messages/s, each synced before its ack", "/per_second", AtLeast(43_000.0)),
    goal("direct-500x16", "server CPU µs a message", "/server_cpu_us", AtMost(23.0)),
    goal("direct-500x8-delivered", "messages/s, with `delivered` reported", "/per_second", AtLeast(43_000.0)),
    goal("direct-500x8-delivered", "server CPU µs a message", "/server_cpu_us", AtMost(23.0)),
    goal("direct-500x1", "messages/s", "/per_second", AtLeast(30_000.0)),
    goal("direct-500x1", "server CPU µs a message", "/server_cpu_us", AtMost(30.0)),
    goal("direct-1x1", "ack p50, ms", "/latency_ms/p50", AtMost(0.45)),
    goal("direct-open-2000", "ack p50, ms", "/latency_ms/p50", AtMost(0.8)),
    goal("direct-open-2000", "ack p99, ms", "/latency_ms/p99", AtMost(4.0)),
    goal("group-1", "deliveries/s", "/per_second", AtLeast(150_000.0)),
    goal("group-32", "deliveries/s", "/per_second", AtLeast(600_000.0)),
    goal("group-open-10", "delivery p50, ms", "/latency_ms/p50", AtMost(4.0)),
    goal("group-open-10", "delivery p99, ms", "/latency_ms/p99", AtMost(10.0)),
    goal("login", "server CPU µs a login", "/server_cpu_us", AtMost(120.0)),
    goal("first-sync", "server CPU µs a first sync", "/server_cpu_us", AtMost(500.0)),
    goal("idle", "KiB a connection, user space", "/more/kib_each", AtMost(5.0)),
    goal("idle", "heartbeats of 19,500, % of a core", "/more/cpu_percent_at_19500", AtMost(2.0)),
    goal("storm", "devices back a second", "/per_second", AtLeast(2_000.0)),
    goal("history", "pages/s", "/per_second", AtLeast(20_000.0)),
    goal("history", "p99, ms", "/latency_ms/p99", AtMost(2.0)),
    goal("history", "server CPU µs a page", "/server_cpu_us", AtMost(50.0)),
    goal("sync", "answers/s", "/per_second", AtLeast(2_000.0)),
    goal("sync", "p99, ms", "/latency_ms/p99", AtMost(20.0)),
    goal("search", "p50, ms", "/latency_ms/p50", AtMost(5.0)),
    goal("search", "p99, ms", "/latency_ms/p99", AtMost(5.0)),
];

/// Measured beside meant, a row a figure.
fn table(results: &[Value]) -> String {
    let mut by_case: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for result in results {
        by_case.entry(result["case"].as_str().unwrap_or_default()).or_default().push(result);
    }
    let mut table = String::from("| case | figure | measured | goal | |\n|---|---|--:|--:|---|\n");
    for goal in &GOALS {
        for (case, runs) in by_case.iter().filter(|(case, _)| goal.is_of(case)) {
            let Some(measured) = median(runs.iter().filter_map(|run| run.pointer(goal.pointer)?.as_f64()))
            else {
                continue;
            };
            let (wanted, sign, reached) = match goal.bound {
                AtLeast(bound) => (bound, '≥', measured >= bound),
                AtMost(bound) => (bound, '≤', measured <= bound),
            };
            let verdict = if reached { "reached" } else { "missed" };
            let (measured, wanted) = (number(measured), number(wanted));
            // Writing to a String cannot fail.
            let _ =
                writeln!(table, "| {case} | {} | {measured} | {sign} {wanted} | {verdict} |", goal.figure);
        }
    }
    table
}

impl Goal {
    /// `idle` is a goal of `idle-10000` and `idle-19500`.
    fn is_of(&self, case: &str) -> bool {
        let Some(rest) = case.strip_prefix(self.case) else { return false };
        rest.is_empty() || rest.strip_prefix('-').is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
    }
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// Three digits, or whole thousands with a comma.
fn number(value: f64) -> String {
    match value {
        1_000.0.. => {
            let whole = value.round() as u64;
            let (thousands, rest) = (whole / 1_000, whole % 1_000);
            format!("{thousands},{rest:03}")
        }
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// Keeps the raw results and renders the page from them.
fn write(workspace: &Workspace, lines: &[String]) -> Result<()> {
    let raw = workspace.root.join(RAW);
    fs::create_dir_all(raw.parent().expect("the raw results lie in a folder"))?;
    fs::write(&raw, lines.iter().map(|line| format!("{line}\n")).collect::<String>())?;
    let page = page(lines)?;
    fs::write(workspace.root.join(PAGE), page).with_context(|| format!("cannot write {PAGE}"))?;
    println!("{PAGE} is rendered from {RAW}");
    Ok(())
}

fn page(lines: &[String]) -> Result<String> {
    let results: Vec<Value> =
        lines.iter().map(|line| serde_json::from_str(line)).collect::<Result<_, _>>()?;
    let about = &results.last().context("nothing was measured")?["about"];
    let word = |key: &str| about[key].as_str().unwrap_or("unknown").to_owned();
    let loads: Vec<f64> = results.iter().filter_map(|run| run["about"]["load_average"].as_f64()).collect();
    let load = loads.into_iter().fold(0.0, f64::max);
    let how = match about["quick"].as_bool() {
        Some(true) => "the short form of each workload, one run: an estimate, not a result",
        _ => "medians of five runs",
    };
    Ok(format!(
        "# What the server reaches\n\n\
         Measured on {} by `cargo xtask bench` at {}, with {}: {how}. {}, Linux {}, load average {load:.1}; the server on \
         one core, the load on the other, loopback, no TLS, 100-byte messages, every message synced before its ack, users \
         made through the store. A load average far above 1 means that others used the machine: then rates and latencies \
         are lower bounds of what the program can do, and CPU time is inflated by shared caches.\n\n\
         {}\n\
         After each `direct` workload the server is killed (SIGKILL) and what it acknowledged is counted in the store: it \
         must all be there, or the run fails. `delivered` means that readers report what has arrived, as the web client does. \
         The raw results are [server.jsonl](server.jsonl), from which this page is rendered; where the time goes is in \
         [profiles.md](profiles.md).\n",
        word("date"),
        word("commit"),
        word("rustc"),
        word("machine"),
        word("kernel"),
        table(&results),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(case: &str, per_second: f64) -> Value {
        json!({ "case": case, "per_second": per_second, "about": { "date": "2026-11-22", "quick": false } })
    }

    #[test]
    fn a_goal_is_held_against_the_median() {
        let runs = [run("group-1", 90_000.0), run("group-1", 200_000.0), run("group-1", 160_000.0)];
        assert!(table(&runs).contains("| group-1 | deliveries/s | 160,000 | ≥ 150,000 | reached |"));
        assert!(table(&runs[..1]).contains("| 90,000 | ≥ 150,000 | missed |"));
    }

    #[test]
    fn a_goal_for_sockets_counts_for_every_number_of_them_and_for_no_other_case() {
        let idle = goal("idle", "", "", AtMost(1.0));
        assert!(idle.is_of("idle") && idle.is_of("idle-10000"));
        assert!(!idle.is_of("idle-more") && !idle.is_of("idler-1"));
        let direct = goal("direct-500x8", "", "", AtMost(1.0));
        assert!(!direct.is_of("direct-500x8-delivered"));
    }

    #[test]
    fn the_page_names_its_raw_results() {
        let page = page(&[run("group-1", 1.0).to_string()]).unwrap();
        assert!(page.contains("(server.jsonl)") && page.contains("2026-11-22"));
    }
}
