//! Nothing is done to the server: the checker must find nothing. A checker that cries wolf is as bad as a blind one.

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
    name: "clean",
    about: "runs under load in which people come and go and nothing else happens: no false alarm",
    control: "devices do not ask for what they missed while they were away",
    why_not: anywhere,
    minimums: |length| {
        vec![
            at_least(length.pick(2, 100), "runs"),
            at_least(length.pick(500, 50_000), "acks"),
            at_least(length.pick(10, 1_000), "reconnects"),
        ]
    },
    play: |stage| Box::pin(play(stage)),
};

/// Runs that go on at the same time, each with a server of its own.
const SIDE_BY_SIDE: usize = 2;

async fn play(stage: Stage) -> Result<Outcome> {
    let runs = stream::iter(0..stage.length.pick(2, 100)).map(|run| {
        let folder = stage.folder.join(format!("run-{run}"));
        once(Stage { folder, seed: stage.seed.wrapping_add(run), ..stage.clone() })
    });
    let mut outcome = Outcome::default();
    let mut runs = runs.buffer_unordered(SIDE_BY_SIDE);
    while let Some(run) = runs.next().await {
        outcome.absorb(run?);
    }
    Ok(outcome)
}

async fn once(stage: Stage) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let size = Size { people: 24, devices_each: 1, groups: 8, members_each: 6, messages: 100 };
    let town = Town::make(&stage.folder.join("data"), size, stage.seed).await?;
    let program = stage.launch().start().await?;
    let habits = Habits {
        pause: Duration::from_millis(60),
        leaves: 0.02,
        deaf_to_gaps: stage.is_control(),
        ..Habits::default()
    };
    let recorder = record(&stage.history(), &town)?;
    let crowd = Crowd::gather(town.devices().cloned(), program.addr(), &habits, recorder, stage.seed);
    let lasting = Duration::from_secs(stage.length.pick(2, 3));
    crowd.talk(lasting, &[at_least(stage.length.pick(250, 500), "acks"), at_least(10, "reconnects")]).await;
    crowd.settle(program.addr()).await?.into_outcome(&mut outcome);
    judge(&stage.history(), &mut outcome).await?;
    outcome.count("runs", 1);
    std::fs::remove_dir_all(&stage.folder)?;
    Ok(outcome)
}
