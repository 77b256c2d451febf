//! Others beside Kith: the same load on the same machine, one after the other.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::goals::{median, number};
use super::{RUNS, Request, build, generator, keep, parse, run};
use crate::client;
use crate::shell::Output;
use crate::stamp::Stamp;
use crate::workspace::Workspace;

const PAGE: &str = "docs/measurements/peers.md";
const RAW: &str = "docs/measurements/peers.jsonl";
/// Where the scripts of the peers are, from the root.
const SCRIPTS: &str = "crates/bench/peers";
/// Who is measured, and what the page calls them.
const SERVERS: [(&str, &str); 4] = [
    ("kith", "Kith"),
    ("node-relay", "Node, Socket.IO; stores nothing"),
    ("node-sqlite", "Node, Socket.IO, better-sqlite3, WAL, `NORMAL`: not durable"),
    ("node-sqlite-full", "the same with `FULL`: synced before each ack"),
];
/// What is compared: the case, what it is, where the figure stands, and whether more is better.
const FIGURES: [(&str, &str, &str, bool); 9] = [
    ("direct-500x16", "500 pairs, 16 in flight: messages/s", "/per_second", true),
    ("direct-500x16", "server CPU µs a message", "/server_cpu_us", false),
    ("direct-500x1", "500 pairs, 1 in flight: messages/s", "/per_second", true),
    ("direct-500x1", "server CPU µs a message", "/server_cpu_us", false),
    ("direct-1x1", "1 pair, 1 in flight: ack p50, ms", "/latency_ms/p50", false),
    ("direct-open-2000", "2,000 messages/s: ack p50, ms", "/latency_ms/p50", false),
    ("direct-open-2000", "2,000 messages/s: ack p99, ms", "/latency_ms/p99", false),
    ("group-1", "group of 1,000, 1 in flight: deliveries/s", "/per_second", true),
    ("group-32", "group of 1,000, 32 in flight: deliveries/s", "/per_second", true),
];

pub(super) fn bench(workspace: &Workspace, request: &Request<'_>) -> Result<()> {
    build(request.quick)?;
    install(workspace)?;
    let mut command = generator(workspace, request.quick);
    command.arg("--peers").arg(workspace.root.join(SCRIPTS));
    if !request.quick {
        command.args(["--runs", RUNS]);
    }
    let (lines, done) = run(&mut command, request.quick)?;
    let results = parse(&lines)?;
    print!("{}", table(&results));
    if request.write {
        keep(workspace, RAW, &lines)?;
        fs::write(workspace.root.join(PAGE), page(&results)?)
            .with_context(|| format!("cannot write {PAGE}"))?;
        println!("{PAGE} is rendered from {RAW}");
    }
    done
}

/// Installs the packages, and compiles the one that is written in C.
fn install(workspace: &Workspace) -> Result<()> {
    let folder = workspace.root.join(SCRIPTS);
    let output = Output::Terminal;
    client::npm_ci(workspace, &output, &folder, "bench-peers")?;
    let stamp = Stamp::new(workspace, "bench-peers-compiled");
    let fingerprint = fs::read_to_string(folder.join("package-lock.json"))?;
    let binding = folder.join("node_modules/better-sqlite3/build/Release/better_sqlite3.node");
    if stamp.is(&fingerprint) && binding.is_file() {
        return Ok(());
    }
    output.say("Compiling better-sqlite3 (npm rebuild) …")?;
    stamp.clear()?;
    output.run(Command::new("npm").current_dir(&folder).args(["rebuild", "better-sqlite3"]))?;
    ensure!(
        binding.is_file(),
        "better-sqlite3 was not compiled: it needs a C++ compiler and the headers of Node"
    );
    stamp.set(&fingerprint)
}

/// A row a figure, a column a server, and how far Kith is ahead of each.
fn table(results: &[Value]) -> String {
    let mut table = String::from("| |");
    table.extend(SERVERS.iter().map(|(_, name)| format!(" {name} |")));
    table.push_str("\n|---|");
    table.push_str(&"--:|".repeat(SERVERS.len()));
    table.push('\n');
    let mut by: BTreeMap<(&str, &str), Vec<&Value>> = BTreeMap::new();
    for result in results {
        let key = (result["parameters"]["server"].as_str(), result["case"].as_str());
        if let (Some(server), Some(case)) = key {
            by.entry((server, case)).or_default().push(result);
        }
    }
    let measured = |server: &str, case: &str, pointer: &str| {
        let runs = by.get(&(server, case)).into_iter().flatten();
        median(runs.filter_map(|run| run.pointer(pointer)?.as_f64()))
    };
    for (case, what, pointer, more_is_better) in FIGURES {
        let kith = measured("kith", case, pointer);
        let cells = SERVERS.iter().map(|(server, _)| {
            let Some(figure) = measured(server, case, pointer) else { return " – |".to_owned() };
            let ratio = kith.map(|kith| if more_is_better { kith / figure } else { figure / kith });
            match ratio.filter(|_| *server != "kith") {
                Some(ratio) => format!(" {} (× {ratio:.2}) |", number(figure)),
                None => format!(" {} |", number(figure)),
            }
        });
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| {what} |{}", cells.collect::<String>());
    }
    table
}

fn page(results: &[Value]) -> Result<String> {
    let about = &results.last().context("nothing was measured")?["about"];
    let word = |key: &str| about[key].as_str().unwrap_or("unknown").to_owned();
    let load = about["load_average"].as_f64().unwrap_or_default();
    let how = match about["quick"].as_bool() {
        Some(true) => "the short form, measured once: an estimate, not a result",
        _ => "medians of five",
    };
    Ok(format!(
        "# What others reach under the same load\n\n\
         Measured on {} by `cargo xtask bench --peers` at {}, Kith with the profile `{}`: {how}. {}, Linux {}, load average \
         {load:.1}; each server alone on one core, the same load generator on the other, loopback, WebSocket, 100-byte messages, the same events with the \
         same fields. The peers are [one short script](../../{SCRIPTS}/server.js): they know no passwords, no \
         membership, no receipts and no search, and trust whoever connects; Kith does all of it. In brackets: how many times \
         better Kith is; below 1 it is behind.\n\n\
         {}\n\
         The raw results are [peers.jsonl](peers.jsonl), from which this page is rendered.\n",
        word("date"),
        word("commit"),
        word("profile"),
        word("machine"),
        word("kernel"),
        table(results),
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_ratio_above_one_means_that_kith_is_ahead() {
        let result = |server: &str, rate: f64, cpu: f64| json!({ "case": "direct-500x16", "parameters": { "server": server }, "per_second": rate, "server_cpu_us": cpu });
        let table = table(&[result("kith", 40_000.0, 20.0), result("node-relay", 20_000.0, 40.0)]);
        assert!(table.contains("messages/s | 40,000 | 20,000 (× 2.00) | – | – |"), "{table}");
        assert!(table.contains("server CPU µs a message | 20.0 | 40.0 (× 2.00) |"), "{table}");
    }
}
