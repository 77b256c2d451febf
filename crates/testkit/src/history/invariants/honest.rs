//! I13: a server that cannot commit says so. It acknowledges nothing new, refuses with `unavailable`, and keeps answering
//! whoever only reads.

use std::collections::HashSet;

use kith_protocol::*;

use super::{Find, Invariant};
use crate::history::{Outcome, Seen, Sight, Truth};

/// Since when the server cannot commit, and what it said before.
#[derive(Default)]
pub(super) struct Honest {
    since_us: Option<u64>,
    acked: HashSet<(UserId, ClientId)>,
}

impl Invariant for Honest {
    fn see(&mut self, sight: &Sight, find: Find<'_>) {
        match &sight.seen {
            Seen::CannotCommit => self.since_us = Some(sight.line.us),
            Seen::CanCommit => self.since_us = None,
            Seen::Send(request, outcome) => {
                let id = (sight.line.user_id, request.client_id);
                // Repeating what is there already needs no commit.
                if !self.acked.contains(&id) {
                    self.write(sight, outcome, find);
                }
                if outcome.ok().is_some() {
                    self.acked.insert(id);
                }
            }
            Seen::Edit(_, outcome) => self.write(sight, outcome, find),
            Seen::React(_, outcome) => self.write(sight, outcome, find),
            Seen::Sync(_, outcome) => self.read(sight, outcome, find),
            Seen::Changes(_, outcome) => self.read(sight, outcome, find),
            Seen::Page(_, outcome) => self.read(sight, outcome, find),
            _ => {}
        }
    }

    fn finish(&mut self, _truth: &Truth, _find: Find<'_>) {}
}

impl Honest {
    fn stuck(&self, sight: &Sight) -> bool {
        self.since_us.is_some_and(|since| since < sight.issued_us)
    }

    fn write<T>(&self, sight: &Sight, outcome: &Outcome<T>, find: Find<'_>) {
        let wrong = match outcome {
            Outcome::Ok(_) => "acknowledged a write".to_owned(),
            Outcome::Refused(refusal) if refusal.code == ErrorCode::Internal => {
                "does not say `unavailable`, but `internal`".to_owned()
            }
            Outcome::Refused(_) | Outcome::Unknown => return,
        };
        if self.stuck(sight) {
            find(format!("the server cannot commit and {wrong} to {}", sight.at()));
        }
    }

    fn read<T>(&self, sight: &Sight, outcome: &Outcome<T>, find: Find<'_>) {
        let refused = outcome
            .refusal()
            .filter(|refusal| matches!(refusal.code, ErrorCode::Unavailable | ErrorCode::Internal));
        if let Some(refusal) = refused.filter(|_| self.stuck(sight)) {
            let code = refusal.code.as_str();
            find(format!("the server cannot commit and refuses a read with `{code}` to {}", sight.at()));
        }
    }
}
