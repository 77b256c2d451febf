//! Going through a history once, with every invariant looking on.

use std::{collections::BTreeMap, fmt, io::BufRead};

use super::{
    Sight, Truth,
    invariants::{self, Invariant},
};

/// Of each invariant, as many violations as anyone reads.
const VIOLATIONS_MAX: usize = 20;

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which invariant: `I1` to `I14`.
    pub invariant: &'static str,
    /// What was found, and where.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.what)
    }
}

/// What a history shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// How many lines it has.
    pub lines: u64,
    /// What must not be, in the order of the invariants.
    pub violations: Vec<Violation>,
}

impl Findings {
    /// Whether an invariant was found broken.
    #[must_use]
    pub fn breaks(&self, invariant: &str) -> bool {
        self.violations.iter().any(|violation| violation.invariant == invariant)
    }
}

/// Decides every invariant on a history.
///
/// # Errors
/// When the history cannot be read, or a line of it is none: nothing can be said about such a run. A reply or a push that
/// does not speak the protocol is such a line.
pub fn check(history: impl BufRead) -> anyhow::Result<Findings> {
    let mut truth = Truth::default();
    let mut invariants = invariants::all();
    let mut found: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut lines = 0;
    for text in history.lines() {
        let sight = Sight::parse(&text?)?;
        lines += 1;
        truth.see(&sight);
        for (place, (_, invariant)) in invariants.iter_mut().enumerate() {
            let found = found.entry(place).or_default();
            invariant.see(&sight, &mut |what| keep(found, what));
        }
    }
    for (place, (_, invariant)) in invariants.iter_mut().enumerate() {
        let found = found.entry(place).or_default();
        invariant.finish(&truth, &mut |what| keep(found, what));
    }
    let violations = found.into_iter().flat_map(|(place, found)| {
        let invariant = invariants[place].0;
        found.into_iter().map(move |what| Violation { invariant, what })
    });
    Ok(Findings { lines, violations: violations.collect() })
}

fn keep(found: &mut Vec<String>, what: String) {
    if found.len() < VIOLATIONS_MAX {
        found.push(what);
    }
}

/// Takes what an invariant has found.
pub type Find<'a> = &'a mut dyn FnMut(String);

/// All of them, boxed, so that they can stand in one list.
pub(super) type Named = (&'static str, Box<dyn Invariant>);
