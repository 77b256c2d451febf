//! SIGKILL at a random moment, restart, again and again: whatever was acknowledged is there, once, in order.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use kith_testkit::Program;
use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::copy_folder;
use crate::{
    Bound, Outcome, Scenario, Stage,
    crowd::{Crowd, Habits, Size, Town, judge, percentile_of, record, wait_until},
    scenario::{anywhere, at_least},
};

/// The scenario.
pub(super) static SCENARIO: Scenario = Scenario {
    name: "kill",
    about: "SIGKILL at a random moment under load, and a restart on the same folder",
    control: "after a kill, the folder is put back to what it was at the kill before: what was acknowledged since is gone",
    why_not: anywhere,
    minimums: |length| {
        vec![
            at_least(length.pick(8, 100), "kills"),
            at_least(length.pick(300, 20_000), "acks"),
            at_least(length.pick(50, 5_000), "reconnects"),
            at_least(1, "resent"),
        ]
    },
    play: |stage| Box::pin(play(stage)),
};

/// From the start of the program to the first acknowledgement of anyone, at the 99th percentile.
const RESTART_MS_MAX: f64 = 2_000.0;
/// How long nobody may be acknowledged anything before something else is wrong.
const FIRST_ACK_TIMEOUT: Duration = Duration::from_secs(30);

async fn play(stage: Stage) -> Result<Outcome> {
    let data = stage.folder.join("data");
    let size = Size {
        people: stage.length.pick(24, 200),
        devices_each: 1,
        groups: stage.length.pick(8, 50),
        members_each: 6,
        messages: stage.length.pick(1_000, 1_000_000),
    };
    let town = Town::make(&data, size, stage.seed).await?;
    let mut program = stage.launch().start().await?;
    let recorder = record(&stage.history(), &town)?;
    let habits = Habits { pause: Duration::from_millis(stage.length.pick(60, 300)), ..Habits::default() };
    let crowd = Crowd::gather(town.devices().cloned(), program.addr(), &habits, recorder, stage.seed);
    let mut outcome = Outcome::default();
    let restarts = kill_often(&stage, &mut program, &crowd, &mut outcome).await?;
    crowd.settle(program.addr()).await?.into_outcome(&mut outcome);
    judge(&stage.history(), &mut outcome).await?;
    let p99 = percentile_of(restarts, 99).context("it was restarted")?;
    outcome.timed(stage.length, "restart to first ack p99, ms", p99 as f64, Bound::AtMost(RESTART_MS_MAX));
    Ok(outcome)
}

/// Kills and restarts; how long each restart took to the first ack, in milliseconds.
async fn kill_often(
    stage: &Stage,
    program: &mut Program,
    crowd: &Crowd,
    outcome: &mut Outcome,
) -> Result<Vec<u64>> {
    let mut random = StdRng::seed_from_u64(stage.seed);
    let kills = stage.length.pick(8, 100);
    let backup = stage.folder.join("backup");
    let mut restarts = Vec::new();
    for kill in 0..kills {
        let spare = Duration::from_millis(random.random_range(100..stage.length.pick(400, 2_000)));
        tokio::time::sleep(spare).await;
        program.kill().await?;
        outcome.count("kills", 1);
        if stage.is_control() && kill == kills / 2 {
            copy_folder(program.folder(), &backup)?;
        }
        if stage.is_control() && kill == kills - 1 {
            std::fs::remove_dir_all(program.folder())?;
            copy_folder(&backup, program.folder())?;
        }
        let (begun, acks) = (Instant::now(), crowd.counts.get("acks"));
        program.restart().await?;
        crowd.follow(program.addr());
        let acknowledged = wait_until(FIRST_ACK_TIMEOUT, || crowd.counts.get("acks") > acks).await;
        ensure!(acknowledged, "nothing was acknowledged within {FIRST_ACK_TIMEOUT:?} after a restart");
        restarts.push(begun.elapsed().as_millis() as u64);
    }
    Ok(restarts)
}
