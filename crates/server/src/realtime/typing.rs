//! Who types where. In memory only, latest only: it may be lost and delays nothing.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use kith_chat::{Audience, Chat};
use kith_protocol::{ConversationId, ServerEvent, SetTyping, Typing as WhoTypes, UserId};
use parking_lot::Mutex;
use tokio::{
    sync::Semaphore,
    time::{Instant, MissedTickBehavior},
};

use super::hub::{Hub, Parcel};

/// Of one person in one conversation, one "typing" counts in this time.
const COUNTED_EVERY: Duration = Duration::from_secs(3);
/// Somebody who has not said it again for so long does not type any more.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(6);
/// Of one conversation, one push leaves in this time.
const TOLD_EVERY: Duration = Duration::from_secs(1);
/// How often it is looked whether something is due.
const TICK: Duration = Duration::from_millis(250);
/// How long it is remembered who hears a person. A change of members or blocks forgets it at once.
const AUDIENCE_KEPT: Duration = Duration::from_secs(5);
/// Remembered audiences; with one more, all are looked up anew.
const AUDIENCES_MAX: usize = 4_096;
/// Conversations in which somebody types; with one more, the one that was told longest ago is forgotten.
const ROOMS_MAX: usize = 4_096;
/// Audiences that are looked up at the same time; what comes on top is lost.
const LOOKUPS_MAX: usize = 32;
/// How often one is looked up while members change; then it is lost.
const LOOKUP_TRIES_MAX: usize = 5;

/// Who types where, and who is told.
pub(super) struct Typing {
    hub: Arc<Hub>,
    table: Mutex<Table>,
    lookups: Arc<Semaphore>,
}

/// The people who hear somebody type.
type Hearers = Arc<[UserId]>;

#[derive(Default)]
struct Table {
    rooms: BTreeMap<ConversationId, Room>,
    audiences: HashMap<(UserId, ConversationId), (Instant, Option<Hearers>)>,
    /// Moves on whenever an audience may have changed, so that one looked up before is not used after.
    generation: u64,
}

/// One conversation in which somebody types or has just ended.
#[derive(Default)]
struct Room {
    typists: Vec<Typist>,
    /// Who was told last of somebody who types, and of whom.
    told: BTreeMap<UserId, BTreeSet<UserId>>,
    told_at: Option<Instant>,
    /// Something has changed since.
    stale: bool,
}

struct Typist {
    user: UserId,
    hearers: Hearers,
    counted_at: Instant,
}

/// Something to push: who hears it, and who types for them.
type Telling = (Vec<UserId>, WhoTypes);

/// What is known of an audience.
enum Known {
    /// These people; `None` where nobody is told.
    Yes(Option<Hearers>),
    /// Nothing, as of this generation.
    No(u64),
}

impl Typing {
    /// Nobody types.
    pub(super) fn new(hub: Arc<Hub>) -> Self {
        Self { hub, table: Mutex::default(), lookups: Arc::new(Semaphore::new(LOOKUPS_MAX)) }
    }

