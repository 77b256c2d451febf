//! How fast one socket may ask.

use std::time::Instant;

/// A bucket of tokens: one for each event, filled again at a steady rate.
#[derive(Debug)]
pub(super) struct Pace {
    tokens: f64,
    filled_at: Instant,
    per_second: f64,
    burst: f64,
}

impl Pace {
    /// A full bucket.
    pub(super) fn new(per_second: u32, burst: u32, now: Instant) -> Self {
        let burst = f64::from(burst.max(1));
        Self { tokens: burst, filled_at: now, per_second: f64::from(per_second.max(1)), burst }
    }

    /// Takes a token.
    ///
    /// # Errors
    /// After how many milliseconds there will be one.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), u64> {
        let elapsed = now.saturating_duration_since(self.filled_at).as_secs_f64();
        self.tokens = (self.tokens + elapsed * self.per_second).min(self.burst);
        self.filled_at = now;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            Ok(())
        } else {
            Err(((1.0 - self.tokens) / self.per_second * 1_000.0).ceil() as u64)
        }
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
}
