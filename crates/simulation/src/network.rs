//! The network between clients and server: every connection keeps its own order and has its own delays, and any of them may
//! stall, hang or break, also in the middle of a frame.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use parking_lot::Mutex;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf, duplex, split},
    sync::{Notify, mpsc},
    time::Instant,
};

/// What may be under way in one direction of a connection, in bytes. Small, so that a client that hangs is felt.
const WINDOW_BYTES: usize = 16 * 1024;
/// What travels together, at most.
const CHUNK_BYTES: usize = 4 * 1024;
/// How long a chunk is under way, at most.
const LATENCY_MAX: Duration = Duration::from_millis(30);

/// Where a server takes connections.
pub(crate) type Door = mpsc::UnboundedSender<DuplexStream>;

/// All connections.
pub(crate) struct Network(Mutex<State>);

struct State {
    random: StdRng,
    door: Option<Door>,
    next: u64,
    open: BTreeMap<u64, Arc<Line>>,
}

/// What can be done to one connection.
struct Line {
    held_until: Mutex<Instant>,
    cut: Notify,
}

impl Network {
    /// Without a server.
    pub(crate) fn new(random: StdRng) -> Arc<Self> {
        let state = State { random, door: None, next: 0, open: BTreeMap::new() };
        Arc::new(Self(Mutex::new(state)))
    }

    /// From now on connections lead here; with `None`, nowhere.
    pub(crate) fn lead_to(&self, door: Option<Door>) {
        self.0.lock().door = door;
    }

    /// Connects to the server; `None` when there is none.
    pub(crate) fn dial(self: &Arc<Self>) -> Option<DuplexStream> {
        let mut state = self.0.lock();
        let (client, client_end) = duplex(WINDOW_BYTES);
        let (server, server_end) = duplex(WINDOW_BYTES);
        state.door.as_ref()?.send(server).ok()?;
        let line = Arc::new(Line { held_until: Mutex::new(Instant::now()), cut: Notify::new() });
        let number = state.next;
        state.next += 1;
        state.open.insert(number, Arc::clone(&line));
        let randoms = [(); 2].map(|()| StdRng::seed_from_u64(state.random.random()));
        drop(state);
        let network = Arc::clone(self);
        tokio::spawn(async move {
            line.carry(client_end, server_end, randoms).await;
            network.0.lock().open.remove(&number);
        });
        Some(client)
    }

    /// Breaks a connection.
    pub(crate) fn cut_one(&self) {
        if let Some(line) = self.some() {
            line.cut.notify_one();
        }
    }

    /// Breaks all of them.
    pub(crate) fn cut_all(&self) {
        self.0.lock().open.values().for_each(|line| line.cut.notify_one());
    }

    /// Lets nothing pass on a connection for so long; nobody is told.
    pub(crate) fn hold_one(&self, lasting: Duration) {
        if let Some(line) = self.some() {
            *line.held_until.lock() = Instant::now() + lasting;
        }
    }

    /// Lets everything pass again.
    pub(crate) fn heal(&self) {
        let lines: Vec<_> = self.0.lock().open.values().cloned().collect();
        lines.into_iter().for_each(|line| *line.held_until.lock() = Instant::now());
    }

    fn some(&self) -> Option<Arc<Line>> {
        let mut state = self.0.lock();
        let State { random, open, .. } = &mut *state;
        let place = random.random_range(0..open.len().max(1));
        open.values().nth(place).cloned()
    }
}

impl Line {
    /// Carries both ways until one end is gone or the line is cut; then both are.
    async fn carry(&self, client: DuplexStream, server: DuplexStream, [up, down]: [StdRng; 2]) {
        let (from_client, to_client) = split(client);
        let (from_server, to_server) = split(server);
        tokio::select! {
            biased;
            () = self.cut.notified() => {}
            () = self.one_way(from_client, to_server, up) => {}
            () = self.one_way(from_server, to_client, down) => {}
        }
    }

    async fn one_way(
        &self,
        mut from: ReadHalf<DuplexStream>,
        mut to: WriteHalf<DuplexStream>,
        mut random: StdRng,
    ) {
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let some = random.random_range(1..=CHUNK_BYTES);
            let Ok(length @ 1..) = from.read(&mut chunk[..some]).await else { return };
            tokio::time::sleep(LATENCY_MAX.mul_f64(random.random_range(0.0..1.0))).await;
            self.released().await;
            if to.write_all(&chunk[..length]).await.is_err() {
                return;
            }
        }
    }

    /// Looks again while it is held: it may be released before its time.
    async fn released(&self) {
        const LOOK: Duration = Duration::from_millis(20);
        while Instant::now() < *self.held_until.lock() {
            tokio::time::sleep(LOOK).await;
        }
    }
}
