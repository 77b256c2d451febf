//! The real server without its threads: its commits, reads and pushes happen in an order and at times that a seed decides.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result};
use axum::{Router, body::Body};
use http::Request;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use kith_chat::{Bus, Chat, Clock, Config, Entropy, LocalBus, Notice, World};
use kith_protocol::{Registration, ServerEvent};
use kith_server::{
    auth::Policy,
    metrics::Metrics,
    realtime::{self, Realtime, Telling},
};
use kith_store_sqlite::{Options, SqliteStore, Steps};
use kith_testkit::conformance::MemoryBlobs;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::{
    io::DuplexStream,
    sync::mpsc::{self, UnboundedReceiver},
    task::{JoinHandle, JoinSet},
};

use crate::{
    disk::{Disk, End, Trouble},
    network::Network,
};

/// Between two steps of the server, at most.
const STEP_MAX: Duration = Duration::from_millis(6);
/// How long something that holds up the disk does so, at most.
const HICCUP_MAX: Duration = Duration::from_millis(120);
/// How long the answer of a read is on its way from its thread, at most.
const ANSWER_MAX: Duration = Duration::from_millis(6);
/// Page caches, in KiB: databases are small, and there are many of them.
const CACHE_KIB: usize = 512;
/// Of a bus that forgets, each so many-th change.
const FORGOTTEN_EVERY: u64 = 20;

/// What every server of a run is made of.
pub(crate) struct Making {
    /// Where data folders are made.
    pub(crate) root: PathBuf,
    /// The time.
    pub(crate) clock: Arc<dyn Clock>,
    /// Where its clients are.
    pub(crate) network: Arc<Network>,
    /// Broken on purpose: the disk only says that it has synced.
    pub(crate) disk_lies: bool,
    /// Broken on purpose: some changes are not told.
    pub(crate) bus_forgets: bool,
}

/// A server that runs.
pub(crate) struct Server {
    folder: PathBuf,
    disk: Disk,
    chat: Arc<Chat>,
    realtime: Arc<Realtime>,
    stepping: JoinHandle<()>,
    accepting: JoinHandle<()>,
}

/// A store that is open, and what has to be done for it.
pub(crate) struct Opened {
    folder: PathBuf,
    disk: Disk,
    /// The store.
    pub(crate) store: Arc<SqliteStore>,
    /// What its threads would do.
    pub(crate) steps: Steps,
    /// Chance, as the server has it.
    pub(crate) entropy: Arc<Entropy>,
    bus: Arc<dyn Bus>,
    notices: std::sync::mpsc::Receiver<kith_chat::Published>,
}

impl Making {
    /// An empty folder that was not there before.
    pub(crate) fn new_folder(&self, random: &mut StdRng) -> Result<PathBuf> {
        let folder = self.root.join(format!("{:016x}", random.random::<u64>()));
        std::fs::create_dir(&folder)?;
        Ok(folder.canonicalize()?)
    }

    /// Opens the store in a folder.
    ///
    /// # Errors
    /// When it does not open: after a crash, that is something that must not be.
    pub(crate) fn open(&self, folder: PathBuf, random: &mut StdRng) -> Result<Opened> {
        let disk = Disk::under(&folder, self.disk_lies)?;
        let entropy = Arc::new(Entropy::from_seed(random.random()));
        let (bus, notices) = LocalBus::new();
        let bus: Arc<dyn Bus> = match self.bus_forgets {
            true => Arc::new(ForgetfulBus { bus, changes: AtomicU64::new(0) }),
            false => Arc::new(bus),
        };
        let options = Options { readers: 1, writer_cache_kib: CACHE_KIB, reader_cache_kib: CACHE_KIB };
        let (store, steps) = SqliteStore::open_stepped(&folder, options, Arc::clone(&bus), &entropy)
            .context("the store does not open")?;
        disk.opened()?;
        Ok(Opened { folder, disk, store: Arc::new(store), steps, entropy, bus, notices })
    }

    /// Has a server run on an open store.
    pub(crate) fn start(&self, opened: Opened, random: &mut StdRng) -> Server {
        let Opened { folder, disk, store, steps, entropy, bus, notices } = opened;
        let rules = Config {
            registration: Registration::Closed,
            password_threads: 1,
            fingerprint_key: store.fingerprint_key(),
        };
        let blobs = Arc::new(MemoryBlobs::default());
        let world = World { store, blobs, bus, clock: Arc::clone(&self.clock), entropy };
        let chat = Arc::new(Chat::new(world, &rules));
        let policy = Arc::new(Policy::new(None, Vec::new()));
        let metrics = Arc::new(Metrics::new());
        let (realtime, telling) =
            realtime::start_stepped(Arc::clone(&chat), notices, policy, sockets(), metrics);
        let (door, arrivals) = mpsc::unbounded_channel();
        self.network.lead_to(Some(door));
        let random = StdRng::seed_from_u64(random.random());
        Server {
            folder,
            disk,
            chat,
            accepting: tokio::spawn(accept(arrivals, realtime.router())),
            realtime: Arc::new(realtime),
            stepping: tokio::spawn(Stepper { steps, telling, random }.run()),
        }
    }
}

