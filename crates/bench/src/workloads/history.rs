//! The newest page of conversations at random, asked for over sockets.

use std::time::Duration;

use anyhow::{Result, ensure};
use hdrhistogram::Histogram;
use serde_json::json;
use tempfile::TempDir;

use super::{Bench, Report};
use crate::{
    fill::{Fill, Person},
    lobby,
    measurement::{Stopwatch, histogram, note},
    packet,
    sockets::{Load, Outbox, Sockets},
    words::Words,
};

const CONVERSATIONS: usize = 1_000;
/// Sockets, each with one page under way.
const READERS: usize = 16;

/// A folder of conversations in which the same people have written.
pub(super) struct Library {
    pub(super) data: TempDir,
    pub(super) people: Vec<Person>,
    pub(super) conversations: Vec<String>,
}

/// Fills a folder with this many messages. There are `circles` times sixteen people, each in one of so many conversations.
pub(super) fn library(bench: &Bench, messages: usize, circles: usize) -> Result<Library> {
    let data = bench.data()?;
    let fill = Fill::open(data.path())?;
    let people = fill.people(READERS * circles)?;
    let circle = |index: usize| &people[index % circles * READERS..][..READERS];
    let ids = fill.groups((0..CONVERSATIONS).map(|index| circle(index).iter().collect()))?;
    let mut order = Words::from_seed(3);
    fill.messages(messages, &mut Words::from_seed(5), |_| {
        let index = order.below(CONVERSATIONS as u64) as usize;
        (circle(index)[order.below(READERS as u64) as usize].id, ids[index])
    })?;
    fill.close()?;
    Ok(Library { data, people, conversations: ids.iter().map(ToString::to_string).collect() })
}

pub(super) fn run(bench: &Bench, report: Report<'_>) -> Result<()> {
    let messages = bench.either(80_000, 1_000_000);
    let library = library(bench, messages, 1)?;
    let server = bench.serve(&library.data, &[])?;
    let mut sockets = Sockets::new(server.addr())?;
    lobby::sign_in(&mut sockets, &library.people, READERS)?;
    lobby::sync_all(&mut sockets, READERS)?;
    let mut load = Pages {
        conversations: &library.conversations,
        order: Words::from_seed(9),
        until: 0,
        under_way: 0,
        refused: 0,
        bytes: 0,
        took: histogram(),
    };
    load.run_for(&mut sockets, Duration::from_millis(500))?;
    load.took.reset();
    load.bytes = 0;
    let watch = Stopwatch::start(&server)?;
    load.run_for(&mut sockets, bench.time())?;
    let measurement = watch.stop(&server, "history", "pages of 50", load.took.len())?;
    ensure!(load.refused == 0, "{} were refused", load.refused);
    report(
        measurement
            .with(json!({ "messages": messages, "conversations": CONVERSATIONS, "readers": READERS }))
            .seen(&load.took)
            .and(json!({ "bytes_each": load.bytes / load.took.len().max(1) })),
    )
}

struct Pages<'a> {
    conversations: &'a [String],
    order: Words,
    until: u64,
    under_way: usize,
    refused: u64,
    bytes: u64,
    took: Histogram<u64>,
}

impl Pages<'_> {
    fn run_for(&mut self, sockets: &mut Sockets, time: Duration) -> Result<()> {
        let outbox = sockets.outbox();
        self.until = outbox.micros() + time.as_micros() as u64;
        (0..READERS).for_each(|who| self.ask(outbox, who));
        sockets.run(self, time + Duration::from_secs(30))
    }

    fn ask(&mut self, sockets: &mut Outbox, who: usize) {
        let conversation = &self.conversations[self.order.below(CONVERSATIONS as u64) as usize];
        let payload = format!("{{\"conversation_id\":\"{conversation}\",\"limit\":50}}");
        sockets.ask(who, sockets.micros(), "message:page", &payload);
        self.under_way += 1;
    }
}

impl Load for Pages<'_> {
    fn answer(&mut self, sockets: &mut Outbox, who: usize, id: u64, answer: &[u8]) {
        self.under_way -= 1;
        self.refused += u64::from(!packet::is_ok(answer));
        self.bytes += answer.len() as u64;
        let now = sockets.micros();
        note(&mut self.took, now - id);
        if now < self.until {
            self.ask(sockets, who);
        }
    }

    fn is_done(&self) -> bool {
        self.under_way == 0
    }
}
