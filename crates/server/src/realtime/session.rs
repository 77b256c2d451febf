//! One connected socket: its events, strictly in order.

use std::sync::Arc;

use kith_chat::{Chat, Refusal, Reply, SendOrder, store::SignedInAs};
use kith_protocol::*;
use kith_socketio::{AckId, DisconnectReason, Event, Socket};
use serde::Serialize;
use tokio::time::Instant;
use tracing::Instrument;

use super::{
    activity::Activity,
    admission::Admission,
    hub::{Hub, Subscriber},
    pipeline::Pipeline,
    presence::Board,
    typing::Typing,
};
use crate::{faults::Request, pace::Pace, payload};

/// A signed-in device on a socket.
///
/// Writes are queued in the order of their events and answered when they are committed, without one waiting for the
/// other; a read waits until every write before it has been answered.
pub(super) struct Session {
    pub(super) chat: Arc<Chat>,
    pub(super) board: Arc<Board>,
    pub(super) attached: Attached,
    typing: Arc<Typing>,
    pipeline: Pipeline,
    pace: Pace,
    order: Arc<SendOrder>,
}

/// A socket that the others know of. Dropping it makes them forget it, even after a panic.
pub(super) struct Attached {
    pub(super) subscriber: Arc<Subscriber>,
    hub: Arc<Hub>,
    board: Arc<Board>,
    activity: Arc<Activity>,
    chat: Arc<Chat>,
}

/// An ack that says yes.
#[derive(Serialize)]
struct Accepted<'a, T> {
    ok: bool,
    #[serde(flatten)]
    answer: &'a T,
}

/// An ack that says no.
#[derive(Serialize)]
struct Refused<'a> {
    ok: bool,
    error: &'a ErrorBody,
}

impl Session {
    /// Lets a socket in.
    pub(super) fn open(world: &Admission, signed_in: SignedInAs, socket: Socket) -> Self {
        let config = &world.config;
        let opened = Instant::now();
        Self {
            chat: Arc::clone(&world.chat),
            board: Arc::clone(&world.board),
            attached: Attached::new(world, signed_in, socket),
            typing: Arc::clone(&world.typing),
            pipeline: Pipeline::new(config.writes_in_flight_max),
            pace: Pace::new(config.events_per_second, config.events_burst, opened.into_std()),
            order: Arc::new(SendOrder::new(move || opened.elapsed())),
        }
    }

    pub(super) fn user(&self) -> UserId {
        self.attached.subscriber.user
    }

    /// Queues a write and answers it when it is committed. Waits only when too many are under way.
    pub(super) async fn write<C: Command>(
        &self,
        event: &mut Event,
        deed: impl FnOnce(&Chat, UserId, C) -> Reply<C::Answer>,
    ) {
        let ack = event.take_ack();
        let subscriber = &self.attached.subscriber;
        let payload = match subscriber.faults.request(self.user(), C::EVENT, event.raw_payload()) {
            Request::Carry(payload) => payload,
            Request::Answer(json) => return acknowledge(subscriber, ack, &json),
            Request::Refuse(refusal) => {
                self.hold_what_follows(event, &refusal);
                return self.answer::<C>(ack, Err(refusal));
            }
        };
        let request = match payload::parse(&payload) {
            Ok(request) => request,
            Err(refusal) => return self.answer::<C>(ack, Err(refusal)),
        };
        let place = self.pipeline.write(event.raw_payload().len()).await;
        let reply = deed(&self.chat, self.user(), request);
        let subscriber = Arc::clone(subscriber);
        tokio::spawn(async move {
            answer::<C>(&subscriber, ack, reply.await);
            drop(place);
        });
    }

    /// Answers a read, once every write before it is answered.
    pub(super) async fn read<C: Command>(
        &self,
        event: &mut Event,
        ask: impl AsyncFnOnce(&Self, C) -> Result<C::Answer, Refusal>,
    ) {
        let ack = event.take_ack();
        let outcome = match payload::parse(event.raw_payload()) {
            Ok(request) => {
                let _all = self.pipeline.drained().await;
                ask(self, request).await
            }
            Err(refusal) => Err(refusal),
        };
        self.answer::<C>(ack, outcome);
    }

    /// Catches up and starts the feed. What is committed while the answer is made follows it.
    pub(super) async fn sync(&self, event: &mut Event) {
        let subscriber = &self.attached.subscriber;
        let starts = subscriber.hold();
        let mut read = false;
        self.read(event, async |session: &Self, request: SyncRequest| {
            let answer = session.chat.sync(session.user(), request).await;
            read = answer.is_ok();
            answer
        })
        .await;
        match (starts, read) {
            (true, true) => subscriber.release(),
            (true, false) => subscriber.stop(),
            (false, _) => {}
        }
    }

