//! Signed-in sockets that do nothing: what each costs in memory and in heartbeats, what it costs to let it in, and what
//! happens when all of them come back at once.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::json;

use super::{Bench, Report};
use crate::{
    fill::{Fill, Person},
    lobby,
    measurement::{Stopwatch, histogram, note},
    packet,
    sockets::{Load, Outbox, Sockets},
};

/// Conversations of each person.
const CONVERSATIONS: usize = 20;
/// Of these, groups; the rest are direct.
const GROUPS: usize = 16;
/// People in one group.
const GROUP_MEMBERS: usize = 50;
/// Sockets whose heartbeats there is a goal for.
const HEARTBEATS_OF: usize = 19_500;
/// By then the server has forgotten what it remembered for the sake of those who were there first, as it will have of
/// those who are measured.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(45);
/// People whose presence each client watches, as the web client does for those on screen.
const WATCHED: usize = 20;

pub(super) fn run(bench: &Bench, report: Report<'_>) -> Result<()> {
    bench
        .either(&[2_000][..], &[10_000, HEARTBEATS_OF])
        .iter()
        .try_for_each(|&count| measure(bench, count, report))
}

fn measure(bench: &Bench, count: usize, report: Report<'_>) -> Result<()> {
    let data = bench.data()?;
    let people = fill(&data, count)?;
    // In the short form the heart beats five times as often, and a heartbeat is what is counted.
    let interval_ms = bench.either(5_000, 25_000);
    let interval = interval_ms.to_string();
    let server = bench.serve(&data, &["--ping-interval-ms", &interval])?;
    let parameters =
        json!({ "connections": count, "conversations_each": CONVERSATIONS, "ping_interval_ms": interval_ms });
    let name = |what: &str| format!("{what}-{count}");

    let empty_kib = warm_pss(&server, &people, bench.either(Duration::from_millis(500), FORGOTTEN_AFTER))?;
    let mut sockets = Sockets::new(server.addr())?;
    let watch = Stopwatch::start(&server)?;
    let took = lobby::sign_in(&mut sockets, &people, 100)?;
    report(watch.stop(&server, name("login"), "logins", count as u64)?.with(parameters.clone()).seen(&took))?;

    let mut cursors = vec![String::new(); count];
    let watch = Stopwatch::start(&server)?;
    let took = lobby::ask_all(
        &mut sockets,
        "sync",
        64,
        |_| "{\"cursor\":null}".into(),
        |who, answer| {
            cursors[who] = cursor(answer).unwrap_or_default();
        },
    )?;
    report(
        watch
            .stop(&server, name("first-sync"), "answers", count as u64)?
            .with(parameters.clone())
            .seen(&took),
    )?;
    let watched = |who: usize| {
        let ids = (1..=WATCHED).map(|step| people[(who + step) % count].id.to_string());
        json!({ "user_ids": ids.collect::<Vec<_>>() }).to_string()
    };
    lobby::ask_all(&mut sockets, "presence:watch", 64, watched, |_, _| {})?;

    // One whole round of heartbeats, so that what only appears with the first is there.
    sockets.idle(Duration::from_millis(interval_ms + 1_000))?;
    // Heartbeats are few with few sockets: there, one round says what each socket takes.
    for _ in 0..if count == HEARTBEATS_OF { bench.runs } else { 1 } {
        let watch = Stopwatch::start(&server)?;
        sockets.idle(Duration::from_millis(interval_ms))?;
        let measurement = watch.stop(&server, name("idle"), "heartbeats", count as u64)?;
        let each = server.pss_kib()?.saturating_sub(empty_kib) as f64 / count as f64;
        let cpu_us = measurement.work.as_ref().map_or(0.0, |work| work.server_cpu_us);
        report(measurement.with(parameters.clone()).and(json!({
            "kib_each": each, "kib_before": empty_kib,
            "cpu_percent_at_19500": cpu_us * HEARTBEATS_OF as f64 / 25_000_000.0 * 100.0,
        })))?;
    }

    sockets.drop_all();
    std::thread::sleep(Duration::from_secs(1));
    let mut sockets = Sockets::new(server.addr())?;
    let watch = Stopwatch::start(&server)?;
    let took = come_back(&mut sockets, &people, &cursors)?;
    report(watch.stop(&server, name("storm"), "devices back", count as u64)?.with(parameters).seen(&took))
}

