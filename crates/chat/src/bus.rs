//! Telling what was committed. The store is the truth, the bus is a hint: losing a notice costs latency, never a message.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    time::Instant,
};

use kith_protocol::{ServerEvent, SessionId, UserId};

/// Something to tell, and to whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// To whom. Decided when it was committed, so that it is right for this version.
    pub to: Audience,
    /// What.
    pub event: ServerEvent,
}

/// Who hears of something.
#[derive(Clone, Debug, PartialEq)]
pub enum Audience {
    /// These people, on all their devices. Shared, because a group of a thousand hears of every message.
    People(Arc<[UserId]>),
    /// One person, on all their devices.
    Person(UserId),
    /// One device. Used with `session:ended`, after which its sockets close.
    Session(UserId, SessionId),
    /// All devices of a person but one.
    OtherSessions(UserId, Option<SessionId>),
}

/// Carries notices from the commit to whoever holds sockets, in the order of commits.
pub trait Bus: Send + Sync + 'static {
    /// Hands over what one commit has to tell. Called by the one writer, in commit order; may wait when the receivers
    /// are far behind, which slows the writer down to what can be told.
    fn publish(&self, notices: Vec<Notice>);

    /// Hands over something ephemeral (typing, presence). Never waits: it is dropped when the receivers are behind.
    fn publish_ephemeral(&self, notice: Notice);
}

/// How many commits may wait to be told before the writer waits.
const BACKLOG_COMMITS_MAX: usize = 1_024;

/// What one commit has to tell.
#[derive(Clone, Debug)]
pub struct Published {
    /// In order.
    pub notices: Vec<Notice>,
    /// When it was handed over: for measuring, nothing is decided by it.
    pub at: Instant,
}

impl Published {
    fn now(notices: Vec<Notice>) -> Self {
        Self { notices, at: Instant::now() }
    }
}

/// The bus of a single process: one channel.
pub struct LocalBus {
    sender: SyncSender<Published>,
}

impl LocalBus {
    /// A bus, and the end at which its notices come out in the order of commits.
    #[must_use]
    pub fn new() -> (Self, Receiver<Published>) {
        let (sender, receiver) = sync_channel(BACKLOG_COMMITS_MAX);
        (Self { sender }, receiver)
    }
}

impl Bus for LocalBus {
    fn publish(&self, notices: Vec<Notice>) {
        // Fails only when nobody listens any more: while shutting down, or in a console command.
        let _ = self.sender.send(Published::now(notices));
    }

    fn publish_ephemeral(&self, notice: Notice) {
        match self.sender.try_send(Published::now(vec![notice])) {
            Ok(()) | Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        }
    }
}
