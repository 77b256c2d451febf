//! Where time and chance come in. Everything else takes them as parameters.

use std::time::{SystemTime, UNIX_EPOCH};

use kith_chat::{Clock, Entropy};
use kith_protocol::Timestamp;
use rand::{TryRng, rngs::SysRng};

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place where the program asks for the time"
    )]
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX))
    }
}

/// A random source seeded by the operating system.
///
/// # Errors
/// When the operating system has no randomness to give.
pub(crate) fn entropy() -> anyhow::Result<Entropy> {
    let mut seed = [0; 32];
    SysRng.try_fill_bytes(&mut seed).map_err(|error| anyhow::anyhow!("no randomness to be had: {error}"))?;
    Ok(Entropy::from_seed(seed))
}
