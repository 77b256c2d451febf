//! The wall clock jumps: an hour forward, an hour back, a year forward, two days back. Order never follows it, and nobody is
//! signed out or let in by it.

use std::time::Duration;

use anyhow::Result;

use crate::{
    Outcome, Scenario, Stage,
    crowd::{Crowd, Habits, Size, Town, judge, record, wait_until},
    faketime::{by_a_faked_clock, why_not},
    scenario::at_least,
};

/// The scenario.
pub(super) static SCENARIO: Scenario = Scenario {
    name: "clock",
    about: "the wall clock jumps by +1 h, −1 h, +365 d and −2 d under load (libfaketime; the monotonic clock goes on)",
    control: "devices do not ask for what they missed",
    why_not,
    minimums: |length| {
        vec![
            at_least(JUMPS.len() as u64, "jumps"),
            at_least(length.pick(200, 5_000), "acks"),
            at_least(JUMPS.len() as u64, "jumps after which something was acknowledged"),
            at_least(10, "reconnects"),
        ]
    },
    play: |stage| Box::pin(play(stage)),
};

/// In seconds, each from the true time.
const JUMPS: [&str; 5] = ["+3600", "-3600", "+31536000", "-172800", "+0"];
/// How long nothing may be acknowledged after a jump.
const ACK_TIMEOUT: Duration = Duration::from_secs(10);

async fn play(stage: Stage) -> Result<Outcome> {
    let size = Size { people: 16, devices_each: 1, groups: 6, members_each: 5, messages: 60 };
    let town = Town::make(&stage.folder.join("data"), size, stage.seed).await?;
    let rc = stage.folder.join("faketime");
    std::fs::write(&rc, "+0\n")?;
    let program = by_a_faked_clock(stage.launch(), &rc)?.start().await?;
    let habits = Habits {
        pause: Duration::from_millis(stage.length.pick(60, 200)),
        leaves: 0.05,
        deaf_to_gaps: stage.is_control(),
        ..Habits::default()
    };
    let recorder = record(&stage.history(), &town)?;
    let crowd = Crowd::gather(town.devices().cloned(), program.addr(), &habits, recorder, stage.seed);
    let mut outcome = Outcome::default();
    let lasting = Duration::from_millis(stage.length.pick(800, 10_000));
    tokio::time::sleep(lasting).await;
    for jump in JUMPS {
        // Replaced as a whole: a clock that reads half a line would jump somewhere else.
        let next = stage.folder.join("faketime-next");
        std::fs::write(&next, format!("{jump}\n"))?;
        std::fs::rename(&next, &rc)?;
        let acks = crowd.counts.get("acks");
        outcome.count("jumps", 1);
        tokio::time::sleep(lasting).await;
        let goes_on = wait_until(ACK_TIMEOUT, || crowd.counts.get("acks") > acks + 10).await;
        outcome.count("jumps after which something was acknowledged", u64::from(goes_on));
    }
    let acks = at_least(stage.length.pick(200, 5_000), "acks");
    crowd.talk(Duration::ZERO, &[acks, at_least(10, "reconnects")]).await;
    crowd.settle(program.addr()).await?.into_outcome(&mut outcome);
    judge(&stage.history(), &mut outcome).await?;
    Ok(outcome)
}
