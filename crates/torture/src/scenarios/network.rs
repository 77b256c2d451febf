//! Bad networks, one after the other: slow, stalled, half-open, thin, reset, cut in the middle of a frame.

use std::{sync::atomic::Ordering, time::Duration};

use anyhow::Result;

use crate::{
    Outcome, Scenario, Stage,
    crowd::{Crowd, Habits, Size, Town, judge, record},
    proxy::{Proxy, Weather},
    scenario::{anywhere, at_least},
};

/// The scenario.
pub(super) static SCENARIO: Scenario = Scenario {
    name: "network",
    about: "a proxy delays by 200 ± 150 ms, stalls, leaves half-open, throttles to 1 kB/s, resets, and cuts in mid-frame",
    control: "devices do not ask for what they missed while the network was bad",
    why_not: anywhere,
    minimums: |length| {
        vec![
            at_least(length.pick(100, 5_000), "acks"),
            at_least(length.pick(20, 1_000), "resets"),
            at_least(length.pick(5, 200), "cuts in mid-frame"),
            at_least(length.pick(10, 500), "pieces lost"),
            at_least(length.pick(20, 1_000), "reconnects"),
        ]
    },
    play: |stage| Box::pin(play(stage)),
};

/// One storm after the other: the weather, and how it ends.
const STORMS: [(Weather, bool); 6] = [
    (Weather::Slow, false),
    (Weather::HalfOpen, false),
    (Weather::Fair, true),
    (Weather::Stalled, false),
    (Weather::Thin, false),
    (Weather::Slow, true),
];

async fn play(stage: Stage) -> Result<Outcome> {
    let people = stage.length.pick(16, 100);
    let size = Size { people, devices_each: 1, groups: people / 3, members_each: 5, messages: 100 };
    let town = Town::make(&stage.folder.join("data"), size, stage.seed).await?;
    // Heartbeats so quick that a half-open connection is found within a storm.
    let launch = stage.launch().arg("--ping-interval-ms=500").arg("--ping-timeout-ms=1500");
    let program = launch.start().await?;
    let proxy = Proxy::before(program.addr(), stage.seed).await?;
    let habits = Habits {
        pause: Duration::from_millis(stage.length.pick(60, 200)),
        silence_max: Duration::from_secs(2),
        deaf_to_gaps: stage.is_control(),
        ..Habits::default()
    };
    let recorder = record(&stage.history(), &town)?;
    let crowd = Crowd::gather(town.devices().cloned(), proxy.addr(), &habits, recorder, stage.seed);
    let rounds = stage.length.pick(1, 3);
    let storm = Duration::from_millis(stage.length.pick(900, 10_000));
    for (weather, in_mid_frame) in STORMS.repeat(rounds) {
        tokio::time::sleep(storm / 3).await;
        proxy.set(weather);
        tokio::time::sleep(storm).await;
        proxy.reset(in_mid_frame);
        proxy.set(Weather::Fair);
    }
    let acks = at_least(stage.length.pick(100, 5_000), "acks");
    crowd.talk(storm, &[acks, at_least(stage.length.pick(20, 1_000), "reconnects")]).await;
    let mut outcome = Outcome::default();
    crowd.settle(program.addr()).await?.into_outcome(&mut outcome);
    let carried = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed);
    outcome.count("connections", carried(&proxy.carried.connections));
    outcome.count("resets", carried(&proxy.carried.resets));
    outcome.count("cuts in mid-frame", carried(&proxy.carried.cuts));
    outcome.count("pieces lost", carried(&proxy.carried.lost));
    judge(&stage.history(), &mut outcome).await?;
    Ok(outcome)
}
