//! I5: two sends of one device to one conversation keep the order in which they were first issued, over however many
//! connections they were repeated, and also when some of them were refused for the moment: what was issued after a refused
//! one is held back until that one comes again. Only a refusal that holds back nothing lets a send be overtaken.

use std::collections::{BTreeMap, HashMap, HashSet};

use kith_protocol::*;

use super::{Find, Invariant};
use crate::history::{Seen, Sight, Truth};

/// The sends of each device to each conversation, by the place of their first issue.
#[derive(Default)]
pub(super) struct IssuedOrder {
    first: HashMap<(SessionId, ClientId), u64>,
    sends: HashMap<(SessionId, UserId, ConversationId), BTreeMap<u64, ClientId>>,
    overtaken: HashSet<ClientId>,
}

impl Invariant for IssuedOrder {
    fn see(&mut self, sight: &Sight, _find: Find<'_>) {
        let Seen::Send(request, outcome) = &sight.seen else { return };
        let device = sight.line.device;
        let sends = self.sends.entry((device, sight.line.user_id, request.conversation_id)).or_default();
        let first = self.first.entry((device, request.client_id)).or_insert(sight.number);
        if sight.number < *first {
            sends.remove(first);
            *first = sight.number;
        }
        sends.insert(*first, request.client_id);
        if outcome.refusal().is_some_and(|refusal| !holds_back(refusal.code)) {
            self.overtaken.insert(request.client_id);
        }
    }

    fn finish(&mut self, truth: &Truth, find: Find<'_>) {
        let mut places: HashMap<(UserId, ClientId), Seq> = HashMap::new();
        for (_, kept) in truth.conversations() {
            let rows = kept.rows.values();
            places.extend(rows.filter_map(|row| Some(((row.sender_id, row.client_id?), row.seq))));
        }
        for ((device, user, id), sends) in &self.sends {
            let mut newest: Option<(u64, Seq)> = None;
            for (number, client_id) in sends.iter().filter(|(_, id)| !self.overtaken.contains(id)) {
                let Some(seq) = places.get(&(*user, *client_id)) else { continue };
                if let Some((before, known)) = newest.filter(|(_, known)| known > seq) {
                    find(format!(
                        "device {device} issued call {before} before call {number}, and in {id} they are messages \
                         {known} and {seq}"
                    ));
                }
                newest = Some((*number, newest.map_or(*seq, |(_, known)| known.max(*seq))));
            }
        }
    }
}

/// Whether what is issued after a send that was refused like this has to wait for it.
fn holds_back(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::Unavailable | ErrorCode::RateLimited)
}
