//! Under `strace`, which counts what the program asks of the kernel: nothing is acknowledged that was not synced.

use std::{collections::BTreeMap, fs, time::Duration};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::{
    Bench, Report,
    direct::{self, Direct, Pace},
};
use crate::{lobby, measurement::Measurement, server::Server, sockets::Sockets};

const CASES: [(&str, usize, usize); 2] = [("syncs-1x1", 1, 1), ("syncs-500x16", 500, 16)];

pub(super) fn run(bench: &Bench, report: Report<'_>) -> Result<()> {
    CASES.iter().try_for_each(|&(case, pairs, in_flight)| measure(bench, case, (pairs, in_flight), report))
}

fn measure(bench: &Bench, case: &str, (pairs, in_flight): (usize, usize), report: Report<'_>) -> Result<()> {
    let (data, people, conversations) = direct::fill(bench, pairs)?;
    let summary = data.path().join("strace.txt");
    let server = Server::start_traced(&bench.program, data.path(), &summary)?;
    let mut sockets = Sockets::new(server.addr())?;
    lobby::sign_in(&mut sockets, &people, 50)?;
    lobby::sync_all(&mut sockets, 16)?;
    let mut load = Direct::new(Pace::Closed(in_flight), false, &conversations);
    // One socket may send 10,000 at once and 2,000 a second: this is over before.
    load.run_for(&mut sockets, Duration::from_secs(2))?;
    ensure!(load.refused == 0, "{} were refused", load.refused);
    server.stop()?;
    let calls = calls(&fs::read_to_string(&summary).context("strace has told nothing")?);
    let syncs = ["fsync", "fdatasync"].iter().filter_map(|name| calls.get(*name)).sum::<u64>();
    ensure!(pairs > 1 || syncs >= load.acknowledged, "{syncs} syncs for {} messages", load.acknowledged);
    report(Measurement::new(case).with(json!({ "pairs": pairs, "in_flight": in_flight })).and(json!({
        "acknowledged": load.acknowledged, "syncs": syncs, "calls": calls,
        "messages_per_sync": load.acknowledged as f64 / syncs.max(1) as f64,
    })))
}

/// How often each call was made, of a summary of `strace -c`: a table whose last column names the call, whose fourth counts.
fn calls(summary: &str) -> BTreeMap<String, u64> {
    let rows = summary.lines().filter_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let (name, count) = (columns.last()?, columns.get(3)?);
        Some(((*name).to_owned(), count.parse().ok()?))
    });
    rows.filter(|(name, _)| name != "total").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_is_a_table() {
        let summary = "% time     seconds  usecs/call     calls    errors syscall\n\
             ------ ----------- ----------- --------- --------- ----------------\n \
             62.01    0.031010          15      2001           fdatasync\n \
             37.99    0.019000           9      2100        12 read\n\
             ------ ----------- ----------- --------- --------- ----------------\n\
             100.00    0.050010          12      4101        12 total\n";
        let calls = calls(summary);
        assert_eq!(
            calls.into_iter().collect::<Vec<_>>(),
            [("fdatasync".into(), 2001), ("read".into(), 2100)]
        );
    }
}