    /// Tells what is due, for ever.
    pub(super) async fn run(self: Arc<Self>) {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.change(|table| table.tick(Instant::now()));
        }
    }

    /// A client says that its person types, or no longer. Does not wait: who hears of it is looked up on the side.
    pub(super) fn set(self: &Arc<Self>, chat: &Arc<Chat>, user: UserId, said: &SetTyping, now: Instant) {
        let id = said.conversation_id;
        if !said.typing {
            return self.change(|table| table.end(id, user, now));
        }
        let known = self.table.lock().hearers(user, id, now);
        match known {
            Known::Yes(None) => {}
            Known::Yes(Some(hearers)) => self.change(|table| table.begin(id, user, hearers, now)),
            Known::No(generation) => self.look_up(chat, user, id, generation),
        }
    }

    /// A message was sent: whoever sent it has ended typing, and that is told at once.
    pub(super) fn sent(&self, id: ConversationId, user: UserId, now: Instant) {
        self.change(|table| table.sent(id, user, now));
    }

    /// Members came or went. Whoever is gone hears nothing more; the others are told that nobody types, until somebody
    /// says it again.
    pub(super) fn members_changed(&self, id: ConversationId, gone: &[UserId]) {
        self.change(|table| table.members_changed(id, gone));
    }

    /// Somebody has blocked a person, or no longer.
    pub(super) fn audience_changed(&self, user: UserId) {
        self.table.lock().audience_changed(user);
    }

    fn look_up(self: &Arc<Self>, chat: &Arc<Chat>, user: UserId, id: ConversationId, mut generation: u64) {
        let Ok(permit) = Arc::clone(&self.lookups).try_acquire_owned() else { return };
        let (typing, chat) = (Arc::clone(self), Arc::clone(chat));
        tokio::spawn(async move {
            for _ in 0..LOOKUP_TRIES_MAX {
                let hearers = chat.audience(user, id).await.ok().flatten().map(Hearers::from);
                let current = typing.table.lock().generation;
                if current == generation {
                    typing.change(|table| table.looked_up(id, user, hearers, generation, Instant::now()));
                    break;
                }
                // Members changed somewhere meanwhile, perhaps these.
                generation = current;
            }
            drop(permit);
        });
    }

    /// Changes the table and pushes what is to be told. The lock is held meanwhile, so that pushes keep their order.
    fn change(&self, change: impl FnOnce(&mut Table) -> Vec<Telling>) {
        let mut table = self.table.lock();
        for (people, typing) in change(&mut table) {
            self.hub
                .push_volatile(&Audience::People(people.into()), &Parcel::new(ServerEvent::Typing(typing)));
        }
    }
}

impl Table {
    fn hearers(&self, user: UserId, id: ConversationId, now: Instant) -> Known {
        match self.audiences.get(&(user, id)) {
            Some((at, hearers)) if now.saturating_duration_since(*at) < AUDIENCE_KEPT => {
                Known::Yes(hearers.clone())
            }
            _ => Known::No(self.generation),
        }
    }

    fn looked_up(
        &mut self,
        id: ConversationId,
        user: UserId,
        hearers: Option<Hearers>,
        generation: u64,
        now: Instant,
    ) -> Vec<Telling> {
        if generation != self.generation {
            return Vec::new();
        }
        if self.audiences.len() >= AUDIENCES_MAX {
            self.audiences.clear();
        }
        self.audiences.insert((user, id), (now, hearers.clone()));
        hearers.map_or_else(Vec::new, |hearers| self.begin(id, user, hearers, now))
    }

    fn begin(&mut self, id: ConversationId, user: UserId, hearers: Hearers, now: Instant) -> Vec<Telling> {
        self.make_room(id);
        let room = self.rooms.entry(id).or_default();
        let counted_lately =
            |typist: &Typist| now.saturating_duration_since(typist.counted_at) < COUNTED_EVERY;
        match room.typists.iter_mut().find(|typist| typist.user == user) {
            Some(typist) if counted_lately(typist) => return Vec::new(),
            Some(typist) => (typist.hearers, typist.counted_at) = (hearers, now),
            None => room.typists.push(Typist { user, hearers, counted_at: now }),
        }
        room.stale = true;
        room.tell_if_due(id, now)
    }

    fn end(&mut self, id: ConversationId, user: UserId, now: Instant) -> Vec<Telling> {
        let Some(room) = self.rooms.get_mut(&id) else { return Vec::new() };
        if room.remove(user) { room.tell_if_due(id, now) } else { Vec::new() }
    }

    fn sent(&mut self, id: ConversationId, user: UserId, now: Instant) -> Vec<Telling> {
        let Some(room) = self.rooms.get_mut(&id) else { return Vec::new() };
        if room.remove(user) { room.tell(id, now) } else { Vec::new() }
    }

    fn members_changed(&mut self, id: ConversationId, gone: &[UserId]) -> Vec<Telling> {
        self.generation += 1;
        self.audiences.retain(|(_, conversation), _| *conversation != id);
        let told = self.rooms.remove(&id).map(|room| room.told).unwrap_or_default();
        let remaining: Vec<_> = told.into_keys().filter(|user| !gone.contains(user)).collect();
        if remaining.is_empty() {
            return Vec::new();
        }
        vec![(remaining, WhoTypes { conversation_id: id, user_ids: Vec::new() })]
    }

