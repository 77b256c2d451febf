//! Noting when devices and people were last heard of, gathered so that it costs next to nothing.

use std::{collections::HashMap, sync::Arc, time::Duration};

use kith_chat::Chat;
use kith_protocol::{SessionId, Timestamp, UserId};
use parking_lot::Mutex;
use tokio::time::MissedTickBehavior;

use super::hub::Hub;

/// What was gathered is written this often.
const FLUSHED_EVERY: Duration = Duration::from_secs(5);
/// It is looked which sockets were in use every so many flushes, that is once a minute.
const FLUSHES_PER_LOOK: u32 = 12;
/// Rows in one write, so that a message does not wait behind ten thousand of these.
const ROWS_PER_WRITE_MAX: usize = 500;

/// Who was heard of since the last write.
pub(super) struct Activity {
    hub: Arc<Hub>,
    heard: Mutex<Heard>,
}

#[derive(Default)]
struct Heard {
    sessions: HashMap<SessionId, Timestamp>,
    people: HashMap<UserId, Timestamp>,
}

impl Activity {
    /// Nobody was.
    pub(super) fn new(hub: Arc<Hub>) -> Self {
        Self { hub, heard: Mutex::default() }
    }

    /// A device has come or gone. What is kept is bounded by the devices there are.
    pub(super) fn note(&self, user: UserId, session: SessionId, now: Timestamp) {
        let mut heard = self.heard.lock();
        heard.sessions.insert(session, now);
        heard.people.insert(user, now);
    }

    /// Looks which sockets were in use.
    pub(super) fn note_active(&self, now: Timestamp) {
        for (user, session) in self.hub.take_active() {
            self.note(user, session, now);
        }
    }

    /// Writes what was gathered. It may be lost when the store cannot write: it is not worth refusing anything for.
    pub(super) async fn flush(&self, chat: &Chat) {
        let Heard { sessions, people } = std::mem::take(&mut *self.heard.lock());
        let (sessions, people): (Vec<_>, Vec<_>) =
            (sessions.into_iter().collect(), people.into_iter().collect());
        for sessions in sessions.chunks(ROWS_PER_WRITE_MAX) {
            let _ = chat.touch(sessions.to_vec(), Vec::new()).await;
        }
        for people in people.chunks(ROWS_PER_WRITE_MAX) {
            let _ = chat.touch(Vec::new(), people.to_vec()).await;
        }
    }
}

/// Gathers and writes, for ever.
pub(super) async fn run(activity: Arc<Activity>, chat: Arc<Chat>) {
    let mut ticks = tokio::time::interval(FLUSHED_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for flush in 1_u32.. {
        ticks.tick().await;
        if flush % FLUSHES_PER_LOOK == 0 {
            activity.note_active(chat.now());
        }
        activity.flush(&chat).await;
    }
}
