//! I4: one order for all. Numbers of messages have no gap; what a number means never changes, whoever looks and whatever
//! happened in between; a version is the same push for everyone, and later messages have later versions.

use std::{
    collections::{BTreeMap, HashMap, HashSet, hash_map::Entry},
    hash::{DefaultHasher, Hash, Hasher},
};

use kith_protocol::*;

use super::{Find, Invariant};
use crate::history::{At, Seen, Sight, Truth};

/// What each number was seen to mean.
#[derive(Default)]
pub(super) struct Dense {
    messages: HashMap<(ConversationId, Seq), (Meaning, At)>,
    pushes: HashMap<(ConversationId, Version), (u64, At)>,
    sent: HashMap<ConversationId, BTreeMap<Version, Seq>>,
    /// What somebody has, or may have, hidden for themselves: when all who read have, nobody is shown it.
    hidden: HashSet<(ConversationId, Seq)>,
}

#[derive(PartialEq, Eq)]
struct Meaning {
    sender_id: UserId,
    client_id: Option<ClientId>,
    created_at: Timestamp,
}

impl Invariant for Dense {
    fn see(&mut self, sight: &Sight, find: Find<'_>) {
        for (id, row) in sight.rows() {
            let (sender_id, client_id, created_at) = (row.sender_id, row.client_id, row.created_at);
            let meaning = Meaning { sender_id, client_id, created_at };
            match self.messages.entry((id, row.seq)) {
                Entry::Vacant(place) => drop(place.insert((meaning, sight.at()))),
                Entry::Occupied(known) if known.get().0 != meaning => {
                    let (seq, first) = (row.seq, known.get().1);
                    find(format!("message {seq} of {id} is one for {first} and another for {}", sight.at()));
                }
                Entry::Occupied(_) => {}
            }
        }
        if let Seen::Delete(DeleteMessage { conversation_id, seq, scope: DeleteScope::Me }, outcome) =
            &sight.seen
            && outcome.refusal().is_none()
        {
            self.hidden.insert((*conversation_id, *seq));
        }
        if let Seen::Changed(change) = &sight.seen {
            let (id, version) = (change.conversation_id, change.version);
            let hash = hash(change);
            let (known, first) = *self.pushes.entry((id, version)).or_insert((hash, sight.at()));
            if known != hash {
                find(format!("version {version} of {id} is one for {first} and another for {}", sight.at()));
            }
            if let (CauseKind::Sent, Some(row)) = (change.cause.kind, change.messages.first()) {
                self.sent.entry(id).or_default().insert(version, row.seq);
            }
        }
    }

    fn finish(&mut self, truth: &Truth, find: Find<'_>) {
        for (id, kept) in truth.conversations() {
            let missing = |seq: &Seq| !kept.rows.contains_key(seq) && !self.hidden.contains(&(id, *seq));
            if let Some(seq) = (1..=kept.last_seq.0).map(Seq).find(missing) {
                find(format!("message {seq} of {id} is not there, and its newest is {}", kept.last_seq));
            }
            let last = kept.rows.keys().next_back().copied().unwrap_or_default();
            if last > kept.last_seq {
                find(format!("{id} says that its newest message is {}, and it is {last}", kept.last_seq));
            }
            let newer = kept.rows.values().find(|row| row.version > kept.version);
            if let Some(Message { seq, version, .. }) = newer {
                find(format!(
                    "message {seq} of {id} has version {version}, its conversation {}",
                    kept.version
                ));
            }
        }
        for (id, sent) in &self.sent {
            let mut pairs = sent.iter().zip(sent.iter().skip(1));
            if let Some(((one, first), (other, second))) = pairs.find(|((_, one), (_, other))| one >= other) {
                find(format!(
                    "in {id}, version {one} is message {first} and version {other} message {second}"
                ));
            }
        }
    }
}

fn hash(change: &ConversationChanged) -> u64 {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(change).expect("a push is JSON").hash(&mut hasher);
    hasher.finish()
}
