//! The wiring: what a server consists of, put together once, and taken apart in order.

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, mpsc::Receiver},
    time::Duration,
};

use anyhow::{Context, Result};
use kith_chat::{Bus, Chat, Clock, LocalBus, Published, World};
use kith_store_sqlite::{Options, SqliteStore};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    sync::oneshot,
    task::JoinHandle,
};

use crate::{
    activity::Activity,
    addresses::Addresses,
    auth::Policy,
    config::Config,
    console::Console,
    demo::{Bots, Demo, Library, SeedingClock},
    faults::Switch,
    files::FileBlobs,
    folder::DataFolder,
    http::{self, Edge, Gates},
    jobs::Jobs,
    listener::{self, Admission},
    media::Intake,
    metrics::{Exposition, Metrics, Sources},
    realtime::{self, Realtime},
    uploads::Uploads,
    world::{self, SystemClock},
};

/// The rules on an open data folder, and where what they commit comes out.
pub(crate) struct Opened {
    pub(crate) chat: Arc<Chat>,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) notices: Receiver<Published>,
    pub(crate) bus: Arc<dyn Bus>,
}

/// The clock of the machine.
pub(crate) fn system_clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

/// Opens what is kept in a data folder, and the one door to it.
pub(crate) fn open(folder: &DataFolder, config: &Config, clock: Arc<dyn Clock>) -> Result<Opened> {
    folder.check_whole()?;
    let (bus, notices) = LocalBus::new();
    let bus: Arc<dyn Bus> = Arc::new(bus);
    let entropy = Arc::new(world::entropy()?);
    let options = Options { readers: config.reader_threads, ..Options::default() };
    let store = Arc::new(SqliteStore::open(folder.path(), options, Arc::clone(&bus), &entropy)?);
    let rules = kith_chat::Config {
        registration: config.registration,
        password_threads: config.password_threads,
        fingerprint_key: store.fingerprint_key(),
    };
    let blobs = FileBlobs::open(folder.files(), config.disk_reserve_bytes);
    let blobs = Arc::new(blobs.context("the folder of attachments cannot be made")?);
    let world = World { store: Arc::clone(&store) as _, blobs, bus: Arc::clone(&bus), clock, entropy };
    let chat = Chat::new(world, &rules);
    Ok(Opened { chat: Arc::new(chat), store, notices, bus })
}

/// A server that listens.
pub struct Running {
    address: SocketAddr,
    config: Arc<Config>,
    chat: Arc<Chat>,
    activity: Arc<Activity>,
    realtime: Arc<Realtime>,
    stop_listening: oneshot::Sender<()>,
    listening: JoinHandle<()>,
    jobs: Jobs,
    bots: Option<Bots>,
    library: Option<Library>,
    console: Option<Console>,
    exposition: Option<Exposition>,
    // Dropped last: until then nobody else may open it.
    _folder: DataFolder,
}

/// Starts a server; when this returns, it answers.
///
/// # Errors
/// A sentence that says what is in the way: another server on the folder, the address, the database.
pub async fn start(config: Config) -> Result<Running> {
    start_with(config, Switch::default()).await
}

