//! Sockets that stop reading while a conversation goes on without end: they cost the server little, the others nothing, and
//! they are whole when they read again.
//!
//! At first everything still goes to them, into the buffers of the kernel and then into their queues, and costs what it costs
//! to whoever reads. They are stuck when the server has told each of them to `resync`.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, ensure};
use futures_util::{StreamExt, future::try_join_all, stream::FuturesUnordered};
use http::Method;
use kith_protocol::{ConversationId, SendMessage, Seq, Version};
use kith_testkit::{Connect, Device, Person, Program, TestClient, history::Recorder, http::request, message};

use crate::{
    Bound, Length, Outcome, Scenario, Stage,
    crowd::{Conduct, Counts, Crowd, Habits, Size, Town, judge, ms_of, record, wait_until},
    process,
    scenario::{anywhere, at_least},
};

/// The scenario.
pub(super) static SCENARIO: Scenario = Scenario {
    name: "slow",
    about: "500 sockets of 2,000 stop reading while their conversation gets 100,000 messages, and then read again",
    control: "whoever did not read takes the `resync` that waits for them for nothing",
    why_not: anywhere,
    minimums: |length| {
        let scale = Scale::of(length);
        vec![
            at_least(scale.stuck as u64, "sockets that stopped reading"),
            at_least(scale.messages, "messages while they did not read"),
            at_least(scale.stuck as u64, "resyncs"),
            at_least(scale.stuck as u64, "stuck sockets that became whole"),
        ]
    },
    play: |stage| Box::pin(play(stage)),
};

/// How much of everything there is.
struct Scale {
    /// Sockets.
    people: usize,
    /// Those of them that stop reading.
    stuck: usize,
    /// To the conversation while they do not read. Without them half as many, before and after, to compare with.
    messages: u64,
    /// A second. The machine has to be able to tell all of them to everyone, or it would be busy with that alone until the
    /// first are stuck.
    pace: u32,
    /// A message has ten times as many bytes.
    filler: usize,
}

impl Scale {
    fn of(length: Length) -> Self {
        length.pick(
            Self { people: 60, stuck: 10, messages: 500, pace: 500, filler: 1_000 },
            Self { people: 2_000, stuck: 500, messages: 100_000, pace: 500, filler: 40 },
        )
    }
}

/// Memory for each socket that does not read, in MiB.
const STUCK_MIB_MAX: f64 = 2.0;
/// How much longer others may wait because of them, at the 99th percentile.
const P99_RATIO_MAX: f64 = 1.2;
/// They write into the conversation, and do nothing else.
const WRITERS: usize = 8;
/// Sends of each that are under way at one time: together they are fewer than the server lets wait, so that none is refused
/// when the machine has no time for it.
const UNDER_WAY_MAX: usize = 256;
/// Who reads the conversation besides those who are stuck.
const READERS: usize = 4;
/// Longer than any scenario: a socket that is not read answers no ping, and is to stay.
const PING_INTERVAL_MS: u64 = 3_600_000;
/// How long whoever was away or stuck may take to be whole.
const WHOLE_TIMEOUT: Duration = Duration::from_secs(120);
/// Likewise: nobody takes a silent connection for dead.
const SILENCE_MAX: Duration = Duration::from_millis(PING_INTERVAL_MS);
/// How long all of them together may take to read what they missed, before it is looked at: that says how fast the machine is.
const CATCH_UP_TIMEOUT: Duration = Duration::from_secs(20);
/// The control does not become whole, however long one waits.
const CONTROL_PATIENCE: Duration = Duration::from_secs(3);
const MIB: f64 = (1 << 20) as f64;
/// The share of the messages after which sockets that do not read have to be stuck: otherwise the kernel takes everything for
/// them, and nothing is proven.
const STUCK_WITHIN: f64 = 0.5;
/// Between two looks at whether they are, the share of the messages that is written.
const LOOK_SHARE: u64 = 200;

