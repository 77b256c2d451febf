//! Plays scenarios against a program, tells on standard error what happens, and prints one line of JSON for each part.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Result, anyhow};
use clap::Parser;
use futures_util::{StreamExt, stream};
use kith_torture::{Length, Part, Report, Scenario, Stage, Verdict, process, run, scenarios};

/// Torture a program and check everything it says.
#[derive(Parser)]
struct Cli {
    /// The program
    #[arg(long, default_value = "target/release/kith")]
    program: PathBuf,
    /// A folder on the disk that is to be used
    #[arg(long, default_value = "target/torture")]
    folder: PathBuf,
    /// From which every choice is drawn
    #[arg(long, default_value_t = 0x6b69_7468)]
    seed: u64,
    /// The short form of each scenario
    #[arg(long, conflicts_with = "minutes")]
    short: bool,
    /// How long whatever goes on until it is stopped goes on
    #[arg(long)]
    minutes: Option<u64>,
    /// What to play [default: all]
    #[arg(long = "scenario", value_parser = named)]
    scenarios: Vec<&'static Scenario>,
}

/// Parts whose short forms are played at the same time: they mostly wait, and hold nothing to a time of the clock.
const SHORT_AT_A_TIME: usize = 2;

fn named(name: &str) -> Result<&'static Scenario> {
    let names = || scenarios::ALL.map(|scenario| scenario.name).join(", ");
    scenarios::named(name).ok_or_else(|| anyhow!("there are {}", names()))
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    // Before any scenario opens a database: what lies below SQLite is settled then.
    kith_simulation::install().expect("no database has been opened yet");
    process::take_all_descriptors();
    let chosen = if cli.scenarios.is_empty() { scenarios::ALL.to_vec() } else { cli.scenarios.clone() };
    let (ignored, played): (Vec<_>, Vec<_>) =
        chosen.into_iter().partition(|scenario| (scenario.why_not)().is_some());
    for scenario in &ignored {
        let why = (scenario.why_not)().unwrap_or_default();
        eprintln!("test {} ... ignored, {why}", scenario.name);
    }
    let parts =
        played.into_iter().flat_map(|scenario| [Part::Proof, Part::Control].map(|part| (scenario, part)));
    let at_a_time = if cli.short { SHORT_AT_A_TIME } else { 1 };
    let parts = stream::iter(parts).map(|(scenario, part)| play(&cli, scenario, part));
    let held: Vec<bool> = parts.buffer_unordered(at_a_time).collect().await;
    let passed = held.iter().filter(|held| **held).count();
    let (failed, ignored) = (held.len() - passed, ignored.len());
    // The form in which `cargo test` counts, so that one reader suffices for both.
    let word = if failed == 0 { "ok" } else { "FAILED" };
    eprintln!("test result: {word}. {passed} passed; {failed} failed; {ignored} ignored");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Plays one part, tells how it ended, and answers whether it held.
async fn play(cli: &Cli, scenario: &'static Scenario, part: Part) -> bool {
    // What a control has to find is there soon, or never.
    let is_short = cli.short || part == Part::Control;
    let length = if is_short { Length::Short } else { Length::Full { minutes: cli.minutes } };
    let word = match part {
        Part::Proof => "",
        Part::Control => "::control",
    };
    let stage = Stage {
        program: cli.program.clone(),
        folder: cli.folder.join(format!("{}{}", scenario.name, word.replace("::", "-"))),
        seed: cli.seed,
        length,
        part,
    };
    let verdict = match run(scenario, stage).await {
        Ok(verdict) => verdict,
        Err(error) => {
            eprintln!("test {}{word} ... FAILED\n    {error:#}", scenario.name);
            return false;
        }
    };
    tell(scenario, word, &verdict, cli.seed);
    let report = Report::new(scenario, cli.seed, length, &verdict);
    println!("{}", serde_json::to_string(&report).expect("a report is JSON"));
    verdict.holds()
}

fn tell(scenario: &Scenario, word: &str, verdict: &Verdict, seed: u64) {
    let outcome = &verdict.outcome;
    let counts = outcome.counts.iter().map(|(name, count)| format!("{count} {name}"));
    let figures = outcome.figures.iter().map(|figure| format!("{} {:.1}", figure.name, figure.value));
    let happened = counts.chain(figures).collect::<Vec<_>>().join(", ");
    let how = if verdict.holds() { "ok" } else { "FAILED" };
    eprintln!("test {}{word} ... {how}", scenario.name);
    eprintln!("    seed {seed:#x}, {:.1} s: {happened}", verdict.took.as_secs_f64());
    for found in outcome.found().iter().take(3).filter(|_| verdict.part == Part::Control) {
        eprintln!("    found, as it must be: {found}");
    }
    for reason in verdict.reasons.iter().take(20) {
        eprintln!("    {reason}");
    }
}
