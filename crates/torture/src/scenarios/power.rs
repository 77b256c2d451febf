//! The power goes while people talk: what was not synced is gone, the last writes are torn.

use std::time::Duration;

use anyhow::Result;
use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::talk::{Talk, start};
use crate::{
    Length, Minimum, Outcome, Scenario, Stage,
    faulty_fs::{Disk, Faults, FaultyFs, why_not},
    scenario::at_least,
};

/// The scenario.
pub(super) static SCENARIO: Scenario = Scenario {
    name: "power",
    about: "the power is cut while two people talk and send files: a disk that drops what was not synced, with torn writes",
    control: "once they talk, the disk only says that it synced, as SQLite does with synchronous=OFF, and keeps nothing",
    why_not,
    minimums,
    play: |stage| Box::pin(play(stage)),
};

fn cuts(length: Length) -> u64 {
    length.pick(8, 50)
}

fn torn(length: Length) -> u64 {
    cuts(length) / 8
}

fn minimums(length: Length) -> Vec<Minimum> {
    let cuts = cuts(length);
    vec![
        at_least(cuts, "power cuts"),
        at_least(20 * cuts, "acks"),
        at_least(cuts, "changes dropped"),
        at_least(torn(length), "writes torn"),
    ]
}

/// A cut comes this long after talking began, in milliseconds.
const TALK_MS: std::ops::Range<u64> = 200..900;

async fn play(stage: Stage) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut random = StdRng::seed_from_u64(stage.seed);
    let mounted = stage.disk();
    let mut fs = FaultyFs::mount(Disk::default(), &mounted)?;
    let mut program = start(&stage.program, &mounted).await?;
    let talk = Talk::begin(program.addr()).await;
    fs.disk().set_faults(Faults { ignores_sync: stage.is_control(), ..Faults::default() });
    // Whether a write is under way when the power goes is chance: the cuts go on until enough were torn.
    let (least, torn_least) = (cuts(stage.length), torn(stage.length));
    for cut in 0..4 * least {
        if cut >= least && fs.disk().happened.torn >= torn_least {
            break;
        }
        let addr = program.addr();
        let until_cut = Duration::from_millis(random.random_range(TALK_MS));
        let cut = async {
            tokio::time::sleep(until_cut).await;
            fs.disk().turn_off();
            program.kill().await
        };
        let ((), killed) = tokio::join!(talk.go_on(addr), cut);
        killed?;
        fs.remount(|disk| disk.turn_on(&mut random))?;
        outcome.count("power cuts", 1);
        program = match start(&stage.program, &mounted).await {
            Ok(program) => program,
            Err(error) => {
                outcome.violation(format!("the program does not start after a power cut: {error:#}"));
                break;
            }
        };
        talk.check(program.addr(), &mut outcome).await;
        if !outcome.violations.is_empty() {
            break;
        }
    }
    outcome.count("acks", talk.acks());
    outcome.count("changes dropped", fs.disk().happened.dropped);
    outcome.count("writes torn", fs.disk().happened.torn);
    // A program that did not start is gone already.
    let _ = program.kill().await;
    Ok(outcome)
}
