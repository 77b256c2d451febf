//! A crowd of clients that talk, come and go, and write down everything: the load under which a scenario plays.

mod actor;
mod counts;
mod full_read;
mod town;

use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use kith_protocol::{ConversationId, SessionId, Version};
use kith_testkit::{
    Device, Transport,
    history::{Findings, Recorder, check},
};
use parking_lot::Mutex;
use rand::{SeedableRng, rngs::StdRng};
use tokio::{sync::watch, task::JoinHandle};

use actor::Actor;
pub use counts::Counts;
pub(crate) use counts::{median, ms_of, percentile_of};
pub(crate) use full_read::read_everything;
pub use town::{Size, Town};

use crate::{Minimum, Outcome};

/// How long a crowd may take until nothing is unanswered any more, once it rests.
const REST_TIMEOUT: Duration = Duration::from_secs(60);
/// Everything must have reached everyone by then.
const SETTLE_TIMEOUT: Duration = Duration::from_millis(4_500);
/// How long everyone may take to write down what they held when they were looked at.
const REPORT_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a crowd may take until it has done enough: that says what is needed for a proof, and not how fast the machine is.
const ENOUGH_TIMEOUT: Duration = Duration::from_secs(600);
/// Receipts of groups are told once a second: before that has passed nobody can have settled.
const SETTLE_AT_LEAST: Duration = Duration::from_millis(1_500);

/// What the people of a crowd are like.
#[derive(Clone, Debug)]
pub struct Habits {
    /// Between two deeds of one device, on average. Of a hundred deeds 73 are sends, 10 receipts, 5 each edits, reactions
    /// and typing, and 2 deletions.
    pub pause: Duration,
    /// How likely a device is to break its connection rather than to do something.
    pub leaves: f64,
    /// How it connects: one of these each time.
    pub transports: Vec<Transport>,
    /// Of a hundred deeds, how many are about what only oneself sees: a draft, a mute, a pin, a message hidden. They come
    /// out of the sends.
    pub own_affairs_percent: u32,
    /// How often each send is issued, at most.
    pub issues_max: u32,
    /// How long a connection may be silent before it is taken for dead: as long as the server may be.
    pub silence_max: Duration,
    /// How soon it comes back when its connection has broken.
    pub returns: Returns,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How often it looks whether the connection is still alive, and whether something is to be sent again.
    pub pulse: Duration,
    /// Broken on purpose: it does not ask for what it missed.
    pub deaf_to_gaps: bool,
    /// Broken on purpose: it does not hear that its feed has stopped.
    pub deaf_to_resync: bool,
    /// Broken on purpose: it does not hear what another device of its person has changed.
    pub deaf_to_account: bool,
    /// Broken on purpose: it sends again under another id.
    pub forgets_ids: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            pause: Duration::from_millis(300),
            leaves: 0.005,
            transports: vec![Transport::WebSocket],
            own_affairs_percent: 0,
            issues_max: 1,
            silence_max: Duration::from_secs(45),
            returns: Returns::AtOnce,
            connect_timeout: Duration::from_secs(5),
            pulse: Duration::from_millis(500),
            deaf_to_gaps: false,
            deaf_to_resync: false,
            deaf_to_account: false,
            forgets_ids: false,
        }
    }
}

/// How soon somebody comes back whose connection has broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returns {
    /// As soon as they can, within a fifth of a second.
    AtOnce,
    /// At the moment when the crowd is told where the server is now, all together.
    Together,
    /// As the web client does: after a wait that doubles with every attempt, and differs from client to client.
    Jittered,
}

/// What some of a crowd do, when not everyone is to do the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conduct {
    /// They talk and listen.
    Acts,
    /// They only listen.
    Listens,
    /// They are connected, and do not read what arrives.
    Hangs,
    /// They are not connected.
    Away,
}

/// What everyone does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Act,
    Rest,
    Report,
    End,
}

/// How a device stands.
#[derive(Clone, Debug)]
enum Stand {
    /// It is to be connected, and is not, or has not caught up yet.
    Lost,
    /// It is not to be connected.
    Away,
    /// It is connected and has caught up, and waits for answers.
    Busy,
    /// It waits for nothing, and is so far.
    Rests(BTreeMap<ConversationId, Version>),
    /// It has written down what it holds.
    Reported,
}

