//! I2: a send has exactly one effect per sender and `client_id`, for ever. Every answer names the same message; the same id
//! with another request is refused with `conflict` and that message's number. Nobody in a history says the same in the
//! same place on purpose: what is there twice, under whatever ids, was one send.

use std::collections::HashMap;

use kith_protocol::*;

use super::{Find, Invariant};
use crate::history::{Outcome, Seen, Sight, Truth};

/// What became of each id.
#[derive(Default)]
pub(super) struct Once {
    ids: HashMap<(UserId, ClientId), Effect>,
    /// What each id was first issued with, whatever became of it.
    said: HashMap<(UserId, ClientId), String>,
}

#[derive(Default)]
struct Effect {
    /// The request that was carried out, and the number of its message.
    done: Option<(SendMessage, Seq)>,
    /// The numbers that conflicts have named.
    conflicts: Vec<Seq>,
}

impl Invariant for Once {
    fn see(&mut self, sight: &Sight, find: Find<'_>) {
        let Seen::Send(request, outcome) = &sight.seen else { return };
        if let Some(text) = &request.text {
            self.said.entry((sight.line.user_id, request.client_id)).or_insert_with(|| text.clone());
        }
        let effect = self.ids.entry((sight.line.user_id, request.client_id)).or_default();
        let (id, at) = (request.client_id, sight.at());
        match (outcome, &effect.done) {
            (Outcome::Ok(answer), None) => effect.done = Some((request.clone(), answer.message.seq)),
            (Outcome::Ok(answer), Some((first, seq))) => {
                if answer.message.seq != *seq {
                    find(format!("{id} became message {seq}, and message {} for {at}", answer.message.seq));
                }
                if first != request {
                    find(format!("{id} was acknowledged for two different requests, the second by {at}"));
                }
            }
            (Outcome::Refused(refusal), _) if refusal.code == ErrorCode::Conflict => match refusal.seq {
                Some(seq) => effect.conflicts.push(seq),
                None => find(format!("the conflict of {id} at {at} does not name the first message")),
            },
            (Outcome::Refused(_) | Outcome::Unknown, _) => {}
        }
    }

    fn finish(&mut self, truth: &Truth, find: Find<'_>) {
        for ((_, id), effect) in &self.ids {
            let Some((_, done)) = &effect.done else { continue };
            for seq in effect.conflicts.iter().filter(|seq| *seq != done) {
                find(format!("{id} is message {done}, and a conflict says that it is {seq}"));
            }
        }
        let mut places: HashMap<(UserId, ClientId), (ConversationId, Seq)> = HashMap::new();
        let mut words: HashMap<(ConversationId, UserId, &str), Seq> = HashMap::new();
        for (conversation, kept) in truth.conversations() {
            for row in kept.rows.values() {
                let Some(id) = row.client_id else { continue };
                if let Some((other, seq)) = places.insert((row.sender_id, id), (conversation, row.seq)) {
                    find(format!(
                        "{id} is there twice: message {seq} of {other} and message {} of {conversation}",
                        row.seq
                    ));
                }
                let Some(text) = self.said.get(&(row.sender_id, id)) else { continue };
                if let Some(seq) = words.insert((conversation, row.sender_id, text), row.seq) {
                    let again = row.seq;
                    find(format!("messages {seq} and {again} of {conversation} are one send under two ids"));
                }
            }
        }
    }
}