/// Starts a server with what a test has put wrong.
///
/// # Errors
/// Those of [`start`].
pub async fn start_with(config: Config, faults: Switch) -> Result<Running> {
    let config = Arc::new(config);
    let folder = DataFolder::take(&config.data)?;
    let seeding = config.demo.then(Arc::<SeedingClock>::default);
    let clock: Arc<dyn Clock> = match &seeding {
        Some(clock) => clock.clone(),
        None => system_clock(),
    };
    let Opened { chat, store, notices, bus } = open(&folder, &config, clock)?;
    remove_strays(&chat).await;
    let intake = Intake::new(Arc::clone(&chat), config.image_threads);
    let uploads = Uploads::open(folder.uploads(), Arc::clone(&chat), intake, config.attachment_bytes_max);
    let uploads = Arc::new(uploads.context("the folder of uploads cannot be made")?);

    let policy = Policy::new(config.public_url.0.as_ref(), config.trusted_proxies.0.clone());
    let policy = Arc::new(policy);
    let sockets = realtime::Config { faults, ..sockets(&config) };
    let metrics = Arc::new(Metrics::new());
    let realtime = Arc::new(realtime::start(
        Arc::clone(&chat),
        notices,
        Arc::clone(&policy),
        sockets,
        Arc::clone(&metrics),
    ));
    let addresses = Arc::new(Addresses::default());
    let demo = match seeding {
        Some(clock) => Some(Arc::new(Demo::prepare(&folder, &chat, &uploads, &clock).await?)),
        None => None,
    };

    let activity = Arc::new(Activity::default());
    let edge = Edge {
        chat: Arc::clone(&chat),
        policy: Arc::clone(&policy),
        config: Arc::clone(&config),
        uploads: Arc::clone(&uploads),
        activity: Arc::clone(&activity),
        gates: Arc::new(Gates::new()),
        realtime: Arc::clone(&realtime),
        addresses: Arc::clone(&addresses),
        metrics: Arc::clone(&metrics),
        demo: demo.clone(),
    };
    let listener = TcpListener::bind(config.listen).await;
    let listener = listener.with_context(|| format!("cannot listen on {}", config.listen))?;
    let address = listener.local_addr()?;
    let router = http::router(edge);
    let silence_max = Duration::from_millis(config.ping_interval_ms + config.ping_timeout_ms);
    let admission = Admission { connections_max: config.connections_max, silence_max, addresses, policy };
    let exposition = match config.metrics.0 {
        Some(address) => {
            let watching = Arc::clone(&metrics);
            store.watch_commits(Box::new(move |commit| watching.committed(commit)));
            let sources = Sources { store: Arc::clone(&store), realtime: Arc::clone(&realtime) };
            Some(Exposition::open(address, admission.clone(), metrics, sources).await?)
        }
        None => None,
    };
    let (stop_listening, stop) = oneshot::channel();
    let listening = tokio::spawn(listener::serve(listener, router, admission, stop));

    let jobs = Jobs::start(&chat, &store, folder.path(), &uploads, &activity);
    let library =
        demo.as_ref().filter(|_| config.demo_library).map(|demo| demo.write_library(&chat, &uploads));
    let bots = demo.map(|demo| demo.wake_bots(&chat, &bus, &realtime));
    let console = Console::open(folder.path(), Arc::clone(&chat));
    let console =
        console.inspect_err(|error| tracing::warn!(%error, "there is no console while the server runs")).ok();
    Ok(Running {
        address,
        config,
        chat,
        activity,
        realtime,
        stop_listening,
        listening,
        jobs,
        bots,
        library,
        console,
        exposition,
        _folder: folder,
    })
}

/// What a crash left behind, while nothing is under way that could look like it.
async fn remove_strays(chat: &Chat) {
    match chat.collect_strays().await {
        Ok(0) => {}
        Ok(removed) => tracing::info!(removed, "files that belong to nothing were removed"),
        Err(error) => tracing::warn!(%error, "files that belong to nothing could not be removed"),
    }
}

fn sockets(config: &Config) -> realtime::Config {
    let defaults = realtime::Config::default();
    let socket = kith_socketio::Config {
        ping_interval: Duration::from_millis(config.ping_interval_ms),
        ping_timeout: Duration::from_millis(config.ping_timeout_ms),
        connections_max: config.connections_max,
        ..defaults.socket
    };
    realtime::Config { socket, ..defaults }
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where its figures can be read, if anywhere.
    #[must_use]
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.exposition.as_ref().map(Exposition::address)
    }

    /// Where a person on this machine finds it.
    #[must_use]
    pub fn url(&self) -> String {
        match &self.config.public_url.0 {
            Some(url) => url.origin().ascii_serialization(),
            // Browsers take `localhost` for a safe place, and it is one.
            None if is_local(self.address) => format!("http://localhost:{}", self.address.port()),
            None => format!("http://{}", self.address),
        }
    }

    /// Stops in order: no new connections, clients are told, requests under way finish, everything committed is on disk.
    ///
    /// # Errors
    /// When the store could not be closed cleanly. What was acknowledged is on disk all the same.
    pub async fn stop(self) -> Result<()> {
        // Nobody listens to this any more only if listening has ended by itself.
        let _ = self.stop_listening.send(());
        drop((self.jobs, self.bots, self.library, self.console, self.exposition));
        self.realtime.shutdown().await;
        self.listening.await.context("the listener failed")?;
        self.activity.flush(&self.chat).await;
        self.chat.close().await.context("the store was not closed cleanly")
    }
}

fn is_local(address: SocketAddr) -> bool {
    let ip = address.ip();
    ip.is_unspecified() || ip == Ipv4Addr::LOCALHOST || ip == Ipv6Addr::LOCALHOST
}

/// Runs a server until it is told to end. A second signal ends it at once.
///
/// # Errors
/// Those of [`start`] and [`Running::stop`].
pub async fn serve(config: Config) -> Result<()> {
    let mut signals = Signals::new()?;
    allow_many_connections();
    let running = start(config).await?;
    println!("Kith is ready: {}", running.url());
    signals.next().await;
    tracing::info!("stopping: clients are told, what is under way finishes");
    tokio::spawn(async move {
        signals.next().await;
        std::process::exit(1);
    });
    running.stop().await
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Every connection is a file to the system, which allows few unless it is asked.
fn allow_many_connections() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })
    {
        tracing::warn!(%error, "the system keeps to its low limit of open files");
    }
}
