//! How fast somebody may ask.

use std::{collections::HashMap, hash::Hash, time::Instant};

use parking_lot::Mutex;

/// Keys of one [`Paces`] at one time.
const KEYS_MAX: usize = 10_000;

/// A bucket of tokens: one for each event, filled again at a steady rate.
#[derive(Debug)]
pub(crate) struct Pace {
    tokens: f64,
    filled_at: Instant,
    per_second: f64,
    burst: f64,
}

impl Pace {
    /// A full bucket.
    pub(crate) fn new(per_second: u32, burst: u32, now: Instant) -> Self {
        let burst = f64::from(burst.max(1));
        Self { tokens: burst, filled_at: now, per_second: f64::from(per_second.max(1)), burst }
    }

    /// Takes a token.
    ///
    /// # Errors
    /// After how many milliseconds there will be one.
    pub(crate) fn take(&mut self, now: Instant) -> Result<(), u64> {
        self.tokens = self.filled(now);
        self.filled_at = now;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            Ok(())
        } else {
            Err(((1.0 - self.tokens) / self.per_second * 1_000.0).ceil() as u64)
        }
    }

    fn is_full(&self, now: Instant) -> bool {
        self.filled(now) >= self.burst
    }

    fn filled(&self, now: Instant) -> f64 {
        let elapsed = now.saturating_duration_since(self.filled_at).as_secs_f64();
        (self.tokens + elapsed * self.per_second).min(self.burst)
    }
}

/// A [`Pace`] for each key, in a table that cannot grow without end: when it is full, buckets that are full again are
/// forgotten, which changes nothing, and if that is not enough, all of them.
#[derive(Debug)]
pub(crate) struct Paces<K> {
    per_second: u32,
    burst: u32,
    table: Mutex<HashMap<K, Pace>>,
}

impl<K: Eq + Hash> Paces<K> {
    /// A full bucket for everyone.
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        Self { per_second, burst, table: Mutex::default() }
    }

    /// Takes a token of this key.
    ///
    /// # Errors
    /// After how many milliseconds there will be one.
    pub(crate) fn take(&self, key: K, now: Instant) -> Result<(), u64> {
        let mut table = self.table.lock();
        if table.len() >= KEYS_MAX && !table.contains_key(&key) {
            table.retain(|_, pace| !pace.is_full(now));
            if table.len() >= KEYS_MAX {
                table.clear();
            }
        }
        table.entry(key).or_insert_with(|| Pace::new(self.per_second, self.burst, now)).take(now)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_burst_passes_and_one_more_waits_for_the_next_token() {
        let start = Instant::now();
        let mut pace = Pace::new(10, 3, start);
        assert_eq!([(); 3].map(|()| pace.take(start)), [Ok(()); 3]);
        assert_eq!(pace.take(start), Err(100));
        assert_eq!(pace.take(start + Duration::from_millis(60)), Err(40));
        assert_eq!(pace.take(start + Duration::from_millis(100)), Ok(()));
    }

    #[test]
    fn a_long_rest_fills_no_more_than_the_bucket() {
        let start = Instant::now();
        let mut pace = Pace::new(10, 2, start);
        let later = start + Duration::from_secs(3_600);
        assert_eq!([(); 2].map(|()| pace.take(later)), [Ok(()); 2]);
        assert!(pace.take(later).is_err());
    }

    #[test]
    fn everyone_has_a_bucket_and_full_ones_are_forgotten() {
        let start = Instant::now();
        let paces = Paces::new(10, 2);
        for key in 0..KEYS_MAX {
            assert_eq!(paces.take(key, start), Ok(()));
        }
        assert_eq!([paces.take(0, start), paces.take(0, start)], [Ok(()), Err(100)]);
        let later = start + Duration::from_millis(100);
        assert_eq!(paces.take(KEYS_MAX, later), Ok(()));
        assert_eq!(paces.table.lock().len(), 2, "the one that is empty, and the new one");
    }
}
