//! One device that does what `docs/protocol.md` tells every client to do: it keeps what it sends until it is acknowledged,
//! folds what it is told, asks for what it missed, and comes back when the connection breaks.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use kith_protocol::*;
use kith_testkit::{
    Connect, Device, Lost, Next, Outbox, Replica, Settled, TestClient, Transport,
    history::Recorder,
    message,
    reader::{ReadFailure, follow},
    will_pass,
};
use rand::{RngExt, rngs::StdRng};
use serde_json::json;
use tokio::sync::watch;

use super::{Conduct, Counts, Habits, Phase, Returns, Stand, Surroundings};

/// Calls of one device that may be under way.
const UNDER_WAY_MAX: usize = 32;
/// Messages of one's own that may still be edited or unsent.
const REMEMBERED_MAX: usize = 50;
/// Messages of each conversation that a device keeps.
pub(super) const WINDOW_MESSAGES: usize = 200;
/// Between two attempts of somebody who comes back as soon as they can, in milliseconds.
const AT_ONCE_MS: std::ops::Range<u64> = 20..200;
/// As in the web client: the first wait before a device comes back, and the longest.
const RECONNECT_FIRST: Duration = Duration::from_millis(500);
const RECONNECT_MAX: Duration = Duration::from_secs(15);

/// A device and what it holds.
pub(super) struct Actor {
    device: Device,
    /// Its place in the crowd.
    number: usize,
    replica: Replica,
    habits: Habits,
    random: StdRng,
    recorder: Arc<Recorder>,
    counts: Counts,
    addr: watch::Receiver<SocketAddr>,
    phase: watch::Receiver<Phase>,
    conduct: watch::Receiver<(usize, Conduct)>,
    standing: Arc<super::Standing>,
    outbox: Outbox,
    own: VecDeque<(ConversationId, Seq)>,
    said: u64,
    /// Since when it reads again after it did not.
    reads_since: Instant,
}

/// What has come of a call.
enum Came {
    Sent(ClientId, Result<Seq, ErrorBody>),
    Changed(Result<(), ErrorBody>),
}

type Calls = FuturesUnordered<BoxFuture<'static, Result<Came, Lost>>>;

impl Actor {
    pub(super) fn new(
        device: Device,
        number: usize,
        habits: Habits,
        random: StdRng,
        surroundings: Surroundings,
    ) -> Self {
        let Surroundings { recorder, counts, addr, phase, conduct, standing } = surroundings;
        let replica = Replica::new(device.user_id);
        Self {
            device,
            number,
            replica,
            habits,
            random,
            recorder,
            counts,
            addr,
            phase,
            conduct,
            standing,
            outbox: Outbox::default(),
            own: VecDeque::new(),
            said: 0,
            reads_since: Instant::now(),
        }
    }

    /// Lives until the run ends.
    pub(super) async fn live(mut self) {
        let mut connected_before = false;
        let mut failures = 0;
        while *self.phase.borrow() != Phase::End {
            if self.conduct() == Conduct::Away {
                self.standing.set(self.device.session_id, Stand::Away);
                // Fails only when the crowd is gone.
                let _ = self.conduct.changed().await;
                continue;
            }
            match self.connect().await {
                Some(client) => {
                    if connected_before {
                        self.counts.add("reconnects", 1);
                    }
                    connected_before = true;
                    failures = 0;
                    // Lost or left: what was not acknowledged stays in the outbox, and goes out first on the next connection.
                    let _ = self.talk(&client).await;
                    self.standing.set(self.device.session_id, Stand::Lost);
                }
                None => failures += 1,
            }
            self.wait_to_return(failures).await;
        }
    }

    /// What this device is to do now: the first ones of a crowd can be told.
    fn conduct(&mut self) -> Conduct {
        let (first, conduct) = *self.conduct.borrow_and_update();
        if self.number < first { conduct } else { Conduct::Acts }
    }

