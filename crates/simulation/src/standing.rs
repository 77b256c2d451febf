//! How far everyone is, for whoever waits until all have come to rest.

use std::collections::BTreeMap;

use kith_protocol::{ConversationId, SessionId, Version};
use parking_lot::Mutex;
use tokio::sync::Notify;

/// What everyone does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// As they like.
    Act,
    /// Nothing new.
    Rest,
    /// They write down what they hold.
    Report,
    /// They leave.
    End,
}

/// What everyone is to do, and who is told in which order when it changes: always the same one. (A `watch` of Tokio wakes
/// its receivers in no order that a seed could decide.)
pub(crate) struct Phases {
    now: Mutex<Phase>,
    changed: Notify,
}

impl Phases {
    /// Everyone acts.
    pub(crate) fn new() -> Self {
        Self { now: Mutex::new(Phase::Act), changed: Notify::new() }
    }

    /// What everyone is to do now.
    pub(crate) fn now(&self) -> Phase {
        *self.now.lock()
    }

    /// From now on.
    pub(crate) fn set(&self, phase: Phase) {
        *self.now.lock() = phase;
        self.changed.notify_waiters();
    }

    /// Waits until it is another phase than this one.
    pub(crate) async fn after(&self, phase: Phase) {
        while self.now() == phase {
            self.changed.notified().await;
        }
    }
}

/// Which devices wait for nothing, and how far they are.
#[derive(Default)]
pub(crate) struct Standing(Mutex<BTreeMap<SessionId, Option<Versions>>>);

/// How far a device is in each of its conversations.
pub(crate) type Versions = BTreeMap<ConversationId, Version>;

impl Standing {
    /// A device waits for nothing and is so far; or it waits for something.
    pub(crate) fn set(&self, device: SessionId, versions: Option<Versions>) {
        self.0.lock().insert(device, versions);
    }

    /// Whether nobody waits for anything.
    pub(crate) fn all_rest(&self) -> bool {
        self.0.lock().values().all(Option::is_some)
    }

    /// Whether nobody knows of a version that somebody else in the conversation does not.
    pub(crate) fn all_agree(&self) -> bool {
        let devices = self.0.lock();
        let mut newest = Versions::new();
        for (id, version) in devices.values().flatten().flatten() {
            let known = newest.entry(*id).or_default();
            *known = (*known).max(*version);
        }
        devices.values().flatten().flatten().all(|(id, version)| newest[id] == *version)
    }
}
