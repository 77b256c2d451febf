//! What really happened in a scenario.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{Length, Minimum};

/// What a scenario counted, measured and found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Outcome {
    /// What happened, and how often: acks, kills, reconnects, resyncs …
    pub counts: BTreeMap<&'static str, u64>,
    /// What was measured.
    pub figures: Vec<Figure>,
    /// What must not be and was found, each in a sentence that says where.
    pub violations: Vec<String>,
}

/// Something that was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// What, with its unit last.
    pub name: &'static str,
    /// How much.
    pub value: f64,
    /// How much it may be; some figures are only recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<Bound>,
}

/// How much a figure may be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Not less.
    AtLeast(f64),
    /// Not more.
    AtMost(f64),
}

impl Outcome {
    /// Counts something.
    pub fn count(&mut self, name: &'static str, times: u64) {
        *self.counts.entry(name).or_default() += times;
    }

    /// How often that happened so far.
    #[must_use]
    pub fn counted(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or_default()
    }

    /// Notes a figure that is only recorded.
    pub fn figure(&mut self, name: &'static str, value: f64) {
        self.figures.push(Figure { name, value, bound: None });
    }

    /// Notes a figure that must stay within a bound.
    pub fn bounded(&mut self, name: &'static str, value: f64, bound: Bound) {
        self.figures.push(Figure { name, value, bound: Some(bound) });
    }

    /// Notes a figure that depends on the machine: it must stay within its bound at full length. The short form, which is
    /// played beside others, only records it.
    pub fn timed(&mut self, length: Length, name: &'static str, value: f64, bound: Bound) {
        match length {
            Length::Short => self.figure(name, value),
            Length::Full { .. } => self.bounded(name, value, bound),
        }
    }

    /// Takes in what happened elsewhere at the same time.
    pub fn absorb(&mut self, other: Self) {
        other.counts.into_iter().for_each(|(name, times)| self.count(name, times));
        self.figures.extend(other.figures);
        self.violations.extend(other.violations);
    }

    /// Notes something that must not be.
    pub fn violation(&mut self, what: impl Into<String>) {
        self.violations.push(what.into());
    }

    /// Whether the program did what it must not: the same question for a proof and for its control.
    #[must_use]
    pub fn found(&self) -> Vec<String> {
        let beyond = self.figures.iter().filter_map(Figure::beyond);
        self.violations.iter().cloned().chain(beyond).collect()
    }

    /// What happened too seldom to prove anything.
    #[must_use]
    pub fn too_little(&self, minimums: &[Minimum]) -> Vec<String> {
        let short = minimums.iter().filter_map(|Minimum { count, at_least }| {
            let counted = self.counted(count);
            (counted < *at_least)
                .then(|| format!("{count}: {counted}, and {at_least} are needed to prove anything"))
        });
        short.collect()
    }
}

impl Figure {
    fn beyond(&self) -> Option<String> {
        let Self { name, value, bound } = self;
        match (*bound)? {
            // A figure that is not a number keeps within nothing.
            Bound::AtLeast(least) if value.is_nan() || *value < least => {
                Some(format!("{name}: {value:.3}, at least {least} is needed"))
            }
            Bound::AtMost(most) if value.is_nan() || *value > most => {
                Some(format!("{name}: {value:.3}, at most {most} is allowed"))
            }
            Bound::AtLeast(_) | Bound::AtMost(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_too_seldom_proves_nothing() {
        let minimums = [Minimum { count: "kills", at_least: 2 }];
        let mut outcome = Outcome::default();
        assert_eq!(outcome.too_little(&minimums), ["kills: 0, and 2 are needed to prove anything"]);
        outcome.count("kills", 1);
        assert_eq!(outcome.too_little(&minimums).len(), 1);
        outcome.count("kills", 1);
        assert!(outcome.too_little(&minimums).is_empty());
    }

    #[test]
    fn a_figure_of_the_machine_is_held_to_its_bound_at_full_length_only() {
        for (length, found) in [(Length::Short, 0), (Length::Full { minutes: None }, 1)] {
            let mut outcome = Outcome::default();
            outcome.timed(length, "slow_ms", 2.1, Bound::AtMost(2.0));
            assert_eq!(outcome.found().len(), found);
        }
    }

    #[test]
    fn a_figure_is_held_to_its_bound_and_one_without_is_only_recorded() {
        let mut outcome = Outcome::default();
        outcome.figure("anything_ms", 1e9);
        outcome.bounded("at_bound_ms", 2.0, Bound::AtMost(2.0));
        outcome.bounded("at_bound", 2.0, Bound::AtLeast(2.0));
        assert!(outcome.found().is_empty());
        outcome.bounded("slow_ms", 2.1, Bound::AtMost(2.0));
        outcome.bounded("few", f64::NAN, Bound::AtLeast(2.0));
        assert_eq!(outcome.found().len(), 2);
    }
}
