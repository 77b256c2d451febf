//! Kith and others under the same load: what is sent, and what is heard of it, has the same events and fields everywhere.

use std::{path::Path, process::Command, time::Duration};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tempfile::TempDir;

use crate::{
    fill::{Fill, Person},
    lobby,
    measurement::{Measurement, Stopwatch},
    server::Server,
    sockets::Sockets,
    workloads::{
        Bench, Report,
        direct::{self, Direct, Pace},
        group,
    },
};

/// Who else, and how its script is told.
const PEERS: [(&str, &str); 3] =
    [("node-relay", "relay"), ("node-sqlite", "normal"), ("node-sqlite-full", "full")];
const PAIRS: [(&str, usize, Pace); 4] = [
    ("direct-500x16", 500, Pace::Closed(16)),
    ("direct-500x1", 500, Pace::Closed(1)),
    ("direct-1x1", 1, Pace::Closed(1)),
    ("direct-open-2000", 500, Pace::Open(2_000)),
];

/// A server, the tokens with which its sockets are let in, and the conversations in which they then are.
struct Stage {
    server: Server,
    tokens: Vec<String>,
    conversations: Vec<String>,
    /// Whether sockets have to `sync` before they hear of anything.
    syncs: bool,
    _data: TempDir,
}

/// Measures everybody in turn, so that what else the machine does meets all of them.
pub(crate) fn run(bench: &Bench, scripts: &Path, report: Report<'_>) -> Result<()> {
    for _ in 0..bench.runs {
        let mut kith = |pairs| if pairs == 0 { kith_group(bench) } else { kith_pairs(bench, pairs) };
        measure(bench, "kith", &mut kith, report)?;
        for (name, how) in PEERS {
            let mut peer = |pairs| peer(bench, scripts, how, pairs);
            measure(bench, name, &mut peer, report).with_context(|| format!("{name} cannot be measured"))?;
        }
    }
    Ok(())
}

/// `stage` sets up so many pairs, or one group when there are none.
fn measure(
    bench: &Bench,
    name: &str,
    stage: &mut dyn FnMut(usize) -> Result<Stage>,
    report: Report<'_>,
) -> Result<()> {
    let mut report = |measurement: Measurement| report(measurement.with(json!({ "server": name })));
    for (case, pairs, pace) in PAIRS {
        let stage = stage(pairs)?;
        let mut sockets = stage.enter()?;
        let mut load = Direct::new(pace, false, &stage.conversations);
        load.run_for(&mut sockets, Duration::from_secs(1))?;
        load.forget();
        let time = if pairs == 1 { Duration::from_secs(2) } else { bench.time() };
        let watch = Stopwatch::start(&stage.server)?;
        load.run_for(&mut sockets, time)?;
        let measurement = watch.stop(&stage.server, case, "acknowledged messages", load.acks.len())?;
        ensure!(load.refused == 0, "{} were refused", load.refused);
        report(measurement.seen(&load.acks))?;
    }
    let stage = stage(0)?;
    let mut sockets = stage.enter()?;
    group::measure(&stage.server, &mut sockets, &stage.conversations[0], bench.time(), &mut report)
}

impl Stage {
    fn enter(&self) -> Result<Sockets> {
        let mut sockets = Sockets::new(self.server.addr())?;
        lobby::sign_in_with(&mut sockets, &self.tokens, 200)?;
        if self.syncs {
            lobby::sync_all(&mut sockets, 64)?;
        }
        Ok(sockets)
    }
}

fn kith_pairs(bench: &Bench, pairs: usize) -> Result<Stage> {
    let (data, people, conversations) = direct::fill(bench, pairs)?;
    kith(bench, data, &people, conversations.iter().map(ToString::to_string).collect())
}

fn kith_group(bench: &Bench) -> Result<Stage> {
    let data = bench.data()?;
    let fill = Fill::open(data.path())?;
    let people = fill.people(group::MEMBERS)?;
    let groups = fill.groups(std::iter::once(people.iter().collect()))?;
    fill.close()?;
    kith(bench, data, &people, vec![groups[0].to_string()])
}

fn kith(bench: &Bench, data: TempDir, people: &[Person], conversations: Vec<String>) -> Result<Stage> {
    let server = bench.serve(&data, &[])?;
    let tokens = people.iter().map(|person| person.token.clone()).collect();
    Ok(Stage { server, tokens, conversations, syncs: true, _data: data })
}

/// The token of a peer's socket names the conversation in which it is: it believes whatever it is told.
fn peer(bench: &Bench, scripts: &Path, how: &str, pairs: usize) -> Result<Stage> {
    let data = bench.data()?;
    let mut command = Command::new("node");
    command.arg(scripts.join("server.js")).arg(how).arg(data.path());
    let server = Server::start_peer(&command)?;
    let conversations: Vec<String> =
        (0..pairs.max(1)).map(|number| format!("conversation-{number:023}")).collect();
    let tokens = match pairs {
        0 => vec![conversations[0].clone(); group::MEMBERS],
        _ => conversations.iter().chain(&conversations).cloned().collect(),
    };
    Ok(Stage { server, tokens, conversations, syncs: false, _data: data })
}
