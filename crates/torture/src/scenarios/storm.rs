//! The server is killed, and everyone who was there comes back: all at once, and as our client does, each after a wait of
//! their own. Whoever talks can do so while the others are still coming.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use kith_testkit::Program;

use crate::{
    Bound, Length, Outcome, Scenario, Stage,
    crowd::{Conduct, Crowd, Habits, Returns, Size, Town, judge, record, wait_until},
    scenario::{anywhere, at_least},
};

/// The scenario.
pub(super) static SCENARIO: Scenario = Scenario {
    name: "storm",
    about: "10,000 devices are connected, the server is killed, and all come back: at once, then with our client's jitter",
    control: "whoever comes back does not ask for what they missed",
    why_not: anywhere,
    minimums: |length| {
        let people = people(length) as u64;
        vec![
            at_least(2, "kills"),
            at_least(2 * people, "reconnects"),
            at_least(4 * people, "syncs"),
            at_least(length.pick(10, 500), "acks while others came back"),
        ]
    },
    play: |stage| Box::pin(play(stage)),
};

fn people(length: Length) -> usize {
    length.pick(150, 10_000)
}

/// Devices that talk; the others listen.
fn talkers(length: Length) -> usize {
    length.pick(40, 200)
}

/// How the crowd comes back, with what that is called and how long it may take from the kill until the last has
/// caught up, in seconds.
const STORMS: [(Returns, &str, [&str; 3], f64); 2] = [
    (
        Returns::Together,
        "together",
        ["all at once: resumed, s", "all at once: ack p99, ms", "all at once: longest without an ack, ms"],
        20.0,
    ),
    (
        Returns::Jittered,
        "jittered",
        ["with jitter: resumed, s", "with jitter: ack p99, ms", "with jitter: longest without an ack, ms"],
        35.0,
    ),
];
/// Longer than any bound: whoever is not back by then does not come back.
const BACK_TIMEOUT: Duration = Duration::from_secs(180);
/// As long as a client waits for an answer before it takes it for lost: nobody who talks is starved for so long.
const SILENCE_MS_MAX: f64 = 10_000.0;

async fn play(stage: Stage) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let storms = if stage.is_control() { &STORMS[..1] } else { &STORMS[..] };
    for (returns, name, figures, seconds_max) in storms {
        let stage = Stage { folder: stage.folder.join(name), ..stage.clone() };
        let storm = storm(&stage, *returns, &mut outcome).await?;
        let [resumed, p99, silence] = figures;
        outcome.figure(p99, storm.ack_p99_ms);
        outcome.timed(stage.length, resumed, storm.seconds, Bound::AtMost(*seconds_max));
        outcome.timed(stage.length, silence, storm.silence_ms, Bound::AtMost(SILENCE_MS_MAX));
    }
    Ok(outcome)
}

/// How a storm has passed.
struct Storm {
    /// From the kill until everyone had caught up.
    seconds: f64,
    /// Of those who talked meanwhile.
    ack_p99_ms: f64,
    /// The longest time in which nothing was acknowledged, once something was.
    silence_ms: f64,
}

async fn storm(stage: &Stage, returns: Returns, outcome: &mut Outcome) -> Result<Storm> {
    let (people, talkers) = (people(stage.length), talkers(stage.length));
    let size = Size { people, devices_each: 1, groups: people / 5, members_each: 10, messages: 2 * people };
    let town = Town::make(&stage.folder.join("data"), size, stage.seed).await?;
    let mut program = stage.launch().arg("--trusted-proxies=127.0.0.1").start().await?;
    let habits = Habits {
        pause: Duration::from_millis(stage.length.pick(150, 200)),
        leaves: 0.0,
        returns,
        // As long as our client waits, and as seldom does it look whether its connection is still there.
        connect_timeout: Duration::from_secs(20),
        pulse: Duration::from_secs(stage.length.pick(1, 5)),
        deaf_to_gaps: stage.is_control(),
        ..Habits::default()
    };
    let recorder = record(&stage.history(), &town)?;
    let listeners = (people - talkers, Conduct::Listens);
    let everyone = town.devices().cloned();
    let crowd = Crowd::gather_with(listeners, everyone, program.addr(), &habits, recorder, stage.seed);
    ensure!(wait_until(BACK_TIMEOUT, || crowd.all_back()).await, "not everyone gets in");
    crowd.talk(Duration::from_secs(stage.length.pick(1, 5)), &[at_least(50, "acks")]).await;
    let storm = kill(&mut program, &crowd, outcome).await?;
    crowd.settle(program.addr()).await?.into_outcome(outcome);
    judge(&stage.history(), outcome).await?;
    Ok(storm)
}

/// Kills the server, starts it again, and waits until everyone is back.
async fn kill(program: &mut Program, crowd: &Crowd, outcome: &mut Outcome) -> Result<Storm> {
    let killed = Instant::now();
    program.kill().await?;
    outcome.count("kills", 1);
    crowd.counts.forget_acks();
    let acks_before = crowd.counts.get("acks");
    // Everyone has to be seen to be gone, before anyone can be seen to be back.
    ensure!(wait_until(BACK_TIMEOUT, || crowd.all_gone()).await, "somebody does not notice that it is gone");
    program.restart().await?;
    crowd.follow(program.addr());
    let mut acks = (acks_before, Instant::now());
    let mut silence = Duration::ZERO;
    let back = wait_until(BACK_TIMEOUT, || {
        let counted = crowd.counts.get("acks");
        if acks.0 > acks_before {
            silence = silence.max(acks.1.elapsed());
        }
        if counted > acks.0 {
            acks = (counted, Instant::now());
        }
        crowd.all_back()
    });
    ensure!(back.await, "not everyone is back after {BACK_TIMEOUT:?}");
    let seconds = killed.elapsed().as_secs_f64();
    outcome.count("acks while others came back", crowd.counts.get("acks") - acks_before);
    let ack_p99_ms = crowd.counts.take_ack_ms(99).context("whoever talks was acknowledged something")?;
    Ok(Storm { seconds, ack_p99_ms, silence_ms: silence.as_secs_f64() * 1e3 })
}
