//! I6: a device reads its own writes. A read that it issues after a change of its own was acknowledged shows that change or
//! a newer one.

use std::collections::{BTreeMap, HashMap, HashSet};

use kith_protocol::*;

use super::{Find, Invariant};
use crate::history::{Outcome, Seen, Sight, Truth};

/// What each device was acknowledged, and when.
#[derive(Default)]
pub(super) struct OwnWrites {
    devices: HashMap<(SessionId, ConversationId), Acks>,
    /// What people do not want to see any more, by message and from the beginning.
    hidden: HashSet<(UserId, ConversationId, Seq)>,
    cleared: HashMap<(UserId, ConversationId), Seq>,
}

#[derive(Default)]
struct Acks {
    /// When, and the newest version by then. Both only grow.
    versions: Vec<(u64, Version)>,
    /// Each message that was changed: when first in this version, and which.
    rows: BTreeMap<Seq, (u64, Version)>,
}

impl Invariant for OwnWrites {
    fn see(&mut self, sight: &Sight, find: Find<'_>) {
        let own = match &sight.seen {
            Seen::Send(request, Outcome::Ok(answer)) => Some((request.conversation_id, answer)),
            Seen::Edit(request, Outcome::Ok(answer)) => Some((request.conversation_id, answer)),
            Seen::React(request, Outcome::Ok(answer)) => Some((request.conversation_id, answer)),
            _ => None,
        };
        if let Some((id, answer)) = own {
            self.wrote(sight, id, &answer.message);
        }
        match &sight.seen {
            Seen::Delete(request, _) if request.scope == DeleteScope::Me => {
                self.hidden.insert((sight.line.user_id, request.conversation_id, request.seq));
            }
            Seen::SetAccount(SetAccount { conversation_id: Some(id), cleared_seq: Some(seq), .. }, _) => {
                self.cleared.insert((sight.line.user_id, *id), *seq);
            }
            Seen::Changes(_, Outcome::Ok(answer)) => {
                self.version(sight, &answer.conversation.conversation, find);
            }
            Seen::Sync(_, Outcome::Ok(answer)) => {
                let summaries = answer.conversations.iter();
                summaries.for_each(|summary| self.version(sight, &summary.conversation, find));
            }
            Seen::Page(request, Outcome::Ok(page)) => self.page(sight, request.conversation_id, page, find),
            _ => {}
        }
    }

    fn finish(&mut self, _truth: &Truth, _find: Find<'_>) {}
}

impl OwnWrites {
    fn wrote(&mut self, sight: &Sight, id: ConversationId, row: &Message) {
        let acks = self.devices.entry((sight.line.device, id)).or_default();
        let newest = acks.versions.last().map_or(Version(0), |(_, version)| *version);
        if row.version > newest {
            acks.versions.push((sight.line.us, row.version));
        }
        let known = acks.rows.entry(row.seq).or_insert((sight.line.us, row.version));
        if row.version > known.1 {
            *known = (sight.line.us, row.version);
        }
    }

    fn version(&self, sight: &Sight, conversation: &Conversation, find: Find<'_>) {
        let Conversation { id, version, .. } = conversation;
        let Some(acks) = self.devices.get(&(sight.line.device, *id)) else { return };
        let before = acks.versions.partition_point(|(us, _)| *us < sight.issued_us);
        let Some((_, own)) = before.checked_sub(1).map(|last| acks.versions[last]) else { return };
        if *version < own {
            find(format!(
                "{} is told version {version} of {id} after version {own} was acknowledged",
                sight.at()
            ));
        }
    }

    fn page(&self, sight: &Sight, id: ConversationId, page: &MessagePage, find: Find<'_>) {
        let Some(acks) = self.devices.get(&(sight.line.device, id)) else { return };
        // A page that covers nothing ends before it begins.
        if page.from_seq > page.to_seq {
            return;
        }
        let user = sight.line.user_id;
        let cleared = self.cleared.get(&(user, id)).copied().unwrap_or_default();
        for (seq, (us, own)) in acks.rows.range(page.from_seq..=page.to_seq) {
            if *us >= sight.issued_us || *seq <= cleared || self.hidden.contains(&(user, id, *seq)) {
                continue;
            }
            let shown = page.messages.iter().find(|row| row.seq == *seq).map(|row| row.version);
            if shown.is_none_or(|shown| shown < *own) {
                let at = sight.at();
                find(format!("{at} reads message {seq} of {id} in {shown:?} after {own:?} was acknowledged"));
            }
        }
    }
}
