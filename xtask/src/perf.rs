//! `cargo xtask perf`: builds the program, lets the scripts of `web/perf` measure its client, and holds what they measured
//! against what Kith means to reach. The goals stand in the scripts; here is only the page.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::shell::{Output, cargo};
use crate::workspace::Workspace;
use crate::{bench, client, prepare};

/// Where the page is, from the root; the raw results lie beside it.
pub(crate) const PAGE: &str = "docs/measurements/web.md";
pub(crate) const RAW: &str = "docs/measurements/web.jsonl";

/// What is asked for.
pub(crate) struct Request<'a> {
    pub(crate) quick: bool,
    pub(crate) write: bool,
    pub(crate) goals: &'a [String],
}

/// # Errors
/// When something cannot be built or a script fails; a goal that is missed is not a failure.
pub(crate) fn perf(workspace: &Workspace, request: &Request<'_>) -> Result<()> {
    let terminal = Output::Terminal;
    client::install(workspace, &terminal)?;
    client::build(workspace, &terminal)?;
    client::npm_ci(workspace, &terminal, &workspace.web().join("perf"), "web-perf-install")?;
    terminal.run(cargo().current_dir(&workspace.root).args([
        "build",
        "--release",
        "--package",
        "kith-server",
    ]))?;
    let (lines, succeeded) = run(workspace, request)?;
    print!("{}", table(&parsed(&lines)?));
    if request.write {
        write(workspace, lines)?;
    }
    ensure!(succeeded, "a goal could not be measured: its reason stands above");
    Ok(())
}

/// Runs the scripts. Each line of results gets what only we know: the machine, the day and the version. Says, too,
/// whether every script ran to its end; what the others measured counts either way.
fn run(workspace: &Workspace, request: &Request<'_>) -> Result<(Vec<String>, bool)> {
    let chromium =
        prepare::chromium().context("Chromium is not there; `cargo xtask test prepare` installs it")?;
    let mut command = client::script(workspace, "perf");
    command.env("KITH_BIN", workspace.kith("release")).env("KITH_CHROMIUM", chromium);
    command.env("KITH_E2E_REPORT", workspace.logs().join("e2e.json"));
    if request.quick {
        command.arg("--quick");
    }
    let child = command.args(request.goals).stdout(Stdio::piped()).spawn();
    let mut child = child.context("the scripts cannot be started")?;
    let about = bench::about(request.quick)?;
    let output = child.stdout.take().expect("its output was asked to be piped");
    // The server says now and then on the same stream that it stops.
    let lines = BufReader::new(output).lines().collect::<std::io::Result<Vec<_>>>()?;
    let lines = lines
        .iter()
        .filter(|line| line.starts_with('{'))
        .map(|line| described(line, &about))
        .collect::<Result<_>>()?;
    Ok((lines, child.wait()?.success()))
}

/// What the script knows of its own (the browser, the load at that moment) stays.
fn described(line: &str, about: &Value) -> Result<String> {
    let mut result: Value = serde_json::from_str(line).context("a result is a line of JSON")?;
    let own = result["about"].as_object().cloned().unwrap_or_default();
    result["about"] = about.clone();
    for (key, value) in own {
        result["about"][key] = value;
    }
    Ok(result.to_string())
}

/// Keeps the raw results, in place of earlier ones of the same goals, and renders the page from all that are kept.
fn write(workspace: &Workspace, lines: Vec<String>) -> Result<()> {
    let raw = workspace.root.join(RAW);
    let kept = fs::read_to_string(&raw).unwrap_or_default();
    let all = merged(&kept, lines)?;
    fs::write(&raw, all.iter().map(|line| format!("{line}\n")).collect::<String>())?;
    fs::write(workspace.root.join(PAGE), page(&all.join("\n"))?)
        .with_context(|| format!("cannot write {PAGE}"))?;
    println!("{PAGE} is rendered from {RAW}");
    Ok(())
}

