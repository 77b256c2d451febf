//! Writing: one thread that commits whatever has queued. It never waits for more, and takes at most `BATCH_MAX`.
//!
//! One transaction and one fsync serve the whole batch, so the more there is to do the less each costs. Only after the
//! commit is on disk is anything told: the bus hears of it in the order of commits, then those who asked are answered.

mod bulk;
mod commits;
mod write;

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
        mpsc::{SyncSender, TrySendError, sync_channel},
    },
    thread,
    time::Duration,
};

pub use bulk::Bulk;
pub(crate) use commits::CommitSteps;
use commits::Commits;
use kith_chat::{Bus, Refusal, Reply, Turn};
use kith_protocol::ConversationId;
use parking_lot::Mutex;
use rusqlite::{Connection, params};
use tokio::sync::oneshot;
pub(crate) use write::Write;

use crate::{
    OpenError,
    checkpoint::Log,
    error::{Failure, Outcome},
    mark::Mark,
};

/// Operations waiting for the writer, at most; more are refused early rather than kept waiting.
const WAITING_MAX: usize = 8_192;
/// When to come back if more are waiting, in milliseconds.
const RETRY_AFTER_MS: u64 = 500;

/// A queued operation: runs inside of the batch's transaction, and is answered after its commit.
trait Operation: Send {
    /// Runs. Whether it wants its changes kept.
    fn run(&mut self, write: &mut Write<'_>) -> bool;
    /// What it may change.
    fn reach(&self) -> Reach;
    /// The batch was committed, or not.
    fn answer(self: Box<Self>, committed: Result<(), Refusal>);
}

/// What an operation may change of what the writer remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Only heads, and those through the writer's memory. It refuses only before it changes anything, so that nothing of it
    /// alone has ever to be undone, and needs no savepoint, which would copy every page that it changes. Should the database
    /// fail it half-way nevertheless, the whole batch is undone and refused.
    Heads,
    /// Rows of one conversation.
    Conversation(ConversationId),
    /// Anything.
    All,
}

struct Queued<T, F> {
    operation: Option<F>,
    reach: Reach,
    turn: Option<Turn>,
    outcome: Option<Result<T, Refusal>>,
    reply: oneshot::Sender<Result<T, Refusal>>,
}

