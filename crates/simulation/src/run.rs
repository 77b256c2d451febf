//! One run from its seed to its verdict.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use kith_chat::{Clock, Store};
use kith_protocol::Seq;
use kith_testkit::{
    Connect, Device, Replica, TestClient,
    history::{Recorder, check},
    reader::{catch_up, page_through},
};
use parking_lot::Mutex;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::{task::JoinHandle, time::Instant};

use crate::{
    client::{Client, Shared, WINDOW_MESSAGES},
    clock::WallClock,
    disk::{End, Trouble},
    network::Network,
    server::{Making, Server},
    standing::{Phase, Phases, Standing},
    town::{Town, WITNESS},
    vfs,
};

/// How long people act, on the run's own clock.
const ACTING: Duration = Duration::from_millis(2_000);
/// How long everyone may take until nothing is unanswered any more, once they rest.
const REST_TIMEOUT: Duration = Duration::from_secs(60);
/// Receipts of groups are told once a second: before that has passed nobody can have settled.
const SETTLE_AT_LEAST: Duration = Duration::from_millis(1_500);
/// Everything must have reached everyone by then.
const SETTLE_TIMEOUT: Duration = Duration::from_millis(4_500);
/// No run takes this long on its own clock: one that does has come to a standstill.
const RUN_TIMEOUT: Duration = Duration::from_secs(600);
/// How often it is looked whether something has come about.
const LOOK: Duration = Duration::from_millis(50);

/// How a run is broken on purpose: a checker that finds nothing then is blind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The fan-out does not hear of every twentieth change.
    ForgetfulBus,
    /// The disk says that it has synced before it has: what is told is not yet done.
    LyingDisk,
}

/// What happened in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Of what it was made.
    pub seed: u64,
    /// Every call and push, line by line. The same for the same seed, byte for byte.
    pub history: Vec<u8>,
    /// How often what happened.
    pub counts: BTreeMap<&'static str, u64>,
    /// What must not be and was found.
    pub violations: Vec<String>,
}

/// Plays the run of a seed, and checks its history.
///
/// # Errors
/// When it could not be played on this machine, which says nothing about Kith.
pub fn simulate(seed: u64, broken: Option<Broken>) -> Result<Run> {
    vfs::install()?;
    let root = memory_backed_folder()?;
    let history = Written::default();
    let counts = Counts::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    let played = runtime.block_on(async {
        let play = Play::new(seed, broken, root.path(), &history, counts.clone())?;
        tokio::time::timeout(RUN_TIMEOUT, play.play()).await.unwrap_or_else(|_| bail!("it stands still"))
    });
    let history = std::mem::take(&mut *history.0.lock());
    let mut violations: Vec<String> = match played {
        Ok(()) => Vec::new(),
        Err(error) => vec![format!("the run did not come to its end: {error:#}")],
    };
    let findings = check(&history[..])?;
    violations.extend(findings.violations.iter().map(ToString::to_string));
    let counts = std::mem::take(&mut *counts.0.lock());
    Ok(Run { seed, history, counts, violations })
}

/// A folder where it costs nothing that the store syncs what it opens: what a disk would keep is simulated.
fn memory_backed_folder() -> Result<tempfile::TempDir> {
    let memory = Path::new("/dev/shm");
    let folder = match memory.is_dir() {
        true => tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir()),
        false => tempfile::tempdir(),
    };
    folder.context("there is no room for a folder")
}

