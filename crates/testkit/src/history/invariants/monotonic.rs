//! I7: what a device is shown never goes backwards, over reconnects either. A read that it issues later shows no older
//! version of a conversation or of a message, and no push comes twice on a connection.

use std::collections::HashMap;

use kith_protocol::*;

use super::{Find, Invariant};
use crate::history::{Outcome, Seen, Sight, Truth};

/// The newest that each device was shown.
#[derive(Default)]
pub(super) struct Monotonic {
    conversations: HashMap<(SessionId, ConversationId), Vec<(u64, Version)>>,
    rows: HashMap<(SessionId, ConversationId, Seq), (u64, Version)>,
    pushed: HashMap<(u64, ConversationId), Version>,
}

impl Invariant for Monotonic {
    fn see(&mut self, sight: &Sight, find: Find<'_>) {
        match &sight.seen {
            Seen::Changed(change) => {
                let key = (sight.line.connection, change.conversation_id);
                let before = self.pushed.insert(key, change.version);
                if let Some(before) = before.filter(|before| *before >= change.version) {
                    let (id, version) = (change.conversation_id, change.version);
                    find(format!(
                        "{} is pushed version {version} of {id} after version {before}",
                        sight.at()
                    ));
                }
                self.conversation(sight, change.conversation_id, change.version, &mut |_| {});
                self.rows(sight, &mut |_| {});
            }
            Seen::Removed(removed) => {
                self.pushed.remove(&(sight.line.connection, removed.conversation_id));
            }
            Seen::Changes(_, Outcome::Ok(answer)) => {
                let Conversation { id, version, .. } = answer.conversation.conversation;
                self.conversation(sight, id, version, find);
                self.rows(sight, find);
            }
            Seen::Sync(_, Outcome::Ok(answer)) => {
                for summary in &answer.conversations {
                    let Conversation { id, version, .. } = summary.conversation;
                    self.conversation(sight, id, version, find);
                }
                self.rows(sight, find);
            }
            Seen::Page(..) => self.rows(sight, find),
            _ => {}
        }
    }

    fn finish(&mut self, _truth: &Truth, _find: Find<'_>) {}
}

impl Monotonic {
    fn conversation(&mut self, sight: &Sight, id: ConversationId, version: Version, find: Find<'_>) {
        let shown = self.conversations.entry((sight.line.device, id)).or_default();
        let before = shown.partition_point(|(us, _)| *us < sight.issued_us);
        if let Some((us, newer)) =
            before.checked_sub(1).map(|last| shown[last]).filter(|(_, it)| *it > version)
        {
            find(format!("{} is shown version {version} of {id}, after {newer} at {us} µs", sight.at()));
        }
        if shown.last().is_none_or(|(_, newest)| *newest < version) {
            shown.push((sight.line.us, version));
        }
    }

    fn rows(&mut self, sight: &Sight, find: Find<'_>) {
        for (id, row) in sight.rows() {
            let known = (sight.line.us, row.version);
            let shown = self.rows.entry((sight.line.device, id, row.seq)).or_insert(known);
            if row.version > shown.1 {
                *shown = known;
            } else if row.version < shown.1 && shown.0 < sight.issued_us {
                let ((us, newer), seq, version) = (*shown, row.seq, row.version);
                find(format!(
                    "{} is shown message {seq} of {id} in version {version}, after {newer} at {us} µs",
                    sight.at()
                ));
            }
        }
    }
}
