//! I9: once nothing more is done to the server, every connected device has everything within five seconds, without anyone
//! acting.

use std::collections::{BTreeMap, HashMap, HashSet};

use kith_protocol::*;

use super::{Find, Invariant};
use crate::history::{Seen, Sight, Truth};

/// How long it may take, in microseconds.
const SETTLED_WITHIN_US: u64 = 5_000_000;
/// How much later the last device may have been looked at: there are many, and looking takes its time.
const LOOKED_AT_WITHIN_US: u64 = 2_000_000;

/// Who was connected when it became quiet, and what they hold.
#[derive(Default)]
pub(super) struct Settles {
    connected: HashMap<SessionId, HashSet<u64>>,
    quiet_us: Option<u64>,
    awaited: HashSet<SessionId>,
    holds: Vec<(SessionId, UserId, BTreeMap<ConversationId, Version>)>,
}

impl Invariant for Settles {
    fn see(&mut self, sight: &Sight, find: Find<'_>) {
        let device = sight.line.device;
        match &sight.seen {
            Seen::Connected => {
                self.connected.entry(device).or_default().insert(sight.line.connection);
            }
            Seen::Closed => {
                let connections = self.connected.entry(device).or_default();
                connections.remove(&sight.line.connection);
                if connections.is_empty() {
                    self.awaited.remove(&device);
                }
            }
            Seen::Quiet => {
                self.quiet_us = Some(sight.line.us);
                let connected = self.connected.iter().filter(|(_, connections)| !connections.is_empty());
                self.awaited = connected.map(|(device, _)| *device).collect();
            }
            Seen::Holds(held) if !held.fresh => {
                let Some(quiet_us) = self.quiet_us else { return };
                if held.looked_us > quiet_us + SETTLED_WITHIN_US + LOOKED_AT_WITHIN_US {
                    find(format!("device {device} was looked at too late to say that it settled in time"));
                }
                self.awaited.remove(&device);
                let versions = held.conversations.iter().map(|(id, held)| (*id, held.version)).collect();
                self.holds.push((device, sight.line.user_id, versions));
            }
            _ => {}
        }
    }

    fn finish(&mut self, truth: &Truth, find: Find<'_>) {
        for device in &self.awaited {
            find(format!(
                "device {device} was connected when it became quiet, and what it holds is not known"
            ));
        }
        for (device, user, held) in &self.holds {
            for (id, kept) in truth.conversations().filter(|(_, kept)| kept.members.contains(user)) {
                let version = held.get(&id).copied().unwrap_or_default();
                if version != kept.version {
                    find(format!(
                        "device {device} has come to version {version} of {id}, which is at {}",
                        kept.version
                    ));
                }
            }
            for id in
                held.keys().filter(|id| truth.conversation(**id).is_some_and(|it| !it.members.contains(user)))
            {
                find(format!("device {device} still holds {id}, which is not its person's any more"));
            }
        }
    }
}