/// How every device stands.
#[derive(Default)]
struct Standing(Mutex<HashMap<SessionId, Stand>>);

impl Standing {
    fn set(&self, device: SessionId, stand: Stand) {
        self.0.lock().insert(device, stand);
    }

    fn all_back(&self) -> bool {
        self.0.lock().values().all(|stand| !matches!(stand, Stand::Lost))
    }

    fn all_gone(&self) -> bool {
        self.0.lock().values().all(|stand| matches!(stand, Stand::Lost | Stand::Away))
    }

    fn all_rest(&self) -> bool {
        self.0.lock().values().all(|stand| matches!(stand, Stand::Rests(_) | Stand::Away))
    }

    fn all_reported(&self) -> bool {
        self.0.lock().values().all(|stand| matches!(stand, Stand::Reported | Stand::Lost | Stand::Away))
    }

    fn how_many_reported(&self) -> u64 {
        self.0.lock().values().filter(|stand| matches!(stand, Stand::Reported)).count() as u64
    }

    /// Whether nobody knows of a version that somebody else does not.
    fn all_agree(&self) -> bool {
        let devices = self.0.lock();
        let held = || devices.values().filter_map(Stand::versions).flatten();
        let mut newest: BTreeMap<ConversationId, Version> = BTreeMap::new();
        for (id, version) in held() {
            let known = newest.entry(*id).or_default();
            *known = (*known).max(*version);
        }
        held().all(|(id, version)| newest[id] == *version)
    }
}

impl Stand {
    fn versions(&self) -> Option<&BTreeMap<ConversationId, Version>> {
        match self {
            Self::Rests(versions) => Some(versions),
            Self::Lost | Self::Away | Self::Busy | Self::Reported => None,
        }
    }
}

/// What everyone in a crowd shares.
#[derive(Clone)]
struct Surroundings {
    recorder: Arc<Recorder>,
    counts: Counts,
    addr: watch::Receiver<SocketAddr>,
    phase: watch::Receiver<Phase>,
    conduct: watch::Receiver<(usize, Conduct)>,
    standing: Arc<Standing>,
}

/// A crowd at work.
pub struct Crowd {
    /// What it did so far.
    pub counts: Counts,
    recorder: Arc<Recorder>,
    devices: Vec<Device>,
    addr: watch::Sender<SocketAddr>,
    phase: watch::Sender<Phase>,
    conduct: watch::Sender<(usize, Conduct)>,
    standing: Arc<Standing>,
    tasks: Vec<JoinHandle<()>>,
}

impl Crowd {
    /// Brings these devices to the server at `addr`.
    #[must_use]
    pub fn gather(
        devices: impl IntoIterator<Item = Device>,
        addr: SocketAddr,
        habits: &Habits,
        recorder: Arc<Recorder>,
        seed: u64,
    ) -> Self {
        Self::gather_with((0, Conduct::Acts), devices, addr, habits, recorder, seed)
    }

    /// The same, and the first of them do something else to begin with.
    #[must_use]
    pub fn gather_with(
        first: (usize, Conduct),
        devices: impl IntoIterator<Item = Device>,
        addr: SocketAddr,
        habits: &Habits,
        recorder: Arc<Recorder>,
        seed: u64,
    ) -> Self {
        let devices: Vec<Device> = devices.into_iter().collect();
        let (addr, addr_receiver) = watch::channel(addr);
        let (phase, phase_receiver) = watch::channel(Phase::Act);
        let (conduct, conduct_receiver) = watch::channel(first);
        let surroundings = Surroundings {
            recorder: Arc::clone(&recorder),
            counts: Counts::default(),
            addr: addr_receiver,
            phase: phase_receiver,
            conduct: conduct_receiver,
            standing: Arc::default(),
        };
        let mut tasks = Vec::new();
        for (number, device) in devices.iter().enumerate() {
            surroundings.standing.set(device.session_id, Stand::Lost);
            let random = StdRng::seed_from_u64(seed.wrapping_add(number as u64));
            let actor = Actor::new(device.clone(), number, habits.clone(), random, surroundings.clone());
            tasks.push(tokio::spawn(actor.live()));
        }
        let Surroundings { counts, standing, .. } = surroundings;
        Self { counts, recorder, devices, addr, phase, conduct, standing, tasks }
    }