fn fill(data: &tempfile::TempDir, count: usize) -> Result<Vec<Person>> {
    let fill = Fill::open(data.path())?;
    let people = fill.people(count)?;
    // In every round, groups are made of people who are `round` apart, so that nobody meets the same ones twice.
    for round in 0..GROUPS {
        let strides = (0..count / GROUP_MEMBERS).map(|group| {
            (0..GROUP_MEMBERS)
                .map(|place| &people[(group * GROUP_MEMBERS + place * (2 * round + 1)) % count])
                .collect::<Vec<_>>()
        });
        fill.groups(strides)?;
    }
    for step in 1..=(CONVERSATIONS - GROUPS) / 2 {
        fill.directs((0..count).map(|who| (&people[who], &people[(who + step) % count])))?;
    }
    fill.close()?;
    Ok(people)
}

/// What the server has in memory some time after a handful of sockets came and went.
fn warm_pss(server: &crate::server::Server, people: &[Person], rest: Duration) -> Result<u64> {
    let mut sockets = Sockets::new(server.addr())?;
    lobby::sign_in(&mut sockets, &people[..100], 100)?;
    lobby::sync_all(&mut sockets, 64)?;
    sockets.drop_all();
    std::thread::sleep(rest);
    server.pss_kib()
}

fn cursor(answer: &[u8]) -> Option<String> {
    packet::parse(answer).ok()?["cursor"].as_str().map(str::to_owned)
}

/// Everybody connects at once and syncs from where they were. How long each took, from the first connection on.
fn come_back(
    sockets: &mut Sockets,
    people: &[Person],
    cursors: &[String],
) -> Result<hdrhistogram::Histogram<u64>> {
    let began = sockets.outbox().micros();
    let mut storm = Storm { cursors, began, waiting: people.len(), took: histogram() };
    // The kernel lets as many wait to be accepted as the server's backlog has room for; the rest would be told to come
    // back a second later.
    for some in people.chunks(500) {
        for person in some {
            sockets.open(&person.token)?;
        }
        let goal = people.len() - sockets.len();
        let mut part = Until { storm: &mut storm, waiting: goal };
        sockets.run(&mut part, Duration::from_secs(60)).context("the storm did not pass")?;
    }
    sockets.run(&mut storm, Duration::from_secs(60)).context("the storm did not pass")?;
    Ok(storm.took)
}

struct Storm<'a> {
    cursors: &'a [String],
    began: u64,
    waiting: usize,
    took: hdrhistogram::Histogram<u64>,
}

impl Load for Storm<'_> {
    fn connected(&mut self, sockets: &mut Outbox, who: usize) {
        let payload = json!({ "cursor": self.cursors[who] }).to_string();
        sockets.ask(who, sockets.micros(), "sync", &payload);
    }

    fn answer(&mut self, sockets: &mut Outbox, _who: usize, _id: u64, _answer: &[u8]) {
        self.waiting -= 1;
        note(&mut self.took, sockets.micros() - self.began);
    }

    fn is_done(&self) -> bool {
        self.waiting == 0
    }
}

/// A storm of which so many may still be away.
struct Until<'a, 'b> {
    storm: &'a mut Storm<'b>,
    waiting: usize,
}

impl Load for Until<'_, '_> {
    fn connected(&mut self, sockets: &mut Outbox, who: usize) {
        self.storm.connected(sockets, who);
    }

    fn answer(&mut self, sockets: &mut Outbox, who: usize, id: u64, answer: &[u8]) {
        self.storm.answer(sockets, who, id, answer);
    }

    fn due(&mut self, _: &mut Outbox) -> Option<Instant> {
        None
    }

    fn is_done(&self) -> bool {
        // Half of those who knocked last have been let in.
        self.storm.waiting <= self.waiting + 250
    }
}