impl<T, F> Operation for Queued<T, F>
where
    T: Send,
    F: FnOnce(&mut Write<'_>) -> Outcome<T> + Send,
{
    fn run(&mut self, write: &mut Write<'_>) -> bool {
        let Some(operation) = self.operation.take() else { return false };
        let outcome = match self.turn.as_ref().map_or(Ok(()), Turn::check) {
            Ok(()) => operation(write).map_err(Failure::into_refusal),
            Err(refusal) => Err(refusal),
        };
        if let Err(refusal) = &outcome {
            self.settle(Some(refusal));
        }
        let keep = outcome.is_ok();
        self.outcome = Some(outcome);
        keep
    }

    fn reach(&self) -> Reach {
        self.reach
    }

    fn answer(self: Box<Self>, committed: Result<(), Refusal>) {
        let panicked = self.operation.is_none() && self.outcome.is_none();
        if !matches!(self.outcome, Some(Err(_))) {
            self.settle(committed.as_ref().err());
        }
        let outcome = match (self.outcome, committed) {
            // Even if its batch came to nothing for this: it must not be tried again.
            _ if panicked => Err(Refusal::internal()),
            (Some(Err(refusal)), _) => Err(refusal),
            (Some(Ok(answer)), Ok(())) => Ok(answer),
            (_, Err(refusal)) => Err(refusal),
            (None, Ok(())) => Err(Refusal::internal()),
        };
        // Whoever asked may have gone away; it is done all the same.
        let _ = self.reply.send(outcome);
    }
}

impl<T, F> Queued<T, F> {
    /// Whoever comes after it in the same order hears of it before they are carried out.
    fn settle(&self, refused: Option<&Refusal>) {
        if let Some(turn) = &self.turn {
            turn.settle(refused);
        }
    }
}

enum Message {
    Operation(Box<dyn Operation>),
    Close(oneshot::Sender<Result<(), Refusal>>),
}

/// Why nothing can be written, once that is so: it stays so until a restart, and reads go on.
pub(crate) type Broken = Arc<Mutex<Option<Refusal>>>;

/// One transaction that is on disk, for whoever measures.
#[derive(Clone, Copy, Debug)]
pub struct Commit {
    /// How many operations it has carried out or refused.
    pub operations: usize,
    /// How long it took, the sync included.
    pub took: Duration,
}

/// Is told of every commit, on the writer's thread: it must not wait for anything.
pub type CommitWatch = Box<dyn Fn(Commit) + Send + Sync>;

/// What is known of the writer outside of its thread.
#[derive(Default)]
struct Shared {
    waiting: AtomicUsize,
    watch: OnceLock<CommitWatch>,
}

/// The way to the writer.
#[derive(Clone)]
pub(crate) struct Writer {
    queue: SyncSender<Message>,
    broken: Broken,
    shared: Arc<Shared>,
}

impl Writer {
    /// Starts the writer's thread on the log's connection.
    pub(crate) fn start(
        log: Arc<Log>,
        bus: Arc<dyn Bus>,
        mark: Mark,
        broken: Broken,
    ) -> Result<Self, OpenError> {
        let (writer, mut steps) = Self::stepped(log, bus, mark, broken)?;
        thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || steps.serve())
            .map_err(OpenError::Thread)?;
        Ok(writer)
    }

    /// The same without a thread: what is queued is committed when somebody says so.
    pub(crate) fn stepped(
        log: Arc<Log>,
        bus: Arc<dyn Bus>,
        mark: Mark,
        broken: Broken,
    ) -> Result<(Self, CommitSteps), OpenError> {
        let (queue, messages) = sync_channel(WAITING_MAX);
        let shared = Arc::<Shared>::default();
        let commits = Commits::open(log, bus, mark, Arc::clone(&broken), Arc::clone(&shared))?;
        Ok((Self { queue, broken, shared }, CommitSteps::new(commits, messages)))
    }

    /// Queues an operation, which must not change more than it says; in its turn, if it has one. It is in line when this
    /// returns.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        reach: Reach,
        turn: Option<Turn>,
        operation: impl FnOnce(&mut Write<'_>) -> Outcome<T> + Send + 'static,
    ) -> Reply<T> {
        let (reply, receiver) = oneshot::channel();
        let refused = turn.clone();
        let queued = Queued { operation: Some(operation), reach, turn, outcome: None, reply };
        // Before it is in the queue: the writer may have taken it out again before this goes on.
        self.shared.waiting.fetch_add(1, Ordering::Relaxed);
        let sent = self.queue.try_send(Message::Operation(Box::new(queued)));
        let sent = sent.map_err(|error| refusal_of_queue(&error));
        if let Err(refusal) = &sent {
            self.shared.waiting.fetch_sub(1, Ordering::Relaxed);
            if let Some(turn) = refused {
                turn.settle(Some(refusal));
            }
        }
        Box::pin(async move {
            sent?;
            receiver.await.unwrap_or_else(|_| Err(closed()))
        })
    }

    /// Commits what is queued, then ends the thread.
    pub(crate) fn close(&self) -> Reply<()> {
        let (reply, receiver) = oneshot::channel();
        let queue = self.queue.clone();
        // The queue may be full of work that will be done: wait for room off the caller's thread.
        let waiting = thread::Builder::new().name("store-close".into()).spawn(move || {
            // It has closed already when nobody takes the message.
            let _ = queue.send(Message::Close(reply));
        });
        Box::pin(async move {
            waiting.map_err(|_| Refusal::internal())?;
            receiver.await.unwrap_or(Ok(()))
        })
    }

    /// How many operations wait for their turn, about.
    pub(crate) fn waiting(&self) -> usize {
        self.shared.waiting.load(Ordering::Relaxed)
    }

    /// Tells `watch` of every commit from now on. There is one; another is ignored.
    pub(crate) fn watch(&self, watch: CommitWatch) {
        let _ = self.shared.watch.set(watch);
    }

    /// Why nothing can be written, once that is so.
    pub(crate) fn broken(&self) -> &Broken {
        &self.broken
    }

    /// Whether writes can be committed.
    pub(crate) fn writable(&self) -> Result<(), Refusal> {
        self.broken.lock().clone().map_or(Ok(()), Err)
    }
}

fn refusal_of_queue(error: &TrySendError<Message>) -> Refusal {
    match error {
        TrySendError::Full(_) => {
            Refusal::unavailable("The server has more to store than it can. Try again in a moment.")
                .retry_after(RETRY_AFTER_MS)
        }
        TrySendError::Disconnected(_) => closed(),
    }
}

fn closed() -> Refusal {
    Refusal::unavailable("The server is shutting down.")
}

/// Sets a value of `meta`.
pub(crate) fn set_meta(
    connection: &Connection,
    key: &str,
    value: impl rusqlite::ToSql,
) -> rusqlite::Result<()> {
    connection
        .execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)", params![key, value])
        .map(|_| ())
}

#[cfg(test)]
mod tests;
