//! The whole server and its clients in one thread, on a clock, a network and a disk that a seed decides.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use kith_simulation::{Broken, Run, simulate};

use crate::{
    Outcome, Scenario, Stage,
    scenario::{anywhere, at_least},
};

/// The scenario.
pub(super) static SCENARIO: Scenario = Scenario {
    name: "simulation",
    about: "the server and its clients in one thread, on a simulated clock, network and disk: kills, power cuts, failed and \
            full disks, cuts, stalls and clock jumps, each run made of its seed",
    control: "the fan-out forgets every twentieth change; a disk says that it has synced before it has",
    why_not: anywhere,
    minimums: |length| {
        vec![
            at_least(length.pick(SEEDS_SHORT, 1_000), "seeds"),
            at_least(length.pick(300, 10_000), "acks"),
            at_least(length.pick(5, 200), "kills"),
            at_least(length.pick(10, 300), "power cuts"),
            at_least(length.pick(20, 700), "lost disk writes"),
            at_least(length.pick(5, 300), "disk failures"),
            at_least(length.pick(30, 1_000), "cuts"),
        ]
    },
    play: |stage| Box::pin(play(stage)),
};

/// Seeds of the short form.
const SEEDS_SHORT: u64 = 40;
/// Seeds among which a control must find something, at most.
const CONTROL_SEEDS_MAX: u64 = 40;

async fn play(stage: Stage) -> Result<Outcome> {
    // A run has a runtime of its own, whose clock stands still while nothing is to be done.
    tokio::task::spawn_blocking(move || if stage.is_control() { break_it(&stage) } else { prove(&stage) })
        .await?
}

fn prove(stage: &Stage) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let (begun, lasting) = (Instant::now(), stage.length.lasting(Duration::ZERO, Duration::ZERO));
    let seeds = stage.length.pick(SEEDS_SHORT, 1_000);
    for number in 0_u64.. {
        if number >= seeds && begun.elapsed() >= lasting {
            break;
        }
        put(simulate(stage.seed.wrapping_add(number), None)?, &mut outcome);
    }
    Ok(outcome)
}

/// Each way to break it must be found.
fn break_it(stage: &Stage) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    for broken in [Broken::ForgetfulBus, Broken::LyingDisk] {
        let before = outcome.violations.len();
        for number in 0..CONTROL_SEEDS_MAX {
            put(simulate(stage.seed.wrapping_add(number), Some(broken))?, &mut outcome);
            if outcome.violations.len() > before {
                break;
            }
        }
        ensure!(outcome.violations.len() > before, "{broken:?} was not found");
    }
    Ok(outcome)
}

fn put(run: Run, outcome: &mut Outcome) {
    outcome.count("seeds", 1);
    run.counts.iter().for_each(|(what, times)| outcome.count(what, *times));
    run.violations.iter().for_each(|what| outcome.violation(format!("seed {:#x}: {what}", run.seed)));
}
