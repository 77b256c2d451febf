//! A clock that can be set while the past is being told, and is the machine's otherwise.

use std::sync::atomic::{AtomicU64, Ordering};

use kith_chat::Clock;
use kith_protocol::Timestamp;

use crate::world::SystemClock;

/// The machine's clock, unless it is set.
#[derive(Debug, Default)]
pub(crate) struct SeedingClock {
    /// Milliseconds since 1970; 0 while it is not set.
    set_to: AtomicU64,
}

impl SeedingClock {
    /// From now on it is this moment.
    pub(super) fn set(&self, now: Timestamp) {
        self.set_to.store(now.0, Ordering::Relaxed);
    }

    /// From now on it is what the machine says.
    pub(super) fn release(&self) {
        self.set_to.store(0, Ordering::Relaxed);
    }
}

impl Clock for SeedingClock {
    fn now(&self) -> Timestamp {
        match self.set_to.load(Ordering::Relaxed) {
            0 => SystemClock.now(),
            set_to => Timestamp(set_to),
        }
    }
}