    fn audience_changed(&mut self, user: UserId) {
        self.generation += 1;
        self.audiences.clear();
        for room in self.rooms.values_mut() {
            room.told.remove(&user);
            let before = room.typists.len();
            room.typists.retain(|typist| typist.user != user && !typist.hearers.contains(&user));
            room.stale |= room.typists.len() < before;
        }
    }

    fn tick(&mut self, now: Instant) -> Vec<Telling> {
        let mut tellings = Vec::new();
        self.rooms.retain(|id, room| {
            room.forget(now);
            tellings.extend(room.tell_if_due(*id, now));
            room.stale || !room.typists.is_empty()
        });
        tellings
    }

    /// Forgets the conversation that was told longest ago when there is no room for another.
    fn make_room(&mut self, id: ConversationId) {
        if self.rooms.len() >= ROOMS_MAX && !self.rooms.contains_key(&id) {
            let oldest = self.rooms.iter().min_by_key(|(_, room)| room.told_at).map(|(id, _)| *id);
            oldest.map(|oldest| self.rooms.remove(&oldest));
        }
    }
}

impl Room {
    /// Returns whether this person typed.
    fn remove(&mut self, user: UserId) -> bool {
        let before = self.typists.len();
        self.typists.retain(|typist| typist.user != user);
        let removed = self.typists.len() < before;
        self.stale |= removed;
        removed
    }

    fn forget(&mut self, now: Instant) {
        let before = self.typists.len();
        self.typists.retain(|typist| now.saturating_duration_since(typist.counted_at) < FORGOTTEN_AFTER);
        self.stale |= self.typists.len() < before;
    }

    fn tell_if_due(&mut self, id: ConversationId, now: Instant) -> Vec<Telling> {
        let due = self.told_at.is_none_or(|at| now.saturating_duration_since(at) >= TOLD_EVERY);
        if self.stale && due { self.tell(id, now) } else { Vec::new() }
    }

