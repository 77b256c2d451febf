//! The workloads: each fills a folder, starts a server on it and measures.

pub(crate) mod direct;
pub(crate) mod group;
mod history;
mod idle;
mod photos;
pub(crate) mod search;
pub(crate) mod sync;
mod syncs;

use std::{path::PathBuf, process::Command, time::Duration};

use anyhow::{Result, ensure};
use clap::ValueEnum;
use tempfile::TempDir;

use crate::{measurement::Measurement, server::Server};

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Workload {
    /// Two people write to each other, in a closed loop and at a fixed rate
    Direct,
    /// A group of a thousand
    Group,
    /// Signed-in sockets that do nothing; then all of them come back at once
    Idle,
    /// The newest page of conversations at random
    History,
    /// Coming back after an absence
    Sync,
    /// Two words, newest first
    Search,
    /// Photos of 12 megapixels, and those who write meanwhile
    Photos,
    /// Under `strace`: how often the log is synced
    Syncs,
}

/// Takes what was measured.
pub(crate) type Report<'a> = &'a mut dyn FnMut(Measurement) -> Result<()>;

/// What is measured, and how long.
pub(crate) struct Bench {
    pub(crate) program: PathBuf,
    pub(crate) quick: bool,
    /// How often each is measured.
    pub(crate) runs: usize,
    pub(crate) folder: Option<PathBuf>,
}

impl Workload {
    pub(crate) const ALL: &[Self] = &[
        Self::Direct,
        Self::Group,
        Self::Idle,
        Self::History,
        Self::Sync,
        Self::Search,
        Self::Photos,
        Self::Syncs,
    ];
}

impl Bench {
    /// Runs a workload.
    pub(crate) fn run(&self, workload: Workload, report: Report<'_>) -> Result<()> {
        match workload {
            Workload::Direct => direct::run(self, report),
            Workload::Group => group::run(self, report),
            Workload::Idle => idle::run(self, report),
            Workload::History => history::run(self, report),
            Workload::Sync => sync::run(self, report),
            Workload::Search => search::run(self, report),
            Workload::Photos => photos::run(self, report),
            Workload::Syncs => syncs::run(self, report),
        }
    }

    pub(crate) fn data(&self) -> Result<TempDir> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("kith-bench");
        Ok(match &self.folder {
            Some(folder) => builder.tempdir_in(folder)?,
            None => builder.tempdir()?,
        })
    }

    pub(crate) fn serve(&self, data: &TempDir, args: &[&str]) -> Result<Server> {
        Server::start(&self.program, data.path(), args)
    }

    /// Has the program itself examine what it has written.
    fn verify(&self, data: &TempDir) -> Result<()> {
        let mut verify = Command::new(&self.program);
        let output = verify.args(["verify", "--data"]).arg(data.path()).output()?;
        let report = String::from_utf8_lossy(&output.stdout);
        ensure!(output.status.success(), "`kith verify` found: {report}");
        Ok(())
    }

    /// How long one closed loop runs.
    pub(crate) fn time(&self) -> Duration {
        Duration::from_secs(if self.quick { 2 } else { 5 })
    }

    pub(crate) fn either<T>(&self, quick: T, full: T) -> T {
        if self.quick { quick } else { full }
    }
}