    async fn wait_to_return(&mut self, failures: u32) {
        let at_once = Duration::from_millis(self.random.random_range(AT_ONCE_MS));
        match self.habits.returns {
            Returns::AtOnce => tokio::time::sleep(at_once).await,
            Returns::Together if failures == 0 => {
                let anew = tokio::time::timeout(RECONNECT_MAX, self.addr.changed());
                // Whether the server has moved or the connection was lost for another reason: back it goes.
                let _ = anew.await;
            }
            Returns::Together => tokio::time::sleep(at_once * failures.min(10)).await,
            Returns::Jittered => {
                let ceiling = RECONNECT_MAX.min(RECONNECT_FIRST * 2_u32.pow(failures.min(10)));
                tokio::time::sleep(ceiling.mul_f64(self.random.random_range(0.5..1.0))).await;
            }
        }
    }

    async fn connect(&mut self) -> Option<TestClient> {
        let addr = *self.addr.borrow_and_update();
        let transport = self.habits.transports[self.random.random_range(0..self.habits.transports.len())];
        let connect = Connect::with_token(&self.device.token)
            .over(transport)
            .header("x-forwarded-for", &self.address())
            .tapped(self.recorder.connection(&self.device));
        let opening = TestClient::open(addr, connect);
        let client = tokio::time::timeout(self.habits.connect_timeout, opening).await.ok()?.ok()?;
        if transport == Transport::Upgrade {
            self.counts.add("upgrades", 1);
        }
        Some(client)
    }

    /// An address of its own, for a server that believes its proxy: from one address only so many may come.
    fn address(&self) -> String {
        let [_, a, b, c] = (self.number as u32).to_be_bytes();
        format!("10.{a}.{b}.{c}")
    }

    /// Catches up, sends again what is not known to have been done, and then talks and listens.
    async fn talk(&mut self, client: &TestClient) -> Result<(), Lost> {
        self.resume(client).await?;
        let mut calls = Calls::new();
        if !self.outbox.is_empty() {
            self.counts.add("resent", self.outbox.len() as u64);
        }
        self.outbox.all_again().for_each(|kept| calls.push(send(client, kept)));
        let mut next_act = tokio::time::Instant::now() + self.pause();
        let mut pulse = tokio::time::interval(self.habits.pulse);
        loop {
            let phase = *self.phase.borrow_and_update();
            match phase {
                Phase::End => return Ok(()),
                Phase::Report => {
                    let look = self.recorder.look();
                    // Everyone is looked at before anyone begins to write, which takes its time.
                    tokio::task::yield_now().await;
                    self.recorder.holds(look, &self.device, &self.replica, false, WINDOW_MESSAGES);
                    self.standing.set(self.device.session_id, Stand::Reported);
                    // Fails only when the crowd is gone.
                    let _ = self.phase.changed().await;
                    continue;
                }
                Phase::Act | Phase::Rest => {}
            }
            let conduct = self.conduct();
            if conduct == Conduct::Away {
                return Err(Lost);
            }
            let hangs = conduct == Conduct::Hangs;
            client.pause(hangs);
            if hangs {
                self.reads_since = Instant::now();
            }
            self.stand(&calls, hangs);
            let acts = phase == Phase::Act && conduct == Conduct::Acts && self.outbox.len() < UNDER_WAY_MAX;
            tokio::select! {
                Some(came) = calls.next() => self.came(came?),
                () = client.stirred() => self.fold(client).await?,
                () = tokio::time::sleep_until(next_act), if acts => {
                    next_act += self.pause();
                    if self.wants_to_leave() {
                        return Err(Lost);
                    }
                    self.act(client, &calls);
                }
                _ = pulse.tick() => self.pulse(client, &calls)?,
                _ = self.phase.changed() => {}
                _ = self.conduct.changed() => {}
                _ = self.addr.changed() => {
                    // Still to be seen by whoever waits for it before they come back.
                    self.addr.mark_changed();
                    return Err(Lost);
                }
            }
        }
    }

    fn pause(&mut self) -> Duration {
        // As chance has it: the pauses of people who do not know of each other.
        let chance: f64 = self.random.random_range(0.000_1..1.0);
        self.habits.pause.mul_f64(-chance.ln())
    }

    fn wants_to_leave(&mut self) -> bool {
        self.random.random_bool(self.habits.leaves)
    }

    /// Tells whether this device waits for nothing, and how far it is.
    fn stand(&self, calls: &Calls, hangs: bool) {
        let rests = self.outbox.is_empty() && calls.is_empty() && !hangs;
        let versions = || self.replica.conversations.iter().map(|(id, held)| (*id, held.version)).collect();
        let stand = if rests { Stand::Rests(versions()) } else { Stand::Busy };
        self.standing.set(self.device.session_id, stand);
    }

