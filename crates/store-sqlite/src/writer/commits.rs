//! The commit loop, which the writer's thread runs.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{Receiver, RecvTimeoutError, TryRecvError},
    },
    time::{Duration, Instant},
};

use kith_chat::{Bus, Notice, Refusal};
use kith_protocol::ServerEvent;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{
    Broken, Commit, Message, Operation, Reach, Shared,
    write::{Memory, Write},
};
use crate::{
    OpenError,
    checkpoint::Log,
    error::{disk_is_unknown, leaves_the_disk_unknown, refusal_of},
    mark::Mark,
    search,
};

/// Operations in one transaction, at most.
const BATCH_MAX: usize = 1_024;
/// Messages indexed for search in one transaction, at least if there are so many: as long as this takes, whoever comes
/// meanwhile waits. Where more than that were carried out at once, they wait longer anyway, and as many are indexed.
const INDEX_BATCH_MIN: usize = 128;
/// For so many messages a page of the index is merged. About eighty fill a page, which is merged again each time that four
/// times as many have come: nine times until there are twenty million. Merging falls behind only beyond that, and then has
/// its own way to catch up.
const MESSAGES_PER_MERGED_PAGE: usize = 8;
/// How long a message waits to be indexed. Many are cheaper to index together than one after the other, and whoever has to
/// wait for an answer meanwhile waits for the index only now and then instead of after every commit.
const INDEX_DELAY: Duration = Duration::from_millis(250);

/// The commit loop: [`Commits::step`] is one turn of it.
pub(super) struct Commits {
    log: Arc<Log>,
    bus: Arc<dyn Bus>,
    memory: Memory,
    mark: Mark,
    broken: Broken,
    shared: Arc<Shared>,
    /// Since when messages wait to be indexed for search; `None` when none do.
    unindexed_since: Option<Instant>,
}

/// The commit loop and the queue that feeds it: a thread runs it, or somebody who decides what happens next.
pub(crate) struct CommitSteps {
    commits: Commits,
    messages: Receiver<Message>,
}

impl CommitSteps {
    pub(super) fn new(commits: Commits, messages: Receiver<Message>) -> Self {
        Self { commits, messages }
    }

    /// Commits whatever queues, until the queue ends.
    pub(super) fn serve(&mut self) {
        self.commits.serve(&self.messages);
    }

    /// Commits at most so many of those that have queued, in one turn. How many it were.
    pub(crate) fn commit(&mut self, operations_max: usize) -> usize {
        let queued = self.messages.try_iter().filter_map(|message| match message {
            Message::Operation(operation) => Some(operation),
            // Whoever closes a store that has no thread has nobody to wait for.
            Message::Close(_) => None,
        });
        let batch: Vec<_> = queued.take(operations_max.min(BATCH_MAX)).collect();
        let operations = batch.len();
        if operations > 0 {
            self.commits.step(batch);
        }
        operations
    }

    /// Indexes some messages for search. Whether there are more.
    pub(crate) fn index(&mut self) -> bool {
        self.commits.index(INDEX_BATCH_MIN)
    }
}

impl Commits {
    pub(super) fn open(
        log: Arc<Log>,
        bus: Arc<dyn Bus>,
        mark: Mark,
        broken: Broken,
        shared: Arc<Shared>,
    ) -> Result<Self, OpenError> {
        let memory = Memory::load(&log.turn())?;
        // A crash may have come between a commit and its indexing.
        let unindexed_since = Some(Instant::now());
        Ok(Self { log, bus, memory, mark, broken, shared, unindexed_since })
    }

    fn serve(&mut self, messages: &Receiver<Message>) {
        loop {
            let mut batch = Vec::new();
            let next = self.gather(messages, &mut batch);
            let operations = batch.len();
            if !batch.is_empty() {
                self.step(batch);
            }
            let due = self.unindexed_since.is_some_and(|since| since.elapsed() >= INDEX_DELAY);
            if due && !self.index(operations.max(INDEX_BATCH_MIN)) {
                self.unindexed_since = None;
            }
            match next {
                Next::Go => {}
                Next::Close(reply) => {
                    while self.index(BATCH_MAX) {}
                    // Whoever asked may have given up waiting.
                    let _ = reply.send(self.broken.lock().clone().map_or(Ok(()), Err));
                    return;
                }
                Next::Gone => return,
            }
        }
    }

