//! Writing: one thread that commits whatever has queued. It never waits for more, and takes at most [`BATCH_MAX`].
//!
//! One transaction and one fsync serve the whole batch, so the more there is to do the less each costs. Only after the
//! commit is on disk is anything told: the bus hears of it in the order of commits, then those who asked are answered.

use std::{
    any::Any,
    collections::{HashMap, HashSet},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use kith_chat::{Audience, Bus, Notice, Refusal, Reply, Turn};
use kith_protocol::{ConversationId, ServerEvent, UserId};
use parking_lot::Mutex;
use rusqlite::{Connection, params};
use tokio::sync::oneshot;

use crate::{
    OpenError,
    door::Door,
    error::{Failure, Outcome, disk_is_unknown, leaves_the_disk_unknown, refusal_of},
    heads::Heads,
    mark::Mark,
    people, search,
};

/// Operations in one transaction, at most.
const BATCH_MAX: usize = 1_024;
/// Operations waiting for the writer, at most; more are refused early rather than kept waiting.
const WAITING_MAX: usize = 8_192;
/// When to come back if more are waiting, in milliseconds.
const RETRY_AFTER_MS: u64 = 500;
/// Audiences kept in memory, at most.
const AUDIENCES_MAX: usize = 10_000;
/// Messages indexed for search in one transaction.
const INDEX_BATCH_MAX: usize = 1_024;
/// How long a message waits to be indexed. Many are cheaper to index together than one after the other, and whoever has to
/// wait for an answer meanwhile waits for the index only now and then instead of after every commit.
const INDEX_DELAY: Duration = Duration::from_millis(250);

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
            turn.settle(refused.map(Refusal::code));
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
    /// Starts the writer's thread on this connection.
    pub(crate) fn start(
        connection: Connection,
        bus: Arc<dyn Bus>,
        mark: Mark,
        broken: Broken,
    ) -> Result<Self, OpenError> {
        let (queue, messages) = sync_channel(WAITING_MAX);
        let shared = Arc::<Shared>::default();
        let mut commits = Commits::open(connection, bus, mark, Arc::clone(&broken), Arc::clone(&shared))?;
        thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || commits.serve(&messages))
            .map_err(OpenError::Thread)?;
        Ok(Self { queue, broken, shared })
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
                turn.settle(Some(refusal.code()));
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

/// What an operation writes with.
pub(crate) struct Write<'a> {
    /// Inside of the batch's transaction.
    pub(crate) connection: &'a Connection,
    /// The number of the commit to be; every row that `sync` looks at remembers it.
    pub(crate) tick: u64,
    memory: &'a mut Memory,
    notices: &'a mut Vec<Notice>,
}

impl Write<'_> {
    /// Tells this once the commit is on disk.
    pub(crate) fn tell(&mut self, to: Audience, event: ServerEvent) {
        self.notices.push(Notice { to, event });
    }

    /// As [`door::enter`], out of memory: for operations whose reach is [`Reach::Heads`].
    pub(crate) fn enter(&mut self, actor: UserId, id: ConversationId) -> Outcome<Door> {
        self.memory.heads.enter(self.connection, actor, id)
    }

    /// What the writer remembers of conversations.
    pub(crate) fn heads(&mut self) -> &mut Heads {
        &mut self.memory.heads
    }

    /// Writes what has moved in memory to its rows, for who goes on to read them.
    pub(crate) fn save_heads(&mut self) -> rusqlite::Result<()> {
        self.memory.heads.save(self.connection, self.tick)
    }

    /// The number that the next document of the search index has.
    pub(crate) fn next_doc(&self) -> i64 {
        self.memory.next_doc
    }

    /// That number is taken.
    pub(crate) fn take_doc(&mut self) {
        self.memory.next_doc += 1;
    }

    /// Everyone in a conversation, as of now.
    pub(crate) fn audience(&mut self, conversation: i64) -> Outcome<Arc<[UserId]>> {
        if let Some(audience) = self.memory.audiences.get(&conversation) {
            return Ok(Arc::clone(audience));
        }
        let audience: Arc<[UserId]> = people::members(self.connection, conversation)?.into();
        if self.memory.audiences.len() >= AUDIENCES_MAX {
            self.memory.audiences.clear();
        }
        self.memory.audiences.insert(conversation, Arc::clone(&audience));
        Ok(audience)
    }

    /// The people of a conversation have changed.
    pub(crate) fn forget_audience(&mut self, conversation: i64) {
        self.memory.audiences.remove(&conversation);
    }

    /// Whether this person keeps to themselves how far they have read.
    pub(crate) fn hides_reading(&self, user: UserId) -> bool {
        self.memory.hiding_reading.contains(&user)
    }

    /// This person shows, or no longer shows, how far they have read.
    pub(crate) fn set_hides_reading(&mut self, user: UserId, hides: bool) {
        if hides {
            self.memory.hiding_reading.insert(user);
        } else {
            self.memory.hiding_reading.remove(&user);
        }
    }
}

/// What the writer remembers between commits. Only it writes, so what it remembers is true; after a rollback it is read
/// anew.
struct Memory {
    tick: u64,
    next_doc: i64,
    heads: Heads,
    audiences: HashMap<i64, Arc<[UserId]>>,
    hiding_reading: HashSet<UserId>,
}

impl Memory {
    fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let tick = connection.query_row("SELECT value FROM meta WHERE key = 'tick'", [], |row| row.get(0))?;
        let hiding_reading = people::hiding_reading(connection)?;
        let next_doc = search::next_doc(connection)?;
        Ok(Self { tick, next_doc, heads: Heads::default(), audiences: HashMap::new(), hiding_reading })
    }
}