/// The goals in their order, each with its newest results.
fn merged(kept: &str, new: Vec<String>) -> Result<Vec<String>> {
    let goal = |line: &str| -> Result<u32> { Ok(number_of(&serde_json::from_str(line)?)) };
    let measured = new.iter().map(|line| goal(line)).collect::<Result<Vec<_>>>()?;
    let mut all = Vec::new();
    for line in kept.lines() {
        let number = goal(line)?;
        if !measured.contains(&number) {
            all.push((number, line.to_owned()));
        }
    }
    all.extend(measured.iter().copied().zip(new));
    all.sort_by_key(|(number, _)| *number);
    Ok(all.into_iter().map(|(_, line)| line).collect())
}

/// 7 of "G7".
fn number_of(result: &Value) -> u32 {
    result["goal"].as_str().and_then(|goal| goal.strip_prefix('G')?.parse().ok()).unwrap_or(u32::MAX)
}

fn parsed(lines: &[String]) -> Result<Vec<Value>> {
    Ok(lines.iter().map(|line| serde_json::from_str(line)).collect::<Result<_, _>>()?)
}

/// The page that the raw results, a line of JSON each, are rendered to.
///
/// # Errors
/// When there are none, or a line is not JSON.
pub(crate) fn page(raw: &str) -> Result<String> {
    let lines: Vec<String> = raw.lines().map(str::to_owned).collect();
    let results = parsed(&lines)?;
    ensure!(!results.is_empty(), "nothing was measured");
    Ok(format!(
        "# What the client reaches\n\n\
         Measured by `cargo xtask perf`: the release build on loopback, Chromium driven over its own protocol, each goal by the \
         script of `web/perf` that bears its number. A figure is the median of its runs. *At a quarter* means that the \
         browser slows its main thread down four times, as a cheap telephone would. Why something is missed stands on \
         [a page of its own](web-missed.md).\n\n\
         {}\n\
         ## When, and on what\n\n\
         The benchmark index is Lighthouse's measure of a machine's speed; a load average far above 1 means that others \
         used the machine, and then times are too long. The raw results are [web.jsonl](web.jsonl), from which this page is \
         rendered.\n\n\
         {}",
        table(&results),
        conditions(&results),
    ))
}

/// Measured beside meant, a row a figure.
fn table(results: &[Value]) -> String {
    let mut rows: Vec<(&Value, Vec<f64>)> = Vec::new();
    for result in results {
        let value = result["value"].as_f64().unwrap_or(f64::NAN);
        match rows.iter_mut().find(|(first, _)| is_same(first, result)) {
            Some((_, values)) => values.push(value),
            None => rows.push((result, vec![value])),
        }
    }
    let mut table = String::from("| goal | case | figure | measured | gate | |\n|---|---|---|--:|--:|---|\n");
    for (first, values) in &rows {
        let word = |key: &str| first[key].as_str().unwrap_or_default();
        let measured = median(values);
        let (gate, verdict) = verdict(&first["bound"], measured);
        let (goal, case, figure) = (word("goal"), word("case"), word("figure"));
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| {goal} | {case} | {figure} | {} | {gate} | {verdict} |", number(measured));
    }
    table
}

fn is_same(one: &Value, other: &Value) -> bool {
    ["goal", "case", "figure"].iter().all(|key| one[key] == other[key])
}

/// The gate in signs, and whether it was reached. Figures without a gate are for orientation.
fn verdict(bound: &Value, measured: f64) -> (String, &'static str) {
    let said = |reached: bool| if reached { "reached" } else { "missed" };
    if let Some(most) = bound["at_most"].as_f64() {
        (format!("≤ {}", number(most)), said(measured <= most))
    } else if let Some(least) = bound["at_least"].as_f64() {
        (format!("≥ {}", number(least)), said(measured >= least))
    } else {
        (String::new(), "")
    }
}

