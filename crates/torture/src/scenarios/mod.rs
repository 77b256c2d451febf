//! The scenarios, each in a file of its own: a `static SCENARIO` and the functions that it is made of.

mod away;
mod clean;
mod kill;
mod pipeline;

use crate::Scenario;

/// All of them, in the order in which they are played.
pub static ALL: [&Scenario; 4] = [&clean::SCENARIO, &kill::SCENARIO, &pipeline::SCENARIO, &away::SCENARIO];

/// The scenario of this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Scenario> {
    ALL.iter().copied().find(|scenario| scenario.name == name)
}
