//! I1: what was acknowledged is there at the end. A message keeps its place, its sender and its `client_id`; a row is at
//! least as new as the change that was acknowledged; what was unsent is a tombstone.

use kith_protocol::*;

use super::{Find, Invariant};
use crate::history::{At, Seen, Sight, Truth};

/// Every acknowledged change of a message.
#[derive(Default)]
pub(super) struct Durable {
    acks: Vec<Ack>,
}

struct Ack {
    at: At,
    conversation_id: ConversationId,
    seq: Seq,
    version: Version,
    /// Of a send: whose, and under which id.
    sent: Option<(UserId, ClientId)>,
    unsent: bool,
}

impl Invariant for Durable {
    fn see(&mut self, sight: &Sight, _find: Find<'_>) {
        let ack = |conversation_id, seq, version| Ack {
            at: sight.at(),
            conversation_id,
            seq,
            version,
            sent: None,
            unsent: false,
        };
        let row = |conversation_id, row: &Message| ack(conversation_id, row.seq, row.version);
        let ack = match &sight.seen {
            Seen::Send(request, outcome) => outcome.ok().map(|answer| Ack {
                sent: Some((sight.line.user_id, request.client_id)),
                ..row(request.conversation_id, &answer.message)
            }),
            Seen::Edit(request, outcome) => {
                outcome.ok().map(|answer| row(request.conversation_id, &answer.message))
            }
            Seen::React(request, outcome) => {
                outcome.ok().map(|answer| row(request.conversation_id, &answer.message))
            }
            Seen::Delete(request, outcome) => outcome.ok().and_then(|answer| {
                Some(Ack { unsent: true, ..ack(request.conversation_id, request.seq, answer.version?) })
            }),
            _ => None,
        };
        self.acks.extend(ack);
    }

    fn finish(&mut self, truth: &Truth, find: Find<'_>) {
        for ack in &self.acks {
            let Ack { at, conversation_id, seq, version, .. } = ack;
            let place = format!("message {seq} of {conversation_id}, acknowledged to {at}");
            let Some(row) = truth.row(*conversation_id, *seq) else {
                find(format!("{place}, is not there"));
                continue;
            };
            // Unsending again answers the version that the conversation has then.
            if row.version < *version && !ack.unsent {
                find(format!("{place} in version {version}, is there in version {}", row.version));
            }
            if ack.sent.is_some_and(|sent| Some(sent) != row.client_id.map(|id| (row.sender_id, id))) {
                find(format!("{place}, is now another message"));
            }
            if ack.unsent && row.unsent_at.is_none() {
                find(format!("{place} as unsent, is there"));
            }
        }
    }
}
