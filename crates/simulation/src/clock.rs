//! The wall clock of a run: it goes with the runtime's paused time, and jumps when it is told to.

use std::sync::atomic::{AtomicI64, Ordering};

use kith_chat::Clock;
use kith_protocol::Timestamp;
use tokio::time::Instant;

/// 2026-01-01 00:00 UTC: when every run begins.
const BEGIN_MS: i64 = 1_767_225_600_000;

/// A wall clock, which may be wrong.
pub(crate) struct WallClock {
    begun: Instant,
    wrong_by_ms: AtomicI64,
}

impl WallClock {
    /// A clock that is right.
    pub(crate) fn new() -> Self {
        Self { begun: Instant::now(), wrong_by_ms: AtomicI64::new(0) }
    }

    /// Sets it forward or back.
    pub(crate) fn jump_ms(&self, millis: i64) {
        self.wrong_by_ms.fetch_add(millis, Ordering::Relaxed);
    }
}

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        let elapsed = i64::try_from(self.begun.elapsed().as_millis()).unwrap_or(i64::MAX / 2);
        let now = BEGIN_MS + elapsed + self.wrong_by_ms.load(Ordering::Relaxed);
        Timestamp(now.unsigned_abs())
    }
}
