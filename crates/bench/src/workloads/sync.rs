//! Coming back after an absence: a person in 500 conversations asks what has changed, and 20 have.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hdrhistogram::Histogram;
use serde_json::json;

use super::{Bench, Report};
use crate::{
    fill::Fill,
    lobby,
    measurement::{Stopwatch, histogram, note},
    packet,
    sockets::{Load, Outbox, Sockets},
    words::Words,
};

const CONVERSATIONS: usize = 500;
const CHANGED: usize = 20;
const PEOPLE: usize = 20;

pub(super) fn run(bench: &Bench, report: Report<'_>) -> Result<()> {
    let data = bench.data()?;
    let fill = Fill::open(data.path())?;
    let people = fill.people(PEOPLE)?;
    let ids = fill.groups((0..CONVERSATIONS).map(|_| people.iter().collect()))?;
    let mut words = Words::from_seed(5);
    let writers = |index: usize| people[index % PEOPLE].id;
    fill.messages(20 * CONVERSATIONS, &mut words, |index| (writers(index), ids[index % CONVERSATIONS]))?;
    fill.close()?;

    // The cursor is taken from a running server; while it is down, some conversations go on.
    let server = bench.serve(&data, &[])?;
    let mut sockets = Sockets::new(server.addr())?;
    lobby::sign_in(&mut sockets, &people, PEOPLE)?;
    let cursors = newest_cursors(&mut sockets)?;
    server.kill()?;
    let fill = Fill::open(data.path())?;
    fill.messages(5 * CHANGED, &mut words, |index| (writers(index), ids[index % CHANGED]))?;
    fill.close()?;

    let server = bench.serve(&data, &[])?;
    let mut sockets = Sockets::new(server.addr())?;
    lobby::sign_in(&mut sockets, &people, PEOPLE)?;
    let mut load = Syncs { cursors, until: 0, under_way: 0, listed: 0, took: histogram() };
    load.run_for(&mut sockets, Duration::from_millis(500))?;
    ensure!(load.listed == CHANGED, "{} conversations were listed", load.listed);
    load.took.reset();
    let watch = Stopwatch::start(&server)?;
    load.run_for(&mut sockets, bench.time())?;
    let measurement = watch.stop(&server, "sync", "answers", load.took.len())?;
    report(
        measurement
            .with(json!({ "conversations": CONVERSATIONS, "changed": CHANGED, "devices": PEOPLE }))
            .seen(&load.took),
    )
}

/// Syncs every socket from the beginning to the end of its list.
fn newest_cursors(sockets: &mut Sockets) -> Result<Vec<String>> {
    let mut cursors = vec![serde_json::Value::Null; sockets.len()];
    loop {
        let asked = cursors.clone();
        let mut more = false;
        let payload = |who: usize| json!({ "cursor": asked[who] }).to_string();
        lobby::ask_all(sockets, "sync", PEOPLE, payload, |who, answer| {
            let answer = packet::parse(answer).unwrap_or_default();
            cursors[who] = answer["cursor"].clone();
            more |= answer["more"].as_bool().unwrap_or(false);
        })?;
        if !more {
            let texts = cursors.iter().map(|cursor| cursor.as_str().map(str::to_owned));
            return texts.collect::<Option<_>>().context("a sync answers a cursor");
        }
    }
}

struct Syncs {
    cursors: Vec<String>,
    until: u64,
    under_way: usize,
    listed: usize,
    took: Histogram<u64>,
}

impl Syncs {
    fn run_for(&mut self, sockets: &mut Sockets, time: Duration) -> Result<()> {
        let outbox = sockets.outbox();
        self.until = outbox.micros() + time.as_micros() as u64;
        (0..self.cursors.len()).for_each(|who| self.ask(outbox, who));
        sockets.run(self, time + Duration::from_secs(30))
    }

    fn ask(&mut self, sockets: &mut Outbox, who: usize) {
        let payload = format!("{{\"cursor\":\"{}\"}}", self.cursors[who]);
        sockets.ask(who, sockets.micros(), "sync", &payload);
        self.under_way += 1;
    }
}

impl Load for Syncs {
    fn answer(&mut self, sockets: &mut Outbox, who: usize, id: u64, answer: &[u8]) {
        self.under_way -= 1;
        let now = sockets.micros();
        note(&mut self.took, now - id);
        if self.listed == 0 {
            let answer = packet::parse(answer).unwrap_or_default();
            self.listed = answer["conversations"].as_array().map_or(0, Vec::len);
        }
        if now < self.until {
            self.ask(sockets, who);
        }
    }

    fn is_done(&self) -> bool {
        self.under_way == 0
    }
}
