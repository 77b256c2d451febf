//! Three times as much as the server can do: it refuses what is too much at once and says when to come again, goes on doing
//! nearly all that it can, and is back to normal soon after.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use futures_util::{
    StreamExt,
    future::{BoxFuture, FutureExt, try_join_all},
    stream::FuturesUnordered,
};
use kith_protocol::{ConversationId, ErrorBody, PageRequest, SendMessage, Seq};
use kith_testkit::{Device, Lost, Person, Program, message, will_pass};
use parking_lot::Mutex;
use tokio::{sync::watch, task::JoinHandle};

use super::{copy_folder, talk::start};
use crate::{
    Bound, Length, Outcome, Scenario, Stage,
    crowd::{Counts, Size, Town, percentile_of, wait_until},
    faulty_fs::{Disk, FaultyFs, why_not},
    process,
    scenario::at_least,
};

/// The scenario.
pub(super) static SCENARIO: Scenario = Scenario {
    name: "overload",
    about: "three times as many sends as the server can take, for five minutes (in the short form, one burst while the disk takes \
            its time)",
    control: "every hundredth refusal is taken for an acknowledgement",
    why_not,
    minimums: |length| {
        vec![
            at_least(length.pick(BURST as u64, 500_000), "acks"),
            at_least(length.pick(REFUSALS_SHORT, 10_000), "refusals"),
            at_least(length.pick(100, 10_000), "sent again and acknowledged"),
        ]
    },
    play: |stage| Box::pin(play(stage)),
};

/// Devices that send, each to a conversation of its own.
const SENDERS: usize = 96;
/// Sends of each that are under way at one time where the server is to do what it can, and is not to refuse: together they
/// are fewer than it lets wait.
const CLOSED: usize = 64;
/// As many as the server takes from one socket before it waits: together they are more than it lets wait.
const CROWDED: usize = 256;
/// Sends of the short form.
const BURST: usize = SENDERS * CROWDED;
/// Refusals of the short form.
const REFUSALS_SHORT: u64 = 100;
/// What a device keeps until it is acknowledged; with more, its person is told that nothing gets through. Together they are
/// more than the server lets wait, and no more than it takes in some seconds: what is kept when the flood ends is a flood yet.
const OUTBOX_MAX: usize = 128;
/// How much is offered, of what the server can take.
const OFFERED: f64 = 3.0;
/// How much of what it can take it takes when so much is offered.
const GOODPUT_MIN: f64 = 0.8;
/// What is normal, of what the server can take.
const NORMAL: f64 = 0.3;
/// Somewhat more than normal is normal, too: twice the 99th percentile, or this.
const NORMAL_MS: f64 = 50.0;
/// How soon everything is normal again.
const NORMAL_AGAIN_S_MAX: f64 = 10.0;
/// A refusal helps only whoever hears of it before they give up, after ten seconds.
const REFUSED_MS_MAX: f64 = 5_000.0;
/// How long everything that was sent may take to be acknowledged in the end.
const END_TIMEOUT: Duration = Duration::from_secs(120);
/// How that is counted.
const NOT_TRIED: &str = "not even tried: the outbox was full";
/// A message has ten times as many bytes.
const FILLER_REPEATS: usize = 40;

async fn play(stage: Stage) -> Result<Outcome> {
    let size = Size { people: SENDERS, devices_each: 1, groups: 1, members_each: 2, messages: 0 };
    let data = stage.folder.join("data");
    let town = Town::make(&data, size, stage.seed).await?;
    let mut outcome = Outcome::default();
    match stage.length {
        Length::Short => {
            let fs = FaultyFs::mount(Disk::default(), &stage.disk())?;
            copy_folder(&data, &stage.disk().join("data"))?;
            let program = start(&stage.program, &stage.disk()).await?;
            let flood = Flood::begin(&program, &town, stage.is_control()).await?;
            burst(&fs, &flood, &mut outcome).await?;
            flood.end(&program, &mut outcome).await?;
        }
        Length::Full { .. } => {
            let program = stage.launch().start().await?;
            let flood = Flood::begin(&program, &town, stage.is_control()).await?;
            let lasting = stage.length.lasting(Duration::ZERO, Duration::from_secs(300));
            process::on_cores_of_their_own(&program, true)?;
            let overloaded = overload(&flood, lasting, &mut outcome).await;
            process::on_cores_of_their_own(&program, false)?;
            overloaded?;
            flood.end(&program, &mut outcome).await?;
        }
    }
    Ok(outcome)
}

