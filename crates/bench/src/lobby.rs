//! What all workloads begin with: many sockets that sign in, and all ask the same.

use std::time::Duration;

use anyhow::{Result, ensure};
use hdrhistogram::Histogram;

use crate::{
    fill::Person,
    measurement::{histogram, note},
    packet,
    sockets::{Load, Outbox, Sockets},
};

/// How long all of it may take.
const TIME_MAX: Duration = Duration::from_secs(120);

/// Signs everybody in, this many at one time. How long each took.
pub(crate) fn sign_in(sockets: &mut Sockets, people: &[Person], at_once: usize) -> Result<Histogram<u64>> {
    let tokens: Vec<&str> = people.iter().map(|person| person.token.as_str()).collect();
    sign_in_with(sockets, &tokens, at_once)
}

/// As [`sign_in`], with tokens only.
pub(crate) fn sign_in_with(
    sockets: &mut Sockets,
    tokens: &[impl AsRef<str>],
    at_once: usize,
) -> Result<Histogram<u64>> {
    let mut took = histogram();
    for some in tokens.chunks(at_once) {
        let mut arrivals =
            Arrivals { waiting: some.len(), began: sockets.outbox().micros(), took: &mut took };
        for token in some {
            sockets.open(token.as_ref())?;
        }
        sockets.run(&mut arrivals, TIME_MAX)?;
    }
    Ok(took)
}

struct Arrivals<'a> {
    waiting: usize,
    began: u64,
    took: &'a mut Histogram<u64>,
}

impl Load for Arrivals<'_> {
    fn connected(&mut self, sockets: &mut Outbox, _who: usize) {
        self.waiting -= 1;
        note(self.took, sockets.micros() - self.began);
    }

    fn answer(&mut self, _: &mut Outbox, _: usize, _: u64, _: &[u8]) {}

    fn is_done(&self) -> bool {
        self.waiting == 0
    }
}

/// Has every socket ask once, this many at one time, and gives their answers to `take`. How long each took.
pub(crate) fn ask_all(
    sockets: &mut Sockets,
    event: &str,
    at_once: usize,
    payload: impl Fn(usize) -> String,
    take: impl FnMut(usize, &[u8]),
) -> Result<Histogram<u64>> {
    let count = sockets.len();
    let mut asking =
        Asking { event, payload, take, next: 0, waiting: 0, at_once, count, refused: 0, took: histogram() };
    sockets.run(&mut asking, TIME_MAX)?;
    ensure!(asking.refused == 0, "{event} was refused {} times", asking.refused);
    Ok(asking.took)
}

/// The first `sync` of a device, which starts its feed.
pub(crate) fn sync_all(sockets: &mut Sockets, at_once: usize) -> Result<Histogram<u64>> {
    ask_all(sockets, "sync", at_once, |_| "{\"cursor\":null}".into(), |_, _| {})
}

struct Asking<'a, P, T> {
    event: &'a str,
    payload: P,
    take: T,
    next: usize,
    waiting: usize,
    at_once: usize,
    count: usize,
    refused: usize,
    took: Histogram<u64>,
}

impl<P: Fn(usize) -> String, T: FnMut(usize, &[u8])> Load for Asking<'_, P, T> {
    fn answer(&mut self, sockets: &mut Outbox, who: usize, id: u64, answer: &[u8]) {
        self.waiting -= 1;
        self.refused += usize::from(!packet::is_ok(answer));
        note(&mut self.took, sockets.micros() - id);
        (self.take)(who, answer);
    }

    fn due(&mut self, sockets: &mut Outbox) -> Option<std::time::Instant> {
        while self.waiting < self.at_once && self.next < self.count {
            let payload = (self.payload)(self.next);
            sockets.ask(self.next, sockets.micros(), self.event, &payload);
            self.next += 1;
            self.waiting += 1;
        }
        None
    }

    fn is_done(&self) -> bool {
        self.next == self.count && self.waiting == 0
    }
}
