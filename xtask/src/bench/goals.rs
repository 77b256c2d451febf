//! What Kith means to reach, and whether it was.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use Bound::{AtLeast, AtMost, Told};

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
    /// It is told, and nothing is promised.
    Told,
}

const fn goal(case: &'static str, figure: &'static str, pointer: &'static str, bound: Bound) -> Goal {
    Goal { case, figure, pointer, bound }
}

const GOALS: [Goal; 32] = [
    goal("direct-500x16", "messages/s, each synced before its ack", "/per_second", AtLeast(43_000.0)),
    goal("direct-500x16", "server CPU µs a message", "/server_cpu_us", AtMost(23.0)),
    goal("direct-500x8-delivered", "messages/s, with `delivered` reported", "/per_second", Told),
    goal("direct-500x8-delivered", "server CPU µs a message", "/server_cpu_us", Told),
    goal("direct-500x1", "messages/s", "/per_second", AtLeast(30_000.0)),
    goal("direct-500x1", "server CPU µs a message", "/server_cpu_us", AtMost(30.0)),
    goal("direct-1x1", "ack p50, ms", "/latency_ms/p50", AtMost(0.45)),
    goal("direct-open-2000", "ack p50, ms", "/latency_ms/p50", AtMost(0.8)),
    goal("direct-open-2000", "ack p99, ms", "/latency_ms/p99", AtMost(4.0)),
    goal("group-1", "deliveries/s", "/per_second", AtLeast(150_000.0)),
    goal("group-32", "deliveries/s", "/per_second", AtLeast(600_000.0)),
    goal("group-open-10", "delivery p50, ms", "/latency_ms/p50", AtMost(4.0)),
    goal("group-open-10", "delivery p99, ms", "/latency_ms/p99", AtMost(10.0)),
    goal("idle", "KiB a connection, user space", "/more/kib_each", AtMost(5.0)),
    goal("idle", "heartbeats of 19,500, % of a core", "/more/cpu_percent_at_19500", AtMost(2.0)),
    goal("login", "server CPU µs a login", "/server_cpu_us", AtMost(120.0)),
    goal("first-sync", "server CPU µs a first sync of 20 conversations", "/server_cpu_us", Told),
    goal("storm", "devices back and synced a second", "/per_second", Told),
    goal("history", "pages/s", "/per_second", AtLeast(20_000.0)),
    goal("history", "p99, ms", "/latency_ms/p99", AtMost(2.0)),
    goal("sync", "answers/s", "/per_second", AtLeast(2_000.0)),
    goal("sync", "p99, ms", "/latency_ms/p99", AtMost(20.0)),
    goal("search", "p50, ms", "/latency_ms/p50", Told),
    goal("search", "p99, ms", "/latency_ms/p99", AtMost(5.0)),
    goal("search-in-all", "p50, ms", "/latency_ms/p50", Told),
    goal("search-in-all", "p99, ms", "/latency_ms/p99", AtMost(5.0)),
    goal("photos", "ms a photo of 12 megapixels, all sizes", "/latency_ms/p50", AtMost(260.0)),
    goal("photos", "MiB a photo while it is made smaller", "/more/peak_mib_each", AtMost(80.0)),
    goal("photos", "chat p99 meanwhile, times what it is without", "/more/chat_p99_ratio", AtMost(1.5)),
    goal("syncs-1x1", "messages acknowledged for each sync of the log", "/more/messages_per_sync", Told),
    goal("syncs-500x16", "messages acknowledged for each sync of the log", "/more/messages_per_sync", Told),
    goal("binary", "MiB, stripped, the client included", "/more/mib", AtMost(25.0)),
];

/// Measured beside meant, a row a figure.
pub(super) fn table(results: &[Value]) -> String {
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
            let (wanted, verdict) = match goal.bound {
                AtLeast(bound) => (format!("≥ {}", number(bound)), verdict(measured >= bound)),
                AtMost(bound) => (format!("≤ {}", number(bound)), verdict(measured <= bound)),
                Told => ("–".to_owned(), ""),
            };
            let measured = number(measured);
            // Writing to a String cannot fail.
            let _ = writeln!(table, "| {case} | {} | {measured} | {wanted} | {verdict} |", goal.figure);
        }
    }
    table
}

fn verdict(is_reached: bool) -> &'static str {
    if is_reached { "reached" } else { "missed" }
}

impl Goal {
    /// `idle` is a goal of `idle-10000` and `idle-19500`.
    fn is_of(&self, case: &str) -> bool {
        let Some(rest) = case.strip_prefix(self.case) else { return false };
        rest.is_empty() || rest.strip_prefix('-').is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
    }
}

pub(super) fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// Three digits, or whole thousands with a comma.
pub(super) fn number(value: f64) -> String {
    match value {
        1_000.0.. => grouped(value.round() as u64),
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// With a comma before every three digits.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = (digits.len() - 1) % 3 + 1;
    let (head, rest) = digits.split_at(first);
    let groups = rest.as_bytes().chunks(3).map(|group| format!(",{}", String::from_utf8_lossy(group)));
    format!("{head}{}", groups.collect::<String>())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
}
