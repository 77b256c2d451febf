//! I14: typing and presence never evict what is durable. A feed stops for want of room in one of two places, and in either it
//! can be seen afterwards that there was none:
//!
//! - A socket's queue was full. What waits in it arrives before the `resync`, and what may be lost is let in only while half of
//!   the room is free: so as much as fills the other half has come since anything that may be lost, and since the connection
//!   was opened.
//! - Too much was held back while a `sync` was answered. Then that is what was missed.

use std::collections::HashMap;

use kith_protocol::*;

use super::{Find, Invariant};
use crate::history::{Outcome, Seen, Sight, Truth};

/// Half of a socket's packets. A few less, because nobody writes down heartbeats.
const PACKETS_MIN: u64 = limits::QUEUE_PACKETS_MAX as u64 / 2 - 8;
/// Half of a socket's bytes. A few large packets less: the one that does not fit may be large itself.
const BYTES_MIN: usize = limits::QUEUE_BYTES_MAX * 3 / 8;
/// A feed that missed less than this much had not too much held back. Half of a socket's packets, because receipts and what
/// is one's own have no versions to count them by.
const MISSED_MIN: u64 = limits::QUEUE_PACKETS_MAX as u64 / 2;

/// What came over each connection, and whether it waits for a `sync` after it had no room.
#[derive(Default)]
pub(super) struct Ephemeral {
    connections: HashMap<u64, Told>,
    typing: u64,
}

#[derive(Default)]
struct Told {
    versions: HashMap<ConversationId, Version>,
    /// The bytes of the largest texts of one push.
    texts: usize,
    /// What came since the connection was opened, the last `resync`, or the last that may be lost.
    waited: Waited,
    overflowed: Option<Waited>,
}

/// So much of what may not be lost.
#[derive(Clone, Copy, Default)]
struct Waited {
    packets: u64,
    bytes: usize,
}

impl Invariant for Ephemeral {
    fn see(&mut self, sight: &Sight, find: Find<'_>) {
        let told = self.connections.entry(sight.line.connection).or_default();
        match &sight.seen {
            Seen::Typing(_) => self.typing += 1,
            Seen::Changed(change) => {
                told.versions.insert(change.conversation_id, change.version);
                let texts = change.messages.iter().map(|row| row.text.len());
                told.texts = told.texts.max(texts.sum());
            }
            Seen::Resync(resync) => {
                told.overflowed = (resync.reason == ResyncReason::Overflow).then_some(told.waited);
            }
            Seen::Sync(_, Outcome::Ok(answer)) => {
                let missed: u64 = answer.conversations.iter().map(|summary| told.missed(summary)).sum();
                // Large texts fill the room by their bytes.
                let large = told.texts * MISSED_MIN as usize > limits::QUEUE_BYTES_MAX;
                let held_back = missed >= MISSED_MIN || large || answer.more;
                if let Some(waited) = told.overflowed.take()
                    && !waited.fills_half()
                    && !held_back
                    && self.typing > 0
                {
                    let Waited { packets, bytes } = waited;
                    find(format!(
                        "the feed of {} had no room for {packets} packets with {bytes} bytes, and missed only {missed} \
                         changes",
                        sight.at()
                    ));
                }
                for summary in &answer.conversations {
                    told.versions.insert(summary.conversation.id, summary.conversation.version);
                }
            }
            Seen::Closed => drop(self.connections.remove(&sight.line.connection)),
            _ => {}
        }
        if let Some(told) = self.connections.get_mut(&sight.line.connection) {
            told.waited.see(sight);
        }
    }

    fn finish(&mut self, _truth: &Truth, _find: Find<'_>) {}
}

impl Waited {
    fn see(&mut self, sight: &Sight) {
        match sight.seen {
            Seen::Connected | Seen::Resync(_) | Seen::Typing(_) | Seen::Presence => *self = Self::default(),
            _ => {
                self.packets += 1;
                self.bytes += sight.bytes;
            }
        }
    }

    fn fills_half(self) -> bool {
        self.packets >= PACKETS_MIN || self.bytes >= BYTES_MIN
    }
}

impl Told {
    fn missed(&self, summary: &ConversationSummary) -> u64 {
        let Conversation { id, version, .. } = &summary.conversation;
        self.versions.get(id).map_or(0, |told| version.0.saturating_sub(told.0))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
    use crate::history::{Line, Reply, What};

    fn line(what: What) -> Line {
        Line {
            at_ms: 0,
            us: 0,
            client: "ann".to_owned(),
            user_id: UserId(Uuid::nil()),
            device: SessionId(Uuid::nil()),
            connection: 1,
            what,
        }
    }

    fn push(event: &str, payload: Value) -> What {
        What::Push { event: event.to_owned(), payload }
    }

    fn changed(version: u64) -> What {
        let cause = json!({ "kind": "edited", "actor_id": Uuid::nil() });
        push(
            "conversation:changed",
            json!({ "conversation_id": Uuid::nil(), "version": version, "messages": [], "cause": cause }),
        )
    }

    fn typing() -> What {
        push("typing", json!({ "conversation_id": Uuid::nil(), "user_ids": [] }))
    }

    /// What is found when so many changes came before and after somebody typed, then a `resync`, and so many were missed.
    fn found(before: u64, after: u64, missed: u64) -> usize {
        let told = before + after;
        let summary = json!({
            "id": Uuid::nil(), "kind": "group", "title": null, "avatar": null, "members_may_edit": false,
            "version": told + missed, "last_seq": 0, "member_count": 1, "members": [], "created_at": 0,
            "my": {
                "role": "member", "read_seq": 0, "unread": 0, "mentions": 0, "last_message": null, "muted_until": null,
                "pinned": false, "archived": false, "marked_unread": false, "cleared_seq": 0, "draft": null,
            },
            "account_version": 0, "receipts": [],
        });
        let answer = json!({
            "cursor": "", "epoch": "", "server_time": 0, "reset": false, "conversations": [summary], "removed": [],
            "account": { "account_version": 0 }, "users": [], "more": false,
        });
        let sync = What::Call {
            number: 1,
            issued_us: 0,
            event: "sync".to_owned(),
            request: json!({}),
            reply: Reply::Ok(answer),
        };
        let changes = (1..=told).map(changed).collect::<Vec<_>>();
        let (early, late) = changes.split_at(usize::try_from(before).unwrap());
        let resync = push("resync", json!({ "reason": "overflow" }));
        let lines = [&[What::Connected], early, &[typing()], late, &[resync, sync]].concat();
        let (mut ephemeral, mut found) = (Ephemeral::default(), 0);
        for what in lines {
            ephemeral.see(&Sight::of(line(what)).unwrap(), &mut |_| found += 1);
        }
        found
    }

    #[test]
    fn a_feed_had_no_room_when_what_fills_it_came_or_was_missed() {
        assert_eq!(found(0, 256, 1), 0, "the queue was full");
        assert_eq!(found(128, 128, 1), 0, "and so it was, half of it with what came first");
        assert_eq!(found(0, 1, 256), 0, "too much was held back");
    }

    #[test]
    fn a_feed_that_stopped_for_what_may_be_lost_is_found() {
        assert_eq!(found(0, 5, 3), 1, "there was room");
        assert_eq!(found(1_000, 5, 3), 1, "somebody typed where only the feed may take room");
    }
}