/// Those of a real server, but that a connection is known to be dead in two seconds instead of a minute.
fn sockets() -> realtime::Config {
    let mut config = realtime::Config::default();
    config.socket.ping_interval = Duration::from_millis(800);
    config.socket.ping_timeout = Duration::from_millis(700);
    config
}

impl Server {
    /// Whether it can commit.
    pub(crate) fn can_commit(&self) -> bool {
        self.chat.writable().is_ok()
    }

    /// The disk does this from now on, or what it should.
    pub(crate) fn set_trouble(&self, trouble: Option<Trouble>) {
        self.disk.set_trouble(trouble);
    }

    /// Whether the trouble has come to pass.
    pub(crate) fn has_met_trouble(&self) -> bool {
        self.disk.is_over()
    }

    /// Tells its clients that it goes, as a server does that is stopped in order.
    pub(crate) async fn take_leave(&self) {
        self.realtime.shutdown().await;
    }

    /// Ends it at once, and puts into `to` what its disk has kept. Returns how many changes the disk has lost.
    pub(crate) async fn end(
        self,
        how: End,
        to: &Path,
        network: &Network,
        random: &mut StdRng,
    ) -> Result<u64> {
        network.lead_to(None);
        network.cut_all();
        // Before anything of it is taken apart, which would write to the disk.
        let lost = self.disk.remains(how, to, random)?;
        for task in [self.stepping, self.accepting] {
            task.abort();
            // It was aborted, or has ended: either way it is over.
            let _ = task.await;
        }
        drop((self.realtime, self.chat, self.disk));
        std::fs::remove_dir_all(&self.folder)?;
        Ok(lost)
    }
}

/// Serves HTTP on every connection that comes in; all of them end with this.
async fn accept(mut arrivals: UnboundedReceiver<DuplexStream>, router: Router) {
    let mut connections = JoinSet::new();
    while let Some(stream) = arrivals.recv().await {
        let router = router.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            tower::ServiceExt::oneshot(router.clone(), request.map(Body::new))
        });
        let connection =
            http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades();
        connections.spawn(async move {
            // How it ends is its client's business.
            let _ = connection.await;
        });
    }
}

/// Does what the threads of a server do, one piece at a time.
struct Stepper {
    steps: Steps,
    telling: Telling,
    random: StdRng,
}

impl Stepper {
    async fn run(mut self) {
        loop {
            let most = if self.random.random_bool(0.02) { HICCUP_MAX } else { STEP_MAX };
            tokio::time::sleep(most.mul_f64(self.random.random_range(0.0..1.0))).await;
            match self.random.random_range(0..100) {
                0..40 => {
                    let most = self.random.random_range(1..20);
                    self.steps.commit(most);
                }
                40..65 => self.read(),
                65..96 => while self.telling.step() {},
                96..99 => drop(self.steps.index()),
                _ => self.steps.checkpoint(),
            }
        }
    }

    /// Carries out what waits to be read. Each answer is on its way for a while, in which others commit and tell.
    fn read(&mut self) {
        while let Some(answer) = self.steps.read() {
            let way = ANSWER_MAX.mul_f64(self.random.random_range(0.0..1.0));
            tokio::spawn(async move {
                tokio::time::sleep(way).await;
                answer();
            });
        }
    }
}

/// A bus that forgets to tell some changes: what a control breaks.
struct ForgetfulBus {
    bus: LocalBus,
    changes: AtomicU64,
}

impl ForgetfulBus {
    fn remembers(&self, notice: &Notice) -> bool {
        let is_change = matches!(notice.event, ServerEvent::ConversationChanged(_));
        !is_change || !(1 + self.changes.fetch_add(1, Ordering::Relaxed)).is_multiple_of(FORGOTTEN_EVERY)
    }
}

impl Bus for ForgetfulBus {
    fn publish(&self, notices: Vec<Notice>) {
        self.bus.publish(notices.into_iter().filter(|notice| self.remembers(notice)).collect());
    }

    fn publish_ephemeral(&self, notice: Notice) {
        self.bus.publish_ephemeral(notice);
    }
}
