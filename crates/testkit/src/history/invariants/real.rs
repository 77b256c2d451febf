//! I3: no phantoms. Whatever anyone is shown was sent by its sender under its `client_id` and says, byte for byte, what the
//! send or an edit said. What was refused is not there.

use std::collections::{HashMap, HashSet};

use kith_protocol::*;

use super::{Find, Invariant};
use crate::history::{At, Outcome, Seen, Sight, Truth};

/// What was said, and what was shown.
#[derive(Default)]
pub(super) struct Real {
    sends: HashMap<(UserId, ClientId), Sent>,
    /// Who edited a message to say what. By its place, because that is how it is edited.
    edits: HashMap<(ConversationId, Seq), HashSet<String>>,
    shown: HashMap<Shown, At>,
    before: HashMap<ConversationId, Seq>,
}

#[derive(Default)]
struct Sent {
    requests: Vec<SendMessage>,
    /// Not every time refused.
    possible: bool,
}

#[derive(PartialEq, Eq, Hash)]
struct Shown {
    conversation_id: ConversationId,
    seq: Seq,
    sender_id: UserId,
    client_id: ClientId,
    text: String,
}

impl Invariant for Real {
    fn see(&mut self, sight: &Sight, _find: Find<'_>) {
        match &sight.seen {
            Seen::Send(request, outcome) => {
                let sent = self.sends.entry((sight.line.user_id, request.client_id)).or_default();
                sent.possible |= match outcome {
                    Outcome::Ok(_) | Outcome::Unknown => true,
                    // Of its own fault the server does not know what came of it.
                    Outcome::Refused(refusal) => refusal.code == ErrorCode::Internal,
                };
                if !sent.requests.contains(request) {
                    sent.requests.push(request.clone());
                }
            }
            Seen::Edit(request, _) => {
                let texts = self.edits.entry((request.conversation_id, request.seq)).or_default();
                texts.insert(request.text.clone());
            }
            Seen::Before(id, seq) => {
                self.before.insert(*id, *seq);
            }
            _ => {}
        }
        for (conversation_id, row) in sight.rows() {
            // What the server says of itself, and what is gone, says nothing of anyone's.
            if let Some(client_id) = row.client_id.filter(|_| row.unsent_at.is_none()) {
                let (seq, sender_id, text) = (row.seq, row.sender_id, row.text.clone());
                let shown = Shown { conversation_id, seq, sender_id, client_id, text };
                self.shown.entry(shown).or_insert_with(|| sight.at());
            }
        }
    }

    fn finish(&mut self, _truth: &Truth, find: Find<'_>) {
        for (shown, at) in &self.shown {
            let Shown { conversation_id, seq, sender_id, client_id, text } = shown;
            let place = format!("message {seq} of {conversation_id}, shown to {at}");
            let Some(sent) = self.sends.get(&(*sender_id, *client_id)) else {
                if self.before.get(conversation_id).is_some_and(|before| seq <= before) {
                    continue;
                }
                find(format!("{place}, was never sent"));
                continue;
            };
            if !sent.possible {
                find(format!("{place}, had been refused"));
            }
            let says = |request: &SendMessage| {
                request.conversation_id == *conversation_id
                    && (request.forward.is_some() || request.text.as_deref().unwrap_or_default() == text)
            };
            let edited = self.edits.get(&(*conversation_id, *seq));
            if !sent.requests.iter().any(says) && !edited.is_some_and(|texts| texts.contains(text)) {
                find(format!("{place}, says what nobody wrote: {text:?}"));
            }
        }
    }
}
