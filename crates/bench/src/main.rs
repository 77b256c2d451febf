//! The load generator: one thread that speaks Kith's protocol to a server on another core, and prints one line of JSON a
//! measurement. `cargo xtask bench` builds both, runs this and compares with the goals.

mod clock;
mod fill;
mod frame;
mod growth;
mod http;
mod lobby;
mod measurement;
mod packet;
mod peers;
mod repeat;
mod scribe;
mod server;
mod sockets;
mod words;
mod workloads;

use std::{io::Write, path::PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use rustix::thread::{CpuSet, sched_setaffinity};
use serde_json::json;

use measurement::Measurement;
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
    /// How often each is measured
    #[arg(long, default_value_t = 1)]
    runs: usize,
    /// Instead of the workloads: measure as the data grows to these numbers of messages, the smallest first
    #[arg(long, value_name = "MESSAGES", value_delimiter = ',', conflicts_with = "workloads")]
    growth: Vec<u64>,
    /// Instead: the program and others beside it, whose scripts are in this folder
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["workloads", "growth"])]
    peers: Option<PathBuf>,
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
    let bench = Bench { program: cli.program, quick: cli.quick, runs: cli.runs, folder: cli.folder };
    let mut out = std::io::stdout().lock();
    let mut print = |measurement: Measurement| {
        let line = serde_json::to_string(&measurement)?;
        writeln!(out, "{line}").context("nobody reads the results")
    };
    if !cli.growth.is_empty() {
        return growth::run(&bench, &cli.growth, &mut print);
    }
    if let Some(scripts) = &cli.peers {
        return peers::run(&bench, scripts, &mut print);
    }
    let workloads = if cli.workloads.is_empty() { Workload::ALL.to_vec() } else { cli.workloads };
    let mut failed = 0;
    for workload in workloads {
        // One that fails is told of, and the others are measured all the same.
        if let Err(error) = bench.run(workload, &mut print) {
            eprintln!("error: {workload:?}: {error:#}");
            print(
                Measurement::new(format!("{workload:?}").to_lowercase())
                    .and(json!({ "failed": format!("{error:#}") })),
            )?;
            failed += 1;
        }
    }
    ensure!(failed == 0, "{failed} of the workloads failed");
    Ok(())
}
