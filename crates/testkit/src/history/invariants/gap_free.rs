//! I8: no silent hole. From the answer of `sync` on, a connection is pushed every version of its conversations in turn, or
//! told to `resync`, or closed; and the difference that `conversation:changes` answers, after however long an absence, has
//! every row that changed in it, unless it says that it starts afresh.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use kith_protocol::*;

use super::{Find, Invariant};
use crate::history::{At, Outcome, Seen, Sight, Truth};

/// How far each connection was told, and what each difference had in it.
#[derive(Default)]
pub(super) struct GapFree {
    connections: HashMap<u64, HashMap<ConversationId, Version>>,
    /// Which messages each version touched, as pushed to anyone.
    touched: HashMap<ConversationId, BTreeMap<Version, Vec<Seq>>>,
    differences: Vec<Difference>,
    hidden: HashSet<(UserId, ConversationId, Seq)>,
    cleared: HashMap<(UserId, ConversationId), Seq>,
}

struct Difference {
    at: At,
    user_id: UserId,
    conversation_id: ConversationId,
    since: Version,
    upto: Version,
    more: bool,
    rows: BTreeMap<Seq, Version>,
}

impl Invariant for GapFree {
    fn see(&mut self, sight: &Sight, find: Find<'_>) {
        let told = self.connections.entry(sight.line.connection).or_default();
        match &sight.seen {
            Seen::Sync(_, Outcome::Ok(answer)) => {
                let summaries = answer.conversations.iter().map(|summary| &summary.conversation);
                for Conversation { id, version, .. } in summaries {
                    let told = told.entry(*id).or_default();
                    *told = (*told).max(*version);
                }
            }
            Seen::Changed(change) => {
                let (id, version) = (change.conversation_id, change.version);
                if let Some(before) = told.get(&id).filter(|before| version > before.next()) {
                    find(format!(
                        "{} is pushed version {version} of {id} after version {before}",
                        sight.at()
                    ));
                }
                let told = told.entry(id).or_default();
                *told = (*told).max(version);
                let seqs = change.messages.iter().map(|row| row.seq).collect();
                self.touched.entry(id).or_default().insert(version, seqs);
            }
            Seen::Removed(removed) => drop(told.remove(&removed.conversation_id)),
            // What is told afterwards begins at the next answer of `sync`.
            Seen::Resync(_) => told.clear(),
            Seen::Closed => drop(self.connections.remove(&sight.line.connection)),
            Seen::Changes(request, Outcome::Ok(answer)) if !answer.reset => {
                self.differences.push(Difference::new(sight, request, answer));
            }
            Seen::Delete(request, _) if request.scope == DeleteScope::Me => {
                self.hidden.insert((sight.line.user_id, request.conversation_id, request.seq));
            }
            Seen::SetAccount(SetAccount { conversation_id: Some(id), cleared_seq: Some(seq), .. }, _) => {
                self.cleared.insert((sight.line.user_id, *id), *seq);
            }
            _ => {}
        }
    }

    fn finish(&mut self, truth: &Truth, find: Find<'_>) {
        for difference in &self.differences {
            let Difference { at, conversation_id: id, since, upto, .. } = difference;
            for seq in self.missing(difference, truth) {
                find(format!(
                    "message {seq} of {id} changed between versions {since} and {upto}, and {at} was not told by the \
                     difference"
                ));
            }
        }
    }
}

impl Difference {
    fn new(sight: &Sight, request: &ChangesRequest, answer: &ConversationChanges) -> Self {
        Self {
            at: sight.at(),
            user_id: sight.line.user_id,
            conversation_id: request.conversation_id,
            since: request.since,
            upto: answer.version,
            more: answer.more,
            rows: answer.messages.iter().map(|row| (row.seq, row.version)).collect(),
        }
    }
}

impl GapFree {
    /// The messages that changed, and that a difference does not show as new as it should.
    fn missing(&self, difference: &Difference, truth: &Truth) -> BTreeSet<Seq> {
        let Difference { user_id, conversation_id: id, since, upto, more, rows, .. } = difference;
        let Some(touched) = self.touched.get(id).filter(|_| since < upto) else { return BTreeSet::new() };
        let cleared = self.cleared.get(&(*user_id, *id)).copied().unwrap_or_default();
        let mut missing = BTreeSet::new();
        for (version, seqs) in touched.range(since.next()..=*upto) {
            for seq in seqs.iter().filter(|seq| rows.get(seq).is_none_or(|shown| shown < version)) {
                // One page of several leaves a row to a later page when it has changed again since.
                let later = *more && truth.row(*id, *seq).is_some_and(|row| row.version > *upto);
                if !later && *seq > cleared && !self.hidden.contains(&(*user_id, *id, *seq)) {
                    missing.insert(*seq);
                }
            }
        }
        missing
    }
}
