//! Every send is issued up to five times, on two sockets, and again a faked day later: it has one effect.

use std::time::Duration;

use anyhow::{Context, Result};
use kith_protocol::{ErrorCode, SendMessage};
use kith_testkit::{Connect, Device, TestClient, history::Recorder, message};
use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::{
    Outcome, Scenario, Stage,
    crowd::{Crowd, Habits, Size, Town, judge, record},
    faketime::{by_a_faked_clock, why_not},
    scenario::at_least,
};

/// The scenario.
pub(super) static SCENARIO: Scenario = Scenario {
    name: "duplicates",
    about: "every send is issued one to five times on two sockets, and once more a faked day later; some ids come back \
            with another text",
    control: "the client makes a new id for what it sends again",
    why_not,
    minimums: |length| {
        vec![
            at_least(length.pick(300, 5_000), "acks"),
            at_least(length.pick(600, 10_000), "repeats"),
            at_least(length.pick(100, 1_000), "repeats a day later"),
            at_least(length.pick(10, 100), "conflicts"),
        ]
    },
    play: |stage| Box::pin(play(stage)),
};

async fn play(stage: Stage) -> Result<Outcome> {
    let size = Size { people: 12, devices_each: 1, groups: 5, members_each: 4, messages: 50 };
    let town = Town::make(&stage.folder.join("data"), size, stage.seed).await?;
    let rc = stage.folder.join("faketime");
    std::fs::write(&rc, "+0\n")?;
    let mut program = by_a_faked_clock(stage.launch(), &rc)?.start().await?;
    let recorder = record(&stage.history(), &town)?;
    let habits = Habits {
        pause: Duration::from_millis(50),
        issues_max: 5,
        forgets_ids: stage.is_control(),
        ..Habits::default()
    };
    let devices: Vec<Device> = town.devices().cloned().collect();
    // The first of them has a life of its own: between two sockets of a device no order is promised.
    let crowd =
        Crowd::gather(devices[1..].iter().cloned(), program.addr(), &habits, recorder.clone(), stage.seed);
    let mut outcome = Outcome::default();
    let writer = Writer { device: &devices[0], recorder: &recorder };
    let sends = stage.length.pick(100, 1_000);
    let sends: Vec<SendMessage> = (0..sends)
        .map(|number| message(town.groups[0].0, &format!("{number}: said on two sockets")))
        .collect();
    writer.on_two_sockets(&program, &sends, stage.seed, &mut outcome).await?;
    let lasting = stage.length.lasting(Duration::from_secs(2), Duration::from_secs(60));
    let acks = at_least(stage.length.pick(300, 5_000), "acks");
    crowd.talk(lasting, &[acks, at_least(stage.length.pick(600, 10_000), "repeats")]).await;
    program.kill().await?;
    std::fs::write(&rc, "+86400\n")?;
    program.restart().await?;
    crowd.follow(program.addr());
    writer.a_day_later(&program, &sends, &mut outcome).await?;
    crowd.settle(program.addr()).await?.into_outcome(&mut outcome);
    judge(&stage.history(), &mut outcome).await?;
    Ok(outcome)
}

/// Somebody whose every word is sent over and over.
struct Writer<'a> {
    device: &'a Device,
    recorder: &'a std::sync::Arc<Recorder>,
}

impl Writer<'_> {
    async fn connect(&self, program: &kith_testkit::Program) -> Result<TestClient> {
        let connect = Connect::with_token(&self.device.token).tapped(self.recorder.connection(self.device));
        let client = TestClient::open(program.addr(), connect).await;
        client.map_err(|failure| anyhow::anyhow!("there is no connection: {failure:?}"))
    }

    /// The first socket issues in order; the second repeats what the first has issued.
    async fn on_two_sockets(
        &self,
        program: &kith_testkit::Program,
        sends: &[SendMessage],
        seed: u64,
        outcome: &mut Outcome,
    ) -> Result<()> {
        let (first, second) = (self.connect(program).await?, self.connect(program).await?);
        let mut random = StdRng::seed_from_u64(seed);
        for some in sends.chunks(10) {
            let mut answers: Vec<_> = some.iter().map(|send| first.issue(send)).collect();
            let repeats: Vec<_> =
                some.iter().flat_map(|send| vec![send; random.random_range(0..=4)]).collect();
            outcome.count("repeats", repeats.len() as u64);
            // The order of issue is that of the first socket: the second waits until it is known.
            for answer in answers.drain(..) {
                answer.await.ok().context("the connection broke")?.ok().context("a send is refused")?;
            }
            let repeats: Vec<_> = repeats.into_iter().map(|send| second.issue(send)).collect();
            for answer in repeats {
                answer.await.ok().context("the connection broke")?.ok().context("a repeat is refused")?;
            }
        }
        Ok(())
    }

    /// The same again, and every tenth id with another text.
    async fn a_day_later(
        &self,
        program: &kith_testkit::Program,
        sends: &[SendMessage],
        outcome: &mut Outcome,
    ) -> Result<()> {
        let client = self.connect(program).await?;
        for (number, send) in sends.iter().enumerate() {
            let answer = client.issue(send).await.ok().context("the connection broke")?;
            answer.map_err(|refusal| anyhow::anyhow!("a repeat is refused: {}", refusal.message))?;
            outcome.count("repeats a day later", 1);
            if number % 10 == 0 {
                let other = SendMessage { text: Some("something else".to_owned()), ..send.clone() };
                let answer = client.issue(&other).await.ok().context("the connection broke")?;
                let conflict = answer.is_err_and(|refusal| refusal.code == ErrorCode::Conflict);
                outcome.count("conflicts", u64::from(conflict));
            }
        }
        Ok(())
    }
}
