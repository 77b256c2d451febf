//! I10: all devices come to the same, which is what a device sees that has just begun: texts, reactions, receipts, members,
//! what is one's own. An edit after an unsend is refused as `gone`; five seconds after an unsend was acknowledged, what was
//! said is reachable by no call and told in no push.

use std::collections::HashMap;

use kith_protocol::*;

use super::{Find, Invariant};
use crate::history::{Held, HeldConversation, Outcome, Seen, Sight, Truth};

/// How long what is unsent may still be seen, in microseconds.
const GONE_WITHIN_US: u64 = 5_000_000;

/// What devices hold, and what was unsent.
#[derive(Default)]
pub(super) struct Converges {
    held: Vec<(SessionId, UserId, Held)>,
    fresh: HashMap<UserId, Held>,
    unsent: HashMap<(ConversationId, Seq), u64>,
}

impl Invariant for Converges {
    fn see(&mut self, sight: &Sight, find: Find<'_>) {
        match &sight.seen {
            Seen::Holds(held) if held.fresh => drop(self.fresh.insert(sight.line.user_id, held.clone())),
            Seen::Holds(held) => self.held.push((sight.line.device, sight.line.user_id, held.clone())),
            Seen::Delete(request, Outcome::Ok(Deleted { version: Some(_), .. })) => {
                self.unsent.entry((request.conversation_id, request.seq)).or_insert(sight.line.us);
            }
            Seen::Edit(request, outcome) => {
                let unsent = self.unsent.get(&(request.conversation_id, request.seq));
                let accepted = match outcome {
                    Outcome::Ok(_) => true,
                    Outcome::Refused(refusal) => refusal.code == ErrorCode::Conflict,
                    Outcome::Unknown => false,
                };
                if accepted && unsent.is_some_and(|us| *us < sight.issued_us) {
                    let (seq, id) = (request.seq, request.conversation_id);
                    find(format!(
                        "the edit of message {seq} of {id} by {} is not refused as gone",
                        sight.at()
                    ));
                }
            }
            _ => {}
        }
        for (id, row) in sight.rows() {
            let gone =
                self.unsent.get(&(id, row.seq)).is_some_and(|us| us + GONE_WITHIN_US < sight.issued_us);
            if gone && !(row.text.is_empty() && row.attachments.is_empty()) {
                find(format!("{} is shown message {} of {id} long after it was unsent", sight.at(), row.seq));
            }
        }
    }

    fn finish(&mut self, _truth: &Truth, find: Find<'_>) {
        for (device, user, held) in &self.held {
            let Some(fresh) = self.fresh.get(user) else { continue };
            if held.account != fresh.account {
                find(format!(
                    "device {device} holds of the account {}, and it is {}",
                    held.account, fresh.account
                ));
            }
            for (id, fresh) in &fresh.conversations {
                // That it is missing altogether, or behind, is another invariant's to say.
                let held = held.conversations.get(id).filter(|held| held.version == fresh.version);
                held.into_iter().for_each(|held| compare(*device, *id, held, fresh, find));
            }
        }
    }
}

fn compare(
    device: SessionId,
    id: ConversationId,
    held: &HeldConversation,
    fresh: &HeldConversation,
    find: Find<'_>,
) {
    let fields = fresh.rest.as_object().into_iter().flatten();
    for (field, fresh) in fields.filter(|(field, fresh)| held.rest[field.as_str()] != **fresh) {
        let held = &held.rest[field.as_str()];
        find(format!("device {device} holds {field} of {id} as {held}, and it is {fresh}"));
    }
    let held: HashMap<Seq, _> = held.messages.iter().map(|row| (row.0, row)).collect();
    for fresh in &fresh.messages {
        if let Some((seq, version, _)) = held.get(&fresh.0).filter(|held| **held != fresh) {
            let now = fresh.1;
            find(format!(
                "device {device} holds message {seq} of {id} differently: its version {version}, now {now}"
            ));
        }
    }
}
