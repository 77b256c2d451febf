//! Two words, newest first, in one's own conversations, over REST: one search at a time, of one person after the other.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::{Bench, Report, history};
use crate::{
    measurement::{Stopwatch, histogram, note},
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
    let clients = library.people.iter().map(|person| Client::connect(server.addr(), &person.token));
    let mut clients = clients.collect::<Result<Vec<_>>>()?;
    let mut words = Words::from_seed(13);
    let mut query = || format!("/api/v1/search?q={}+{}", words.word(), words.word());
    let mut turns = (0..clients.len()).cycle();
    let mut next = || turns.next().expect("it never ends");
    for _ in 0..WARMING {
        clients[next()].get(&query())?;
    }
    let mut took = histogram();
    let mut bytes = 0;
    let watch = Stopwatch::start(&server)?;
    let began = Instant::now();
    while began.elapsed() < bench.time() {
        let client = &mut clients[next()];
        thread::sleep(client.rests_until.saturating_duration_since(Instant::now()));
        let asked = Instant::now();
        client.rests_until = asked + PAUSE;
        bytes += client.get(&query())?;
        note(&mut took, asked.elapsed().as_micros() as u64);
    }
    let measurement = watch.stop(&server, case, "searches", took.len())?;
    report(
        measurement
            .with(json!({ "messages": messages, "words": 2, "conversations": 1_000, "of_these_own": 1_000 / circles }))
            .seen(&took)
            .and(json!({ "bytes_each": bytes as u64 / took.len().max(1) })),
    )
}

/// HTTP/1.1 on one connection, one request at a time.
struct Client {
    stream: BufReader<TcpStream>,
    head: String,
    body: Vec<u8>,
    rests_until: Instant,
}

impl Client {
    fn connect(server: SocketAddr, token: &str) -> Result<Self> {
        let stream = TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        let head = format!("HTTP/1.1\r\nHost: {server}\r\nAuthorization: Bearer {token}\r\n\r\n");
        Ok(Self { stream: BufReader::new(stream), head, body: Vec::new(), rests_until: Instant::now() })
    }

    /// How many bytes the answer has.
    fn get(&mut self, path: &str) -> Result<usize> {
        let request = format!("GET {path} {}", self.head);
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        ensure!(line.starts_with("HTTP/1.1 200"), "the server answered {line}");
        let mut len = None;
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    len = Some(value.trim().parse()?);
                }
                Some(_) => {}
                None => break,
            }
        }
        let len = len.context("an answer says how long it is")?;
        self.body.resize(len, 0);
        self.stream.read_exact(&mut self.body)?;
        Ok(len)
    }
}
