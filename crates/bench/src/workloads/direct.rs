//! Pairs of people: one writes, the other hears of it.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use hdrhistogram::Histogram;
use kith_chat::Entropy;
use kith_protocol::{ClientId, ConversationId};
use serde_json::json;
use tempfile::TempDir;

use super::{Bench, Report};
use crate::{
    clock,
    fill::{Fill, Person},
    lobby,
    measurement::{Stopwatch, histogram, note},
    packet,
    sockets::{Load, Outbox, Sockets},
    words::{MESSAGE_BYTES, Words},
};

/// How long what is under way at the end may still take.
const END_TIME_MAX: Duration = Duration::from_secs(30);
/// Digits at the beginning of a text: when it was to be sent.
const STAMP_DIGITS: usize = 12;

/// How it is written.
#[derive(Clone, Copy)]
pub(crate) enum Pace {
    /// The next one when one is acknowledged: this many are under way for each pair.
    Closed(usize),
    /// This many a second in all, whether or not the server keeps up: how long one took counts from when it was due.
    Open(u64),
}

struct Case {
    name: &'static str,
    pairs: usize,
    pace: Pace,
    /// Readers report what has arrived, as the web client does.
    delivered: bool,
}

const CASES: [Case; 6] = [
    Case { name: "direct-500x16", pairs: 500, pace: Pace::Closed(16), delivered: false },
    Case { name: "direct-500x8", pairs: 500, pace: Pace::Closed(8), delivered: false },
    Case { name: "direct-500x8-delivered", pairs: 500, pace: Pace::Closed(8), delivered: true },
    Case { name: "direct-500x1", pairs: 500, pace: Pace::Closed(1), delivered: false },
    Case { name: "direct-1x1", pairs: 1, pace: Pace::Closed(1), delivered: false },
    Case { name: "direct-open-2000", pairs: 500, pace: Pace::Open(2_000), delivered: false },
];

/// Measures every case on a folder of its own, then kills the server and counts what it has kept.
pub(super) fn run(bench: &Bench, report: Report<'_>) -> Result<()> {
    for run in 1..=bench.runs {
        for case in &CASES {
            let data = measure(bench, case, report)?;
            if run == bench.runs {
                bench.verify(&data)?;
            }
        }
    }
    Ok(())
}

fn measure(bench: &Bench, case: &Case, report: Report<'_>) -> Result<TempDir> {
    let (data, people, conversations) = fill(bench, case.pairs)?;
    let server = bench.serve(&data, &[])?;
    let mut sockets = Sockets::new(server.addr())?;
    lobby::sign_in(&mut sockets, &people, 200)?;
    lobby::sync_all(&mut sockets, 64)?;

    let mut load = Direct::new(case.pace, case.delivered, &conversations);
    load.run_for(&mut sockets, Duration::from_secs(1))?;
    load.forget();
    let watch = Stopwatch::start(&server)?;
    // One socket may send 2,000 events a second and 8,000 more at once: a single pair stops before that.
    let time = if case.pairs == 1 { Duration::from_secs(2) } else { bench.time() };
    load.run_for(&mut sockets, time)?;
    let measurement = watch.stop(&server, case.name, "acknowledged messages", load.acks.len())?;
    server.kill()?;

    let kept = count(data.path(), &people[..case.pairs], &conversations)?;
    ensure!(kept == load.acknowledged, "{} were acknowledged and {kept} are there", load.acknowledged);
    ensure!(load.refused == 0, "{} were refused", load.refused);
    let delivery: crate::measurement::Latency = (&load.deliveries).into();
    report(
        measurement
            .with(json!({ "pairs": case.pairs, "message_bytes": MESSAGE_BYTES, "delivered": case.delivered }))
            .seen(&load.acks)
            .and(json!({ "delivery_ms": delivery, "counted_after_kill": kept })),
    )?;
    Ok(data)
}

/// A folder of pairs: those who write, then those who read.
pub(crate) fn fill(bench: &Bench, pairs: usize) -> Result<(TempDir, Vec<Person>, Vec<ConversationId>)> {
    let data = bench.data()?;
    let fill = Fill::open(data.path())?;
    let people = fill.people(2 * pairs)?;
    let (writers, readers) = people.split_at(pairs);
    let conversations = fill.directs(writers.iter().zip(readers))?;
    fill.close()?;
    Ok((data, people, conversations))
}

fn count(folder: &std::path::Path, writers: &[Person], conversations: &[ConversationId]) -> Result<u64> {
    let fill = Fill::open(folder)?;
    writers
        .iter()
        .zip(conversations)
        .map(|(writer, conversation)| fill.count_messages(writer.id, *conversation))
        .sum()
}

/// Sockets `0..pairs` write, `pairs..2 * pairs` read.
pub(crate) struct Direct {
    conversations: Vec<String>,
    pace: Pace,
    delivered: bool,
    entropy: Entropy,
    words: Words,
    text: String,
    until: u64,
    next_due: u64,
    next_pair: usize,
    under_way: usize,
    pub(crate) acknowledged: u64,
    pub(crate) refused: u64,
    pub(crate) acks: Histogram<u64>,
    deliveries: Histogram<u64>,
    readers: Vec<Reader>,
}

/// What a reader has to report: one report is under way at a time, and the next one says the latest.
#[derive(Clone, Copy, Default)]
struct Reader {
    seq: u64,
    reported: u64,
    reporting: bool,
}