async fn play(stage: Stage) -> Result<Outcome> {
    let Scale { people, stuck, messages, pace, filler } = Scale::of(stage.length);
    let size = Size {
        people: people + WRITERS,
        devices_each: 1,
        groups: people / 5,
        members_each: 6,
        messages: people,
    };
    let town = Town::make(&stage.folder.join("data"), size, stage.seed).await?;
    let launch = stage.launch().arg("--trusted-proxies=127.0.0.1");
    let metrics = Metrics::somewhere()?;
    let launch = launch.arg(format!("--ping-interval-ms={PING_INTERVAL_MS}"));
    let program = launch.arg(format!("--metrics={}", metrics.addr)).start().await?;
    let recorder = record(&stage.history(), &town)?;
    let devices: Vec<Device> = town.devices().cloned().collect();
    let (crowd, writers) = devices.split_at(people);
    let busy = busy_conversation(&program, writers, &crowd[..stuck + READERS], &recorder).await?;
    let writers = connect(&program, writers, &recorder).await?;
    let habits = Habits {
        pause: Duration::from_millis(stage.length.pick(600, 7_000)),
        leaves: 0.0,
        silence_max: SILENCE_MAX,
        deaf_to_resync: stage.is_control(),
        ..Habits::default()
    };
    let absent = (stuck, Conduct::Away);
    let people = crowd.iter().cloned();
    let crowd = Crowd::gather_with(absent, people, program.addr(), &habits, recorder, stage.seed);
    ensure!(wait_until(WHOLE_TIMEOUT, || crowd.all_back()).await, "the others do not get in");
    let counts = crowd.counts.clone();
    let conversation = Conversation { id: busy, writers, pace, filler: "on and on ".repeat(filler), counts };
    let mut outcome = Outcome::default();
    let mut without = conversation.go_on(messages / 4).await?.acks_us;
    crowd.first(stuck, Conduct::Listens);
    ensure!(wait_until(WHOLE_TIMEOUT, || crowd.all_back()).await, "not everyone comes back");
    let (before, told) = (process::resident_bytes(&program)?, metrics.resyncs().await?);
    crowd.first(stuck, Conduct::Hangs);
    outcome.count("sockets that stopped reading", stuck as u64);
    let (mut written, mut until) = (0, Vec::new());
    while metrics.resyncs().await? < told + stuck as u64 {
        let too_late = written as f64 > STUCK_WITHIN * messages as f64;
        ensure!(!too_late, "sockets that do not read are sent everything");
        let share = messages.div_ceil(LOOK_SHARE);
        until.extend(conversation.go_on(share).await?.acks_us);
        written += share;
    }
    let rest = messages.saturating_sub(written);
    let GoneOn { acks_us: since, version: newest } = conversation.go_on(rest).await?;
    outcome.count("messages until they were stuck", written);
    outcome.count("messages while they did not read", written + rest);
    let grown = process::resident_bytes(&program)?.saturating_sub(before);
    crowd.first(stuck, Conduct::Listens);
    let patience = if stage.is_control() { CONTROL_PATIENCE } else { WHOLE_TIMEOUT };
    if wait_until(patience, || crowd.how_many_know(busy, newest) >= stuck + READERS).await {
        outcome.count("stuck sockets that became whole", stuck as u64);
    } else {
        outcome.violation(format!("{stuck} sockets read again and are not whole after {patience:?}"));
    }
    crowd.first(stuck, Conduct::Away);
    let GoneOn { acks_us, version: newest } = conversation.go_on(messages / 4).await?;
    without.extend(acks_us);
    let measured = Measured { without, until, since, mib_each: grown as f64 / stuck as f64 / MIB };
    // Whoever only wrote holds nothing that could be looked at.
    drop(conversation);
    crowd.first(0, Conduct::Acts);
    ensure!(wait_until(WHOLE_TIMEOUT, || crowd.all_back()).await, "those who were stuck do not come back");
    // What they missed is theirs to catch up with before it is quiet.
    let patience = if stage.is_control() { CONTROL_PATIENCE } else { CATCH_UP_TIMEOUT };
    wait_until(patience, || crowd.how_many_know(busy, newest) >= stuck + READERS).await;
    crowd.settle(program.addr()).await?.into_outcome(&mut outcome);
    judge(&stage.history(), &mut outcome).await?;
    measured.into_outcome(stage.length, &mut outcome)?;
    Ok(outcome)
}

/// What was measured: how long acks took, in microseconds, and memory.
struct Measured {
    without: Vec<u32>,
    /// While the kernel and the queues still took everything for those who did not read.
    until: Vec<u32>,
    /// When they took nothing more.
    since: Vec<u32>,
    mib_each: f64,
}

