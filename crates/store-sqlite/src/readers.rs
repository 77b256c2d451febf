//! Reading: a few threads with a connection each, answering from snapshots while the writer goes on.

use std::{
    path::Path,
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use kith_chat::{Refusal, Reply};
use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::{
    OpenError,
    error::Outcome,
    memory::Memory,
    store::{connect, reading_pragmas},
    view::View,
};

/// How many reads may wait for a thread.
const WAITING_MAX: usize = 4_096;
/// When to come back if more are waiting, in milliseconds.
const RETRY_AFTER_MS: u64 = 250;

type Job = Box<dyn FnOnce(&Connection, &Memory) -> Answer + Send>;

/// What has been read, on its way to whoever asked: it leaves when this is called.
pub type Answer = Box<dyn FnOnce() + Send>;

/// The pool of read connections. Its threads end when it is dropped.
pub(crate) struct Readers {
    jobs: SyncSender<Job>,
}

/// One read connection without a thread, see [`crate::Steps`].
pub(crate) struct ReadSteps {
    connection: Connection,
    memory: Memory,
    queue: Receiver<Job>,
}

impl ReadSteps {
    /// Carries out the read that has waited longest.
    pub(crate) fn step(&self) -> Option<Answer> {
        let job = self.queue.try_recv().ok()?;
        Some(job(&self.connection, &self.memory))
    }
}

impl Readers {
    /// Opens one connection, whose reads are carried out when somebody says so.
    pub(crate) fn stepped(path: &Path, cache_kib: usize) -> Result<(Self, ReadSteps), OpenError> {
        let (jobs, queue) = sync_channel::<Job>(WAITING_MAX);
        let connection = connect(path)?;
        reading_pragmas(&connection, cache_kib)?;
        Ok((Self { jobs }, ReadSteps { connection, memory: Memory::default(), queue }))
    }

    /// Opens `count` connections to the database at `path`.
    pub(crate) fn open(path: &Path, count: usize, cache_kib: usize) -> Result<Self, OpenError> {
        let (jobs, queue) = sync_channel::<Job>(WAITING_MAX);
        let queue = Arc::new(Mutex::new(queue));
        let memory = Arc::<Memory>::default();
        for _ in 0..count.max(1) {
            let connection = connect(path)?;
            reading_pragmas(&connection, cache_kib)?;
            let (queue, memory) = (Arc::clone(&queue), Arc::clone(&memory));
            thread::Builder::new()
                .name("store-reader".into())
                .spawn(move || serve(&connection, &memory, &queue))
                .map_err(OpenError::Thread)?;
        }
        Ok(Self { jobs })
    }

    /// Runs `read` in a snapshot. Everything in it is as of one moment, after every write that has been answered.
    pub(crate) fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&View<'_>) -> Outcome<T> + Send + 'static,
    ) -> Reply<T> {
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |connection, memory| {
            let outcome = in_snapshot(connection, memory, read);
            Box::new(move || {
                // Whoever asked may have gone away.
                let _ = sender.send(outcome);
            })
        });
        let queued = self.jobs.try_send(job);
        Box::pin(async move {
            queued.map_err(|_| Refusal::rate_limited(RETRY_AFTER_MS))?;
            receiver.await.unwrap_or_else(|_| Err(Refusal::internal()))
        })
    }
}

fn serve(connection: &Connection, memory: &Memory, queue: &Mutex<Receiver<Job>>) {
    loop {
        // Held only while waiting for the next job, so that the threads take turns.
        let job = queue.lock().recv();
        match job {
            Ok(job) => job(connection, memory)(),
            Err(_) => return,
        }
    }
}

fn in_snapshot<T>(
    connection: &Connection,
    memory: &Memory,
    read: impl FnOnce(&View<'_>) -> Outcome<T>,
) -> Result<T, Refusal> {
    let run = || -> Outcome<T> {
        let snapshot = Snapshot::begin(connection)?;
        read(&View::new(snapshot.0, memory))
    };
    // A panic is a fault of ours in one read; the thread and its connection go on for the others.
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
        Ok(outcome) => outcome.map_err(crate::error::Failure::into_refusal),
        Err(_) => {
            tracing::error!("a read panicked");
            Err(Refusal::internal())
        }
    }
}

/// A transaction that only reads: everything in it is as of one moment. It ends when this is dropped, also by a panic.
struct Snapshot<'a>(&'a Connection);

impl<'a> Snapshot<'a> {
    fn begin(connection: &'a Connection) -> rusqlite::Result<Self> {
        connection.prepare_cached("BEGIN")?.execute([])?;
        Ok(Self(connection))
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        let ended = self.0.prepare_cached("ROLLBACK").and_then(|mut end| end.execute([]));
        if let Err(error) = ended
            && !self.0.is_autocommit()
        {
            tracing::error!(%error, "a snapshot could not be left");
        }
    }
}
