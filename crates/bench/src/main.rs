//! The load generator: one thread that speaks Kith's protocol to a server on another core, and prints one line of JSON a
//! measurement. `cargo xtask bench` builds both, runs this and compares with the goals.

mod clock;
mod fill;
mod frame;
mod lobby;
mod measurement;
mod packet;
mod server;
mod sockets;
mod words;
mod workloads;

use std::{io::Write, path::PathBuf};

use anyhow::{Context, Result};
use clap::Parser;
use rustix::thread::{CpuSet, sched_setaffinity};

use workloads::{Bench, Workload};

/// The core of the load; the server has the other.
const LOAD_CORE: usize = 1;

/// Measure a server of its own.
#[derive(Parser)]
struct Cli {
    /// The program to measure
    #[arg(long, default_value = "target/release/kith")]
    program: PathBuf,
    /// A short form of each workload: minutes become seconds, and figures become estimates
    #[arg(long)]
    quick: bool,
    /// How often each workload is run
    #[arg(long, default_value_t = 1)]
    runs: usize,
    /// A folder on the disk that is to be measured [default: the temporary folder]
    #[arg(long)]
    folder: Option<PathBuf>,
    /// What to run [default: all]
    workloads: Vec<Workload>,
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    let mut cores = CpuSet::new();
    cores.set(LOAD_CORE);
    sched_setaffinity(None, &cores).context("two cores are needed: one for the server, one for the load")?;
    let bench = Bench { program: cli.program, quick: cli.quick, folder: cli.folder };
    let workloads = if cli.workloads.is_empty() { Workload::ALL.to_vec() } else { cli.workloads };
    let mut out = std::io::stdout().lock();
    for _ in 0..cli.runs {
        for workload in &workloads {
            bench.run(*workload, &mut |measurement| {
                let line = serde_json::to_string(&measurement)?;
                writeln!(out, "{line}").context("nobody reads the results")
            })?;
        }
    }
    Ok(())
}
