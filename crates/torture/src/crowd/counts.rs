//! What a crowd did and saw, counted by everyone in it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use parking_lot::Mutex;

use crate::Outcome;

/// Shared by everyone in a crowd.
#[derive(Clone, Debug, Default)]
pub struct Counts(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    counts: BTreeMap<&'static str, u64>,
    acks_us: Vec<u32>,
}

impl Counts {
    /// Counts something.
    pub fn add(&self, name: &'static str, times: u64) {
        *self.0.lock().counts.entry(name).or_default() += times;
    }

    /// How often it happened so far.
    #[must_use]
    pub fn get(&self, name: &'static str) -> u64 {
        self.0.lock().counts.get(name).copied().unwrap_or_default()
    }

    /// Counts a send that was acknowledged, after so long.
    pub fn ack(&self, took: Duration) {
        let mut inner = self.0.lock();
        *inner.counts.entry("acks").or_default() += 1;
        inner.acks_us.push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
    }

    /// Forgets how long acks took so far, and answers a percentile of it in milliseconds; none when there were none.
    #[must_use]
    pub fn take_ack_ms(&self, percentile: usize) -> Option<f64> {
        ms_of(self.take_acks_us(), percentile)
    }

    /// Forgets how long acks took so far, and answers all of it, in microseconds.
    #[must_use]
    pub fn take_acks_us(&self) -> Vec<u32> {
        std::mem::take(&mut self.0.lock().acks_us)
    }

    /// Forgets how long acks took so far.
    pub fn forget_acks(&self) {
        self.0.lock().acks_us.clear();
    }

    /// Puts all of them into an outcome.
    pub fn into_outcome(&self, outcome: &mut Outcome) {
        for (name, times) in &self.0.lock().counts {
            outcome.count(name, *times);
        }
    }
}

/// A percentile of times in microseconds, in milliseconds; none when there are none.
pub(crate) fn ms_of(times_us: Vec<u32>, percentile: usize) -> Option<f64> {
    percentile_of(times_us, percentile).map(|us| f64::from(us) / 1_000.0)
}

/// The value below which this many percent of others are.
pub(crate) fn percentile_of<T: Ord + Copy>(mut values: Vec<T>, percentile: usize) -> Option<T> {
    values.sort_unstable();
    let place = (values.len() * percentile).div_ceil(100).saturating_sub(1);
    values.get(place).copied()
}

/// The value in the middle of others; of an even number, the upper one of two.
pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values() {
        assert_eq!(percentile_of((1..=100).collect(), 99), Some(99));
        assert_eq!(percentile_of((1..=100).collect(), 50), Some(50));
        assert_eq!(percentile_of(vec![7], 99), Some(7));
        assert_eq!(percentile_of(Vec::<u32>::new(), 99), None);
    }

    #[test]
    fn a_median_has_as_many_below_as_above() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(Vec::new()), None);
    }
}