impl Measured {
    /// What depends on the machine is held to its bounds at full length only, where chance evens out.
    fn into_outcome(self, length: Length, outcome: &mut Outcome) -> Result<()> {
        let Self { without, until, since, mib_each } = self;
        let p99 = |acks_us| ms_of(acks_us, 99).context("something was acknowledged");
        let with = p99([&until[..], &since].concat())?;
        let (without, until, since) = (p99(without)?, p99(until)?, p99(since)?);
        let ratio = |with: f64| (with / without, Bound::AtMost(P99_RATIO_MAX));
        outcome.timed(
            length,
            "server memory for a stuck socket, MiB",
            mib_each,
            Bound::AtMost(STUCK_MIB_MAX),
        );
        outcome.figure("ack p99 without them, ms", without);
        outcome.figure("ack p99 until they are stuck, ms", until);
        outcome.figure("ack p99 when they are stuck, ms", since);
        outcome.figure("ack p99 with them, ms", with);
        let (value, bound) = ratio(since);
        outcome.timed(length, "ratio when they are stuck", value, bound);
        let (value, bound) = ratio(with);
        outcome.timed(length, "ratio of both", value, bound);
        Ok(())
    }
}

/// The conversation that goes on without end.
struct Conversation {
    id: ConversationId,
    writers: Vec<TestClient>,
    /// Messages a second, of all writers together.
    pace: u32,
    /// What a message says besides its number.
    filler: String,
    counts: Counts,
}

/// What came of so many messages.
struct GoneOn {
    /// How long acks took meanwhile, of these and of everyone's, in microseconds.
    acks_us: Vec<u32>,
    /// The newest.
    version: Version,
}

impl Conversation {
    /// So many messages more.
    async fn go_on(&self, messages: u64) -> Result<GoneOn> {
        self.counts.forget_acks();
        let share = messages.div_ceil(self.writers.len() as u64);
        let versions = try_join_all(self.writers.iter().map(|writer| self.write(writer, share))).await?;
        Ok(GoneOn {
            acks_us: self.counts.take_acks_us(),
            version: versions.into_iter().max().unwrap_or_default(),
        })
    }

    async fn write(&self, writer: &TestClient, messages: u64) -> Result<Version> {
        let mut due = tokio::time::interval(Duration::from_secs(1) * self.writers.len() as u32 / self.pace);
        let (mut written, mut newest) = (0, Version(0));
        let mut answers = FuturesUnordered::new();
        while written < messages || !answers.is_empty() {
            tokio::select! {
                _ = due.tick(), if written < messages && answers.len() < UNDER_WAY_MAX => {
                    written += 1;
                    let send = message(self.id, "");
                    // Nobody says the same twice: what is there twice was sent twice.
                    let send = SendMessage { text: Some(format!("{} {}", send.client_id, self.filler)), ..send };
                    let (issued, answer) = (Instant::now(), writer.issue(&send));
                    answers.push(async move { (issued, answer.await) });
                }
                Some((issued, answer)) = answers.next() => {
                    let answer = answer.ok().context("a writer has lost the connection")?;
                    let answer = answer.map_err(|refusal| anyhow!("a writer was refused: {}", refusal.message))?;
                    newest = newest.max(answer.message.version);
                    self.counts.ack(issued.elapsed());
                }
            }
        }
        Ok(newest)
    }
}

/// Where the server says what it counts.
struct Metrics {
    addr: SocketAddr,
}

impl Metrics {
    /// On a port that is free.
    fn somewhere() -> Result<Self> {
        Ok(Self { addr: TcpListener::bind("127.0.0.1:0")?.local_addr()? })
    }

    /// Sockets that were told to `resync` because their queue was full.
    async fn resyncs(&self) -> Result<u64> {
        let figures = request(self.addr, Method::GET, "/metrics", &[], "").await?.text();
        let name = "kith_resyncs_total{reason=\"overflow\"} ";
        let count = figures.lines().find_map(|line| line.strip_prefix(name));
        // Before the first one there is no line.
        count.map_or(Ok(0), |count| count.parse().context("a count is a number"))
    }
}

/// A group of those who write and those who are to hear them.
async fn busy_conversation(
    program: &Program,
    writers: &[Device],
    hearers: &[Device],
    recorder: &Recorder,
) -> Result<ConversationId> {
    let founder = Person::at(program.addr(), &writers[0]).await;
    let others: Vec<_> = writers[1..].iter().chain(hearers).map(|device| device.user_id).collect();
    let id = founder.group("On and on", &others).await;
    // That it was made is no part of the history.
    recorder.before(id, Seq(1));
    Ok(id)
}

/// They write and are told nothing: without a `sync` there is no feed.
async fn connect(program: &Program, writers: &[Device], recorder: &Arc<Recorder>) -> Result<Vec<TestClient>> {
    let mut clients = Vec::new();
    for writer in writers {
        let connect = Connect::with_token(&writer.token).tapped(recorder.connection(writer));
        let client = TestClient::open(program.addr(), connect).await;
        clients.push(client.map_err(|failure| anyhow!("a writer is not let in: {failure:?}"))?);
    }
    Ok(clients)
}