/// More at once than the server lets wait, while its disk takes its time: however slow whoever sends is, and however fast
/// whoever stores, the queue fills up.
async fn burst(fs: &FaultyFs, flood: &Flood, outcome: &mut Outcome) -> Result<()> {
    let counts = &flood.answers.counts;
    fs.stall_syncs(true);
    flood.pace.send_replace(Pace::Closed(CROWDED));
    let is_full = || counts.get("sends offered") >= BURST as u64 && counts.get("refusals") >= REFUSALS_SHORT;
    let full = wait_until(END_TIMEOUT, is_full).await;
    flood.pace.send_replace(Pace::Rest);
    fs.stall_syncs(false);
    ensure!(full, "a disk that takes its time does not fill the queue");
    let through = wait_until(END_TIMEOUT, || counts.get("acks") >= BURST as u64).await;
    ensure!(through, "a burst does not get through");
    outcome.count("bursts", 1);
    Ok(())
}

async fn overload(flood: &Flood, lasting: Duration, outcome: &mut Outcome) -> Result<()> {
    let counts = &flood.answers.counts;
    flood.go_on(Pace::Closed(CLOSED), Duration::from_secs(5)).await;
    let peak = flood.go_on(Pace::Closed(CLOSED), Duration::from_secs(15)).await;
    flood.go_on(flood.open(NORMAL * peak), Duration::from_secs(5)).await;
    counts.forget_acks();
    flood.go_on(flood.open(NORMAL * peak), Duration::from_secs(10)).await;
    let normal_ms = counts.take_ack_ms(99).context("something was acknowledged")?;
    let offered_before = counts.get("sends offered");
    let goodput = flood.go_on(flood.open(OFFERED * peak), lasting).await;
    let offered = (counts.get("sends offered") - offered_before) as f64 / lasting.as_secs_f64();
    let ack_ms = counts.take_ack_ms(99).context("something was acknowledged")?;
    let kept = flood.answers.kept();
    let again = flood.until_normal(peak, (2.0 * normal_ms).max(NORMAL_MS)).await;
    let refused_ms = flood.answers.take_refused_ms(99).unwrap_or(f64::NAN);
    outcome.figure("peak, acks/s", peak);
    outcome.bounded("offered, of the peak", offered / peak, Bound::AtLeast(0.95 * OFFERED));
    outcome.bounded("goodput, of the peak", goodput / peak, Bound::AtLeast(GOODPUT_MIN));
    outcome.bounded("refusal p99, ms", refused_ms, Bound::AtMost(REFUSED_MS_MAX));
    outcome.figure("ack p99 before, ms", normal_ms);
    outcome.figure("ack p99 meanwhile, from the first attempt on, ms", ack_ms);
    outcome.figure("sends that were still kept when it ended", kept as f64);
    outcome.bounded("normal again after, s", again.as_secs_f64(), Bound::AtMost(NORMAL_AGAIN_S_MAX));
    Ok(())
}

/// How each device goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Pace {
    /// Nothing new is said.
    Rest,
    /// The next one when one is acknowledged: so many are under way.
    Closed(usize),
    /// One after each such time, whatever becomes of those before.
    Open(Duration),
    /// Nothing new is said, and when everything has been acknowledged, it is over.
    End,
}

/// Everyone who sends.
struct Flood {
    pace: watch::Sender<Pace>,
    answers: Arc<Answers>,
    devices: Vec<Device>,
    senders: Vec<JoinHandle<Result<Told>>>,
}

/// What all of them were answered.
#[derive(Default)]
struct Answers {
    counts: Counts,
    refused_us: Mutex<Vec<u32>>,
    wrong: Mutex<Vec<String>>,
}

/// What one of them was told.
struct Told {
    conversation: ConversationId,
    /// What was there before.
    before: Seq,
    /// In the order in which the sends were first issued, the numbers that they were told; 0 while they were told none.
    seqs: Vec<u64>,
    acks: u64,
}

