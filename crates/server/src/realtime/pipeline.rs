//! The order of one socket's deeds: writes follow one another without waiting, reads see every write before them.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

/// What a write may carry in one place of the pipeline, in bytes; a larger one takes several. Answers are about as large
/// as requests, and all that are under way must fit into the room that a socket's queue keeps for answers.
const BYTES_PER_PLACE: usize = 2 * 1024;

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

    /// Waits for room for a write of this size. It holds its place until it is answered.
    pub(super) async fn write(&self, bytes: usize) -> OwnedSemaphorePermit {
        let places =
            u32::try_from(bytes.div_ceil(BYTES_PER_PLACE)).unwrap_or(u32::MAX).clamp(1, self.len_max);
        Arc::clone(&self.places).acquire_many_owned(places).await.expect("the semaphore is never closed")
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
        let first = pipeline.write(100).await;
        let _second = pipeline.write(100).await;
        assert!(pipeline.write(100).now_or_never().is_none());
        drop(first);
        assert!(pipeline.write(100).now_or_never().is_some());
    }

    #[tokio::test]
    async fn large_writes_take_the_room_of_many_small_ones() {
        let pipeline = Pipeline::new(3);
        let large = pipeline.write(2 * BYTES_PER_PLACE).await;
        assert!(pipeline.write(BYTES_PER_PLACE + 1).now_or_never().is_none());
        assert!(pipeline.write(BYTES_PER_PLACE).now_or_never().is_some());
        drop(large);
        assert!(pipeline.write(100 * BYTES_PER_PLACE).now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_read_waits_for_every_write_before_it() {
        let pipeline = Pipeline::new(2);
        assert!(pipeline.drained().now_or_never().is_some());
        let write = pipeline.write(100).await;
        assert!(pipeline.drained().now_or_never().is_none());
        drop(write);
        assert!(pipeline.drained().now_or_never().is_some());
    }
}
