//! Who is there, told to those who look at them. In memory only; the store decides who may see whom.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use kith_chat::{Chat, Refusal};
use kith_protocol::{Presence, Presences, ServerEvent, Timestamp, UserId, WatchPresence};
use parking_lot::Mutex;
use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior},
};

use super::hub::{Parcel, Subscriber};

/// How often it is looked whether somebody has gone.
const TICK: Duration = Duration::from_millis(500);
/// People about whom it waits to be asked anew who may see them. With one more, that person is shown to nobody, and
/// nobody to them, until somebody watches again.
const DOUBTS_MAX: usize = 1_024;

/// Who is there and who watches whom.
pub(super) struct Board {
    table: Mutex<Table>,
    grace: Duration,
    doubts: mpsc::Sender<UserId>,
}

#[derive(Default)]
struct Table {
    people: HashMap<UserId, Attendance>,
    /// Of everyone watched: the sockets that watch.
    watchers: HashMap<UserId, Watchers>,
    /// Every socket that watches, by address.
    watches: HashMap<usize, Watch>,
    /// Moves on whenever it may have changed who may see whom.
    generation: u64,
}

/// Sockets in the order of their addresses: a list takes half of the memory of a table, and every client watches many.
#[derive(Default)]
struct Watchers(Vec<Arc<Subscriber>>);

/// Whom a socket watches.
struct Watch {
    watcher: Arc<Subscriber>,
    users: Vec<UserId>,
}

/// A person who is there, or was a moment ago.
#[derive(Default)]
struct Attendance {
    sockets: usize,
    left: Option<(Instant, Timestamp)>,
}

/// The people about whom somebody has to ask.
pub(super) type Doubts = mpsc::Receiver<UserId>;

impl Board {
    /// Nobody is there. The doubts are for [`run`].
    pub(super) fn new(grace: Duration) -> (Self, Doubts) {
        let (doubts, receiver) = mpsc::channel(DOUBTS_MAX);
        (Self { table: Mutex::default(), grace, doubts }, receiver)
    }

    /// A socket of this person has come.
    pub(super) fn arrive(&self, user: UserId) {
        let mut table = self.table.lock();
        let attendance = table.people.entry(user).or_default();
        let was_there = attendance.sockets > 0 || attendance.left.is_some();
        attendance.sockets += 1;
        attendance.left = None;
        if !was_there {
            table.tell(Presence { user_id: user, online: true, last_active_at: None });
        }
    }

    /// A socket has ended. Its person is there for a while yet, unless another socket is.
    pub(super) fn leave(&self, subscriber: &Arc<Subscriber>, now: Instant, wall: Timestamp) {
        let mut table = self.table.lock();
        table.unwatch_all(subscriber);
        let Some(attendance) = table.people.get_mut(&subscriber.user) else { return };
        attendance.sockets = attendance.sockets.saturating_sub(1);
        if attendance.sockets == 0 {
            attendance.left = Some((now, wall));
        }
    }

    /// Shows these people to a socket, and no others any more.
    ///
    /// # Errors
    /// `too_large` for more than [`kith_protocol::limits::PRESENCE_WATCH_MAX`].
    pub(super) async fn watch(
        &self,
        chat: &Chat,
        subscriber: &Arc<Subscriber>,
        request: WatchPresence,
    ) -> Result<Presences, Refusal> {
        let generation = self.table.lock().generation;
        let mut presences = chat.visible_presence(subscriber.user, request.user_ids).await?;
        let mut table = self.table.lock();
        table.watch(subscriber, presences.iter().map(|presence| presence.user_id));
        presences.iter_mut().for_each(|presence| table.fill_in(presence));
        if table.generation != generation {
            drop(table);
            self.doubt(subscriber.user);
        }
        Ok(Presences { presences })
    }

    /// Who of these people is there, as far as `user` may see.
    pub(super) async fn see(
        &self,
        chat: &Chat,
        user: UserId,
        user_ids: Vec<UserId>,
    ) -> Result<Presences, Refusal> {
        let mut presences = chat.visible_presence(user, user_ids).await?;
        let table = self.table.lock();
        presences.iter_mut().for_each(|presence| table.fill_in(presence));
        drop(table);
        Ok(Presences { presences })
    }

    /// It may have changed who sees this person and whom they see. [`run`] asks the store.
    pub(super) fn doubt(&self, user: UserId) {
        self.table.lock().generation += 1;
        if self.doubts.try_send(user).is_err() {
            let nobody = HashSet::new();
            let pairs = self.table.lock().pairs_with(user);
            pairs.into_iter().for_each(|(watcher, watched)| self.keep_visible(&watcher, &watched, &nobody));
        }
    }

    /// Tells of those who have not come back in time, and returns them.
    fn depart(&self, now: Instant) -> Vec<(UserId, Timestamp)> {
        let mut table = self.table.lock();
        let grace = self.grace;
        let gone = |attendance: &Attendance| {
            attendance
                .left
                .filter(|(at, _)| now.saturating_duration_since(*at) >= grace)
                .map(|(_, wall)| wall)
        };
        let departed: Vec<_> = table
            .people
            .iter()
            .filter_map(|(user, attendance)| gone(attendance).map(|wall| (*user, wall)))
            .collect();
        for (user, wall) in &departed {
            table.people.remove(user);
            table.tell(Presence { user_id: *user, online: false, last_active_at: Some(*wall) });
        }
        departed
    }

