//! Two words, newest first, in one's own conversations, over REST: one search at a time, of one person after the other.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;
use serde_json::json;

use super::{Bench, Report, history};
use crate::{
    fill::Person,
    http::Client,
    measurement::{Measurement, Stopwatch, histogram, note},
    server::Server,
    words::Words,
};

/// Of somebody in a tenth of a thousand conversations, and of somebody in all of them.
const CASES: [(&str, usize); 2] = [("search", 10), ("search-in-all", 1)];

/// The server lets nobody search more often for long, so that each person pauses and the others go on.
const PAUSE: Duration = Duration::from_millis(100);
/// Searches before anything is measured.
const WARMING: usize = 50;

pub(super) fn run(bench: &Bench, report: Report<'_>) -> Result<()> {
    CASES.iter().try_for_each(|(case, circles)| measure(bench, case, *circles, report))
}

fn measure(bench: &Bench, case: &str, circles: usize, report: Report<'_>) -> Result<()> {
    let messages = bench.either(80_000, 1_000_000);
    let library = history::library(bench, messages, circles)?;
    let server = bench.serve(&library.data, &[])?;
    let mut searches = Searches::of(&server, &library.people)?;
    for _ in 0..bench.runs {
        report(searches.measure(&server, case, bench.time())?.with(
            json!({ "messages": messages, "words": 2, "conversations": 1_000, "of_these_own": 1_000 / circles }),
        ))?;
    }
    Ok(())
}

/// People who take turns, and the words that they look for.
pub(crate) struct Searches {
    people: Vec<(Client, Instant)>,
    next: usize,
    words: Words,
}

impl Searches {
    /// Connects these people, and has them search a few times.
    pub(crate) fn of(server: &Server, people: &[Person]) -> Result<Self> {
        let connected =
            people.iter().map(|person| Ok((Client::connect(server.addr(), &person.token)?, Instant::now())));
        let mut searches =
            Self { people: connected.collect::<Result<_>>()?, next: 0, words: Words::from_seed(13) };
        for _ in 0..WARMING {
            searches.search()?;
        }
        Ok(searches)
    }

    /// Searches for this long.
    pub(crate) fn measure(&mut self, server: &Server, case: &str, time: Duration) -> Result<Measurement> {
        let mut took = histogram();
        let mut bytes = 0;
        let watch = Stopwatch::start(server)?;
        let began = Instant::now();
        while began.elapsed() < time {
            let (elapsed, len) = self.search()?;
            bytes += len;
            note(&mut took, elapsed.as_micros() as u64);
        }
        let bytes_each = bytes as u64 / took.len().max(1);
        let measurement = watch.stop(server, case, "searches", took.len())?;
        Ok(measurement.seen(&took).and(json!({ "bytes_each": bytes_each })))
    }

    /// How long one took, and how many bytes it found.
    fn search(&mut self) -> Result<(Duration, usize)> {
        let query = format!("/api/v1/search?q={}+{}", self.words.word(), self.words.word());
        let turn = self.next;
        self.next = (turn + 1) % self.people.len();
        let (client, rests_until) = &mut self.people[turn];
        thread::sleep(rests_until.saturating_duration_since(Instant::now()));
        let asked = Instant::now();
        *rests_until = asked + PAUSE;
        let len = client.get(&query)?;
        Ok((asked.elapsed(), len))
    }
}
