//! A device that does what `docs/protocol.md` tells every client to do: it keeps what it sends until it is acknowledged, folds
//! what it is told, asks for what it missed, and comes back when the connection breaks.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use kith_chat::Clock;
use kith_protocol::*;
use kith_testkit::{
    Connect, Device, Lost, Next, Outbox, Replica, Settled, TestClient,
    history::Recorder,
    reader::{ReadFailure, follow},
};
use rand::{RngExt, rngs::StdRng};
use tokio::time::Instant;

use crate::{
    network::Network,
    run::Counts,
    standing::{Phase, Phases, Standing},
};

mod deeds;

/// Calls of one device that may be under way.
const UNDER_WAY_MAX: usize = 16;
/// Messages of one's own that may still be edited or unsent.
const REMEMBERED_MAX: usize = 20;
/// Messages of each conversation that a device keeps.
pub(crate) const WINDOW_MESSAGES: usize = 60;
/// Between two deeds, on average.
const PAUSE: Duration = Duration::from_millis(110);
/// How likely a device is to break its connection rather than to do something.
const LEAVES: f64 = 0.02;
/// How long a connection may be silent before it is taken for dead: a little longer than the server may be.
const SILENCE_MAX: Duration = Duration::from_millis(1_800);
/// How often a device looks whether the connection is alive and whether something is due.
const PULSE: Duration = Duration::from_millis(200);
/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// What all devices of a run share.
pub(crate) struct Shared {
    /// Who is there: whom to name, to add and to block.
    pub(crate) people: Vec<UserId>,
    /// Who is in every conversation for ever and takes nothing out of their own sight: what they read in the end is all there is.
    pub(crate) witness: UserId,
    /// The way to the server.
    pub(crate) network: Arc<Network>,
    /// Where everything is written down.
    pub(crate) recorder: Arc<Recorder>,
    /// The time, for ids.
    pub(crate) clock: Arc<dyn Clock>,
    /// What happened so far.
    pub(crate) counts: Counts,
    /// What everyone is to do.
    pub(crate) phases: Phases,
    /// How far everyone is.
    pub(crate) standing: Standing,
}

/// A device and what it holds.
pub(crate) struct Client {
    device: Device,
    replica: Replica,
    random: StdRng,
    shared: Arc<Shared>,
    outbox: Outbox,
    own: VecDeque<(ConversationId, Seq)>,
    said: u64,
}

/// What has come of a call.
enum Came {
    Sent(ClientId, Result<Seq, ErrorBody>),
    Changed(Result<(), ErrorBody>),
}

type Calls = FuturesUnordered<BoxFuture<'static, Result<Came, Lost>>>;

impl Client {
    /// A device that has nothing yet.
    pub(crate) fn new(device: Device, random: StdRng, shared: Arc<Shared>) -> Self {
        shared.standing.set(device.session_id, None);
        let replica = Replica::new(device.user_id);
        let (outbox, own) = (Outbox::default(), VecDeque::new());
        Self { device, replica, random, shared, outbox, own, said: 0 }
    }

    /// Lives until the run ends.
    pub(crate) async fn live(mut self) {
        while self.shared.phases.now() != Phase::End {
            if let Some(client) = self.connect().await {
                self.shared.counts.add("connections", 1);
                // Lost or left: what was not acknowledged stays in the outbox, and goes out first on the next connection.
                let _ = self.talk(&client).await;
                self.shared.standing.set(self.device.session_id, None);
            }
            let pause = Duration::from_millis(self.random.random_range(5..300));
            tokio::time::sleep(pause).await;
        }
    }

    async fn connect(&self) -> Option<TestClient> {
        let Shared { network, recorder, .. } = &*self.shared;
        let connect = Connect::with_token(&self.device.token).tapped(recorder.connection(&self.device));
        let opened = TestClient::over(network.dial()?, connect);
        tokio::time::timeout(CONNECT_TIMEOUT, opened).await.ok()?.ok()
    }

