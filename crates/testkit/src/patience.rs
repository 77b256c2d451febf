//! How tests wait: for what has to come, not for so long.

use std::time::Duration;

/// How long anything may take that a test waits for: longer than the busiest machine needs, since it passes only where
/// something is broken.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How long is waited before it is asked again.
const PAUSE: Duration = Duration::from_millis(20);

/// Asks again and again until there is something.
///
/// # Panics
/// When there is nothing within [`PATIENCE`].
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            match ask().await {
                Some(found) => break found,
                None => tokio::time::sleep(PAUSE).await,
            }
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("{what}: not within {PATIENCE:?}"))
}
