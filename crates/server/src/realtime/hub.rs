//! Who is connected: the sockets of every person, and how an event gets to them.

use std::{
    cell::OnceCell,
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use kith_chat::Audience;
use kith_protocol::{Resync, ResyncReason, ServerEvent, SessionId, UserId};
use kith_socketio::{EncodedEvent, Socket};
use parking_lot::Mutex;
use tokio::sync::mpsc;

use super::feed::{Feed, Verdict};
use crate::{faults::Switch, metrics::Metrics};

/// Events that may wait for a listener inside of this process.
const LISTENER_EVENTS_MAX: usize = 1_024;

/// The sockets of every connected person.
pub(super) struct Hub {
    people: Mutex<HashMap<UserId, Person>>,
    sockets_per_person_max: usize,
    pub(super) metrics: Arc<Metrics>,
}

#[derive(Default)]
struct Person {
    /// Oldest first.
    sockets: Vec<Arc<Subscriber>>,
    listeners: Vec<mpsc::Sender<Arc<ServerEvent>>>,
}

/// A connected socket and what it is told.
pub(super) struct Subscriber {
    /// The way to the client.
    pub(super) socket: Socket,
    /// Whose it is.
    pub(super) user: UserId,
    /// Of which device.
    pub(super) session: SessionId,
    /// Counts what happens to it.
    pub(super) metrics: Arc<Metrics>,
    /// What a test has put wrong.
    pub(super) faults: Switch,
    feed: Mutex<Feed>,
    active: AtomicBool,
}

/// Hears what the devices of one person hear. It ends when whoever listens is too slow; what was missed is then read
/// from the store, as every client does.
pub struct Listener(mpsc::Receiver<Arc<ServerEvent>>);

impl Listener {
    /// The next event; `None` when this has ended.
    pub async fn next(&mut self) -> Option<Arc<ServerEvent>> {
        self.0.recv().await
    }
}

/// An event on its way: encoded once, when the first socket wants it.
pub(super) struct Parcel {
    event: Arc<ServerEvent>,
    encoded: OnceCell<EncodedEvent>,
}

impl Parcel {
    pub(super) fn new(event: ServerEvent) -> Self {
        Self { event: Arc::new(event), encoded: OnceCell::new() }
    }

    pub(super) fn event(&self) -> &ServerEvent {
        &self.event
    }

    fn encoded(&self) -> &EncodedEvent {
        self.encoded.get_or_init(|| encode(&self.event))
    }
}

/// The form in which an event travels.
pub(super) fn encode(event: &ServerEvent) -> EncodedEvent {
    EncodedEvent::new(event.name(), event).expect("wire types always serialize")
}

impl Hub {
    /// Nobody yet.
    pub(super) fn new(sockets_per_person_max: usize, metrics: Arc<Metrics>) -> Self {
        Self { people: Mutex::default(), sockets_per_person_max: sockets_per_person_max.max(1), metrics }
    }

    /// How many people have a socket.
    pub(super) fn people(&self) -> usize {
        self.people.lock().values().filter(|person| !person.sockets.is_empty()).count()
    }

    /// Lets a socket in. Returns the person's oldest one when it has to make room.
    pub(super) fn attach(&self, subscriber: &Arc<Subscriber>) -> Option<Arc<Subscriber>> {
        let mut people = self.people.lock();
        let sockets = &mut people.entry(subscriber.user).or_default().sockets;
        sockets.push(Arc::clone(subscriber));
        (sockets.len() > self.sockets_per_person_max).then(|| sockets.remove(0))
    }

    /// Forgets a socket that has ended.
    pub(super) fn detach(&self, subscriber: &Arc<Subscriber>) {
        let mut people = self.people.lock();
        if let Some(person) = people.get_mut(&subscriber.user) {
            person.sockets.retain(|other| !Arc::ptr_eq(other, subscriber));
            if person.is_empty() {
                people.remove(&subscriber.user);
            }
        }
    }

    /// Hears what this person hears.
    pub(super) fn listen(&self, user: UserId) -> Listener {
        let (sender, receiver) = mpsc::channel(LISTENER_EVENTS_MAX);
        let mut people = self.people.lock();
        let listeners = &mut people.entry(user).or_default().listeners;
        listeners.retain(|listener| !listener.is_closed());
        listeners.push(sender);
        Listener(receiver)
    }

    /// Pushes something durable to everyone it is for. Sockets whose feed does not run are passed by.
    pub(super) fn push(&self, to: &Audience, parcel: &Parcel) {
        self.each(to, |person, chosen| person.push(parcel, chosen));
    }

    /// Pushes something that may be lost to every socket of these people whose feed runs.
    pub(super) fn push_volatile(&self, to: &Audience, parcel: &Parcel) {
        self.each(to, |person, chosen| {
            for subscriber in person.sockets.iter().filter(|subscriber| chosen.includes(subscriber)) {
                subscriber.push_volatile(parcel);
            }
        });
    }

    /// Stops the feeds of these devices until they `sync`, and tells them to.
    pub(super) fn resync(&self, to: &Audience, parcel: &Parcel) {
        self.each(to, |person, chosen| {
            for subscriber in person.sockets.iter().filter(|subscriber| chosen.includes(subscriber)) {
                subscriber.stop_and_tell(parcel);
            }
            person.listeners.retain(|listener| listener.try_send(Arc::clone(&parcel.event)).is_ok());
        });
    }

    /// Tells devices that they are signed out, and closes their sockets.
    pub(super) fn end(&self, to: &Audience, parcel: &Parcel) {
        self.each(to, |person, chosen| {
            for subscriber in person.sockets.iter().filter(|subscriber| chosen.includes(subscriber)) {
                let _ = subscriber.socket.notify(parcel.encoded());
                subscriber.socket.disconnect();
            }
        });
    }

    /// The sockets on which something came in since this was last asked.
    pub(super) fn take_active(&self) -> Vec<(UserId, SessionId)> {
        let people = self.people.lock();
        let sockets = people.values().flat_map(|person| &person.sockets);
        let active = sockets.filter(|subscriber| subscriber.active.swap(false, Ordering::Relaxed));
        active.map(|subscriber| (subscriber.user, subscriber.session)).collect()
    }

    fn each(&self, to: &Audience, mut tell: impl FnMut(&mut Person, Chosen)) {
        let mut people = self.people.lock();
        let mut tell_one = |user: &UserId, chosen| {
            if let Some(person) = people.get_mut(user) {
                tell(person, chosen);
            }
        };
        match to {
            Audience::People(users) => users.iter().for_each(|user| tell_one(user, Chosen::All)),
            Audience::Person(user) => tell_one(user, Chosen::All),
            Audience::Session(user, session) => tell_one(user, Chosen::Only(*session)),
            Audience::OtherSessions(user, keep) => tell_one(user, keep.map_or(Chosen::All, Chosen::AllBut)),
        }
    }
}

/// Which of a person's devices something is for.
#[derive(Clone, Copy)]
enum Chosen {
    All,
    Only(SessionId),
    AllBut(SessionId),
}

impl Chosen {
    fn includes(self, subscriber: &Subscriber) -> bool {
        match self {
            Self::All => true,
            Self::Only(session) => subscriber.session == session,
            Self::AllBut(session) => subscriber.session != session,
        }
    }
}

impl Person {
    fn push(&mut self, parcel: &Parcel, chosen: Chosen) {
        for subscriber in self.sockets.iter().filter(|subscriber| chosen.includes(subscriber)) {
            subscriber.push(parcel);
        }
        self.listeners.retain(|listener| listener.try_send(Arc::clone(&parcel.event)).is_ok());
    }

    fn is_empty(&mut self) -> bool {
        self.listeners.retain(|listener| !listener.is_closed());
        self.sockets.is_empty() && self.listeners.is_empty()
    }
}

impl Subscriber {
    /// A socket whose feed has not begun.
    pub(super) fn new(
        socket: Socket,
        user: UserId,
        session: SessionId,
        metrics: Arc<Metrics>,
        faults: Switch,
    ) -> Self {
        let (feed, active) = (Mutex::default(), AtomicBool::new(true));
        Self { socket, user, session, metrics, faults, feed, active }
    }

    /// Something came in.
    pub(super) fn note_active(&self) {
        self.active.store(true, Ordering::Relaxed);
    }

    /// Before a `sync` is read, so that nothing can fall between its answer and the feed.
    pub(super) fn hold(&self) -> bool {
        self.feed.lock().hold()
    }

    /// After the answer of a `sync` has been queued: what was held back follows it, then the feed runs.
    pub(super) fn release(&self) {
        let mut feed = self.feed.lock();
        self.socket.resume_feed();
        match feed.release() {
            Some(held) => held.iter().for_each(|event| self.emit(&mut feed, event)),
            None => self.tell_resync(),
        }
    }

    /// The feed has stopped, or a `sync` that was to start it has failed.
    pub(super) fn stop(&self) {
        *self.feed.lock() = Feed::Off;
    }

    /// Stops a feed that has begun, and tells the client why. One that waits for its first `sync` will be told everything.
    fn stop_and_tell(&self, parcel: &Parcel) {
        let mut feed = self.feed.lock();
        if feed.is_on() {
            *feed = Feed::Off;
            self.metrics.resync(ResyncReason::Settings);
            let _ = self.socket.notify(parcel.encoded());
        }
    }

    /// Tells the client to `sync`.
    pub(super) fn tell_resync(&self) {
        self.metrics.resync(ResyncReason::Overflow);
        let resync = ServerEvent::Resync(Resync { reason: ResyncReason::Overflow });
        let _ = self.socket.notify(&encode(&resync));
    }

    /// Pushes something that this socket has asked for itself, whether or not its feed runs.
    pub(super) fn push_asked(&self, parcel: &Parcel) {
        let _ = self.socket.emit_volatile(parcel.encoded());
    }

    fn push(&self, parcel: &Parcel) {
        let mut feed = self.feed.lock();
        if feed.is_on() && feed.offer(parcel.encoded()) == Verdict::Push {
            self.emit(&mut feed, parcel.encoded());
        }
    }

    fn push_volatile(&self, parcel: &Parcel) {
        if self.feed.lock().is_live() {
            self.push_asked(parcel);
        }
    }

    /// A socket that cannot take an event gets no further ones: [`kith_socketio::Session::overflowed`] then tells it.
    fn emit(&self, feed: &mut Feed, event: &EncodedEvent) {
        if self.socket.emit(event).is_err() {
            *feed = Feed::Off;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use kith_protocol::{ConversationId, Typing};
    use uuid::Uuid;

    use super::*;

    const ANN: UserId = UserId(Uuid::from_u128(1));

    fn event() -> ServerEvent {
        ServerEvent::Typing(Typing {
            conversation_id: ConversationId(Uuid::from_u128(9)),
            user_ids: vec![ANN],
        })
    }

    #[test]
    fn a_listener_hears_everything_until_it_is_too_far_behind() {
        let hub = Hub::new(1, Arc::default());
        let mut listener = hub.listen(ANN);
        let parcel = Parcel::new(event());
        (0..LISTENER_EVENTS_MAX).for_each(|_| hub.push(&Audience::Person(ANN), &parcel));
        assert_eq!(listener.next().now_or_never().flatten().as_deref(), Some(&event()));
        hub.push(&Audience::Person(ANN), &parcel);
        // One more than may wait ends it, after what waits.
        hub.push(&Audience::Person(ANN), &parcel);
        for _ in 0..LISTENER_EVENTS_MAX {
            assert!(listener.next().now_or_never().flatten().is_some());
        }
        assert_eq!(listener.next().now_or_never(), Some(None));
    }

    #[test]
    fn whoever_is_not_connected_costs_nothing() {
        let hub = Hub::new(1, Arc::default());
        let parcel = Parcel::new(event());
        hub.push(&Audience::People(Arc::new([ANN])), &parcel);
        assert!(parcel.encoded.get().is_none());
        drop(hub.listen(ANN));
        hub.push(&Audience::Person(ANN), &parcel);
        assert!(hub.people.lock().values().all(|person| person.listeners.is_empty()));
    }
}