    /// What everyone is to be told: who types, without themselves and without whom they do not hear.
    fn tell(&mut self, id: ConversationId, now: Instant) -> Vec<Telling> {
        self.stale = false;
        self.told_at = Some(now);
        let mut heard: BTreeMap<UserId, BTreeSet<UserId>> = BTreeMap::new();
        for typist in &self.typists {
            for hearer in typist.hearers.iter().filter(|hearer| **hearer != typist.user) {
                heard.entry(*hearer).or_default().insert(typist.user);
            }
        }
        let told_nobody = self.told.keys().filter(|user| !heard.contains_key(user));
        let ended = told_nobody.map(|user| (*user, BTreeSet::new()));
        let mut lists: BTreeMap<BTreeSet<UserId>, Vec<UserId>> = BTreeMap::new();
        for (hearer, typists) in heard.iter().map(|(user, typists)| (*user, typists.clone())).chain(ended) {
            lists.entry(typists).or_default().push(hearer);
        }
        self.told = heard;
        let telling = |(typists, people): (BTreeSet<UserId>, Vec<UserId>)| {
            (people, WhoTypes { conversation_id: id, user_ids: typists.into_iter().collect() })
        };
        lists.into_iter().map(telling).collect()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ROOM: ConversationId = ConversationId(Uuid::from_u128(100));
    const ANN: UserId = UserId(Uuid::from_u128(1));
    const BEN: UserId = UserId(Uuid::from_u128(2));
    const CID: UserId = UserId(Uuid::from_u128(3));

    fn all() -> Hearers {
        Arc::new([ANN, BEN, CID])
    }

    /// Who hears of whom, in an order that does not depend on the hash map's.
    fn heard(tellings: Vec<Telling>) -> Vec<(UserId, Vec<UserId>)> {
        let each =
            |(people, typing): Telling| people.into_iter().map(move |user| (user, typing.user_ids.clone()));
        let mut heard: Vec<_> = tellings.into_iter().flat_map(each).collect();
        heard.sort();
        heard
    }

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn the_first_is_told_at_once_and_the_next_with_the_second() {
        let (mut table, start) = (Table::default(), Instant::now());
        assert_eq!(heard(table.begin(ROOM, ANN, all(), start)), [(BEN, vec![ANN]), (CID, vec![ANN])]);
        assert_eq!(heard(table.begin(ROOM, BEN, all(), start)), []);
        assert_eq!(heard(table.tick(start + Duration::from_millis(999))), []);
        let merged = heard(table.tick(start + seconds(1)));
        assert_eq!(merged, [(ANN, vec![BEN]), (BEN, vec![ANN]), (CID, vec![ANN, BEN])]);
        assert_eq!(heard(table.tick(start + seconds(2))), []);
    }

    #[test]
    fn one_in_three_seconds_counts_and_six_without_one_forget() {
        let (mut table, start) = (Table::default(), Instant::now());
        table.begin(ROOM, ANN, all(), start);
        assert_eq!(heard(table.begin(ROOM, ANN, all(), start + Duration::from_millis(2_999))), []);
        assert_eq!(heard(table.tick(start + Duration::from_millis(5_999))), []);
        assert_eq!(heard(table.tick(start + seconds(6))), [(BEN, vec![]), (CID, vec![])]);
        assert!(table.rooms.is_empty());
        table.begin(ROOM, ANN, all(), start);
        assert_eq!(
            heard(table.begin(ROOM, ANN, all(), start + seconds(3))),
            [(BEN, vec![ANN]), (CID, vec![ANN])]
        );
    }

    #[test]
    fn a_sent_message_ends_typing_at_once() {
        let (mut table, start) = (Table::default(), Instant::now());
        table.begin(ROOM, ANN, all(), start);
        assert_eq!(heard(table.sent(ROOM, ANN, start)), [(BEN, vec![]), (CID, vec![])]);
        assert_eq!(heard(table.sent(ROOM, ANN, start)), []);
    }

    #[test]
    fn whoever_is_gone_is_told_nothing_more() {
        let (mut table, start) = (Table::default(), Instant::now());
        table.begin(ROOM, ANN, all(), start);
        assert_eq!(heard(table.members_changed(ROOM, &[CID])), [(BEN, vec![])]);
        assert_eq!(heard(table.tick(start + seconds(6))), []);
    }

    #[test]
    fn an_audience_looked_up_before_a_change_is_not_used_after_it() {
        let (mut table, start) = (Table::default(), Instant::now());
        let Known::No(generation) = table.hearers(ANN, ROOM, start) else { panic!("nothing is known yet") };
        table.members_changed(ROOM, &[CID]);
        assert_eq!(heard(table.looked_up(ROOM, ANN, Some(all()), generation, start)), []);
        assert!(matches!(table.hearers(ANN, ROOM, start), Known::No(_)));
    }

    #[test]
    fn whoever_blocks_hears_nothing_more() {
        let (mut table, start) = (Table::default(), Instant::now());
        table.begin(ROOM, ANN, all(), start);
        table.audience_changed(CID);
        assert_eq!(heard(table.tick(start + seconds(1))), [(BEN, vec![])]);
    }

    #[test]
    fn one_conversation_too_many_forgets_the_one_told_longest_ago() {
        let (mut table, start) = (Table::default(), Instant::now());
        let room = |n: usize| ConversationId(Uuid::from_u128(n as u128));
        for n in 0..ROOMS_MAX {
            table.begin(room(n), ANN, all(), start + Duration::from_millis(n as u64));
        }
        assert!(table.rooms.contains_key(&room(0)));
        table.begin(room(ROOMS_MAX), ANN, all(), start + seconds(9));
        assert_eq!(table.rooms.len(), ROOMS_MAX);
        assert!(!table.rooms.contains_key(&room(0)));
    }

    #[test]
    fn one_audience_too_many_looks_all_up_anew() {
        let (mut table, start) = (Table::default(), Instant::now());
        for n in 0..=AUDIENCES_MAX {
            table.looked_up(ConversationId(Uuid::from_u128(n as u128)), ANN, None, 0, start);
        }
        assert_eq!(table.audiences.len(), 1);
    }
}