impl Direct {
    pub(crate) fn new(pace: Pace, delivered: bool, conversations: &[impl ToString]) -> Self {
        Self {
            conversations: conversations.iter().map(ToString::to_string).collect(),
            pace,
            delivered,
            entropy: Entropy::from_seed(clock::seed()),
            words: Words::from_seed(7),
            text: String::new(),
            until: 0,
            next_due: 0,
            next_pair: 0,
            under_way: 0,
            acknowledged: 0,
            refused: 0,
            acks: histogram(),
            deliveries: histogram(),
            readers: vec![Reader::default(); conversations.len()],
        }
    }

    /// Writes for this long, then waits for what is under way.
    pub(crate) fn run_for(&mut self, sockets: &mut Sockets, time: Duration) -> Result<()> {
        let outbox = sockets.outbox();
        let now = outbox.micros();
        self.until = now + time.as_micros() as u64;
        self.next_due = now;
        if let Pace::Closed(in_flight) = self.pace {
            for _ in 0..in_flight {
                for pair in 0..self.conversations.len() {
                    self.send(outbox, pair, now);
                }
            }
        }
        sockets.run(self, time + END_TIME_MAX)
    }

    /// Forgets the times of what was only to warm up. What was acknowledged still counts.
    pub(crate) fn forget(&mut self) {
        self.acks.reset();
        self.deliveries.reset();
    }

    fn send(&mut self, sockets: &mut Outbox, pair: usize, due: u64) {
        let client_id = ClientId(self.entropy.id(clock::now()));
        self.text.clear();
        self.text.push_str(&format!("{due:0STAMP_DIGITS$} "));
        self.words.fill(&mut self.text, MESSAGE_BYTES);
        let payload = format!(
            "{{\"conversation_id\":\"{}\",\"client_id\":\"{client_id}\",\"text\":\"{}\"}}",
            self.conversations[pair], self.text
        );
        sockets.ask(pair, due, "message:send", &payload);
        self.under_way += 1;
    }

    fn report(&mut self, sockets: &mut Outbox, pair: usize) {
        let reader = &mut self.readers[pair];
        if reader.reporting || reader.reported >= reader.seq {
            return;
        }
        reader.reporting = true;
        reader.reported = reader.seq;
        let conversation = &self.conversations[pair];
        let payload = format!("{{\"conversation_id\":\"{conversation}\",\"seq\":{}}}", reader.seq);
        sockets.ask(self.conversations.len() + pair, 0, "conversation:delivered", &payload);
    }
}

impl Load for Direct {
    fn answer(&mut self, sockets: &mut Outbox, who: usize, id: u64, answer: &[u8]) {
        let is_ok = packet::is_ok(answer);
        self.refused += u64::from(!is_ok);
        if let Some(pair) = who.checked_sub(self.conversations.len()) {
            self.readers[pair].reporting = false;
            return self.report(sockets, pair);
        }
        let now = sockets.micros();
        self.under_way -= 1;
        self.acknowledged += u64::from(is_ok);
        note(&mut self.acks, now - id);
        if matches!(self.pace, Pace::Closed(_)) && now < self.until {
            self.send(sockets, who, now);
        }
    }

    fn event(&mut self, sockets: &mut Outbox, who: usize, event: &[u8]) {
        let Some(pair) = who.checked_sub(self.conversations.len()) else { return };
        let Some(due) = number_after(event, b"\"text\":\"") else { return };
        note(&mut self.deliveries, sockets.micros().saturating_sub(due));
        if self.delivered {
            let seq = number_after(event, b"\"seq\":").unwrap_or_default();
            self.readers[pair].seq = self.readers[pair].seq.max(seq);
            self.report(sockets, pair);
        }
    }

    fn due(&mut self, sockets: &mut Outbox) -> Option<Instant> {
        let Pace::Open(per_second) = self.pace else { return None };
        while self.next_due < self.until && self.next_due <= sockets.micros() {
            self.send(sockets, self.next_pair, self.next_due);
            self.next_pair = (self.next_pair + 1) % self.conversations.len();
            self.next_due += 1_000_000 / per_second;
        }
        let wait = self.next_due.saturating_sub(sockets.micros());
        (self.next_due < self.until).then(|| Instant::now() + Duration::from_micros(wait))
    }

    fn is_done(&self) -> bool {
        let all_sent = matches!(self.pace, Pace::Closed(_)) || self.next_due >= self.until;
        all_sent && self.under_way == 0 && self.readers.iter().all(|reader| !reader.reporting)
    }
}

/// The number that stands behind `key`.
pub(super) fn number_after(text: &[u8], key: &[u8]) -> Option<u64> {
    let digits = &text[memchr::memmem::find(text, key)? + key.len()..];
    let digits = digits.iter().take_while(|byte| byte.is_ascii_digit());
    Some(digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_when_it_was_due() {
        let event =
            br#"["conversation:changed",{"cause":{"seq":12},"messages":[{"text":"000000001207 tea"}]}]"#;
        assert_eq!(number_after(event, b"\"text\":\""), Some(1207));
        assert_eq!(number_after(event, b"\"seq\":"), Some(12));
        assert_eq!(number_after(event, b"\"edited\":"), None);
    }
}