impl Flood {
    async fn begin(program: &Program, town: &Town, credulous: bool) -> Result<Self> {
        let (pace, paces) = watch::channel(Pace::Rest);
        let answers = Arc::<Answers>::default();
        let devices: Vec<Device> = town.devices().cloned().collect();
        let mut senders = Vec::new();
        for (number, device) in devices.iter().enumerate() {
            let person = Person::at(program.addr(), device).await;
            let friend = &devices[(number + 1) % devices.len()];
            let conversation = person.group("Flood", &[friend.user_id]).await;
            let before = newest(&person, conversation).await?;
            let sender = Sender {
                told: Told { conversation, before, seqs: Vec::new(), acks: 0 },
                person,
                credulous,
                answers: Arc::clone(&answers),
                outbox: VecDeque::new(),
                calls: FuturesUnordered::new(),
                held_until: None,
                refusals: 0,
            };
            senders.push(tokio::spawn(sender.send(paces.clone())));
        }
        Ok(Self { pace, answers, devices, senders })
    }

    /// So many sends a second, of all together.
    fn open(&self, per_second: f64) -> Pace {
        Pace::Open(Duration::from_secs_f64(self.senders.len() as f64 / per_second))
    }

    /// Goes on like this for so long; how many were acknowledged in a second.
    async fn go_on(&self, pace: Pace, lasting: Duration) -> f64 {
        let (begun, acks) = (Instant::now(), self.answers.counts.get("acks"));
        self.pace.send_replace(pace);
        tokio::time::sleep(lasting).await;
        (self.answers.counts.get("acks") - acks) as f64 / begun.elapsed().as_secs_f64()
    }

    /// How long it takes until, of what is normal, nothing is refused for a second and acks take no longer than usual.
    async fn until_normal(&self, peak: f64, normal_ms: f64) -> Duration {
        let begun = Instant::now();
        let counts = &self.answers.counts;
        loop {
            let (second, refusals) = (begun.elapsed(), counts.get("refusals"));
            self.go_on(self.open(NORMAL * peak), Duration::from_secs(1)).await;
            let ack_ms = counts.take_ack_ms(99).unwrap_or(f64::INFINITY);
            if (counts.get("refusals") == refusals && ack_ms <= normal_ms) || second > END_TIMEOUT {
                return second;
            }
        }
    }

    /// Waits until everything is acknowledged, and holds what is there against that.
    async fn end(self, program: &Program, outcome: &mut Outcome) -> Result<()> {
        self.pace.send_replace(Pace::End);
        let told = try_join_all(self.senders);
        let told = tokio::time::timeout(END_TIMEOUT, told).await.context("the outboxes do not get empty")?;
        for (told, device) in told?.into_iter().zip(&self.devices) {
            let Told { conversation, before, seqs, acks } = told?;
            let (person, name) = (Person::at(program.addr(), device).await, &device.username);
            let there = newest(&person, conversation).await?.0 - before.0;
            if there != acks {
                outcome.violation(format!("{acks} sends were acknowledged to {name}, and {there} are there"));
            }
            let told = seqs.iter().filter(|seq| **seq > 0);
            if !told.is_sorted_by(|one, next| one < next) {
                outcome.violation(format!("sends of {name} are not in the order in which they were issued"));
            }
        }
        self.answers.counts.into_outcome(outcome);
        self.answers.wrong.lock().iter().for_each(|what| outcome.violation(what));
        Ok(())
    }
}

impl Answers {
    fn take_refused_ms(&self, percentile: usize) -> Option<f64> {
        let times = std::mem::take(&mut *self.refused_us.lock());
        percentile_of(times, percentile).map(|us| f64::from(us) / 1e3)
    }

    /// How many sends are in outboxes.
    fn kept(&self) -> u64 {
        let [offered, not_tried, acks] =
            ["sends offered", NOT_TRIED, "acks"].map(|name| self.counts.get(name));
        offered.saturating_sub(not_tried + acks)
    }

    fn wrong(&self, what: String) {
        let mut wrong = self.wrong.lock();
        // As many as anyone reads.
        if wrong.len() < 20 {
            wrong.push(what);
        }
    }
}

/// One device, with its outbox: what was refused goes again after the time that the server said, in the same order.
struct Sender {
    person: Person,
    told: Told,
    /// The control: it believes what it was not told.
    credulous: bool,
    answers: Arc<Answers>,
    outbox: VecDeque<Kept>,
    calls: FuturesUnordered<BoxFuture<'static, Came>>,
    held_until: Option<Instant>,
    refusals: u64,
}

/// A send that is not acknowledged yet.
struct Kept {
    send: SendMessage,
    /// Its place among all of this device.
    number: usize,
    first_issued: Instant,
    is_under_way: bool,
    was_refused: bool,
}

/// What has come of a send, and how long it took.
type Came = (SendMessage, Duration, Result<Result<Seq, ErrorBody>, Lost>);

