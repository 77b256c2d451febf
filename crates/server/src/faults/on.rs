//! The faults, each of which breaks one promise of the wire contract as a mistake somewhere inside would: clients see the
//! same. They are made at the edge, where a socket's events come in, its answers go out, and what was committed is told.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use kith_chat::{Audience, Notice, Refusal};
use kith_protocol::*;
use kith_socketio::Event;
use parking_lot::Mutex;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Request;

/// Of what happens often, every so much is broken: often enough to be found, seldom enough to look like life.
const EVERY: u64 = 5;

/// What is wrong with the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Some sends are acknowledged and never committed, as when the plug is pulled between an early ack and its sync.
    AckBeforeCommit,
    /// A repeated send is not recognised.
    ForgetClientId,
    /// A byte of some texts is lost.
    LoseByte,
    /// Pages give two messages each other's numbers.
    SwapNumbers,
    /// Every third send of each device waits until the next event has been read.
    Overtake,
    /// Whoever asks for a conversation from the beginning is served what they were served the first time.
    StaleAnswer,
    /// A list is told a version that is older than what was pushed.
    StaleList,
    /// A difference leaves out its first message.
    HoleInDifference,
    /// Whoever is told something first is told no changes after some time.
    DropPushes,
    /// Pushes of reactions do not show them.
    HideReactions,
    /// Somebody who has unread messages has one more.
    MiscountUnread,
    /// Whoever was removed is told what happens afterwards.
    TellRemoved,
    /// While it is told that it cannot commit, it acknowledges all the same.
    AckWithoutRoom,
    /// Whoever types loses the feed.
    TypingEvicts,
    /// Messages come from a cache that nobody tells of edits. It was devised apart from the invariants and is meant for
    /// none of them.
    StaleCache,
}

impl Fault {
    /// One for each invariant, in the order of those that they break: I1 to I14.
    pub const OF_INVARIANTS: [Self; 14] = [
        Self::AckBeforeCommit,
        Self::ForgetClientId,
        Self::LoseByte,
        Self::SwapNumbers,
        Self::Overtake,
        Self::StaleAnswer,
        Self::StaleList,
        Self::HoleInDifference,
        Self::DropPushes,
        Self::HideReactions,
        Self::MiscountUnread,
        Self::TellRemoved,
        Self::AckWithoutRoom,
        Self::TypingEvicts,
    ];
}

/// Switches a fault, or none, and whether the server believes that it cannot commit.
#[derive(Clone, Debug, Default)]
pub struct Switch(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    fault: Option<Fault>,
    without_room: bool,
    times: u64,
    seen: HashSet<Uuid>,
    sends: HashMap<SessionId, u64>,
    waiting: HashMap<SessionId, Waiting>,
    answers: HashMap<(SessionId, String), Value>,
    newest: HashMap<ConversationId, (Version, Message)>,
    cached: HashMap<String, Value>,
    victim: Option<UserId>,
    removed: HashMap<ConversationId, Vec<UserId>>,
}

/// An event that waits for another to overtake it.
struct Waiting(Event);

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.name())
    }
}

impl Switch {
    /// With this fault.
    #[must_use]
    pub fn with(fault: Fault) -> Self {
        Self(Arc::new(Mutex::new(State { fault: Some(fault), ..State::default() })))
    }

    /// From now on the server believes that it cannot commit, or again that it can.
    pub fn set_without_room(&self, without_room: bool) {
        self.0.lock().without_room = without_room;
    }

    pub(crate) fn order(&self, session: SessionId, event: Event) -> Vec<Event> {
        let mut state = self.0.lock();
        let before = state.waiting.remove(&session);
        if state.fault == Some(Fault::Overtake) && event.name() == SendMessage::EVENT {
            let sends = state.sends.entry(session).or_default();
            *sends += 1;
            if sends.is_multiple_of(3) {
                state.waiting.insert(session, Waiting(event));
                return Vec::new();
            }
        }
        std::iter::once(event).chain(before.map(|waiting| waiting.0)).collect()
    }

    pub(crate) fn request<'a>(&self, user: UserId, event: &str, payload: &'a str) -> Request<'a> {
        let mut state = self.0.lock();
        if state.without_room && WRITES.contains(&event) {
            return state.without_room(user, event, payload);
        }
        if event != SendMessage::EVENT {
            return Request::Carry(Cow::Borrowed(payload));
        }
        let Ok(mut send) = serde_json::from_str::<SendMessage>(payload) else {
            return Request::Carry(Cow::Borrowed(payload));
        };
        let fault = state.fault;
        match fault {
            Some(Fault::AckBeforeCommit) if state.every() => {
                if let Some(json) = state.acknowledge(user, &send) {
                    return Request::Answer(json);
                }
            }
            Some(Fault::ForgetClientId) if !state.seen.insert(send.client_id.0) => {
                let mut bytes = *send.client_id.0.as_bytes();
                bytes[15] ^= 0x55;
                send.client_id = ClientId(Uuid::from_bytes(bytes));
            }
            Some(Fault::LoseByte) if state.every() => {
                if let Some(text) = send.text.as_mut().filter(|text| text.len() > 1) {
                    text.pop();
                }
            }
            _ => {}
        }
        Request::Carry(Cow::Owned(serde_json::to_string(&send).expect("a send is JSON")))
    }

    pub(crate) fn answer(&self, session: SessionId, event: &str, json: String) -> String {
        let mut state = self.0.lock();
        let Some(fault) = state.fault else { return json };
        let mut answer: Value = serde_json::from_str(&json).expect("an answer is JSON");
        if answer["ok"] == true {
            state.spoil(fault, session, event, &mut answer);
        }
        answer.to_string()
    }

    pub(crate) fn notices(&self, notices: Vec<Notice>) -> Vec<Notice> {
        let mut state = self.0.lock();
        notices.into_iter().flat_map(|notice| state.notices(notice)).collect()
    }

    pub(crate) fn typing_evicts(&self) -> bool {
        self.0.lock().fault == Some(Fault::TypingEvicts)
    }
}

