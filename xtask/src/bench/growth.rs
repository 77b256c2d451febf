//! The page of growth: the same questions at every size, a curve for each.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use super::goals::{grouped, number};
use super::plot::{self, Curve};
use super::{Request, build, generator, keep, parse, run};
use crate::workspace::Workspace;

const FOLDER: &str = "docs/measurements";
const PAGE: &str = "docs/measurements/growth.md";
const RAW: &str = "docs/measurements/growth.jsonl";
/// How many messages, unless it is said: 1, 10 and 50 million.
const SIZES: &str = "1000000,10000000,50000000";
const SIZES_QUICK: &str = "20000,100000";
/// From the first size to the last, a figure may become so much worse.
const FLAT_MAX: f64 = 1.5;

/// A figure that is drawn.
struct Figure {
    /// The name of its file.
    name: &'static str,
    title: &'static str,
    case: &'static str,
    pointer: &'static str,
    /// What it must not exceed, at any size.
    at_most: Option<f64>,
    /// Whether it is to stay as it was at the first size.
    is_flat: bool,
}

const fn figure(
    name: &'static str,
    title: &'static str,
    case: &'static str,
    pointer: &'static str,
) -> Figure {
    Figure { name, title, case, pointer, at_most: None, is_flat: true }
}

const FIGURES: [Figure; 10] = [
    figure("page", "newest page of a group, p50, ms", "growth-page", "/latency_ms/p50"),
    figure(
        "page-anywhere",
        "page anywhere in the longest conversation, p50, ms",
        "growth-page-anywhere",
        "/latency_ms/p50",
    ),
    figure("send", "send, 250 pairs, p50, ms", "growth-send", "/latency_ms/p50"),
    figure("send-cpu", "send, server CPU, µs", "growth-send", "/server_cpu_us"),
    figure("sync", "sync of the busy, 20 changed, p50, ms", "growth-sync", "/latency_ms/p50"),
    figure("search", "search, p50, ms", "growth-search", "/latency_ms/p50"),
    figure("search-busy", "search of the busy, p50, ms", "growth-search-busy", "/latency_ms/p50"),
    figure("start", "start to first answer, p50, ms", "growth-start", "/latency_ms/p50"),
    Figure {
        at_most: Some(260.0),
        is_flat: false,
        ..figure("disk", "disk, bytes a message", "growth-disk", "/more/bytes_each")
    },
    Figure {
        at_most: Some(512.0),
        is_flat: false,
        ..figure("memory", "resident with everybody there, MiB", "growth-memory", "/more/resident_mib")
    },
];

pub(super) fn bench(workspace: &Workspace, request: &Request<'_>, sizes: &[String]) -> Result<()> {
    build(request.quick)?;
    let sizes = match sizes {
        [] if request.quick => SIZES_QUICK.to_owned(),
        [] => SIZES.to_owned(),
        sizes => sizes.join(","),
    };
    let (lines, done) = run(generator(workspace, request.quick).arg("--growth").arg(sizes), request.quick)?;
    let results = parse(&lines)?;
    print!("{}", table(&results));
    if request.write {
        keep(workspace, RAW, &lines)?;
        write(workspace, &results)?;
    }
    done
}

fn write(workspace: &Workspace, results: &[Value]) -> Result<()> {
    for figure in &FIGURES {
        let curves = [Curve { name: figure.title.into(), points: figure.points(results) }];
        let path = format!("{FOLDER}/growth-{}.svg", figure.name);
        let svg = plot::draw(figure.title, "messages", &curves);
        fs::write(workspace.root.join(&path), svg).with_context(|| format!("cannot write {path}"))?;
    }
    fs::write(workspace.root.join(PAGE), page(results)?).with_context(|| format!("cannot write {PAGE}"))?;
    println!("{PAGE} is rendered from {RAW}");
    Ok(())
}

impl Figure {
    /// Size and figure, the smallest size first.
    fn points(&self, results: &[Value]) -> Vec<(f64, f64)> {
        let of = results.iter().filter(|result| result["case"] == self.case);
        of.filter_map(|result| {
            let size = result["parameters"]["messages"].as_f64()?;
            Some((size, result.pointer(self.pointer)?.as_f64()?))
        })
        .collect()
    }

    fn verdict(&self, points: &[(f64, f64)]) -> String {
        let (Some((_, first)), Some((_, last))) = (points.first(), points.last()) else {
            return String::new();
        };
        let highest = points.iter().map(|point| point.1).fold(0.0, f64::max);
        let ratio = last / first;
        match self.at_most {
            Some(bound) if highest <= bound => format!("≤ {}: reached", number(bound)),
            Some(bound) => format!("≤ {}: missed", number(bound)),
            None if !self.is_flat => String::new(),
            None if ratio <= FLAT_MAX => format!("× {ratio:.2}: flat"),
            None => format!("× {ratio:.2}: not flat"),
        }
    }
}