    /// Takes what has queued. Waits for something until messages are due to be indexed.
    fn gather(&self, messages: &Receiver<Message>, batch: &mut Vec<Box<dyn Operation>>) -> Next {
        let mut message = match self.unindexed_since {
            None => messages.recv().map_err(|_| TryRecvError::Disconnected),
            Some(since) => messages.recv_timeout(INDEX_DELAY.saturating_sub(since.elapsed())).map_err(
                |error| match error {
                    RecvTimeoutError::Timeout => TryRecvError::Empty,
                    RecvTimeoutError::Disconnected => TryRecvError::Disconnected,
                },
            ),
        };
        loop {
            match message {
                Ok(Message::Operation(operation)) => batch.push(operation),
                Ok(Message::Close(reply)) => return Next::Close(reply),
                Err(TryRecvError::Empty) => return Next::Go,
                Err(TryRecvError::Disconnected) => return Next::Gone,
            }
            if batch.len() >= BATCH_MAX {
                return Next::Go;
            }
            message = messages.try_recv();
        }
    }

    /// One turn: one transaction for the whole batch, one fsync, then tell and answer.
    fn step(&mut self, mut batch: Vec<Box<dyn Operation>>) {
        self.shared.waiting.fetch_sub(batch.len(), Ordering::Relaxed);
        let _span = tracing::debug_span!("commit", operations = batch.len()).entered();
        let began = Instant::now();
        let mut notices = Vec::new();
        let committed = match self.broken.lock().clone() {
            Some(refusal) => Err(refusal),
            None => Ok(()),
        };
        let committed = committed.and_then(|()| self.commit(&mut batch, &mut notices));
        if let (Ok(()), Some(watch)) = (&committed, self.shared.watch.get()) {
            watch(Commit { operations: batch.len(), took: began.elapsed() });
        }
        if committed.is_ok() && !notices.is_empty() {
            self.note_new_messages(&notices);
            self.bus.publish(notices);
        }
        for operation in batch {
            operation.answer(committed.clone());
        }
    }

    fn commit(&mut self, batch: &mut [Box<dyn Operation>], notices: &mut Vec<Notice>) -> Result<(), Refusal> {
        let log = Arc::clone(&self.log);
        let connection = log.turn();
        let Err(error) = self.try_commit(&connection, batch, notices) else { return Ok(()) };
        let refusal = refusal_of(&error);
        self.break_if_unknown(&error);
        self.roll_back(&connection);
        Err(refusal)
    }

    /// After a failure that leaves unknown what the disk holds, nothing is acknowledged any more.
    fn break_if_unknown(&self, error: &rusqlite::Error) {
        if leaves_the_disk_unknown(error) {
            tracing::error!("the log could not be synced: nothing more will be acknowledged until a restart");
            *self.broken.lock() = Some(disk_is_unknown());
        }
    }

    fn try_commit(
        &mut self,
        connection: &Connection,
        batch: &mut [Box<dyn Operation>],
        notices: &mut Vec<Notice>,
    ) -> rusqlite::Result<()> {
        let tick = self.memory.tick + 1;
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let mut write = Write::new(connection, tick, &mut self.memory, notices);
        for operation in batch {
            run(&mut write, &mut **operation)?;
        }
        write.save_heads()?;
        drop(write);
        connection.prepare_cached("UPDATE meta SET value = ?1 WHERE key = 'tick'")?.execute([tick])?;
        connection.prepare_cached("COMMIT")?.execute([])?;
        self.memory.tick = tick;
        self.mark.set(tick);
        Ok(())
    }

