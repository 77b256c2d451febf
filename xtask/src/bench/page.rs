//! The page of what the server reaches, rendered from the raw results.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::goals::{median, number, table};
use super::{keep, parse};
use crate::workspace::Workspace;

/// Where the page is, from the root; the raw results lie beside it.
const PAGE: &str = "docs/measurements/server.md";
const RAW: &str = "docs/measurements/server.jsonl";
/// Pages that may stand beside it, and what they tell.
const OTHERS: [(&str, &str); 3] = [
    ("growth.md", "What becomes of it as the data grows"),
    ("peers.md", "what others reach under the same load"),
    ("profiles.md", "where the time goes, and why what is missed is missed"),
];

/// Keeps the raw results and renders the page from them.
pub(super) fn write(workspace: &Workspace, lines: &[String]) -> Result<()> {
    keep(workspace, RAW, lines)?;
    let page = page(&parse(lines)?, &workspace.root.join(PAGE))?;
    fs::write(workspace.root.join(PAGE), page).with_context(|| format!("cannot write {PAGE}"))?;
    println!("{PAGE} is rendered from {RAW}");
    Ok(())
}

fn page(results: &[Value], path: &Path) -> Result<String> {
    let about = &results.last().context("nothing was measured")?["about"];
    let word = |key: &str| about[key].as_str().unwrap_or("unknown").to_owned();
    let loads = results.iter().filter_map(|run| run["about"]["load_average"].as_f64());
    let load = loads.fold(0.0, f64::max);
    let how = match about["quick"].as_bool() {
        Some(true) => "the short form of each workload, measured once: an estimate, not a result",
        _ => {
            "medians of five; what takes minutes (a first sync or a storm of thousands of devices, and what an idle socket \
             takes at 10,000) is measured once"
        }
    };
    Ok(format!(
        "# What the server reaches\n\n\
         Measured on {} by `cargo xtask bench` at {}, with {} and the profile `{}`: {how}. {}, Linux {}, load average \
         {load:.1}; the server on one core, the load on the other, loopback, no TLS, 100-byte messages, every message synced before its ack, users \
         made through the store. A load average far above 1 means that others used the machine: then rates and latencies \
         are lower bounds of what the program can do, and CPU time is inflated by shared caches.\n\n\
         {}{}\n\
         After each run of a `direct` workload the server is killed (SIGKILL) and what it acknowledged is counted in the \
         store: it must all be there, or the run fails. After the last run of each workload that writes, `kith verify` \
         examines the folder.\n\n{}{}\
         The raw results are [server.jsonl](server.jsonl), from which this page is rendered.{}\n",
        word("date"),
        word("commit"),
        word("rustc"),
        word("profile"),
        word("machine"),
        word("kernel"),
        table(results),
        failures(results),
        receipts(results),
        calls(results),
        others(path),
    ))
}

/// What could not be measured, and why.
fn failures(results: &[Value]) -> String {
    let failed = results.iter().filter_map(|result| {
        let (case, why) = (result["case"].as_str()?, result["more"]["failed"].as_str()?);
        Some(format!("\n`{case}` could not be measured: {why}.\n"))
    });
    failed.collect()
}

/// What it costs that readers report what has arrived.
fn receipts(results: &[Value]) -> String {
    let cost = |case: &str| {
        let runs = results.iter().filter(|run| run["case"] == case);
        median(runs.filter_map(|run| run["server_cpu_us"].as_f64()))
    };
    let (Some(without), Some(with)) = (cost("direct-500x8"), cost("direct-500x8-delivered")) else {
        return String::new();
    };
    format!(
        "`delivered` means that readers report what has arrived, as the web client does: one report of each is under way at a \
         time, and the next one says the latest. That adds {} µs of the server's core to the {} µs that a message takes \
         without it, with 8 in flight.\n\n",
        number(with - without),
        number(without)
    )
}

/// What the kernel was asked for while it was traced.
fn calls(results: &[Value]) -> String {
    let mut text = String::new();
    for case in ["syncs-1x1", "syncs-500x16"] {
        let Some(result) = results.iter().find(|result| result["case"] == case) else { continue };
        let more = &result["more"];
        let list: Vec<String> = more["calls"]
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(name, count)| Some(format!("{} `{name}`", count.as_u64()?)))
            .collect();
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "Under `strace -c -f`, `{}`: {} messages were acknowledged while the log was synced {} times; all calls: {}.\n\n",
            case.trim_start_matches("syncs-"),
            more["acknowledged"],
            more["syncs"],
            list.join(", ")
        );
    }
    text
}

fn others(path: &Path) -> String {
    let there = OTHERS.iter().filter(|(name, _)| path.with_file_name(name).is_file());
    there.map(|(name, what)| format!(" [{}]({name}).", capitalized(what))).collect()
}

fn capitalized(words: &str) -> String {
    let (first, rest) = words.split_at(1);
    format!("{}{rest}", first.to_uppercase())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn result(case: &str, cpu: f64) -> Value {
        json!({ "case": case, "server_cpu_us": cpu, "about": { "date": "2026-11-22" } })
    }

    #[test]
    fn the_page_names_its_raw_results_and_what_failed() {
        let failed = json!({ "case": "search", "more": { "failed": "429" }, "about": {} });
        let page = page(&[failed, result("group-1", 1.0)], Path::new("server.md")).unwrap();
        assert!(page.contains("(server.jsonl)") && page.contains("2026-11-22"));
        assert!(page.contains("`search` could not be measured: 429."));
    }

    #[test]
    fn the_page_says_what_receipts_add() {
        let results = [result("direct-500x8", 30.0), result("direct-500x8-delivered", 42.5)];
        assert!(receipts(&results).contains("adds 12.5 µs of the server's core to the 30.0 µs"));
        assert_eq!(receipts(&results[..1]), "");
    }
}