/// A row a figure, a column a size.
fn table(results: &[Value]) -> String {
    let sizes = sizes(results);
    let mut table = String::from("| |");
    let heads = sizes.iter().map(|size| format!(" {} messages |", grouped(*size as u64)));
    table.extend(heads);
    table.push_str(" from first to last |\n|---|");
    table.push_str(&"--:|".repeat(sizes.len()));
    table.push_str("---|\n");
    for figure in &FIGURES {
        let points = figure.points(results);
        let cells: String = points.iter().map(|point| format!(" {} |", number(point.1))).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| {} |{cells} {} |", figure.title, figure.verdict(&points));
    }
    table
}

fn sizes(results: &[Value]) -> Vec<f64> {
    let mut sizes: Vec<f64> =
        results.iter().filter_map(|result| result["parameters"]["messages"].as_f64()).collect();
    sizes.dedup();
    sizes
}

fn page(results: &[Value]) -> Result<String> {
    let last = results.last().context("nothing was measured")?;
    let (about, layout) = (&last["about"], &last["parameters"]);
    let word = |key: &str| about[key].as_str().unwrap_or("unknown").to_owned();
    let count = |key: &str| grouped(layout[key].as_u64().unwrap_or_default());
    let load = about["load_average"].as_f64().unwrap_or_default();
    let plots: String =
        FIGURES.iter().map(|figure| format!("![{}](growth-{}.svg)\n", figure.title, figure.name)).collect();
    Ok(format!(
        "# What becomes of it as the data grows\n\n\
         Measured on {} by `cargo xtask bench --growth` at {}, with {} and the profile `{}`. {}, Linux {}, load average \
         {load:.1}; the server on one core, the load on the other, one question at a time (sends: 250 pairs, each with one under way).\n\n\
         {} people and {} conversations: {} groups of 50, of which 20 people, the busy ones, are in every one, and direct ones. \
         One group is the longest: it has a tenth of the messages, at most a million. All messages are 100 bytes long, written \
         in bursts of 32, over two years; they go through the store's own operation of sending, without its syncs. Everything \
         but disk and memory is to stay within {FLAT_MAX} times of what it was at the first size.\n\n\
         {}\n\
         Memory is what is resident when all {} people have a signed-in, synced socket that watches 20 others, after all else \
         was asked: it is bounded by the sizes of caches, not by the data.\n\n\
         {plots}\n\
         ## What a message takes of the disk\n\n\
         {}\n\
         The raw results are [growth.jsonl](growth.jsonl), from which this page is rendered.\n",
        word("date"),
        word("commit"),
        word("rustc"),
        word("profile"),
        word("machine"),
        word("kernel"),
        count("people"),
        count("conversations"),
        count("conversations_of_the_busy"),
        table(results),
        count("people"),
        disk(results),
    ))
}

/// What tables and indexes take, those that matter.
fn disk(results: &[Value]) -> String {
    let of: Vec<&Value> = results.iter().filter(|result| result["case"] == "growth-disk").collect();
    let Some(last) = of.last() else { return String::new() };
    let mut tables: Vec<(&String, f64)> = last["more"]["bytes_each_by_table"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, bytes)| Some((name, bytes.as_f64()?)))
        .filter(|(_, bytes)| *bytes >= 0.5)
        .collect();
    tables.sort_by(|one, other| other.1.total_cmp(&one.1));
    let heads: String = of
        .iter()
        .map(|result| {
            format!(" {} |", grouped(result["parameters"]["messages"].as_u64().unwrap_or_default()))
        })
        .collect();
    let mut text = format!("| table or index, bytes a message |{heads}\n|---|{}\n", "--:|".repeat(of.len()));
    for (name, _) in tables {
        let cells: String = of
            .iter()
            .map(|result| {
                let bytes = result["more"]["bytes_each_by_table"][name.as_str()].as_f64().unwrap_or_default();
                format!(" {bytes:.1} |")
            })
            .collect();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| `{name}` |{cells}");
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(messages: u64, case: &str, p50: f64) -> Value {
        json!({ "case": case, "parameters": { "messages": messages }, "latency_ms": { "p50": p50 } })
    }

    #[test]
    fn flat_is_held_from_the_first_size_to_the_last() {
        let page = |last: f64| [at(1_000_000, "growth-page", 0.4), at(50_000_000, "growth-page", last)];
        assert!(
            table(&page(0.6)).contains("| newest page of a group, p50, ms | 0.40 | 0.60 | × 1.50: flat |")
        );
        assert!(table(&page(0.7)).contains("× 1.75: not flat"));
        assert!(table(&page(0.6)).starts_with("| | 1,000,000 messages | 50,000,000 messages |"));
    }

    #[test]
    fn disk_has_a_bound_at_every_size() {
        let disk = |bytes: f64| json!({ "case": "growth-disk", "parameters": { "messages": 1 }, "more": { "bytes_each": bytes } });
        assert!(table(&[disk(259.0)]).contains("≤ 260: reached"));
        assert!(table(&[disk(259.0), disk(261.0)]).contains("≤ 260: missed"));
    }
}