    fn roll_back(&mut self, connection: &Connection) {
        if !connection.is_autocommit()
            && let Err(error) = connection.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a failed transaction could not be rolled back");
        }
        match Memory::load(connection) {
            Ok(memory) => self.memory = memory,
            Err(error) => {
                tracing::error!(%error, "the database cannot be read after a failure");
                *self.broken.lock() = Some(Refusal::unavailable("The server's disk failed."));
            }
        }
    }

    fn note_new_messages(&mut self, notices: &[Notice]) {
        let said = notices.iter().any(|notice| matches!(notice.event, ServerEvent::ConversationChanged(_)));
        if said && self.unindexed_since.is_none() {
            self.unindexed_since = Some(Instant::now());
        }
    }

    /// Indexes at most so many messages for search, and merges a little of what was indexed before. Whether there are more.
    ///
    /// The commit is not synced: the next one of messages syncs it with its own, because the log is one file that counts up
    /// to its first hole. After a power cut before that, these messages are indexed again.
    fn index(&mut self, messages_max: usize) -> bool {
        if self.broken.lock().is_some() {
            return false;
        }
        let log = Arc::clone(&self.log);
        let connection = log.turn();
        let indexed = (|| -> rusqlite::Result<bool> {
            connection.execute_batch("PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE")?;
            let more = search::index_pending(&connection, messages_max)?;
            search::merge(&connection, messages_max / MESSAGES_PER_MERGED_PAGE)?;
            connection.execute_batch("COMMIT")?;
            Ok(more)
        })();
        let more = indexed.unwrap_or_else(|error| {
            // It will be tried again with the next message: the index follows, it never leads.
            tracing::warn!(%error, "messages could not be indexed for search");
            self.break_if_unknown(&error);
            self.roll_back(&connection);
            false
        });
        if let Err(error) = connection.execute_batch("PRAGMA synchronous = FULL") {
            tracing::error!(%error, "commits can no longer be synced: nothing more will be acknowledged");
            *self.broken.lock() = Some(Refusal::unavailable("The server's disk failed."));
        }
        more
    }
}

/// Runs one operation. An error means that the whole batch has come to nothing.
fn run(write: &mut Write<'_>, operation: &mut dyn Operation) -> rusqlite::Result<()> {
    let connection = write.connection;
    let reach = operation.reach();
    let is_whole = reach == Reach::Heads;
    if !is_whole {
        write.save_heads()?;
        connection.prepare_cached("SAVEPOINT operation")?.execute([])?;
    }
    let told = write.notices.len();
    let changes = |write: &Write<'_>| (connection.total_changes(), write.memory.heads.moves());
    let before = changes(write);
    let ran = catch_unwind(AssertUnwindSafe(|| operation.run(write)));
    if connection.is_autocommit() {
        // Some failures (a full disk, a failed write) make SQLite give up the whole transaction by itself.
        return Err(abandoned());
    }
    let keep = ran.unwrap_or_else(|panic| {
        report(&*panic);
        false
    });
    let has_changed = changes(write) != before;
    if !keep {
        write.notices.truncate(told);
    }
    if is_whole {
        return if has_changed && !keep { Err(abandoned()) } else { Ok(()) };
    }
    if !keep {
        connection.prepare_cached("ROLLBACK TO operation")?.execute([])?;
    }
    match reach {
        _ if !has_changed => {}
        // It had changed something before it was refused: what is remembered may be of that.
        _ if !keep => write.memory.reload(connection)?,
        Reach::Conversation(id) => write.memory.heads.forget(id),
        Reach::Heads | Reach::All => write.memory.heads.forget_all(),
    }
    connection.prepare_cached("RELEASE operation")?.execute([])?;
    Ok(())
}

/// What the loop does after a batch.
enum Next {
    Go,
    Close(oneshot::Sender<Result<(), Refusal>>),
    Gone,
}

fn abandoned() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL),
        Some("the transaction was given up".into()),
    )
}

fn report(panic: &(dyn Any + Send)) {
    let message = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let message = message.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    tracing::error!(message, "an operation panicked");
}
