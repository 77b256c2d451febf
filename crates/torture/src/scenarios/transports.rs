//! Long-polling only, WebSocket only, and the upgrade from one to the other while events go both ways.

use std::time::Duration;

use anyhow::Result;
use kith_testkit::Transport;

use crate::{
    Outcome, Scenario, Stage,
    crowd::{Crowd, Habits, Size, Town, judge, record, wait_until},
    scenario::{anywhere, at_least},
};

/// The scenario.
pub(super) static SCENARIO: Scenario = Scenario {
    name: "transports",
    about: "devices that come and go by long-polling only, by WebSocket only, and by the upgrade in mid-traffic",
    control: "devices do not ask for what they missed between two connections",
    why_not: anywhere,
    minimums: |length| {
        vec![
            at_least(length.pick(200, 5_000), "acks"),
            at_least(length.pick(40, 1_000), "upgrades"),
            at_least(length.pick(20, 500), "reconnects"),
        ]
    },
    play: |stage| Box::pin(play(stage)),
};

/// Whoever has not upgraded often enough by then never will.
const UPGRADES_TIMEOUT: Duration = Duration::from_secs(600);

async fn play(stage: Stage) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let only = Duration::from_millis(stage.length.pick(1_200, 30_000));
    for (transport, name) in [(Transport::Polling, "polling"), (Transport::WebSocket, "websocket")] {
        let stage = Stage { folder: stage.folder.join(name), ..stage.clone() };
        talk(&stage, transport, only, 0, &mut outcome).await?;
    }
    let upgrades = stage.length.pick(40, 1_000);
    let stage = Stage { folder: stage.folder.join("upgrade"), ..stage };
    talk(&stage, Transport::Upgrade, Duration::ZERO, upgrades, &mut outcome).await?;
    Ok(outcome)
}

/// Talks over one transport for so long, and until there were so many upgrades.
async fn talk(
    stage: &Stage,
    transport: Transport,
    lasting: Duration,
    upgrades: u64,
    outcome: &mut Outcome,
) -> Result<()> {
    let people = stage.length.pick(16, 48);
    let size = Size { people, devices_each: 1, groups: people * 3 / 8, members_each: 5, messages: 60 };
    let town = Town::make(&stage.folder.join("data"), size, stage.seed).await?;
    let program = stage.launch().start().await?;
    let habits = Habits {
        pause: Duration::from_millis(stage.length.pick(80, 200)),
        leaves: 0.1,
        transports: vec![transport],
        deaf_to_gaps: stage.is_control(),
        ..Habits::default()
    };
    let recorder = record(&stage.history(), &town)?;
    let crowd = Crowd::gather(town.devices().cloned(), program.addr(), &habits, recorder, stage.seed);
    let acks = at_least(stage.length.pick(70, 1_700), "acks");
    crowd.talk(lasting, &[acks, at_least(stage.length.pick(7, 70), "reconnects")]).await;
    wait_until(UPGRADES_TIMEOUT, || crowd.counts.get("upgrades") >= upgrades).await;
    crowd.settle(program.addr()).await?.into_outcome(outcome);
    judge(&stage.history(), outcome).await
}
