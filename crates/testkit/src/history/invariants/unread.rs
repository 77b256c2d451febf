//! I11: the number of unread messages is what it says it is: others' messages, not unsent, not hidden by oneself, not of
//! somebody one blocks, after what one has read or cleared. What one was acknowledged to have read is read.

use std::collections::{HashMap, HashSet};

use kith_protocol::*;

use super::{Find, Invariant};
use crate::history::{Outcome, Seen, Sight, Truth};

/// What people have done about what they see.
#[derive(Default)]
pub(super) struct Unread {
    read: HashMap<(UserId, ConversationId), Seq>,
    hidden: HashSet<(UserId, ConversationId, Seq)>,
    blocked: HashMap<(UserId, UserId), Block>,
    /// Of whom it is not known whether they have hidden something here, or blocked somebody: the connection broke before the
    /// answer, and both numbers would be right.
    unsure: HashSet<(UserId, Option<ConversationId>)>,
}

/// The last that was heard of a block: from which device, when it was answered, and which way.
#[derive(Clone, Copy)]
struct Block {
    device: SessionId,
    us: u64,
    blocked: bool,
}

impl Invariant for Unread {
    fn see(&mut self, sight: &Sight, _find: Find<'_>) {
        let me = sight.line.user_id;
        match &sight.seen {
            Seen::MarkRead(request, Outcome::Ok(_)) => self.read(me, request.conversation_id, request.seq),
            // Who sends has read what is before.
            Seen::Send(request, Outcome::Ok(answer)) => {
                self.read(me, request.conversation_id, answer.message.seq);
            }
            Seen::Delete(request, outcome) if request.scope == DeleteScope::Me => match outcome {
                Outcome::Ok(_) => drop(self.hidden.insert((me, request.conversation_id, request.seq))),
                Outcome::Unknown => drop(self.unsure.insert((me, Some(request.conversation_id)))),
                Outcome::Refused(_) => {}
            },
            Seen::SetAccount(SetAccount { user_id: Some(user), block: Some(blocked), .. }, outcome) => {
                match outcome {
                    Outcome::Ok(_) => self.block(sight, *user, *blocked),
                    Outcome::Unknown => drop(self.unsure.insert((me, None))),
                    Outcome::Refused(_) => {}
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self, truth: &Truth, find: Find<'_>) {
        for (user, id, my) in truth.mine() {
            let Some(kept) = truth.conversation(id) else { continue };
            let read = self.read.get(&(user, id)).copied().unwrap_or_default();
            if my.read_seq < read && kept.members.contains(&user) {
                find(format!(
                    "{user} was told that {id} is read up to {read}, and it is up to {}",
                    my.read_seq
                ));
            }
            if self.unsure.contains(&(user, None)) || self.unsure.contains(&(user, Some(id))) {
                continue;
            }
            let from = my.read_seq.max(my.cleared_seq).next();
            let unread = kept.rows.range(from..).filter(|(_, row)| self.counts(user, id, row)).count();
            if unread as u64 != u64::from(my.unread) {
                let said = my.unread;
                find(format!("{user} has {unread} unread messages in {id}, and the server says {said}"));
            }
        }
    }
}

impl Unread {
    fn read(&mut self, user: UserId, id: ConversationId, seq: Seq) {
        let read = self.read.entry((user, id)).or_default();
        *read = (*read).max(seq);
    }

    /// Of two devices that disagree at the same time it is not known which was first.
    fn block(&mut self, sight: &Sight, user: UserId, blocked: bool) {
        let (me, device, us) = (sight.line.user_id, sight.line.device, sight.line.us);
        let before = self.blocked.insert((me, user), Block { device, us, blocked });
        let overlaps = |before: Block| before.device != device && before.us > sight.issued_us;
        if before.is_some_and(|before| before.blocked != blocked && overlaps(before)) {
            self.unsure.insert((me, None));
        }
    }

    fn counts(&self, user: UserId, id: ConversationId, row: &Message) -> bool {
        row.kind == MessageKind::Text
            && row.sender_id != user
            && row.unsent_at.is_none()
            && !self.hidden.contains(&(user, id, row.seq))
            && !self.blocked.get(&(user, row.sender_id)).is_some_and(|block| block.blocked)
    }
}
