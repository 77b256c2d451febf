//! How often something may be tried: a sliding window per key, in a table that cannot grow without end.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
};

use kith_chat::Refusal;
use kith_protocol::Timestamp;
use parking_lot::Mutex;

/// Keys that are remembered at one time. When there are more, the table forgets those whose window has passed, and then
/// those that were seen least recently.
const KEYS_MAX: usize = 10_000;

/// Lets each key do something `times_max` times within any `window_ms`.
#[derive(Debug)]
pub(crate) struct Throttle<K> {
    times_max: usize,
    window_ms: u64,
    seen: Mutex<HashMap<K, VecDeque<Timestamp>>>,
}

impl<K: Eq + Hash + Clone> Throttle<K> {
    /// With nothing seen yet.
    #[must_use]
    pub(crate) fn new(times_max: usize, window_ms: u64) -> Self {
        Self { times_max, window_ms, seen: Mutex::default() }
    }

    /// Whether `key` may try now. Says nothing about having tried: that is [`Throttle::note`].
    ///
    /// # Errors
    /// `rate_limited`, with when it is worth trying again.
    pub(crate) fn check(&self, key: &K, now: Timestamp) -> Result<(), Refusal> {
        let mut seen = self.seen.lock();
        let Some(times) = seen.get_mut(key) else { return Ok(()) };
        self.forget(times, now);
        match times.front() {
            Some(oldest) if times.len() >= self.times_max => {
                Err(Refusal::rate_limited(oldest.plus_ms(self.window_ms).since_ms(now).max(1)))
            }
            _ => Ok(()),
        }
    }

    /// Notes that `key` has tried.
    pub(crate) fn note(&self, key: K, now: Timestamp) {
        let mut seen = self.seen.lock();
        if seen.len() >= KEYS_MAX && !seen.contains_key(&key) {
            self.make_room(&mut seen, now);
        }
        let times = seen.entry(key).or_default();
        self.forget(times, now);
        times.push_back(now);
        if times.len() > self.times_max {
            times.pop_front();
        }
    }

    /// Forgets what `key` has tried.
    pub(crate) fn clear(&self, key: &K) {
        self.seen.lock().remove(key);
    }

    fn forget(&self, times: &mut VecDeque<Timestamp>, now: Timestamp) {
        while times.front().is_some_and(|time| now.since_ms(*time) >= self.window_ms) {
            times.pop_front();
        }
    }

    fn make_room(&self, seen: &mut HashMap<K, VecDeque<Timestamp>>, now: Timestamp) {
        seen.retain(|_, times| times.back().is_some_and(|last| now.since_ms(*last) < self.window_ms));
        if seen.len() < KEYS_MAX {
            return;
        }
        let mut last_seen: Vec<(Timestamp, K)> = seen
            .iter()
            .map(|(key, times)| (times.back().copied().unwrap_or_default(), key.clone()))
            .collect();
        // A tenth at a time, so that this is rare.
        let (oldest, ..) = last_seen.select_nth_unstable_by_key(KEYS_MAX / 10, |(last, _)| *last);
        for (_, key) in oldest {
            seen.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_more_than_allowed_waits_until_the_window_has_passed() {
        let throttle = Throttle::new(2, 1_000);
        throttle.note("a", Timestamp(0));
        throttle.note("a", Timestamp(400));
        assert!(throttle.check(&"b", Timestamp(400)).is_ok());
        let body = throttle.check(&"a", Timestamp(400)).unwrap_err().into_body();
        assert_eq!(body.retry_after_ms, Some(600));
        assert!(throttle.check(&"a", Timestamp(999)).is_err());
        assert!(throttle.check(&"a", Timestamp(1_000)).is_ok());
        throttle.note("a", Timestamp(1_000));
        assert!(throttle.check(&"a", Timestamp(1_399)).is_err());
        throttle.clear(&"a");
        assert!(throttle.check(&"a", Timestamp(1_399)).is_ok());
    }

    #[test]
    fn the_table_forgets_the_oldest_when_it_is_full() {
        let throttle = Throttle::new(1, u64::MAX);
        for key in 0..=KEYS_MAX {
            throttle.note(key, Timestamp(key as u64));
        }
        assert!(throttle.seen.lock().len() <= KEYS_MAX);
        assert!(throttle.check(&0, Timestamp(0)).is_ok(), "the oldest is forgotten");
        assert!(throttle.check(&KEYS_MAX, Timestamp(KEYS_MAX as u64)).is_err(), "the newest is not");
    }
}
