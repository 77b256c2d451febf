//! I14: typing and presence never evict what is durable. A feed stops for want of room only when about as much was missed as
//! there is room for; had it been less, something that may be lost took the room.

use std::collections::HashMap;

use kith_protocol::*;

use super::{Find, Invariant};
use crate::history::{Outcome, Seen, Sight, Truth};

/// A feed that missed less than this much had room. Half of a socket's packets, because receipts and what is one's own have
/// no versions to count them by.
const MISSED_MIN: u64 = limits::QUEUE_PACKETS_MAX as u64 / 2;

/// How far each connection was told, and whether it waits for a `sync` after it had no room.
#[derive(Default)]
pub(super) struct Ephemeral {
    connections: HashMap<u64, Told>,
    typing: u64,
}

#[derive(Default)]
struct Told {
    versions: HashMap<ConversationId, Version>,
    bytes: usize,
    overflowed: bool,
}

impl Invariant for Ephemeral {
    fn see(&mut self, sight: &Sight, find: Find<'_>) {
        let told = self.connections.entry(sight.line.connection).or_default();
        match &sight.seen {
            Seen::Typing(_) => self.typing += 1,
            Seen::Changed(change) => {
                told.versions.insert(change.conversation_id, change.version);
                let texts = change.messages.iter().map(|row| row.text.len());
                told.bytes = told.bytes.max(texts.sum());
            }
            Seen::Resync(resync) => told.overflowed = resync.reason == ResyncReason::Overflow,
            Seen::Sync(_, Outcome::Ok(answer)) => {
                let missed: u64 = answer.conversations.iter().map(|summary| told.missed(summary)).sum();
                // Large texts fill the room by their bytes.
                let large = told.bytes * MISSED_MIN as usize > limits::QUEUE_BYTES_MAX;
                if told.overflowed && missed < MISSED_MIN && !large && !answer.more && self.typing > 0 {
                    find(format!("the feed of {} had no room, and missed only {missed} changes", sight.at()));
                }
                told.overflowed = false;
                for summary in &answer.conversations {
                    told.versions.insert(summary.conversation.id, summary.conversation.version);
                }
            }
            Seen::Closed => drop(self.connections.remove(&sight.line.connection)),
            _ => {}
        }
    }

    fn finish(&mut self, _truth: &Truth, _find: Find<'_>) {}
}

impl Told {
    fn missed(&self, summary: &ConversationSummary) -> u64 {
        let Conversation { id, version, .. } = &summary.conversation;
        self.versions.get(id).map_or(0, |told| version.0.saturating_sub(told.0))
    }
}
