//! I12: nothing that happened after somebody lost access reaches them. No version after their removal is ever pushed to
//! them; a second after it was acknowledged nothing of the conversation is told or answered any more, until they are back.

use std::collections::HashMap;

use kith_protocol::*;

use super::{Find, Invariant};
use crate::history::{At, Outcome, Seen, Sight, Truth};

/// How long what was under way may still arrive, in microseconds.
const SILENT_WITHIN_US: u64 = 1_000_000;

/// Who lost and regained access, and what they were told.
#[derive(Default)]
pub(super) struct Access {
    changes: HashMap<(ConversationId, UserId), Vec<Change>>,
    told: HashMap<(ConversationId, UserId), Vec<Told>>,
}

/// Access lost or regained with a version.
struct Change {
    version: Version,
    issued_us: u64,
    us: u64,
    lost: bool,
}

/// Something of a conversation that somebody was told: a version, or something without one.
struct Told {
    at: At,
    version: Option<Version>,
    issued_us: u64,
    us: u64,
}

impl Invariant for Access {
    fn see(&mut self, sight: &Sight, _find: Find<'_>) {
        let me = sight.line.user_id;
        match &sight.seen {
            Seen::RemoveMember(request, Outcome::Ok(answer)) => {
                self.change(sight, request.conversation_id, request.user_id, answer.version, true);
            }
            Seen::Leave(request, Outcome::Ok(answer)) => {
                self.change(sight, request.conversation_id, me, answer.version, true);
            }
            Seen::AddMembers(request, Outcome::Ok(answer)) => {
                for user in &request.user_ids {
                    self.change(sight, request.conversation_id, *user, answer.version, false);
                }
            }
            Seen::Changed(change) => self.told(sight, change.conversation_id, Some(change.version)),
            Seen::Receipts(update) => self.told(sight, update.conversation_id, None),
            Seen::Typing(typing) => self.told(sight, typing.conversation_id, None),
            Seen::Changes(request, Outcome::Ok(_)) => self.told(sight, request.conversation_id, None),
            Seen::Page(request, Outcome::Ok(_)) => self.told(sight, request.conversation_id, None),
            _ => {}
        }
    }

    fn finish(&mut self, _truth: &Truth, find: Find<'_>) {
        for (key, changes) in &mut self.changes {
            changes.sort_by_key(|change| change.version);
            let told = self.told.get(key).map(Vec::as_slice).unwrap_or_default();
            for (place, lost) in changes.iter().enumerate().filter(|(_, change)| change.lost) {
                let back = changes[place + 1..].iter().find(|change| !change.lost);
                for told in told.iter().filter(|told| told.is_wrong(lost, back)) {
                    let ((id, user), at, version) = (key, told.at, lost.version);
                    find(format!(
                        "{user} lost {id} with version {version}, and {at} was told of it afterwards"
                    ));
                }
            }
        }
    }
}

impl Access {
    fn change(&mut self, sight: &Sight, id: ConversationId, user: UserId, version: Version, lost: bool) {
        let change = Change { version, issued_us: sight.issued_us, us: sight.line.us, lost };
        self.changes.entry((id, user)).or_default().push(change);
    }

    fn told(&mut self, sight: &Sight, id: ConversationId, version: Option<Version>) {
        let (issued_us, us) = (sight.issued_us, sight.line.us);
        let told = Told { at: sight.at(), version, issued_us, us };
        self.told.entry((id, sight.line.user_id)).or_default().push(told);
    }
}

impl Told {
    /// Whether it was told between the loss and the return.
    fn is_wrong(&self, lost: &Change, back: Option<&Change>) -> bool {
        match self.version {
            Some(version) => version > lost.version && back.is_none_or(|back| version < back.version),
            None => {
                self.issued_us > lost.us + SILENT_WITHIN_US
                    && back.is_none_or(|back| self.us < back.issued_us)
            }
        }
    }
}
