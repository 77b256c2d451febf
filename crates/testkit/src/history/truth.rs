//! What is kept at the end of a run: everything that the one full read brought.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kith_protocol::*;

use super::{Seen, Sight};

/// The state after the run.
#[derive(Debug, Default)]
pub struct Truth {
    reading: bool,
    conversations: HashMap<ConversationId, Kept>,
    mine: Vec<(UserId, ConversationId, MyConversation)>,
}

/// What is kept of a conversation.
#[derive(Debug, Default)]
pub struct Kept {
    /// Its last change.
    pub version: Version,
    /// Its newest message.
    pub last_seq: Seq,
    /// Its messages.
    pub rows: BTreeMap<Seq, Message>,
    /// Who is in it.
    pub members: BTreeSet<UserId>,
}

impl Truth {
    /// Takes in a line; only those after `finally` count.
    pub fn see(&mut self, sight: &Sight) {
        if matches!(sight.seen, Seen::Finally) {
            self.reading = true;
        }
        if !self.reading {
            return;
        }
        for (id, row) in sight.rows() {
            let rows = &mut self.conversations.entry(id).or_default().rows;
            if rows.get(&row.seq).is_none_or(|kept| kept.version < row.version) {
                rows.insert(row.seq, row.clone());
            }
        }
        match &sight.seen {
            Seen::Changes(_, outcome) => {
                let Some(answer) = outcome.ok() else { return };
                self.summary(sight.line.user_id, &answer.conversation);
                let kept = self.conversations.entry(answer.conversation.conversation.id).or_default();
                let present = answer.members.iter().filter(|member| member.left_at.is_none());
                kept.members.extend(present.map(|member| member.user_id));
            }
            Seen::Sync(_, outcome) => {
                let Some(answer) = outcome.ok() else { return };
                answer.conversations.iter().for_each(|summary| self.summary(sight.line.user_id, summary));
            }
            _ => {}
        }
    }

    fn summary(&mut self, reader: UserId, summary: &ConversationSummary) {
        let Conversation { id, version, last_seq, .. } = summary.conversation;
        let kept = self.conversations.entry(id).or_default();
        kept.version = kept.version.max(version);
        kept.last_seq = kept.last_seq.max(last_seq);
        // Of a large group, not everyone is named; but whoever is shown it is in it.
        kept.members.insert(reader);
        self.mine.push((reader, id, summary.my.clone()));
    }

    /// A conversation, if it was read.
    #[must_use]
    pub fn conversation(&self, id: ConversationId) -> Option<&Kept> {
        self.conversations.get(&id)
    }

    /// All that were read.
    pub fn conversations(&self) -> impl Iterator<Item = (ConversationId, &Kept)> {
        self.conversations.iter().map(|(id, kept)| (*id, kept))
    }

    /// A message, if it is there.
    #[must_use]
    pub fn row(&self, id: ConversationId, seq: Seq) -> Option<&Message> {
        self.conversations.get(&id)?.rows.get(&seq)
    }

    /// What the readers were told that only they see, each time.
    pub fn mine(&self) -> impl Iterator<Item = (UserId, ConversationId, &MyConversation)> {
        self.mine.iter().map(|(user, id, my)| (*user, *id, my))
    }
}