/// What happened, counted by everyone in a run.
#[derive(Clone, Default)]
pub(crate) struct Counts(Arc<Mutex<BTreeMap<&'static str, u64>>>);

impl Counts {
    /// Counts something.
    pub(crate) fn add(&self, what: &'static str, times: u64) {
        *self.0.lock().entry(what).or_default() += times;
    }
}

/// Bytes that are being written.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A run that is being played.
struct Play {
    random: StdRng,
    clock: Arc<WallClock>,
    making: Making,
    server: Option<Server>,
    shared: Arc<Shared>,
    devices: Vec<Device>,
    clients: Vec<JoinHandle<()>>,
}

impl Play {
    fn new(
        seed: u64,
        broken: Option<Broken>,
        root: &Path,
        history: &Written,
        counts: Counts,
    ) -> Result<Self> {
        let mut random = StdRng::seed_from_u64(seed);
        let clock = Arc::new(WallClock::new());
        let network = Network::new(StdRng::seed_from_u64(random.random()));
        let making = Making {
            root: root.to_owned(),
            clock: clock.clone(),
            network: Arc::clone(&network),
            disk_lies: broken == Some(Broken::LyingDisk),
            bus_forgets: broken == Some(Broken::ForgetfulBus),
        };
        let folder = making.new_folder(&mut random)?;
        let mut opened = making.open(folder, &mut random)?;
        let store: &dyn Store = &*opened.store;
        let town = Town::make(store, &mut opened.steps, &opened.entropy, clock.now())?;
        let recorder = Recorder::by(clock.clone(), history.clone());
        town.conversations.iter().for_each(|id| recorder.before(*id, Seq(1)));
        let shared = Arc::new(Shared {
            witness: town.people[WITNESS],
            people: town.people,
            network,
            recorder,
            clock: clock.clone(),
            counts,
            phases: Phases::new(),
            standing: Standing::default(),
        });
        let server = Some(making.start(opened, &mut random));
        let clients = town.devices.iter().map(|device| {
            let random = StdRng::seed_from_u64(random.random());
            let client = Client::new(device.clone(), random, Arc::clone(&shared));
            tokio::spawn(client.live())
        });
        let clients = clients.collect();
        Ok(Self { random, clock, making, server, shared, devices: town.devices, clients })
    }

    async fn play(mut self) -> Result<()> {
        let until = Instant::now() + ACTING;
        while Instant::now() < until {
            let pause = Duration::from_millis(self.random.random_range(20..350));
            tokio::time::sleep(pause).await;
            self.disturb().await?;
        }
        self.shared.network.heal();
        self.settle().await
    }

    /// Does something terrible.
    async fn disturb(&mut self) -> Result<()> {
        match self.random.random_range(0..20) {
            0..2 => self.crash(End::Killed, "kills").await,
            2..5 => self.crash(End::PowerCut, "power cuts").await,
            5 => self.restart_in_order().await,
            6 => self.fail(Trouble::FailsToSync).await,
            7 => self.fail(Trouble::FailsToWrite).await,
            8 => self.fill_up().await,
            9 => {
                self.jump();
                Ok(())
            }
            10..15 => {
                self.shared.counts.add("cuts", 1);
                self.shared.network.cut_one();
                Ok(())
            }
            _ => {
                self.shared.counts.add("stalls", 1);
                let lasting = Duration::from_millis(self.random.random_range(50..4_000));
                self.shared.network.hold_one(lasting);
                Ok(())
            }
        }
    }

    /// Ends the server without a word and starts it on what its disk has kept.
    async fn crash(&mut self, how: End, what: &'static str) -> Result<()> {
        self.shared.counts.add(what, 1);
        let server = self.server.take().expect("it runs between disturbances");
        let folder = self.making.new_folder(&mut self.random)?;
        let lost = server.end(how, &folder, &self.making.network, &mut self.random).await?;
        self.shared.counts.add("lost disk writes", lost);
        let pause = Duration::from_millis(self.random.random_range(10..600));
        tokio::time::sleep(pause).await;
        let opened = self.making.open(folder, &mut self.random)?;
        self.server = Some(self.making.start(opened, &mut self.random));
        Ok(())
    }

    async fn restart_in_order(&mut self) -> Result<()> {
        self.server().take_leave().await;
        self.crash(End::Killed, "restarts").await
    }

    /// Has the disk fail once. A server that cannot commit any more says so until somebody starts it again.
    async fn fail(&mut self, trouble: Trouble) -> Result<()> {
        self.server().set_trouble(Some(trouble));
        let deadline = Instant::now() + Duration::from_millis(400);
        while !self.server().has_met_trouble() && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let met = self.server().has_met_trouble();
        self.server().set_trouble(None);
        self.shared.counts.add("disk failures", u64::from(met));
        if self.server().can_commit() {
            return Ok(());
        }
        self.shared.recorder.commits(false);
        let pause = Duration::from_millis(self.random.random_range(50..500));
        tokio::time::sleep(pause).await;
        let how = if self.random.random_bool(0.5) { End::Killed } else { End::PowerCut };
        self.crash(how, "restarts").await?;
        self.shared.recorder.commits(true);
        Ok(())
    }

    /// Has the disk be full for a while.
    async fn fill_up(&mut self) -> Result<()> {
        self.shared.counts.add("full disks", 1);
        self.server().set_trouble(Some(Trouble::Full));
        self.shared.recorder.commits(false);
        let lasting = Duration::from_millis(self.random.random_range(50..500));
        tokio::time::sleep(lasting).await;
        self.server().set_trouble(None);
        self.shared.recorder.commits(true);
        ensure!(self.server().can_commit(), "a disk that was full is taken for a broken one");
        Ok(())
    }

    fn jump(&mut self) {
        self.shared.counts.add("clock jumps", 1);
        const DAY_MS: i64 = 86_400_000;
        let by = [3_600_000, -3_600_000, 30 * DAY_MS, -2 * DAY_MS][self.random.random_range(0..4)];
        self.clock.jump_ms(by);
    }

    fn server(&self) -> &Server {
        self.server.as_ref().expect("it runs between disturbances")
    }

    /// Everyone stops acting; everything must reach everyone by itself; everyone writes down what they hold, and everything
    /// is read.
    async fn settle(self) -> Result<()> {
        let Self { shared, devices, clients, server: _server, .. } = self;
        shared.phases.set(Phase::Rest);
        let rest = wait_until(REST_TIMEOUT, || shared.standing.all_rest()).await;
        ensure!(rest, "some calls stay unanswered a minute after everyone stopped");
        shared.recorder.quiet();
        tokio::time::sleep(SETTLE_AT_LEAST).await;
        // That they agree too late is for the checker to say.
        wait_until(SETTLE_TIMEOUT - SETTLE_AT_LEAST, || shared.standing.all_agree()).await;
        shared.phases.set(Phase::Report);
        tokio::time::sleep(LOOK).await;
        shared.phases.set(Phase::End);
        for client in clients {
            client.await.context("a device came to an end by itself")?;
        }
        shared.recorder.finally();
        read_everything(&shared, &devices).await
    }
}

/// Looks again and again until something holds; whether it did in time.
async fn wait_until(timeout: Duration, holds: impl Fn() -> bool) -> bool {
    let until = Instant::now() + timeout;
    while !holds() {
        if Instant::now() >= until {
            return false;
        }
        tokio::time::sleep(LOOK).await;
    }
    true
}

/// The one full read that ends a run: everyone's list, and every conversation from its beginning to its end, as the witness
/// sees it.
async fn read_everything(shared: &Shared, devices: &[Device]) -> Result<()> {
    let mut read = BTreeSet::new();
    for device in devices.iter().filter(|device| read.insert(device.user_id)) {
        let connect = Connect::with_token(&device.token).tapped(shared.recorder.connection(device));
        let line = shared.network.dial().context("the server runs at the end")?;
        let client = TestClient::over(line, connect).await;
        let client = client.map_err(|failure| anyhow::anyhow!("the full read cannot begin: {failure:?}"))?;
        let mut replica = Replica::new(device.user_id);
        catch_up(&client, &mut replica).await?;
        if device.user_id == shared.witness {
            for id in replica.conversations.keys() {
                page_through(&client, *id).await?;
            }
        }
        shared.recorder.holds(shared.recorder.look(), device, &replica, true, WINDOW_MESSAGES);
    }
    Ok(())
}
