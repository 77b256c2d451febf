//! Offline for one event, for a thousand, for a hundred thousand: whoever comes back is soon usable, and soon whole.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use anyhow::{Context, Result, anyhow};
use kith_protocol::{ChangesRequest, SyncAnswer};
use kith_testkit::{Connect, Device, Program, Replica, TestClient, history::Recorder};

use crate::{
    Bound, Length, Outcome, Scenario, Stage,
    crowd::{Size, Town, judge, read_everything, record},
    proxy::Proxy,
    scenario::{anywhere, at_least},
};

/// The scenario.
pub(super) static SCENARIO: Scenario = Scenario {
    name: "away",
    about: "a device is offline for 1, 1,000 and 100,000 events over 500 conversations (a tenth of it in the short form)",
    control: "whoever comes back takes the first page of the list for the whole of it",
    why_not: anywhere,
    minimums: |length| {
        vec![
            at_least(length.pick(10_101, 101_001), "events missed"),
            at_least(3, "returns"),
            at_least(length.pick(50, 500), "conversations caught up with"),
        ]
    },
    play: |stage| Box::pin(play(stage)),
};

/// From the connection to the list on the screen, in milliseconds.
const USABLE_MS_MAX: f64 = 1_000.0;

async fn play(stage: Stage) -> Result<Outcome> {
    let data = stage.folder.join("data");
    let groups = stage.length.pick(200, 500);
    let size = Size { people: 4, devices_each: 1, groups, members_each: 4, messages: groups };
    let mut town = Town::make(&data, size, stage.seed).await?;
    let mut program = stage.launch().start().await?;
    let recorder = record(&stage.history(), &town)?;
    let device = town.people[0][0].clone();
    let mut traveller = Traveller {
        replica: Replica::new(device.user_id),
        device,
        recorder,
        hasty: false,
        length: stage.length,
    };
    let mut outcome = Outcome::default();
    traveller.come_back(&program, 0, &mut Outcome::default()).await?;
    traveller.hasty = stage.is_control();
    for (trip, events) in
        [1, stage.length.pick(100, 1_000), stage.length.pick(10_000, 100_000)].into_iter().enumerate()
    {
        program.kill().await?;
        town.talk_on(&data, size, events, stage.seed.wrapping_add(1 + trip as u64)).await?;
        town.groups.iter().for_each(|(id, newest)| traveller.recorder.before(*id, *newest));
        program.restart().await?;
        traveller.come_back(&program, trip + 1, &mut outcome).await?;
        outcome.count("events missed", events as u64);
        outcome.count("returns", 1);
    }
    read_everything(program.addr(), &town.devices().cloned().collect::<Vec<_>>(), &traveller.recorder)
        .await?;
    traveller.recorder.flush()?;
    judge(&stage.history(), &mut outcome).await?;
    Ok(outcome)
}

/// Somebody who comes back.
struct Traveller {
    device: Device,
    replica: Replica,
    recorder: Arc<Recorder>,
    /// Broken on purpose.
    hasty: bool,
    length: Length,
}

/// Of each trip, the figures that it makes: until the list is there, until everything is, and the bytes of both.
const FIGURES: [[&str; 3]; 4] = [
    ["", "", ""],
    ["few missed: usable, ms", "few missed: whole, ms", "few missed: bytes"],
    ["more missed: usable, ms", "more missed: whole, ms", "more missed: bytes"],
    ["most missed: usable, ms", "most missed: whole, ms", "most missed: bytes"],
];

impl Traveller {
    async fn come_back(&mut self, program: &Program, trip: usize, outcome: &mut Outcome) -> Result<()> {
        let proxy = Proxy::before(program.addr(), 0).await?;
        let begun = Instant::now();
        let connect = Connect::with_token(&self.device.token).tapped(self.recorder.connection(&self.device));
        let client = TestClient::open(proxy.addr(), connect).await;
        let client = client.map_err(|failure| anyhow!("there is no connection: {failure:?}"))?;
        let mut answer = self.sync(&client).await?;
        let usable = begun.elapsed();
        let mut missing = Vec::new();
        loop {
            let more = answer.more && !self.hasty;
            missing.extend(self.replica.synced(answer));
            if !more {
                break;
            }
            answer = self.sync(&client).await?;
        }
        outcome.count("conversations caught up with", missing.len() as u64);
        for request in missing {
            self.fetch(&client, request).await?;
        }
        let [usable_ms, whole_ms, bytes] = FIGURES[trip];
        if trip > 0 {
            outcome.timed(self.length, usable_ms, usable.as_secs_f64() * 1e3, Bound::AtMost(USABLE_MS_MAX));
            outcome.figure(whole_ms, begun.elapsed().as_secs_f64() * 1e3);
            outcome.figure(bytes, proxy.carried.to_clients.load(Ordering::Relaxed) as f64);
        }
        if trip + 1 == FIGURES.len() {
            self.recorder.quiet();
            self.recorder.holds(self.recorder.look(), &self.device, &self.replica, false, 20);
            self.recorder.finally();
        }
        Ok(())
    }

    async fn sync(&self, client: &TestClient) -> Result<SyncAnswer> {
        let answer = client.issue(&self.replica.sync_request()).await.ok().context("the connection broke")?;
        answer.map_err(|refusal| anyhow!("`sync` was refused: {}", refusal.message))
    }

    async fn fetch(&mut self, client: &TestClient, mut request: ChangesRequest) -> Result<()> {
        loop {
            let answer = client.issue(&request).await.ok().context("the connection broke")?;
            let changes =
                answer.map_err(|refusal| anyhow!("a difference was refused: {}", refusal.message))?;
            let more = changes.more;
            request.since = changes.version;
            self.replica.changed(changes);
            if !more {
                return Ok(());
            }
        }
    }
}
