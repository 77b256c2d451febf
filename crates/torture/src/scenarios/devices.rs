//! Three devices of each person read, edit, delete, mute, draft and hide at random, and are offline at random: in the end
//! they hold the same.

use std::time::Duration;

use anyhow::Result;
use futures_util::{StreamExt, stream};

use crate::{
    Outcome, Scenario, Stage,
    crowd::{Crowd, Habits, Size, Town, judge, record},
    scenario::{anywhere, at_least},
};

/// The scenario.
pub(super) static SCENARIO: Scenario = Scenario {
    name: "devices",
    about: "three devices of each person change everything at random and are offline at random; each person has a seed",
    control: "devices do not hear what another device of their person has changed",
    why_not: anywhere,
    minimums: |length| {
        vec![
            at_least(length.pick(16, 1_000), "seeds"),
            at_least(length.pick(100, 5_000), "own affairs"),
            at_least(length.pick(200, 10_000), "acks"),
            at_least(length.pick(20, 1_000), "reconnects"),
        ]
    },
    play: |stage| Box::pin(play(stage)),
};

/// People who live at the same time.
const AT_A_TIME: u64 = 16;

/// Batches of people that live side by side, each with a server of its own.
const SIDE_BY_SIDE: usize = 2;

async fn play(stage: Stage) -> Result<Outcome> {
    let batches = stream::iter(0..stage.length.pick(1, 63)).map(|batch| {
        let folder = stage.folder.join(format!("batch-{batch}"));
        live(Stage { folder, seed: stage.seed.wrapping_add(batch << 32), ..stage.clone() })
    });
    let mut outcome = Outcome::default();
    let mut batches = batches.buffer_unordered(SIDE_BY_SIDE);
    while let Some(batch) = batches.next().await {
        outcome.absorb(batch?);
    }
    Ok(outcome)
}

async fn live(stage: Stage) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let size =
        Size { people: AT_A_TIME as usize, devices_each: 3, groups: 10, members_each: 4, messages: 100 };
    let town = Town::make(&stage.folder.join("data"), size, stage.seed).await?;
    let program = stage.launch().start().await?;
    let habits = Habits {
        pause: Duration::from_millis(150),
        leaves: 0.06,
        own_affairs_percent: 30,
        deaf_to_account: stage.is_control(),
        ..Habits::default()
    };
    let recorder = record(&stage.history(), &town)?;
    let crowd = Crowd::gather(town.devices().cloned(), program.addr(), &habits, recorder, stage.seed);
    let lasting = Duration::from_secs(stage.length.pick(2, 4));
    let enough = [at_least(100, "own affairs"), at_least(200, "acks"), at_least(20, "reconnects")];
    crowd.talk(lasting, &enough).await;
    crowd.settle(program.addr()).await?.into_outcome(&mut outcome);
    judge(&stage.history(), &mut outcome).await?;
    outcome.count("seeds", AT_A_TIME);
    std::fs::remove_dir_all(&stage.folder)?;
    Ok(outcome)
}
