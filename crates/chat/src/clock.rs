//! Time and chance, handed in so that a run can be repeated.

use kith_protocol::Timestamp;
use parking_lot::Mutex;
use rand::{Rng, SeedableRng, rngs::StdRng};
use uuid::{Builder, Uuid};

/// Where the time comes from. The program's is the system clock; tests and the simulation set their own.
pub trait Clock: Send + Sync + 'static {
    /// Now. May go backwards, as wall clocks do: order never follows it.
    fn now(&self) -> Timestamp;
}

/// Where ids and secrets come from: the clock and one random source.
pub struct Entropy {
    rng: Mutex<StdRng>,
}

impl Entropy {
    /// A source that repeats itself from the same seed. The program seeds it from the operating system.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self { rng: Mutex::new(StdRng::from_seed(seed)) }
    }

    /// A UUIDv7: the time in milliseconds, then 74 random bits.
    #[must_use]
    pub fn id(&self, now: Timestamp) -> Uuid {
        Builder::from_unix_timestamp_millis(now.0, &self.bytes()).into_uuid()
    }

    /// Random bytes, good for secrets (ChaCha12).
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.lock().fill_bytes(&mut bytes);
        bytes
    }
}