/// The machine, the day and the versions, a row for each that differs, with the goals that were measured so.
fn conditions(results: &[Value]) -> String {
    let mut rows: BTreeMap<String, (Vec<&str>, f64)> = BTreeMap::new();
    for result in results {
        let about = &result["about"];
        let word = |key: &str| about[key].as_str().unwrap_or("unknown");
        let how = if about["quick"] == json!(true) { "short form" } else { "full" };
        let index = about["benchmark_index"].as_f64().map_or("–".to_owned(), number);
        let conditions = format!(
            "{} | {} | {how} | {} | {} | Linux {}, Node {} | {index}",
            word("date"),
            word("commit"),
            word("machine"),
            word("browser"),
            word("kernel"),
            word("node"),
        );
        let (goals, load) = rows.entry(conditions).or_default();
        let goal = result["goal"].as_str().unwrap_or_default();
        if !goals.contains(&goal) {
            goals.push(goal);
        }
        *load = load.max(about["load_average"].as_f64().unwrap_or(0.0));
    }
    let mut table = String::from(
        "| date | commit | form | machine | browser | system | benchmark index | load average, highest | goals |\n\
         |---|---|---|---|---|---|--:|--:|---|\n",
    );
    for (conditions, (goals, load)) in rows {
        let _ = writeln!(table, "| {conditions} | {load:.1} | {} |", goals.join(" "));
    }
    table
}

/// The middle one; of an even number the upper of the two in the middle.
fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// At most one digit behind the point, and none that says nothing.
fn number(value: f64) -> String {
    if value.is_nan() {
        return "not measured".to_owned();
    }
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(goal: &str, figure: &str, value: f64, date: &str) -> String {
        json!({
            "goal": goal, "case": "full speed", "figure": figure, "value": value, "bound": { "at_most": 16 },
            "about": { "date": date, "quick": false, "load_average": 0.3 },
        })
        .to_string()
    }

    #[test]
    fn a_gate_is_held_against_the_median_of_the_runs() {
        let runs = [12.0, 40.0, 15.96].map(|value| line("G8", "key to paint, ms", value, "2026-11-22"));
        let page = page(&runs.join("\n")).unwrap();
        assert!(page.contains("| G8 | full speed | key to paint, ms | 16 | ≤ 16 | reached |"), "{page}");
    }

    #[test]
    fn what_is_over_its_gate_is_missed_and_what_was_not_measured_too() {
        assert_eq!(verdict(&json!({ "at_most": 16 }), 16.01), ("≤ 16".to_owned(), "missed"));
        assert_eq!(verdict(&json!({ "at_least": 95 }), 95.0), ("≥ 95".to_owned(), "reached"));
        assert_eq!(verdict(&json!({ "at_most": 16 }), f64::NAN).1, "missed");
        assert_eq!(verdict(&Value::Null, 3.0), (String::new(), ""));
    }

    #[test]
    fn new_results_replace_those_of_their_goal_only() {
        let kept = [line("G2", "a", 1.0, "old"), line("G10", "a", 1.0, "old")].join("\n");
        let all = merged(&kept, vec![line("G2", "b", 2.0, "new"), line("G1", "c", 2.0, "new")]).unwrap();
        let goals: Vec<_> = parsed(&all).unwrap().iter().map(|result| result["goal"].clone()).collect();
        assert_eq!(goals, ["G1", "G2", "G10"]);
        assert!(all[1].contains("\"new\"") && all[2].contains("\"old\""));
    }

    #[test]
    fn every_day_of_measuring_is_named_with_its_goals() {
        let raw = [line("G1", "a", 1.0, "2026-11-21"), line("G2", "a", 1.0, "2026-11-22")].join("\n");
        let page = page(&raw).unwrap();
        assert!(page.contains("| 2026-11-21 |") && page.contains("| 0.3 | G2 |"), "{page}");
    }

    #[test]
    fn what_a_script_says_of_its_own_stays() {
        let about = json!({ "commit": "abc", "load_average": 9.0 });
        let result = described(&line("G1", "a", 1.0, "today"), &about).unwrap();
        assert!(result.contains("\"commit\":\"abc\"") && result.contains("\"load_average\":0.3"), "{result}");
    }
}