impl Sender {
    async fn send(mut self, mut paces: watch::Receiver<Pace>) -> Result<Told> {
        let mut pace = Pace::Rest;
        let mut due = tokio::time::interval(Duration::from_secs(1));
        loop {
            if *paces.borrow() != pace {
                pace = *paces.borrow_and_update();
                if let Pace::Open(every) = pace {
                    due = tokio::time::interval(every);
                }
            }
            if let Pace::Closed(under_way) = pace {
                while self.outbox.len() < under_way && self.held_until.is_none() {
                    self.say();
                }
            }
            if pace == Pace::End && self.outbox.is_empty() {
                return Ok(self.told);
            }
            let held_until = self.held_until.filter(|_| self.calls.is_empty());
            let hold = tokio::time::sleep_until(held_until.unwrap_or_else(Instant::now).into());
            tokio::select! {
                Some(came) = self.calls.next() => self.came(came)?,
                () = hold, if held_until.is_some() => self.send_again(),
                _ = due.tick(), if matches!(pace, Pace::Open(_)) => self.offer(),
                _ = paces.changed() => {}
            }
        }
    }

    /// Says something, unless too much is waiting already.
    fn offer(&mut self) {
        if self.outbox.len() < OUTBOX_MAX {
            self.say();
        } else {
            self.answers.counts.add("sends offered", 1);
            self.answers.counts.add(NOT_TRIED, 1);
        }
    }

    fn say(&mut self) {
        self.answers.counts.add("sends offered", 1);
        let send = message(self.told.conversation, &"on and on ".repeat(FILLER_REPEATS));
        let is_under_way = self.held_until.is_none();
        if is_under_way {
            self.issue(&send);
        }
        let (number, first_issued) = (self.told.seqs.len(), Instant::now());
        self.told.seqs.push(0);
        self.outbox.push_back(Kept { send, number, first_issued, is_under_way, was_refused: false });
    }

    fn issue(&self, send: &SendMessage) {
        let (send, issued, answer) = (send.clone(), Instant::now(), self.person.issue(send));
        let came = async move {
            let answer = answer.await;
            (send, issued.elapsed(), answer.map(|answer| answer.map(|answer| answer.message.seq)))
        };
        self.calls.push(came.boxed());
    }

    fn send_again(&mut self) {
        self.held_until = None;
        for place in 0..self.outbox.len() {
            if !std::mem::replace(&mut self.outbox[place].is_under_way, true) {
                self.issue(&self.outbox[place].send);
            }
        }
    }

    fn came(&mut self, (send, took, answer): Came) -> Result<()> {
        let place = self.outbox.iter().position(|kept| kept.send.client_id == send.client_id);
        let place = place.context("an answer belongs to something in the outbox")?;
        match answer {
            Err(Lost) => bail!("a connection was lost, or a send was not answered"),
            Ok(Ok(seq)) => {
                self.told.seqs[self.outbox[place].number] = seq.0;
                self.acknowledged(place);
            }
            Ok(Err(refusal)) => self.refused(place, took, &refusal)?,
        }
        Ok(())
    }

    fn acknowledged(&mut self, place: usize) {
        let kept = self.outbox.remove(place).expect("it has just been found");
        self.told.acks += 1;
        self.answers.counts.ack(kept.first_issued.elapsed());
        self.answers.counts.add("sent again and acknowledged", u64::from(kept.was_refused));
    }

    fn refused(&mut self, place: usize, took: Duration, refusal: &ErrorBody) -> Result<()> {
        self.refusals += 1;
        self.answers.counts.add("refusals", 1);
        self.answers.refused_us.lock().push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
        if self.credulous && self.refusals % 100 == 1 {
            self.acknowledged(place);
            return Ok(());
        }
        let wait = will_pass(refusal).with_context(|| format!("a send is refused for ever: {refusal:?}"))?;
        if refusal.retry_after_ms.is_none() {
            self.answers.wrong("a refusal does not say when to come again".to_owned());
        }
        let kept = &mut self.outbox[place];
        (kept.is_under_way, kept.was_refused) = (false, true);
        self.held_until.get_or_insert(Instant::now() + wait);
        Ok(())
    }
}

/// The number of the newest message of a conversation.
async fn newest(person: &Person, conversation_id: ConversationId) -> Result<Seq> {
    let page = PageRequest { conversation_id, before: None, after: None, around: None, limit: Some(1) };
    let page = person.request(&page).await.map_err(|refusal| anyhow!("{}", refusal.message))?;
    Ok(page.to_seq)
}