    fn pulse(&mut self, client: &TestClient, calls: &Calls) -> Result<(), Lost> {
        if client.silent_for().min(self.reads_since.elapsed()) > self.habits.silence_max {
            self.counts.add("dead connections", 1);
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
            self.counts.add("pushes", 1);
            if self.habits.deaf_to_account && push.name == "account:changed" {
                continue;
            }
            match self.replica.pushed(&push.name, &push.payload) {
                Next::Nothing => {}
                Next::Changes(_) if self.habits.deaf_to_gaps => {}
                Next::Changes(request) => self.fetch(client, request).await?,
                Next::Sync if self.habits.deaf_to_resync => {}
                Next::Sync => {
                    self.counts.add("resyncs", 1);
                    self.resume(client).await?;
                }
            }
        }
        Ok(())
    }

    async fn resume(&mut self, client: &TestClient) -> Result<(), Lost> {
        loop {
            let answer = match client.issue(&self.replica.sync_request()).await? {
                Ok(answer) => answer,
                Err(refusal) => {
                    let wait = will_pass(&refusal).ok_or(Lost)?;
                    self.counts.add("syncs refused for the moment", 1);
                    tokio::time::sleep(wait).await;
                    continue;
                }
            };
            let more = answer.more;
            let missing = self.replica.synced(answer);
            if !self.habits.deaf_to_gaps {
                for request in missing {
                    self.fetch(client, request).await?;
                }
            }
            if !more {
                self.counts.add("syncs", 1);
                return Ok(());
            }
        }
    }

    async fn fetch(&mut self, client: &TestClient, request: ChangesRequest) -> Result<(), Lost> {
        self.counts.add("differences", 1);
        match follow(client, &mut self.replica, request).await {
            // Left or removed meanwhile: the feed tells of it.
            Ok(()) | Err(ReadFailure::Refused(_)) => Ok(()),
            Err(ReadFailure::Lost) => Err(Lost),
        }
    }

    fn came(&mut self, came: Came) {
        match came {
            Came::Changed(Ok(())) => self.counts.add("changes", 1),
            Came::Changed(Err(_)) => self.counts.add("refusals", 1),
            Came::Sent(id, outcome) => self.sent(id, outcome),
        }
    }

    fn sent(&mut self, id: ClientId, outcome: Result<Seq, ErrorBody>) {
        match self.outbox.settle(id, outcome) {
            Some(Settled::Acknowledged(conversation_id, seq, took)) => {
                self.counts.ack(took);
                self.own.push_back((conversation_id, seq));
                if self.own.len() > REMEMBERED_MAX {
                    self.own.pop_front();
                }
            }
            Some(Settled::Waits | Settled::GivenUp) => self.counts.add("refusals", 1),
            None => {}
        }
    }

    /// Does one thing.
    fn act(&mut self, client: &TestClient, calls: &Calls) {
        let conversations = self.replica.conversations.len();
        if conversations == 0 {
            return;
        }
        let place = self.random.random_range(0..conversations);
        let id = *self.replica.conversations.keys().nth(place).expect("there are as many");
        match self.random.random_range(0..100) {
            0..5 => self.edit(client, calls),
            5..7 => self.unsend(client, calls),
            7..12 => self.react(client, calls, id),
            12..22 => self.read(client, calls, id),
            22..27 => {
                client.send(TYPING_EVENT, &json!({ "conversation_id": id, "typing": true }));
            }
            deed if deed < 27 + self.habits.own_affairs_percent => self.own_affair(client, calls, id),
            _ => self.say(client, calls, id),
        }
    }

    fn say(&mut self, client: &TestClient, calls: &Calls, id: ConversationId) {
        self.said += 1;
        // Nobody says the same twice, not even on two devices: what is there twice was sent twice.
        let Device { username, session_id, .. } = &self.device;
        let text = format!("{username} says for the {}th time 🌊 من هنا on {session_id}", self.said);
        let send_message = message(id, &text);
        calls.push(send(client, &send_message));
        self.counts.add("sends", 1);
        for repeat in 1..self.repeats() {
            self.counts.add("repeats", 1);
            // The control does what a client must not: it makes a new id for what it sends again.
            let again = match self.habits.forgets_ids && repeat == 1 {
                true => message(id, &text),
                false => send_message.clone(),
            };
            calls.push(send(client, &again));
        }
        self.outbox.keep(send_message);
    }

