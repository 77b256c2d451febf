//! What a scenario is, and where it plays.

use std::{path::PathBuf, time::Duration};

use anyhow::Result;
use futures_util::future::LocalBoxFuture;
use kith_testkit::Launch;

use crate::{Outcome, faulty_fs::MOUNT_POINT};

/// A scenario that plays, until its outcome is known.
pub type Playing = LocalBoxFuture<'static, Result<Outcome>>;

/// One way to torture a server. Each lives in a file of its own under `scenarios`.
#[derive(Debug)]
pub struct Scenario {
    /// By which it is asked for.
    pub name: &'static str,
    /// What is done, in a sentence.
    pub about: &'static str,
    /// How its control breaks it, in a sentence: a proof that cannot fail proves nothing.
    pub control: &'static str,
    /// Why it cannot be played on this machine, when it cannot.
    pub why_not: fn() -> Option<String>,
    /// How often what it is about must really have happened.
    pub minimums: fn(Length) -> Vec<Minimum>,
    /// Plays it. An error means that it could not be played, not that the server failed.
    pub play: fn(Stage) -> Playing,
}

/// For [`Scenario::why_not`]: wherever the program runs, this can be played.
#[must_use]
pub(crate) fn anywhere() -> Option<String> {
    None
}

/// Of something that is counted, the least that proves anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minimum {
    /// The name of the count in the [`Outcome`].
    pub count: &'static str,
    /// At least this many.
    pub at_least: u64,
}

/// A [`Minimum`], shortly.
#[must_use]
pub(crate) const fn at_least(at_least: u64, count: &'static str) -> Minimum {
    Minimum { count, at_least }
}

/// How long a scenario plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// Some seconds, scaled down: every change runs it.
    Short,
    /// As the page of measurements has it; with `minutes`, what goes on until it is stopped goes on for so long.
    Full {
        /// Instead of the scenario's own.
        minutes: Option<u64>,
    },
}

impl Length {
    /// One of two values.
    #[must_use]
    pub fn pick<T>(self, short: T, full: T) -> T {
        match self {
            Self::Short => short,
            Self::Full { .. } => full,
        }
    }

    /// One of two durations, or what was asked for.
    #[must_use]
    pub fn lasting(self, short: Duration, full: Duration) -> Duration {
        match self {
            Self::Short => short,
            Self::Full { minutes } => minutes.map_or(full, |minutes| Duration::from_secs(60 * minutes)),
        }
    }
}

/// Whether a scenario is to hold or to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The program as it is: nothing may be found.
    Proof,
    /// The same, broken on purpose: it must be found.
    Control,
}

/// Where a scenario plays, and what decides its course.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The program.
    pub program: PathBuf,
    /// A folder on a disk, for data: empty, and removed afterwards.
    pub folder: PathBuf,
    /// From which every choice is drawn.
    pub seed: u64,
    /// How long.
    pub length: Length,
    /// To hold or to fail.
    pub part: Part,
}

impl Stage {
    /// Whether it is broken on purpose.
    #[must_use]
    pub fn is_control(&self) -> bool {
        self.part == Part::Control
    }

    /// The program on a folder of its own on this stage.
    #[must_use]
    pub fn launch(&self) -> Launch {
        Launch::new(&self.program).folder(self.folder.join("data"))
    }

    /// Where a disk that can fail is mounted.
    #[must_use]
    pub fn disk(&self) -> PathBuf {
        self.folder.join(MOUNT_POINT)
    }

    /// Where the history of the run is written.
    #[must_use]
    pub fn history(&self) -> PathBuf {
        self.folder.join("history.jsonl")
    }
}
