//! A group of a thousand, all of them there: every message is told to everyone.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use hdrhistogram::Histogram;
use kith_chat::Entropy;
use kith_protocol::ClientId;
use serde_json::json;

use super::{Bench, Report, direct::number_after};
use crate::{
    clock,
    fill::Fill,
    lobby,
    measurement::{Stopwatch, histogram, note},
    packet,
    server::Server,
    sockets::{Load, Outbox, Sockets},
    words::{MESSAGE_BYTES, Words},
};

pub(crate) const MEMBERS: usize = 1_000;
/// How long what is under way at the end may still take.
const END_TIME_MAX: Duration = Duration::from_secs(60);

#[derive(Clone, Copy)]
enum Pace {
    /// The next one when every member has one: this many are under way.
    Closed(usize),
    /// This many a second.
    Open(u64),
}

const CASES: [(&str, Pace); 3] =
    [("group-1", Pace::Closed(1)), ("group-32", Pace::Closed(32)), ("group-open-10", Pace::Open(10))];

pub(super) fn run(bench: &Bench, report: Report<'_>) -> Result<()> {
    let data = bench.data()?;
    let fill = Fill::open(data.path())?;
    let people = fill.people(MEMBERS)?;
    let group = fill.groups(std::iter::once(people.iter().collect()))?[0];
    fill.close()?;

    let server = bench.serve(&data, &[])?;
    let mut sockets = Sockets::new(server.addr())?;
    lobby::sign_in(&mut sockets, &people, 200)?;
    lobby::sync_all(&mut sockets, 64)?;
    for _ in 0..bench.runs {
        measure(&server, &mut sockets, &group.to_string(), bench.time(), report)?;
    }
    server.kill()?;
    bench.verify(&data)
}

/// Measures every case once, on sockets that are all in this group.
pub(crate) fn measure(
    server: &Server,
    sockets: &mut Sockets,
    group: &str,
    time: Duration,
    report: Report<'_>,
) -> Result<()> {
    for (case, pace) in CASES {
        let mut load = Group::new(group.to_owned(), pace);
        load.run_for(sockets, Duration::from_millis(500))?;
        let warm = load.delivered;
        load.deliveries.reset();
        let watch = Stopwatch::start(server)?;
        load.run_for(sockets, time)?;
        let measurement = watch.stop(server, case, "deliveries", load.delivered - warm)?;
        ensure!(load.refused == 0, "{} were refused", load.refused);
        report(
            measurement
                .with(json!({ "members": MEMBERS, "message_bytes": MESSAGE_BYTES }))
                .seen(&load.deliveries),
        )?;
    }
    Ok(())
}

/// Members write in turn. A message is under way until it is acknowledged and everyone has heard of it.
struct Group {
    conversation: String,
    pace: Pace,
    entropy: Entropy,
    words: Words,
    sent: u64,
    until: u64,
    next_due: u64,
    refused: u64,
    delivered: u64,
    complete: u64,
    /// Who has heard how many of the messages: as they come in order, a message is complete when everyone has one more.
    heard: Vec<u64>,
    hearing: Vec<usize>,
    deliveries: Histogram<u64>,
}

impl Group {
    fn new(conversation: String, pace: Pace) -> Self {
        Self {
            conversation,
            pace,
            entropy: Entropy::from_seed(clock::seed()),
            words: Words::from_seed(11),
            sent: 0,
            until: 0,
            next_due: 0,
            refused: 0,
            delivered: 0,
            complete: 0,
            heard: vec![0; MEMBERS],
            hearing: Vec::new(),
            deliveries: histogram(),
        }
    }

    fn run_for(&mut self, sockets: &mut Sockets, time: Duration) -> Result<()> {
        let outbox = sockets.outbox();
        let now = outbox.micros();
        self.until = now + time.as_micros() as u64;
        self.next_due = now;
        if let Pace::Closed(in_flight) = self.pace {
            (0..in_flight).for_each(|_| self.send(outbox, now));
        }
        sockets.run(self, time + END_TIME_MAX)
    }

    fn send(&mut self, sockets: &mut Outbox, due: u64) {
        let client_id = ClientId(self.entropy.id(clock::now()));
        let mut text = format!("{due:012} ");
        self.words.fill(&mut text, MESSAGE_BYTES);
        let payload = format!(
            "{{\"conversation_id\":\"{}\",\"client_id\":\"{client_id}\",\"text\":\"{text}\"}}",
            self.conversation
        );
        sockets.ask((self.sent * 7 % MEMBERS as u64) as usize, due, "message:send", &payload);
        self.sent += 1;
        self.hearing.push(0);
    }
}

impl Load for Group {
    fn answer(&mut self, _: &mut Outbox, _: usize, _: u64, answer: &[u8]) {
        self.refused += u64::from(!packet::is_ok(answer));
    }

    fn event(&mut self, sockets: &mut Outbox, who: usize, event: &[u8]) {
        let Some(due) = number_after(event, b"\"text\":\"") else { return };
        let now = sockets.micros();
        note(&mut self.deliveries, now.saturating_sub(due));
        self.delivered += 1;
        let nth = self.heard[who] as usize;
        self.heard[who] += 1;
        self.hearing[nth] += 1;
        if self.hearing[nth] == MEMBERS {
            self.complete += 1;
            if matches!(self.pace, Pace::Closed(_)) && now < self.until {
                self.send(sockets, now);
            }
        }
    }

    fn due(&mut self, sockets: &mut Outbox) -> Option<Instant> {
        let Pace::Open(per_second) = self.pace else { return None };
        while self.next_due < self.until && self.next_due <= sockets.micros() {
            self.send(sockets, self.next_due);
            self.next_due += 1_000_000 / per_second;
        }
        let wait = self.next_due.saturating_sub(sockets.micros());
        (self.next_due < self.until).then(|| Instant::now() + Duration::from_micros(wait))
    }

    fn is_done(&self) -> bool {
        let all_sent = matches!(self.pace, Pace::Closed(_)) || self.next_due >= self.until;
        all_sent && self.complete == self.sent
    }
}