    fn repeats(&mut self) -> u32 {
        self.random.random_range(1..=self.habits.issues_max.max(1))
    }

    fn edit(&mut self, client: &TestClient, calls: &Calls) {
        let Some((id, seq)) = self.some_of_mine() else { return };
        let row = self.replica.conversations.get(&id).and_then(|held| held.messages.get(&seq));
        let Some(row) = row.filter(|row| row.unsent_at.is_none()) else { return };
        self.said += 1;
        let text = format!("{} means for the {}th time", self.device.username, self.said);
        let edit =
            EditMessage { conversation_id: id, seq, if_version: row.version, text, mentions: Vec::new() };
        calls.push(change(client, &edit));
        self.counts.add("edits", 1);
    }

    fn unsend(&mut self, client: &TestClient, calls: &Calls) {
        let Some((id, seq)) = self.some_of_mine() else { return };
        let delete = DeleteMessage { conversation_id: id, seq, scope: DeleteScope::Everyone };
        calls.push(change(client, &delete));
        self.counts.add("deletions", 1);
    }

    fn react(&mut self, client: &TestClient, calls: &Calls, id: ConversationId) {
        let held = &self.replica.conversations[&id];
        let some = held
            .messages
            .values()
            .rev()
            .take(10)
            .find(|row| row.unsent_at.is_none() && row.kind == MessageKind::Text);
        let Some(seq) = some.map(|row| row.seq) else { return };
        let emoji = ["👍", "🌊", "🍵"][self.random.random_range(0..3)];
        calls.push(change(client, &React { conversation_id: id, seq, emoji: Some(emoji.to_owned()) }));
        self.counts.add("reactions", 1);
    }

    fn read(&self, client: &TestClient, calls: &Calls, id: ConversationId) {
        let Some(seq) = self.replica.conversations[&id].messages.keys().next_back().copied() else { return };
        calls.push(change(client, &MarkDelivered { conversation_id: id, seq }));
        calls.push(change(client, &MarkRead { conversation_id: id, seq }));
        self.counts.add("receipts", 1);
    }

    /// Changes something that only this person sees, on all their devices.
    fn own_affair(&mut self, client: &TestClient, calls: &Calls, id: ConversationId) {
        let nothing = SetAccount { conversation_id: Some(id), ..SetAccount::default() };
        let chance = self.random.random_bool(0.5);
        self.counts.add("own affairs", 1);
        let set = match self.random.random_range(0..5) {
            0 => SetAccount { draft: Some(chance.then(|| format!("draft {}", self.said))), ..nothing },
            1 => SetAccount { muted_until: Some(chance.then_some(Timestamp(9_000_000_000_000))), ..nothing },
            2 => SetAccount { pinned: Some(chance), ..nothing },
            3 => SetAccount { marked_unread: Some(chance), ..nothing },
            _ => return self.hide(client, calls, id),
        };
        calls.push(change(client, &set));
    }

    fn hide(&self, client: &TestClient, calls: &Calls, id: ConversationId) {
        let Some(seq) = self.replica.conversations[&id].messages.keys().nth(1).copied() else { return };
        calls.push(change(client, &DeleteMessage { conversation_id: id, seq, scope: DeleteScope::Me }));
    }

    fn some_of_mine(&mut self) -> Option<(ConversationId, Seq)> {
        let place = self.random.random_range(0..self.own.len().max(1));
        self.own.get(place).copied()
    }
}

fn send(client: &TestClient, send: &SendMessage) -> BoxFuture<'static, Result<Came, Lost>> {
    let id = send.client_id;
    let answer = client.issue(send);
    async move { Ok(Came::Sent(id, answer.await?.map(|answer| answer.message.seq))) }.boxed()
}

fn change<C>(client: &TestClient, command: &C) -> BoxFuture<'static, Result<Came, Lost>>
where
    C: Command + serde::Serialize,
    C::Answer: serde::de::DeserializeOwned + Send,
{
    let answer = client.issue(command);
    async move { Ok(Came::Changed(answer.await?.map(drop))) }.boxed()
}
