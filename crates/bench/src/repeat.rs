//! Askers who ask again as soon as they are answered: a closed loop with one request under way for each.

use std::time::Duration;

use anyhow::{Result, ensure};
use hdrhistogram::Histogram;
use serde_json::json;

use crate::{
    measurement::{Measurement, Stopwatch, histogram, note},
    packet,
    server::Server,
    sockets::{Load, Outbox, Sockets},
};

/// How long what is under way at the end may still take.
const END_TIME_MAX: Duration = Duration::from_secs(60);
/// How long is asked before anything is measured.
const WARMING: Duration = Duration::from_millis(500);

/// So many askers, and what they ask. They take turns on all sockets there are: one alone asks no more often than the server
/// lets it.
pub(crate) struct Repeat<P> {
    event: &'static str,
    askers: usize,
    payload: P,
    until: u64,
    under_way: usize,
    refused: u64,
    bytes: u64,
    took: Histogram<u64>,
}

impl<P: FnMut(usize) -> String> Repeat<P> {
    /// Asks for this event with the payload that is made for each socket each time.
    pub(crate) fn new(event: &'static str, askers: usize, payload: P) -> Self {
        Self { event, askers, payload, until: 0, under_way: 0, refused: 0, bytes: 0, took: histogram() }
    }

    /// Warms the server up.
    pub(crate) fn warm(&mut self, sockets: &mut Sockets) -> Result<()> {
        self.run_for(sockets, WARMING)
    }

    /// Asks for this long. `unit` names what one answer is.
    ///
    /// # Errors
    /// When one is refused.
    pub(crate) fn measure(
        &mut self,
        server: &Server,
        sockets: &mut Sockets,
        (case, unit): (&str, &'static str),
        time: Duration,
    ) -> Result<Measurement> {
        self.took.reset();
        self.bytes = 0;
        let watch = Stopwatch::start(server)?;
        self.run_for(sockets, time)?;
        let count = self.took.len();
        let bytes_each = self.bytes / count.max(1);
        Ok(watch.stop(server, case, unit, count)?.seen(&self.took).and(json!({ "bytes_each": bytes_each })))
    }

    fn run_for(&mut self, sockets: &mut Sockets, time: Duration) -> Result<()> {
        let outbox = sockets.outbox();
        self.until = outbox.micros() + time.as_micros() as u64;
        (0..self.askers).for_each(|who| self.ask(outbox, who));
        sockets.run(self, time + END_TIME_MAX)?;
        ensure!(self.refused == 0, "{} was refused {} times", self.event, self.refused);
        Ok(())
    }

    fn ask(&mut self, sockets: &mut Outbox, who: usize) {
        let payload = (self.payload)(who);
        sockets.ask(who, sockets.micros(), self.event, &payload);
        self.under_way += 1;
    }
}

impl<P: FnMut(usize) -> String> Load for Repeat<P> {
    fn answer(&mut self, sockets: &mut Outbox, who: usize, id: u64, answer: &[u8]) {
        self.under_way -= 1;
        self.refused += u64::from(!packet::is_ok(answer));
        self.bytes += answer.len() as u64;
        let now = sockets.micros();
        note(&mut self.took, now - id);
        if now < self.until {
            self.ask(sockets, (who + self.askers) % sockets.len());
        }
    }

    fn is_done(&self) -> bool {
        self.under_way == 0
    }
}