/// The commit loop: [`Commits::step`] is one turn of it.
struct Commits {
    connection: Connection,
    bus: Arc<dyn Bus>,
    memory: Memory,
    mark: Mark,
    broken: Broken,
    shared: Arc<Shared>,
    /// Since when messages wait to be indexed for search; `None` when none do.
    unindexed_since: Option<Instant>,
}

impl Commits {
    fn open(
        connection: Connection,
        bus: Arc<dyn Bus>,
        mark: Mark,
        broken: Broken,
        shared: Arc<Shared>,
    ) -> Result<Self, OpenError> {
        let memory = Memory::load(&connection)?;
        // A crash may have come between a commit and its indexing.
        let unindexed_since = Some(Instant::now());
        Ok(Self { connection, bus, memory, mark, broken, shared, unindexed_since })
    }

    fn serve(&mut self, messages: &Receiver<Message>) {
        loop {
            let mut batch = Vec::new();
            let next = self.gather(messages, &mut batch);
            if !batch.is_empty() {
                self.step(batch);
            }
            let due = self.unindexed_since.is_some_and(|since| since.elapsed() >= INDEX_DELAY);
            if due && !self.index() {
                self.unindexed_since = None;
            }
            match next {
                Next::Go => {}
                Next::Close(reply) => {
                    while self.index() {}
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
        let outcome = self.try_commit(batch, notices);
        let Err(error) = outcome else { return Ok(()) };
        let refusal = refusal_of(&error);
        self.break_if_unknown(&error);
        self.roll_back();
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
        batch: &mut [Box<dyn Operation>],
        notices: &mut Vec<Notice>,
    ) -> rusqlite::Result<()> {
        let tick = self.memory.tick + 1;
        self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        for operation in batch {
            self.run(&mut **operation, tick, notices)?;
        }
        self.memory.heads.save(&self.connection, tick)?;
        self.connection.prepare_cached("UPDATE meta SET value = ?1 WHERE key = 'tick'")?.execute([tick])?;
        self.connection.prepare_cached("COMMIT")?.execute([])?;
        self.memory.tick = tick;
        self.mark.set(tick);
        Ok(())
    }

    /// Runs one operation. An error means that the whole batch has come to nothing.
    fn run(
        &mut self,
        operation: &mut dyn Operation,
        tick: u64,
        notices: &mut Vec<Notice>,
    ) -> rusqlite::Result<()> {
        let reach = operation.reach();
        let is_whole = reach == Reach::Heads;
        if !is_whole {
            self.memory.heads.save(&self.connection, tick)?;
            self.connection.prepare_cached("SAVEPOINT operation")?.execute([])?;
        }
        let told = notices.len();
        let changes = |commits: &Self| (commits.connection.total_changes(), commits.memory.heads.moves());
        let before = changes(self);
        let mut write =
            Write { connection: &self.connection, tick, memory: &mut self.memory, notices: &mut *notices };
        let ran = catch_unwind(AssertUnwindSafe(|| operation.run(&mut write)));
        if self.connection.is_autocommit() {
            // Some failures (a full disk, a failed write) make SQLite give up the whole transaction by itself.
            return Err(abandoned());
        }
        let keep = ran.unwrap_or_else(|panic| {
            report(&*panic);
            false
        });
        let has_changed = changes(self) != before;
        if !keep {
            notices.truncate(told);
        }
        if is_whole {
            return if has_changed && !keep { Err(abandoned()) } else { Ok(()) };
        }
        if !keep {
            self.connection.prepare_cached("ROLLBACK TO operation")?.execute([])?;
        }
        match reach {
            _ if !has_changed => {}
            // It had changed something before it was refused: what is remembered may be of that.
            _ if !keep => self.memory = Memory { tick: self.memory.tick, ..Memory::load(&self.connection)? },
            Reach::Conversation(id) => self.memory.heads.forget(id),
            Reach::Heads | Reach::All => self.memory.heads.forget_all(),
        }
        self.connection.prepare_cached("RELEASE operation")?.execute([])?;
        Ok(())
    }

    fn roll_back(&mut self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a failed transaction could not be rolled back");
        }
        match Memory::load(&self.connection) {
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

    /// Indexes some messages for search. Whether there are more.
    ///
    /// The commit is not synced: the next one of messages syncs it with its own, because the log is one file that counts up
    /// to its first hole. After a power cut before that, these messages are indexed again.
    fn index(&mut self) -> bool {
        if self.broken.lock().is_some() {
            return false;
        }
        let indexed = (|| -> rusqlite::Result<bool> {
            self.connection.execute_batch("PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE")?;
            let more = search::index_pending(&self.connection, INDEX_BATCH_MAX)?;
            self.connection.execute_batch("COMMIT")?;
            Ok(more)
        })();
        let more = indexed.unwrap_or_else(|error| {
            // It will be tried again with the next message: the index follows, it never leads.
            tracing::warn!(%error, "messages could not be indexed for search");
            self.break_if_unknown(&error);
            self.roll_back();
            false
        });
        if let Err(error) = self.connection.execute_batch("PRAGMA synchronous = FULL") {
            tracing::error!(%error, "commits can no longer be synced: nothing more will be acknowledged");
            *self.broken.lock() = Some(Refusal::unavailable("The server's disk failed."));
        }
        more
    }
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
