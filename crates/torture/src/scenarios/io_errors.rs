//! The first write, sync or rename fails, then the second, and so on, until a run is clean: nobody retries and hopes.

use anyhow::Result;
use kith_protocol::ErrorCode;
use rand::{SeedableRng, rngs::StdRng};

use super::talk::{Sent, Talk, start};
use crate::{
    Length, Minimum, Outcome, Scenario, Stage,
    faulty_fs::{Disk, Faults, FaultyFs, why_not},
    scenario::at_least,
};

/// The scenario.
pub(super) static SCENARIO: Scenario = Scenario {
    name: "io-errors",
    about: "the n-th write, sync or rename fails, n = 1, 2, … until a run is clean; then the power is cut",
    control: "what fails says that it was done",
    why_not,
    minimums,
    play: |stage| Box::pin(play(stage)),
};

fn minimums(length: Length) -> Vec<Minimum> {
    vec![
        at_least(length.pick(5, 30), "failures"),
        at_least(length.pick(1, 5), "failed syncs"),
        at_least(1, "clean runs"),
        at_least(length.pick(20, 100), "acks"),
        at_least(length.pick(1, 5), "refusals"),
    ]
}

/// Messages of one run; each is a commit.
const SENDS: u64 = 6;
/// Operations each of which fails once in the short form, too: those of the first commits. How many writes come before the
/// first sync depends on what is indexed meanwhile, so it goes on one by one until a sync has failed.
const DENSE_OPERATIONS: u64 = 20;
/// More operations than a run has.
const OPERATIONS_MAX: u64 = 2_000;

async fn play(stage: Stage) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let (prepared, talk) = prepare(&stage).await?;
    // Later on the short form looks at some places only, and at what is beyond the last.
    let stride = stage.length.pick(9, 1);
    let mut nth = 1;
    while nth < OPERATIONS_MAX {
        let is_clean = run(&stage, prepared.clone(), &talk.fork(), nth, &mut outcome).await?;
        if is_clean || (stage.is_control() && !outcome.violations.is_empty()) {
            return Ok(outcome);
        }
        let is_dense = nth < DENSE_OPERATIONS || outcome.counted("failed syncs") == 0;
        nth += if is_dense { 1 } else { stride };
    }
    outcome.violation("no run was clean");
    Ok(outcome)
}

/// A disk on which people have begun to talk.
async fn prepare(stage: &Stage) -> Result<(Disk, Talk)> {
    let mounted = stage.disk();
    let fs = FaultyFs::mount(Disk::default(), &mounted)?;
    let mut program = start(&stage.program, &mounted).await?;
    let talk = Talk::begin(program.addr()).await;
    program.kill().await?;
    let disk = fs.disk().clone();
    Ok((disk, talk))
}

/// One run, in which this operation fails. Whether none did.
async fn run(stage: &Stage, disk: Disk, talk: &Talk, nth: u64, outcome: &mut Outcome) -> Result<bool> {
    let mounted = stage.disk();
    let mut fs = FaultyFs::mount(disk, &mounted)?;
    let mut program = start(&stage.program, &mounted).await?;
    fs.disk().set_faults(Faults { nth: Some(nth), silently: stage.is_control(), ..Faults::default() });
    let addr = program.addr();
    for number in 0..SENDS {
        let sent = match number {
            2 => talk.send_file(addr, nth).await,
            _ => talk.say(addr, &format!("{nth}.{number}")).await,
        };
        match sent {
            Sent::Acked => outcome.count("acks", 1),
            Sent::Refused(ErrorCode::Unavailable) => outcome.count("refusals", 1),
            Sent::Refused(code) => {
                outcome.violation(format!("operation {nth} failed, and a send got {code:?}"));
            }
            Sent::Unknown => outcome.violation(format!("operation {nth} failed, and a send got no answer")),
        }
    }
    if !talk.can_read(addr).await {
        outcome.violation(format!("operation {nth} failed, and nothing can be read"));
    }
    let failed = fs.disk().happened.failed.clone();
    if let Some(what) = &failed {
        outcome.count("failures", 1);
        outcome.count("failed syncs", u64::from(what.starts_with("sync")));
    } else {
        outcome.count("clean runs", 1);
    }
    let found = outcome.violations.len();
    fs.disk().turn_off();
    program.kill().await?;
    let mut random = StdRng::seed_from_u64(stage.seed ^ nth);
    fs.remount(|disk| disk.turn_on(&mut random))?;
    match start(&stage.program, &mounted).await {
        Ok(mut program) => {
            talk.check(program.addr(), outcome).await;
            program.kill().await?;
        }
        Err(error) => outcome.violation(format!("the program does not start any more: {error:#}")),
    }
    for violation in &mut outcome.violations[found..] {
        violation
            .push_str(&format!(", after operation {nth} failed ({})", failed.as_deref().unwrap_or("none")));
    }
    Ok(failed.is_none())
}