/// Events that need a commit.
const WRITES: [&str; 4] = [SendMessage::EVENT, EditMessage::EVENT, React::EVENT, DeleteMessage::EVENT];

impl State {
    fn every(&mut self) -> bool {
        self.times += 1;
        self.times.is_multiple_of(EVERY)
    }

    fn without_room(&self, user: UserId, event: &str, payload: &str) -> Request<'static> {
        let lie = (self.fault == Some(Fault::AckWithoutRoom) && event == SendMessage::EVENT)
            .then(|| serde_json::from_str(payload).ok())
            .flatten()
            .and_then(|send| self.acknowledge(user, &send));
        let honest = || Request::Refuse(Refusal::unavailable("There is no room.").retry_after(200));
        lie.map_or_else(honest, Request::Answer)
    }

    /// The ack that a send would have had, as far as one can tell without having carried it out.
    fn acknowledge(&self, user: UserId, send: &SendMessage) -> Option<String> {
        let (version, newest) = self.newest.get(&send.conversation_id)?;
        let message = Message {
            seq: newest.seq.next(),
            version: version.next(),
            client_id: Some(send.client_id),
            sender_id: user,
            text: send.text.clone().unwrap_or_default(),
            reactions: Vec::new(),
            edited_at: None,
            unsent_at: None,
            unsent_by: None,
            ..newest.clone()
        };
        Some(json!({ "ok": true, "message": message }).to_string())
    }

    fn spoil(&mut self, fault: Fault, session: SessionId, event: &str, answer: &mut Value) {
        match (fault, event) {
            (Fault::SwapNumbers, PageRequest::EVENT) => swap_numbers(answer),
            (Fault::StaleAnswer, ChangesRequest::EVENT) => {
                let id = answer["conversation"]["id"].to_string();
                let first = self.answers.entry((session, id)).or_insert_with(|| answer.clone());
                *answer = first.clone();
            }
            (Fault::StaleList, SyncRequest::EVENT) => each_summary(answer, |summary| {
                let version = summary["version"].as_u64().unwrap_or(1);
                summary["version"] = version.saturating_sub(3).max(1).into();
            }),
            (Fault::HoleInDifference, ChangesRequest::EVENT) if answer["reset"] == false => {
                if let Some(rows) = answer["messages"].as_array_mut().filter(|rows| !rows.is_empty()) {
                    rows.remove(0);
                }
            }
            (Fault::MiscountUnread, SyncRequest::EVENT) => each_summary(answer, |summary| {
                let unread = summary["my"]["unread"].as_u64().unwrap_or_default();
                summary["my"]["unread"] = (unread + u64::from(unread > 0)).into();
            }),
            (Fault::StaleCache, ChangesRequest::EVENT | PageRequest::EVENT) => {
                let rows = answer["messages"].as_array_mut().into_iter().flatten();
                for row in rows.filter(|row| row["client_id"].is_string()) {
                    let cached = self.cached.entry(row["client_id"].to_string());
                    *row = cached.or_insert_with(|| row.clone()).clone();
                }
            }
            _ => {}
        }
    }

    fn notices(&mut self, mut notice: Notice) -> Vec<Notice> {
        let ServerEvent::ConversationChanged(change) = &mut notice.event else { return vec![notice] };
        if let (CauseKind::Sent, Some(row)) = (change.cause.kind, change.messages.first()) {
            self.newest.insert(change.conversation_id, (change.version, row.clone()));
        }
        match self.fault {
            Some(Fault::HideReactions) if change.cause.kind == CauseKind::Reacted => {
                change.messages.iter_mut().for_each(|row| row.reactions.clear());
            }
            Some(Fault::TellRemoved) => return self.tell_removed(notice),
            Some(Fault::DropPushes) => self.drop_pushes(&mut notice.to),
            _ => {}
        }
        vec![notice]
    }

    fn tell_removed(&mut self, notice: Notice) -> Vec<Notice> {
        let ServerEvent::ConversationChanged(change) = &notice.event else { return vec![notice] };
        let removed = self.removed.entry(change.conversation_id).or_default();
        let also =
            removed.iter().map(|user| Notice { to: Audience::Person(*user), event: notice.event.clone() });
        let mut notices: Vec<Notice> = also.collect();
        if change.cause.kind == CauseKind::Removed {
            removed.extend(change.members.iter().filter(|it| it.left_at.is_some()).map(|it| it.user_id));
        }
        notices.push(notice);
        notices
    }

    fn drop_pushes(&mut self, to: &mut Audience) {
        self.times += 1;
        let Audience::People(people) = to else { return };
        let victim = *self.victim.get_or_insert(people[0]);
        if self.times > 10 * EVERY {
            *people = people.iter().copied().filter(|user| *user != victim).collect();
        }
    }
}

fn each_summary(answer: &mut Value, change: impl FnMut(&mut Value)) {
    answer["conversations"].as_array_mut().into_iter().flatten().for_each(change);
}

fn swap_numbers(answer: &mut Value) {
    let Some([.., one, other]) = answer["messages"].as_array_mut().map(Vec::as_mut_slice) else { return };
    let (first, second) = (one["seq"].take(), other["seq"].take());
    (one["seq"], other["seq"]) = (second, first);
}
