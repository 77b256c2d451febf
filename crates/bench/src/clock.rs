//! Time and chance of the load generator, which stands outside of what it measures.

use std::time::{SystemTime, UNIX_EPOCH};

use kith_protocol::Timestamp;

/// Now.
#[expect(
    clippy::disallowed_methods,
    reason = "a measurement is taken at a real time, and never repeated from a seed"
)]
pub(crate) fn now() -> Timestamp {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is later than 1970");
    Timestamp(elapsed.as_millis() as u64)
}

/// A seed that no earlier run had: a folder may be filled by several runs, and ids are made from it.
pub(crate) fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&now().0.to_le_bytes());
    seed[8..12].copy_from_slice(&std::process::id().to_le_bytes());
    seed
}