    /// Sends. Should this be refused for the moment, so is what this socket issues after it, until it comes again.
    pub(super) async fn send(&self, event: &mut Event) {
        let order = Arc::clone(&self.order);
        self.write(event, move |chat: &Chat, user, request: SendMessage| {
            chat.send_in_order(user, &order, request)
        })
        .await;
    }

    /// Refuses an event that comes too early.
    fn refuse_for_now(&self, event: &mut Event, retry_after_ms: u64) {
        let refusal = Refusal::rate_limited(retry_after_ms);
        self.hold_what_follows(event, &refusal);
        self.refuse(event, refusal);
    }

    /// A send that is refused before it was issued has its place in the order nevertheless.
    fn hold_what_follows(&self, event: &Event, refusal: &Refusal) {
        if ClientEvent::from_name(event.name()) == Some(ClientEvent::Send)
            && let Ok(request) = payload::parse::<SendMessage>(event.raw_payload())
        {
            self.order.issue(request.conversation_id, request.client_id).settle(Some(refusal));
        }
    }

    /// Refuses an event that cannot be carried out.
    pub(super) fn refuse(&self, event: &mut Event, refusal: Refusal) {
        self.answer::<ConversationRef>(event.take_ack(), Err(refusal));
    }

    /// Somebody types, or no longer. There is no ack: what is wrong with it is nobody's concern.
    pub(super) fn typing(&self, event: &Event) {
        if let Ok(said) = payload::parse(event.raw_payload()) {
            self.typing.set(&self.chat, self.user(), &said, Instant::now());
        }
        let subscriber = &self.attached.subscriber;
        if subscriber.faults.typing_evicts() {
            subscriber.stop();
            subscriber.tell_resync();
        }
    }

    fn answer<C: Command>(&self, ack: Option<AckId>, outcome: Result<C::Answer, Refusal>) {
        answer::<C>(&self.attached.subscriber, ack, outcome);
    }
}

impl kith_socketio::Session for Session {
    async fn event(&mut self, event: Event) {
        self.attached.subscriber.note_active();
        let Subscriber { session, faults, .. } = &*self.attached.subscriber;
        for mut event in faults.order(*session, event) {
            match self.pace.take(Instant::now().into_std()) {
                Ok(()) => {
                    let name = ClientEvent::from_name(event.name()).map(ClientEvent::name);
                    self.dispatch(event).instrument(tracing::debug_span!("event", name)).await;
                }
                Err(retry_after_ms) => self.refuse_for_now(&mut event, retry_after_ms),
            }
        }
    }

    async fn overflowed(&mut self) {
        self.attached.subscriber.stop();
        self.attached.subscriber.tell_resync();
    }

    async fn disconnected(self, reason: DisconnectReason) {
        tracing::debug!(user = %self.user(), ?reason, "a socket has ended");
    }
}

impl Attached {
    fn new(world: &Admission, signed_in: SignedInAs, socket: Socket) -> Self {
        let SignedInAs { user_id, session_id, .. } = signed_in;
        let faults = world.config.faults.clone();
        let subscriber = Subscriber::new(socket, user_id, session_id, Arc::clone(&world.hub.metrics), faults);
        let subscriber = Arc::new(subscriber);
        if let Some(oldest) = world.hub.attach(&subscriber) {
            oldest.socket.disconnect();
        }
        world.board.arrive(user_id);
        world.activity.note(user_id, session_id, world.chat.now());
        Self {
            subscriber,
            hub: Arc::clone(&world.hub),
            board: Arc::clone(&world.board),
            activity: Arc::clone(&world.activity),
            chat: Arc::clone(&world.chat),
        }
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        let Subscriber { user, session, .. } = *self.subscriber;
        let now = self.chat.now();
        self.hub.detach(&self.subscriber);
        self.board.leave(&self.subscriber, Instant::now(), now);
        self.activity.note(user, session, now);
    }
}

/// Answers an event, if its client wants to know. A socket that has ended needs no answer any more.
fn answer<C: Command>(subscriber: &Subscriber, ack: Option<AckId>, outcome: Result<C::Answer, Refusal>) {
    if let Err(refusal) = &outcome {
        subscriber.metrics.refused(refusal.code());
    }
    let Some(ack) = ack else { return };
    let json = match outcome {
        Ok(answer) => serde_json::to_string(&Accepted { ok: true, answer: &answer }),
        Err(refusal) => serde_json::to_string(&Refused { ok: false, error: &refusal.into_body() }),
    };
    let json = json.expect("wire types always serialize");
    debug_assert!(json.len() <= limits::ANSWER_BYTES_MAX, "{} answers with {} bytes", C::EVENT, json.len());
    let json = subscriber.faults.answer(subscriber.session, C::EVENT, json);
    acknowledge(subscriber, Some(ack), &json);
}

fn acknowledge(subscriber: &Subscriber, ack: Option<AckId>, json: &str) {
    if let Some(ack) = ack {
        let _ = subscriber.socket.ack_raw(ack, json, Vec::new());
    }
}
