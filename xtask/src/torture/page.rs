//! The page of what was done to the server, rendered from the raw results: `tidy` renders it again and compares.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use serde_json::Value;

/// Where the page is, from the root; the raw results lie beside it.
pub(crate) const PAGE: &str = "docs/measurements/torture.md";
pub(crate) const RAW: &str = "docs/measurements/torture.jsonl";

const HEAD: &str = "\
# What was done to the server, and what it lost

Each scenario does something terrible to the release build under load. Every call and every push of every client is \
written down, and a checker holds the whole history against what [the wire contract](../protocol.md) promises: nothing \
acknowledged is lost, nothing is there twice, nothing is out of order. Each scenario has a control, broken on purpose, in \
which the checker must find something: a proof that cannot fail proves nothing. How to play them is in \
[CONTRIBUTING.md](../../CONTRIBUTING.md#torture).

";

const FOOT: &str = "\
The raw results are [torture.jsonl](torture.jsonl), from which this page is rendered.
";

/// # Errors
/// When a line is no result.
pub(crate) fn parse(raw: &str) -> Result<Vec<Value>> {
    raw.lines().map(|line| serde_json::from_str(line).context("a result is a line of JSON")).collect()
}

/// Earlier results, those replaced that were made again; new ones follow at the end.
pub(crate) fn merged(mut kept: Vec<Value>, results: &[Value]) -> Vec<Value> {
    let name = |result: &Value| (text(result, "scenario"), text(result, "part"));
    for result in results {
        match kept.iter_mut().find(|kept| name(kept) == name(result)) {
            Some(earlier) => *earlier = result.clone(),
            None => kept.push(result.clone()),
        }
    }
    kept
}

/// The whole page.
pub(crate) fn page(results: &[Value]) -> String {
    format!("{HEAD}{}{FOOT}", tables(results))
}

/// The proofs, then the controls, then how each was made.
pub(crate) fn tables(results: &[Value]) -> String {
    let mut page =
        String::from("| scenario | what was done | what happened | measured | |\n|---|---|---|---|---|\n");
    for result in of(results, "proof") {
        let (counts, figures) = (counts(result), figures(result));
        let verdict = if result["holds"] == true { "holds" } else { "**fails**" };
        row(&mut page, &[&text(result, "scenario"), &text(result, "about"), &counts, &figures, verdict]);
    }
    page.push_str("\n## The controls\n\n| scenario | broken on purpose | found | |\n|---|---|---|---|\n");
    for result in of(results, "control") {
        let found = result["found"][0].as_str().unwrap_or("nothing").replace('|', "\\|");
        let verdict = if result["holds"] == true { "found" } else { "**not found**" };
        row(&mut page, &[&text(result, "scenario"), &text(result, "about"), &found, verdict]);
    }
    page.push_str(
        "\n## How each was made\n\n| scenario | command | seed | took | version | date | machine |\n",
    );
    page.push_str("|---|---|--:|--:|---|---|---|\n");
    for result in of(results, "proof") {
        let run = &result["run"];
        let command = format!("`{}`", text(run, "command"));
        let seed = format!("{:#x}", result["seed"].as_u64().unwrap_or_default());
        let took = format!("{:.0} s", result["seconds"].as_f64().unwrap_or_default());
        let (version, date, machine) = (text(run, "commit"), text(run, "date"), text(run, "machine"));
        row(&mut page, &[&text(result, "scenario"), &command, &seed, &took, &version, &date, &machine]);
    }
    page.push('\n');
    page
}

fn of<'a>(results: &'a [Value], part: &'a str) -> impl Iterator<Item = &'a Value> {
    results.iter().filter(move |result| result["part"] == part)
}

fn row(page: &mut String, cells: &[&str]) {
    // Writing to a String cannot fail.
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}

/// What happened, each with its stated minimum.
fn counts(result: &Value) -> String {
    let counts = result["counts"].as_object().into_iter().flatten();
    let said = counts.map(|(name, count)| match result["minimums"][name].as_u64() {
        Some(least) => format!("{} {name} (≥ {})", number(count), number(&least.into())),
        None => format!("{} {name}", number(count)),
    });
    said.collect::<Vec<_>>().join(", ")
}

fn figures(result: &Value) -> String {
    let figures = result["figures"].as_array().into_iter().flatten();
    let said = figures.map(|figure| {
        let (name, value) = (text(figure, "name"), number(&figure["value"]));
        match (&figure["bound"]["at_most"], &figure["bound"]["at_least"]) {
            (Value::Number(most), _) => format!("{name} {value} (≤ {most})"),
            (_, Value::Number(least)) => format!("{name} {value} (≥ {least})"),
            _ => format!("{name} {value}"),
        }
    });
    said.collect::<Vec<_>>().join(", ")
}

/// Whole thousands with a comma; of others, as many digits as say something.
fn number(value: &Value) -> String {
    let value = value.as_f64().unwrap_or(f64::NAN);
    match value {
        1_000_000.0.. => {
            let whole = value.round() as u64;
            format!("{},{:03},{:03}", whole / 1_000_000, whole / 1_000 % 1_000, whole % 1_000)
        }
        1_000.0.. => format!("{},{:03}", value.round() as u64 / 1_000, value.round() as u64 % 1_000),
        _ if value.fract() == 0.0 => format!("{value:.0}"),
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn result(scenario: &str, part: &str, kills: u64) -> Value {
        json!({
            "scenario": scenario, "part": part, "about": "killed", "seed": 7, "counts": { "kills": kills },
            "minimums": { "kills": 2 }, "found": ["I1: lost | gone"], "holds": true, "seconds": 1.5,
            "figures": [{ "name": "p99_ms", "value": 1234.5, "bound": { "at_most": 2000.0 } }],
            "run": { "command": "cargo xtask torture", "date": "2026-11-22", "commit": "abc", "machine": "2 x CPU" },
        })
    }

    #[test]
    fn a_row_says_what_happened_and_how_much_of_it_was_needed() {
        let page = page(&[result("kill", "proof", 20), result("kill", "control", 1)]);
        assert!(
            page.contains("| kill | killed | 20 kills (≥ 2) | p99_ms 1,235 (≤ 2000.0) | holds |"),
            "{page}"
        );
        assert!(page.contains("| kill | killed | I1: lost \\| gone | found |"), "{page}");
        assert!(
            page.contains("| kill | `cargo xtask torture` | 0x7 | 2 s | abc | 2026-11-22 | 2 x CPU |"),
            "{page}"
        );
    }

    #[test]
    fn a_scenario_that_is_played_again_replaces_what_was_kept_of_it_only() {
        let kept = vec![result("kill", "proof", 1), result("clock", "proof", 1)];
        let merged = merged(kept, &[result("kill", "proof", 2), result("kill", "control", 3)]);
        let kills: Vec<_> = merged.iter().map(|result| result["counts"]["kills"].as_u64().unwrap()).collect();
        assert_eq!(kills, [2, 1, 3]);
    }

    #[test]
    fn numbers_are_written_for_people() {
        let said = [0.5, 12.34, 100.0, 999.6, 1_234.0, 1_000_007.0].map(|value| number(&json!(value)));
        assert_eq!(said, ["0.50", "12.3", "100", "1000", "1,234", "1,000,007"]);
    }
}
