//! Reading: a few threads with a connection each, answering from snapshots while the writer goes on.

use std::{
    path::Path,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
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
/// A connection that has read nothing for so long gives the pages back that it has kept.
const REST_AFTER: Duration = Duration::from_secs(20);

type Job = Box<dyn FnOnce(&Connection, &Memory) -> Answer + Send>;

/// What has been read, on its way to whoever asked: it leaves when this is called.
pub type Answer = Box<dyn FnOnce() + Send>;

/// The pool of read connections. Its threads end when it is dropped.
pub(crate) struct Readers {
    jobs: SyncSender<Job>,
    memory: Arc<Memory>,
}

/// One read connection without a thread, see [`crate::Steps`].
pub(crate) struct ReadSteps {
    connection: Connection,
    memory: Arc<Memory>,
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
        let memory = Arc::<Memory>::default();
        Ok((Self { jobs, memory: Arc::clone(&memory) }, ReadSteps { connection, memory, queue }))
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
                .spawn(move || serve(&connection, &memory, &queue, REST_AFTER))
                .map_err(OpenError::Thread)?;
        }
        Ok(Self { jobs, memory })
    }

    /// Forgets what no read has asked for since the last time it was called. Returns about how many bytes that took.
    pub(crate) fn forget_unused(&self) -> usize {
        self.memory.forget_unused()
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

fn serve(connection: &Connection, memory: &Memory, queue: &Mutex<Receiver<Job>>, rest_after: Duration) {
    let mut is_resting = true;
    loop {
        match next(queue, (!is_resting).then_some(rest_after)) {
            Ok(job) => {
                job(connection, memory)();
                is_resting = false;
            }
            Err(RecvTimeoutError::Timeout) => {
                if let Err(error) = connection.execute_batch("PRAGMA shrink_memory") {
                    tracing::warn!(%error, "a reader could not give back what it has kept");
                }
                is_resting = true;
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// The next job, if there is one within a time. The queue is held only while waiting for it, so that the threads take turns.
fn next(queue: &Mutex<Receiver<Job>>, within: Option<Duration>) -> Result<Job, RecvTimeoutError> {
    let Some(within) = within else { return queue.lock().recv().map_err(RecvTimeoutError::from) };
    queue.try_lock_for(within).ok_or(RecvTimeoutError::Timeout)?.recv_timeout(within)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::pages_read;

    #[test]
    fn a_reader_with_nothing_to_do_gives_its_pages_back_and_reads_on() {
        let folder = tempfile::tempdir().unwrap();
        let connection = connect(&folder.path().join("kith.db")).unwrap();
        connection.execute_batch("CREATE TABLE t (n); INSERT INTO t VALUES (7)").unwrap();
        let (jobs, queue) = sync_channel::<Job>(1);
        let reader = thread::spawn(move || {
            serve(&connection, &Memory::default(), &Mutex::new(queue), Duration::from_millis(10));
        });
        let (sender, answers) = sync_channel(1);
        // How many pages the first and the second of two reads did not have.
        let read_twice = || {
            let sender = sender.clone();
            let job: Job = Box::new(move |connection, _| {
                let read = || {
                    let before = pages_read(connection);
                    let n: i64 = connection.query_row("SELECT n FROM t", [], |row| row.get(0)).unwrap();
                    assert_eq!(n, 7);
                    pages_read(connection) - before
                };
                let answer = (read(), read());
                Box::new(move || sender.send(answer).unwrap())
            });
            jobs.send(job).unwrap();
            answers.recv().unwrap()
        };
        read_twice();
        while read_twice().0 == 0 {
            thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(read_twice().1, 0, "what was just read is kept");
        drop(jobs);
        reader.join().unwrap();
    }
}
