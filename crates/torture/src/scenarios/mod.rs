//! The scenarios, each in a file of its own: a `static SCENARIO` and the functions that it is made of.

mod away;
mod clean;
mod clock;
mod devices;
mod disk_full;
mod duplicates;
mod io_errors;
mod kill;
mod network;
mod overload;
mod pipeline;
mod power;
mod simulation;
mod slow;
mod soak;
mod storm;
mod talk;
mod transports;

use std::path::Path;

use anyhow::Result;

use crate::Scenario;

/// All of them, in the order in which they are played.
pub static ALL: [&Scenario; 17] = [
    &clean::SCENARIO,
    &kill::SCENARIO,
    &power::SCENARIO,
    &io_errors::SCENARIO,
    &disk_full::SCENARIO,
    &clock::SCENARIO,
    &network::SCENARIO,
    &duplicates::SCENARIO,
    &pipeline::SCENARIO,
    &slow::SCENARIO,
    &storm::SCENARIO,
    &overload::SCENARIO,
    &transports::SCENARIO,
    &away::SCENARIO,
    &devices::SCENARIO,
    &simulation::SCENARIO,
    &soak::SCENARIO,
];

/// The scenario of this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Scenario> {
    ALL.iter().copied().find(|scenario| scenario.name == name)
}

/// Copies a folder and everything in it.
fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else if kind.is_file() {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
