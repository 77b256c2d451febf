//! The commands of this repository. Everything a contributor or a machine runs is one of these, so that there is one
//! place to look and nothing to install first.

mod bench;
mod client;
mod codegen;
mod dist;
mod instructions;
mod licences;
mod perf;
mod prepare;
mod run;
mod shell;
mod stamp;
mod stock;
mod test;
mod tidy;
mod torture;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use workspace::Workspace;

/// Build, run and check Kith.
///
/// Two commands are enough for most days: `cargo xtask run` starts Kith, `cargo xtask test` proves it.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build what has changed, then start Kith on http://localhost:8080 with its data in ./data
    ///
    /// Needs Rust and Node 20 or newer. The first run installs the client's packages and compiles everything; later
    /// ones start in seconds.
    Run {
        /// Given to `kith serve` as they are, e.g. `cargo xtask run -- --demo`
        #[arg(last = true, value_name = "ARGS")]
        args: Vec<OsString>,
    },
    /// Run every check there is and end with `N passed, N failed, N skipped`
    ///
    /// On Debian, as root, what only the tests need (Chromium, fonts) is installed first; otherwise one sentence says
    /// what to install. The output of each step is kept in target/xtask-logs.
    Test {
        /// Run only the steps whose name contains one of these, and what they need
        #[arg(value_name = "FILTER")]
        filters: Vec<String>,
        /// Name the steps and what each does, and run nothing
        #[arg(long)]
        list: bool,
    },
    /// Run what a change must pass before it is merged; the same as `test`, and what .ci/run calls
    Ci,
    /// Write the TypeScript of the wire types into web/src/protocol
    Codegen {
        /// Write nothing; fail when a committed file differs from what would be written
        #[arg(long)]
        check: bool,
    },
    /// Check what no compiler sees: who imports whom, links, numbering, and what must not be committed
    Tidy,
    /// Measure the server and hold it against what Kith means to reach
    ///
    /// Needs two cores with nothing else on them: one for the server, one for the load. Without --quick everything is
    /// measured five times, on the program as a release ships it: compiling takes several minutes and measuring twenty.
    Bench {
        /// A short form of everything, once: an estimate in a few minutes
        #[arg(long)]
        quick: bool,
        /// Keep the raw results in docs/measurements and render the page from them
        #[arg(long)]
        write: bool,
        /// Instead: as the data grows to these numbers of messages [default: 1000000,10000000,50000000]
        ///
        /// Fills one folder further from size to size. At 50 million that takes twenty minutes and 20 GB of disk.
        #[arg(long, value_name = "MESSAGES", num_args = 0.., value_delimiter = ',', conflicts_with_all = ["peers", "workloads"])]
        growth: Option<Vec<String>>,
        /// Instead: beside others, which are installed from npm, under the same load
        #[arg(long, conflicts_with = "workloads")]
        peers: bool,
        /// direct, group, idle, history, sync, search, photos or syncs [default: all]
        #[arg(value_name = "WORKLOAD")]
        workloads: Vec<String>,
    },
    /// Count the instructions that the hot parts take, and hold them against what is expected
    ///
    /// Needs valgrind. Counts hardly depend on the machine, so `test` does this too.
    Instructions {
        /// Expect from now on what is counted now
        #[arg(long)]
        write: bool,
    },
    /// Do terrible things to the server under load, and check everything it says
    ///
    /// Kills, faults, bad networks and wrong clocks against the release build, each with a control that is broken on
    /// purpose and must be found. At full length the scenarios take more than an hour together.
    Torture {
        /// How long whatever goes on until it is stopped goes on [default: the scenario's own]
        #[arg(long, value_name = "N")]
        minutes: Option<u64>,
        /// From which every choice is drawn
        #[arg(long)]
        seed: Option<u64>,
        /// Only this one; may be given several times [default: all]
        #[arg(long = "scenario", value_name = "NAME")]
        scenarios: Vec<String>,
        /// The short forms, as `cargo xtask test` plays them
        #[arg(long, conflicts_with_all = ["minutes", "write"])]
        short: bool,
        /// Keep the raw results in docs/measurements and render the page from them
        #[arg(long)]
        write: bool,
    },
    /// Measure the web client in a browser and hold it against what Kith means to reach
    ///
    /// Needs a machine with nothing else on it, Chromium, and twenty minutes.
    Perf {
        /// A short form of each goal, once: an estimate in a few minutes
        #[arg(long)]
        quick: bool,
        /// Keep the raw results in docs/measurements and render the page from them
        #[arg(long)]
        write: bool,
        /// G1 to G17 [default: all]
        #[arg(value_name = "GOAL")]
        goals: Vec<String>,
    },
    /// Build the program as a release ships it: slower to compile, smaller and faster to run
    Dist,
}

fn main() -> ExitCode {
    match perform(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> Result<ExitCode> {
    let workspace = Workspace::find()?;
    match task {
        Task::Run { args } => run::run(&workspace, &args)?,
        Task::Test { list: true, .. } => test::list(),
        Task::Test { filters, .. } => return test::test(&workspace, &filters),
        Task::Ci => return test::test(&workspace, &[]),
        Task::Codegen { check: false } => codegen::write(&workspace)?,
        Task::Codegen { check: true } => codegen::check(&workspace)?,
        Task::Tidy => tidy::tidy(&workspace)?,
        Task::Bench { quick, write, growth, peers, workloads } => {
            let instead = growth.map(bench::Instead::Growth).or(peers.then_some(bench::Instead::Peers));
            let request = bench::Request { quick, write, workloads: &workloads };
            bench::bench(&workspace, &request, instead.as_ref())?;
        }
        Task::Instructions { write } => instructions::instructions(&workspace, write)?,
        Task::Torture { minutes, seed, scenarios, short, write } => {
            torture::torture(&workspace, &torture::Request { minutes, seed, short, write, scenarios })?;
        }
        Task::Perf { quick, write, goals } => {
            perf::perf(&workspace, &perf::Request { quick, write, goals: &goals })?;
        }
        Task::Dist => dist::dist(&workspace)?,
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn arguments_after_two_dashes_reach_kith_untouched() {
        let cli = Cli::try_parse_from(["cargo xtask", "run", "--", "--demo", "--listen", "[::1]:9"]).unwrap();
        let Task::Run { args } = cli.command else { panic!("`run` parses as run") };
        assert_eq!(args, ["--demo", "--listen", "[::1]:9"]);
    }

    #[test]
    fn an_option_of_kith_before_the_two_dashes_is_refused() {
        assert!(Cli::try_parse_from(["cargo xtask", "run", "--demo"]).is_err());
    }
}
