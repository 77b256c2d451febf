//! The disk fills up and is freed again: reads go on, nothing acknowledged is lost, and no restart is needed.

use std::{fs, time::Duration};

use anyhow::Result;
use kith_protocol::ErrorCode;
use rand::{SeedableRng, rngs::StdRng};

use super::talk::{Sent, Talk, start};
use crate::{
    Outcome, Scenario, Stage,
    faulty_fs::{Disk, FaultyFs, why_not},
    scenario::at_least,
};

/// The scenario.
pub(super) static SCENARIO: Scenario = Scenario {
    name: "disk-full",
    about: "a disk of 64 MiB fills up while people write, and is freed; then the power is cut",
    control: "the program is gone when there is room again: somebody had to restart it, and did not",
    why_not,
    minimums: |_| {
        vec![
            at_least(50, "acks"),
            at_least(5, "refusals"),
            at_least(5, "writes without room"),
            at_least(1, "acks after it was freed"),
            at_least(1, "deletions after it was freed"),
        ]
    },
    play: |stage| Box::pin(play(stage)),
};

const CAPACITY_BYTES: u64 = 64 * 1024 * 1024;
/// What is left for messages at first.
const LEFT_BYTES: u64 = 4 * 1024 * 1024;
/// Refusals in a row after which the disk counts as full.
const REFUSALS: u64 = 5;
const SENDS_MAX: u64 = 20_000;
/// How long after it was freed a send must be taken again.
const BACK_WITHIN: Duration = Duration::from_secs(10);

async fn play(stage: Stage) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let mounted = stage.disk();
    let mut disk = Disk::default();
    disk.set_capacity(Some(CAPACITY_BYTES));
    let mut fs = FaultyFs::mount(disk, &mounted)?;
    let mut program = start(&stage.program, &mounted).await?;
    let addr = program.addr();
    let talk = Talk::begin(addr).await;
    let ballast = mounted.join("ballast");
    fs::write(&ballast, vec![0; usize::try_from(CAPACITY_BYTES - LEFT_BYTES)?])?;

    let long = "all work and no play ".repeat(600);
    let mut refusals = 0;
    for number in 0..SENDS_MAX {
        match talk.say(addr, &format!("{number} {long}")).await {
            Sent::Acked => outcome.count("acks", 1),
            Sent::Refused(ErrorCode::Unavailable) => refusals += 1,
            other => outcome.violation(format!("the disk is full, and a send got {other:?}")),
        }
        if refusals == REFUSALS {
            break;
        }
    }
    outcome.count("refusals", refusals);
    outcome.count("writes without room", fs.disk().happened.full);
    if !talk.can_read(addr).await {
        outcome.violation("the disk is full, and nothing can be read");
    }
    if stage.is_control() {
        program.kill().await?;
    }

    fs::remove_file(&ballast)?;
    let back = tokio::time::timeout(BACK_WITHIN, async {
        while talk.say(addr, "room again").await != Sent::Acked {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    match back.await {
        Ok(()) => outcome.count("acks after it was freed", 1),
        Err(_) => outcome.violation("there is room again, and nothing is taken"),
    }
    match talk.unsend_one(addr).await {
        Ok(()) => outcome.count("deletions after it was freed", 1),
        Err(error) => {
            outcome.violation(format!("there is room again, and nothing can be deleted: {error:#}"));
        }
    }
    fs.disk().turn_off();
    // In the control it is gone already.
    let _ = program.kill().await;
    fs.remount(|disk| disk.turn_on(&mut StdRng::seed_from_u64(stage.seed)))?;
    let mut program = start(&stage.program, &mounted).await?;
    talk.check(program.addr(), &mut outcome).await;
    program.kill().await?;
    Ok(outcome)
}