    /// Asks the store about everyone whom this person sees and who sees them.
    async fn settle(&self, chat: &Chat, user: UserId) {
        let pairs = self.table.lock().pairs_with(user);
        for (watcher, watched) in pairs {
            let asked = chat.visible_presence(watcher.user, watched.clone()).await;
            let visible = asked.unwrap_or_default().into_iter().map(|presence| presence.user_id).collect();
            self.keep_visible(&watcher, &watched, &visible);
        }
    }

    /// Hides from a socket whoever of these it may not see, and says so.
    fn keep_visible(&self, watcher: &Arc<Subscriber>, asked: &[UserId], visible: &HashSet<UserId>) {
        let mut table = self.table.lock();
        for user in asked.iter().filter(|user| !visible.contains(user)) {
            if table.unwatch(watcher, *user) {
                let hidden = Presence { user_id: *user, online: false, last_active_at: None };
                watcher.push_asked(&Parcel::new(ServerEvent::Presence(hidden)));
            }
        }
    }
}

/// Notes departures and settles doubts, for ever.
pub(super) async fn run(board: Arc<Board>, chat: Arc<Chat>, mut doubts: Doubts) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            _ = ticks.tick() => {
                let departed = board.depart(Instant::now());
                if !departed.is_empty() {
                    // Not worth refusing anything for: it is noted again when they come back.
                    let _ = chat.touch(Vec::new(), departed).await;
                }
            }
            Some(user) = doubts.recv() => board.settle(&chat, user).await,
        }
    }
}

impl Table {
    fn watch(&mut self, watcher: &Arc<Subscriber>, users: impl Iterator<Item = UserId>) {
        self.unwatch_all(watcher);
        let users: Vec<_> = users.collect();
        for user in &users {
            self.watchers.entry(*user).or_default().insert(watcher);
        }
        self.watches.insert(address(watcher), Watch { watcher: Arc::clone(watcher), users });
    }

    fn unwatch_all(&mut self, watcher: &Arc<Subscriber>) {
        let Some(watch) = self.watches.remove(&address(watcher)) else { return };
        for user in watch.users {
            self.forget_watcher(user, watcher);
        }
    }

    /// Returns whether it was watched.
    fn unwatch(&mut self, watcher: &Arc<Subscriber>, user: UserId) -> bool {
        if let Some(watch) = self.watches.get_mut(&address(watcher)) {
            watch.users.retain(|other| *other != user);
        }
        self.forget_watcher(user, watcher)
    }

    fn forget_watcher(&mut self, user: UserId, watcher: &Arc<Subscriber>) -> bool {
        let Some(watchers) = self.watchers.get_mut(&user) else { return false };
        let removed = watchers.remove(watcher);
        if watchers.0.is_empty() {
            self.watchers.remove(&user);
        }
        removed
    }

    /// Every socket that watches this person, with them, and every socket of theirs, with all whom it watches.
    fn pairs_with(&self, user: UserId) -> Vec<(Arc<Subscriber>, Vec<UserId>)> {
        let seen_by = self.watchers.get(&user).into_iter().flat_map(|watchers| &watchers.0);
        let seen_by = seen_by.map(|watcher| (Arc::clone(watcher), vec![user]));
        let own = self.watches.values().filter(|watch| watch.watcher.user == user && !watch.users.is_empty());
        seen_by.chain(own.map(|watch| (Arc::clone(&watch.watcher), watch.users.clone()))).collect()
    }

    fn fill_in(&self, presence: &mut Presence) {
        let Some(attendance) = self.people.get(&presence.user_id) else {
            presence.online = false;
            return;
        };
        presence.online = true;
        if attendance.left.is_none() {
            presence.last_active_at = None;
        }
    }

    fn tell(&self, presence: Presence) {
        if let Some(watchers) = self.watchers.get(&presence.user_id) {
            let parcel = Parcel::new(ServerEvent::Presence(presence));
            watchers.0.iter().for_each(|watcher| watcher.push_asked(&parcel));
        }
    }
}

impl Watchers {
    fn place(&self, watcher: &Arc<Subscriber>) -> Result<usize, usize> {
        self.0.binary_search_by_key(&address(watcher), address)
    }

    fn insert(&mut self, watcher: &Arc<Subscriber>) {
        if let Err(place) = self.place(watcher) {
            self.0.insert(place, Arc::clone(watcher));
        }
    }

    /// Returns whether it was there.
    fn remove(&mut self, watcher: &Arc<Subscriber>) -> bool {
        self.place(watcher).map(|place| self.0.remove(place)).is_ok()
    }
}

/// What tells one socket from another while it is held.
fn address(subscriber: &Arc<Subscriber>) -> usize {
    Arc::as_ptr(subscriber).addr()
}
