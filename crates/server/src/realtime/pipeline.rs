//! The order of one socket's deeds: writes follow one another without waiting, reads see every write before them.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

/// Counts the writes of one socket that wait for their commit.
pub(super) struct Pipeline {
    places: Arc<Semaphore>,
    len_max: u32,
}

impl Pipeline {
    /// With room for this many writes.
    pub(super) fn new(writes_in_flight_max: usize) -> Self {
        let len_max = u32::try_from(writes_in_flight_max.max(1)).unwrap_or(u32::MAX).min(1 << 20);
        Self { places: Arc::new(Semaphore::new(len_max as usize)), len_max }
    }

    /// Waits for room. The write holds its place until it is answered.
    pub(super) async fn write(&self) -> OwnedSemaphorePermit {
        Arc::clone(&self.places).acquire_owned().await.expect("the semaphore is never closed")
    }

    /// Waits until every write before this one is answered: whoever asks now reads their own writes.
    pub(super) async fn drained(&self) -> SemaphorePermit<'_> {
        self.places.acquire_many(self.len_max).await.expect("the semaphore is never closed")
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn one_write_more_than_fits_waits_for_a_place() {
        let pipeline = Pipeline::new(2);
        let first = pipeline.write().await;
        let _second = pipeline.write().await;
        assert!(pipeline.write().now_or_never().is_none());
        drop(first);
        assert!(pipeline.write().now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_read_waits_for_every_write_before_it() {
        let pipeline = Pipeline::new(2);
        assert!(pipeline.drained().now_or_never().is_some());
        let write = pipeline.write().await;
        assert!(pipeline.drained().now_or_never().is_none());
        drop(write);
        assert!(pipeline.drained().now_or_never().is_some());
    }
}