    /// Catches up, sends again what is not known to have been done, and then talks and listens.
    async fn talk(&mut self, client: &TestClient) -> Result<(), Lost> {
        self.resume(client).await?;
        let mut calls = Calls::new();
        self.shared.counts.add("resent", self.outbox.len() as u64);
        self.outbox.all_again().for_each(|kept| calls.push(send(client, kept)));
        let mut next_act = Instant::now() + self.pause();
        let mut pulse = tokio::time::interval(PULSE);
        let shared = Arc::clone(&self.shared);
        let mut reported = false;
        loop {
            let phase = self.shared.phases.now();
            match phase {
                Phase::End => return Ok(()),
                Phase::Report if !reported => {
                    let recorder = &self.shared.recorder;
                    recorder.holds(recorder.look(), &self.device, &self.replica, false, WINDOW_MESSAGES);
                    reported = true;
                }
                Phase::Report | Phase::Act | Phase::Rest => {}
            }
            self.stand(&calls);
            let acts = phase == Phase::Act && self.outbox.len() < UNDER_WAY_MAX;
            tokio::select! {
                biased;
                () = shared.phases.after(phase) => {}
                Some(came) = calls.next() => self.came(came?),
                () = client.stirred() => self.fold(client).await?,
                () = tokio::time::sleep_until(next_act), if acts => {
                    next_act += self.pause();
                    if self.random.random_bool(LEAVES) {
                        return Err(Lost);
                    }
                    self.act(client, &calls);
                }
                _ = pulse.tick() => self.pulse(client, &calls)?,
            }
        }
    }

    fn pause(&mut self) -> Duration {
        // As chance has it: the pauses of people who do not know of each other.
        let chance: f64 = self.random.random_range(0.000_1..1.0);
        PAUSE.mul_f64(-chance.ln())
    }

    /// Whether this device waits for nothing, and how far it is.
    fn stand(&self, calls: &Calls) {
        let rests = self.outbox.is_empty() && calls.is_empty();
        let held = self.replica.conversations.iter();
        let versions = rests.then(|| held.map(|(id, held)| (*id, held.version)).collect());
        self.shared.standing.set(self.device.session_id, versions);
    }

    fn pulse(&mut self, client: &TestClient, calls: &Calls) -> Result<(), Lost> {
        if client.silent_for() > SILENCE_MAX {
            self.shared.counts.add("dead connections", 1);
            return Err(Lost);
        }
        self.outbox.due().for_each(|kept| calls.push(send(client, kept)));
        self.replica.keep_newest(WINDOW_MESSAGES);
        Ok(())
    }

    /// Folds what was pushed, and asks for what was missed.
    async fn fold(&mut self, client: &TestClient) -> Result<(), Lost> {
        if client.closed().is_some() {
            return Err(Lost);
        }
        for push in client.take_pushes() {
            self.shared.counts.add("pushes", 1);
            match self.replica.pushed(&push.name, &push.payload) {
                Next::Nothing => {}
                Next::Changes(request) => self.fetch(client, request).await?,
                Next::Sync => self.resume(client).await?,
            }
        }
        Ok(())
    }

    async fn resume(&mut self, client: &TestClient) -> Result<(), Lost> {
        loop {
            let Ok(answer) = client.issue(&self.replica.sync_request()).await? else { return Err(Lost) };
            let more = answer.more;
            for request in self.replica.synced(answer) {
                self.fetch(client, request).await?;
            }
            if !more {
                self.shared.counts.add("syncs", 1);
                return Ok(());
            }
        }
    }

    async fn fetch(&mut self, client: &TestClient, request: ChangesRequest) -> Result<(), Lost> {
        self.shared.counts.add("differences", 1);
        match follow(client, &mut self.replica, request).await {
            // Left or removed meanwhile: the feed tells of it.
            Ok(()) | Err(ReadFailure::Refused(_)) => Ok(()),
            Err(ReadFailure::Lost) => Err(Lost),
        }
    }

    fn came(&mut self, came: Came) {
        match came {
            Came::Changed(Ok(())) => self.shared.counts.add("changes", 1),
            Came::Changed(Err(_)) => self.shared.counts.add("refusals", 1),
            Came::Sent(id, outcome) => self.sent(id, outcome),
        }
    }

    fn sent(&mut self, id: ClientId, outcome: Result<Seq, ErrorBody>) {
        match self.outbox.settle(id, outcome) {
            Some(Settled::Acknowledged(conversation_id, seq, _)) => {
                self.shared.counts.add("acks", 1);
                self.own.push_back((conversation_id, seq));
                if self.own.len() > REMEMBERED_MAX {
                    self.own.pop_front();
                }
            }
            Some(Settled::Waits | Settled::GivenUp) => self.shared.counts.add("refusals", 1),
            None => {}
        }
    }
}

fn send(client: &TestClient, send: &SendMessage) -> BoxFuture<'static, Result<Came, Lost>> {
    let id = send.client_id;
    let answer = client.issue(send);
    async move { Ok(Came::Sent(id, answer.await?.map(|answer| answer.message.seq))) }.boxed()
}
