//! A clock that stands still until it is told to move.

use std::sync::atomic::{AtomicU64, Ordering};

use kith_chat::Clock;
use kith_protocol::Timestamp;

/// The time as a test sets it.
#[derive(Debug)]
pub struct ManualClock(AtomicU64);

impl ManualClock {
    /// A clock that shows this moment.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(AtomicU64::new(now.0))
    }

    /// Lets time pass.
    pub fn advance_ms(&self, millis: u64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }

    /// Sets the clock, backwards if need be: wall clocks do that.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.0, Ordering::SeqCst);
    }
}

impl Default for ManualClock {
    /// 2026-01-01 00:00 UTC.
    fn default() -> Self {
        Self::at(Timestamp(1_767_225_600_000))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}