    /// Has the first of the crowd do this from now on, and everyone else act.
    pub fn first(&self, count: usize, conduct: Conduct) {
        self.conduct.send_replace((count, conduct));
    }

    /// Whether everyone who is to be connected is, and has caught up.
    #[must_use]
    pub fn all_back(&self) -> bool {
        self.standing.all_back()
    }

    /// Whether everyone has noticed that the connection is lost.
    #[must_use]
    pub fn all_gone(&self) -> bool {
        self.standing.all_gone()
    }

    /// How many devices that rest know of this version of a conversation.
    #[must_use]
    pub fn how_many_know(&self, id: ConversationId, version: Version) -> usize {
        let devices = self.standing.0.lock();
        let held = devices.values().filter_map(|stand| stand.versions()?.get(&id));
        held.filter(|held| **held >= version).count()
    }

    /// Lets everyone act for so long, and on until enough of everything has happened, however slow the machine is, or for ten
    /// minutes more. That there is too little even then is for the minimums of the scenario to say.
    pub async fn talk(&self, lasting: Duration, enough: &[Minimum]) {
        tokio::time::sleep(lasting).await;
        let is_enough = || enough.iter().all(|least| self.counts.get(least.count) >= least.at_least);
        wait_until(ENOUGH_TIMEOUT, is_enough).await;
    }

    /// The server is somewhere else now: everyone goes there.
    pub fn follow(&self, addr: SocketAddr) {
        self.addr.send_replace(addr);
    }

    /// Has everyone stop acting and waits until nothing is unanswered; the quiet begins; everything must reach everyone
    /// by itself; everyone writes down what they hold, and everything is read. Call it when nothing is done to the
    /// server any more. `addr` is where the full read is made.
    ///
    /// # Errors
    /// When something stays unanswered, or a device came to an end by itself.
    pub async fn settle(self, addr: SocketAddr) -> Result<Counts> {
        self.phase.send_replace(Phase::Rest);
        let rest = wait_until(REST_TIMEOUT, || self.standing.all_rest()).await;
        ensure!(rest, "some sends stay unanswered a minute after everyone stopped");
        self.recorder.quiet();
        tokio::time::sleep(SETTLE_AT_LEAST).await;
        // That they agree too late is for the checker to say.
        wait_until(SETTLE_TIMEOUT - SETTLE_AT_LEAST, || self.standing.all_agree()).await;
        self.phase.send_replace(Phase::Report);
        // Whoever has not reported by then is missing in the history, which the checker sees.
        wait_until(REPORT_TIMEOUT, || self.standing.all_reported()).await;
        let looked_at = self.standing.how_many_reported();
        ensure!(looked_at > 0, "nobody was connected in the end, so that nobody could be looked at");
        self.counts.add("devices looked at", looked_at);
        self.phase.send_replace(Phase::End);
        for task in self.tasks {
            task.await.context("a device came to an end by itself")?;
        }
        self.recorder.finally();
        read_everything(addr, &self.devices, &self.recorder).await?;
        self.recorder.flush()?;
        Ok(self.counts)
    }
}

/// Looks again and again until something holds; whether it did in time.
pub(crate) async fn wait_until(timeout: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let until = tokio::time::Instant::now() + timeout;
    while !holds() {
        if tokio::time::Instant::now() >= until {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    true
}

/// A recorder that writes into a file, beginning with what this town has before the run.
///
/// # Errors
/// When the file cannot be made.
pub fn record(path: &Path, town: &Town) -> Result<Arc<Recorder>> {
    let file = std::fs::File::create(path).with_context(|| format!("{} cannot be made", path.display()))?;
    let recorder = Recorder::new(std::io::BufWriter::with_capacity(1 << 20, file));
    town.groups.iter().for_each(|(id, newest)| recorder.before(*id, *newest));
    Ok(recorder)
}

/// Checks the history in a file, and puts what it shows into an outcome.
///
/// # Errors
/// When it cannot be read.
pub async fn judge(path: &Path, outcome: &mut Outcome) -> Result<()> {
    let path = path.to_owned();
    let findings = tokio::task::spawn_blocking(move || -> Result<Findings> {
        check(std::io::BufReader::with_capacity(1 << 20, std::fs::File::open(path)?))
    });
    let findings = findings.await??;
    outcome.count("lines of history", findings.lines);
    findings.violations.iter().for_each(|violation| outcome.violation(violation.to_string()));
    Ok(())
}
