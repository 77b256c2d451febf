//! What is kept of a run: one line of JSON for each part of a scenario.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{Figure, Length, Part, Scenario, Verdict};

/// One part of one scenario, as it was played. What only the caller knows (the machine, the day, the version) is added by
/// `cargo xtask torture`.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    /// Which scenario.
    pub scenario: &'a str,
    /// `proof` or `control`.
    pub part: &'static str,
    /// What is done, or how it is broken.
    pub about: &'a str,
    /// From which every choice was drawn.
    pub seed: u64,
    /// `short` or `full`.
    pub length: &'static str,
    /// What happened.
    pub counts: &'a BTreeMap<&'static str, u64>,
    /// The least of it that proves anything.
    pub minimums: BTreeMap<&'static str, u64>,
    /// What was measured.
    pub figures: &'a [Figure],
    /// What was found: nothing in a proof that holds, something in a control that does.
    pub found: Vec<String>,
    /// Whether the part did what it must.
    pub holds: bool,
    /// How long it took.
    pub seconds: f64,
}

/// Of what was found, as much as a line has room for.
const FOUND_MAX: usize = 3;

impl<'a> Report<'a> {
    /// Of one verdict.
    #[must_use]
    pub fn new(scenario: &'a Scenario, seed: u64, length: Length, verdict: &'a Verdict) -> Self {
        let minimums = (scenario.minimums)(length);
        let mut found = verdict.outcome.found();
        found.truncate(FOUND_MAX);
        Self {
            scenario: scenario.name,
            part: match verdict.part {
                Part::Proof => "proof",
                Part::Control => "control",
            },
            about: match verdict.part {
                Part::Proof => scenario.about,
                Part::Control => scenario.control,
            },
            seed,
            length: length.pick("short", "full"),
            counts: &verdict.outcome.counts,
            minimums: minimums.iter().map(|minimum| (minimum.count, minimum.at_least)).collect(),
            figures: &verdict.outcome.figures,
            found,
            holds: verdict.holds(),
            seconds: (verdict.took.as_secs_f64() * 10.0).round() / 10.0,
        }
    }
}
