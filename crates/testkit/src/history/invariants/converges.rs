//! I10: all devices come to the same, which is what a device sees that has just begun: texts, reactions, receipts, members,
//! what is one's own. Of a large group, each is told of the members who spoke last when it asked: of whom both know, they
//! know the same. An edit after an unsend is refused as `gone`; five seconds after an unsend was acknowledged, what was said
//! is reachable by no call. No push of a later version tells it either, and none on a connection that was opened after those
//! five seconds; on an older one, whoever does not read finds what was on its way before.

use std::collections::{BTreeSet, HashMap};

use kith_protocol::*;
use serde_json::Value;

use super::{Find, Invariant};
use crate::history::{Held, HeldConversation, Outcome, Seen, Sight, Truth};

/// How long what is unsent may still be seen, in microseconds.
const GONE_WITHIN_US: u64 = 5_000_000;

/// What devices hold, and what was unsent.
#[derive(Default)]
pub(super) struct Converges {
    held: Vec<(SessionId, UserId, Held)>,
    fresh: HashMap<UserId, Held>,
    /// When each unsend was acknowledged, and what version it has made.
    unsent: HashMap<(ConversationId, Seq), (u64, Version)>,
    /// When each connection was opened.
    opened: HashMap<u64, u64>,
}

impl Invariant for Converges {
    fn see(&mut self, sight: &Sight, find: Find<'_>) {
        match &sight.seen {
            Seen::Connected => drop(self.opened.insert(sight.line.connection, sight.line.us)),
            Seen::Closed => drop(self.opened.remove(&sight.line.connection)),
            Seen::Holds(held) if held.fresh => drop(self.fresh.insert(sight.line.user_id, held.clone())),
            Seen::Holds(held) => self.held.push((sight.line.device, sight.line.user_id, held.clone())),
            Seen::Delete(request, Outcome::Ok(Deleted { version: Some(version), .. })) => {
                let key = (request.conversation_id, request.seq);
                self.unsent.entry(key).or_insert((sight.line.us, *version));
            }
            Seen::Edit(request, outcome) => {
                let unsent = self.unsent.get(&(request.conversation_id, request.seq));
                let accepted = match outcome {
                    Outcome::Ok(_) => true,
                    Outcome::Refused(refusal) => refusal.code == ErrorCode::Conflict,
                    Outcome::Unknown => false,
                };
                if accepted && unsent.is_some_and(|(us, _)| *us < sight.issued_us) {
                    let (seq, id) = (request.seq, request.conversation_id);
                    find(format!(
                        "the edit of message {seq} of {id} by {} is not refused as gone",
                        sight.at()
                    ));
                }
            }
            _ => {}
        }
        for (id, row) in sight.rows() {
            let gone = self.unsent.get(&(id, row.seq)).is_some_and(|(us, version)| match &sight.seen {
                Seen::Changed(changed) => {
                    let opened = self.opened.get(&sight.line.connection).copied().unwrap_or_default();
                    changed.version >= *version || us + GONE_WITHIN_US < opened
                }
                _ => us + GONE_WITHIN_US < sight.issued_us,
            });
            if gone && !(row.text.is_empty() && row.attachments.is_empty()) {
                find(format!("{} is shown message {} of {id} long after it was unsent", sight.at(), row.seq));
            }
        }
    }

    fn finish(&mut self, _truth: &Truth, find: Find<'_>) {
        for (device, user, held) in &self.held {
            let Some(fresh) = self.fresh.get(user) else { continue };
            if held.account != fresh.account {
                find(format!(
                    "device {device} holds of the account {}, and it is {}",
                    held.account, fresh.account
                ));
            }
            for (id, fresh) in &fresh.conversations {
                // That it is missing altogether, or behind, is another invariant's to say.
                let held = held.conversations.get(id).filter(|held| held.version == fresh.version);
                held.into_iter().for_each(|held| compare((*device, *user), *id, held, fresh, find));
            }
        }
    }
}

fn compare(
    (device, user): (SessionId, UserId),
    id: ConversationId,
    held: &HeldConversation,
    fresh: &HeldConversation,
    find: Find<'_>,
) {
    let (held_rest, fresh_rest) = comparable(user, &held.rest, &fresh.rest);
    let fields = fresh_rest.as_object().into_iter().flatten();
    for (field, fresh) in fields.filter(|(field, fresh)| held_rest[field.as_str()] != **fresh) {
        let held = &held_rest[field.as_str()];
        find(format!("device {device} holds {field} of {id} as {held}, and it is {fresh}"));
    }
    let held: HashMap<Seq, _> = held.messages.iter().map(|row| (row.0, row)).collect();
    for fresh in &fresh.messages {
        if let Some((seq, version, _)) = held.get(&fresh.0).filter(|held| **held != fresh) {
            let now = fresh.1;
            find(format!(
                "device {device} holds message {seq} of {id} differently: its version {version}, now {now}"
            ));
        }
    }
}

/// What two devices of this person have to agree on. Of a large group, not everyone is named, and of a still larger one
/// nobody is told how far others have read.
fn comparable(user: UserId, held: &Value, fresh: &Value) -> (Value, Value) {
    let (mut held, mut fresh) = (held.clone(), fresh.clone());
    let member_count = fresh["shared"]["member_count"].as_u64().unwrap_or_default() as usize;
    if member_count > limits::SUMMARY_MEMBERS_MAX {
        for members in ["/members", "/shared/members"] {
            let named = |rest: &Value| -> BTreeSet<String> { users(rest.pointer(members)).collect() };
            let in_both: BTreeSet<String> = named(&held).intersection(&named(&fresh)).cloned().collect();
            keep(&mut held, members, &in_both);
            keep(&mut fresh, members, &in_both);
        }
    }
    if member_count > limits::EPHEMERAL_MEMBERS_MAX {
        let own = BTreeSet::from([user.to_string()]);
        keep(&mut held, "/receipts", &own);
        keep(&mut fresh, "/receipts", &own);
    }
    (held, fresh)
}

/// Whom a list names.
fn users(list: Option<&Value>) -> impl Iterator<Item = String> {
    let rows = list.and_then(Value::as_array).into_iter().flatten();
    rows.filter_map(|row| row["user_id"].as_str().map(str::to_owned))
}

/// Leaves in a list only what is said of these people, in an order that does not matter.
fn keep(rest: &mut Value, list: &str, people: &BTreeSet<String>) {
    if let Some(rows) = rest.pointer_mut(list).and_then(Value::as_array_mut) {
        rows.retain(|row| row["user_id"].as_str().is_some_and(|user| people.contains(user)));
        rows.sort_by_key(|row| row["user_id"].as_str().map(str::to_owned));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::history::{Line, Reply, What};

    fn user(number: u128) -> UserId {
        UserId(Uuid::from_u128(number))
    }

    /// A group of so many, of whom these are known, each with a role.
    fn group(member_count: usize, known: &[(u128, &str)]) -> HeldConversation {
        let members: Vec<_> =
            known.iter().map(|(number, role)| json!({ "user_id": user(*number), "role": role })).collect();
        let receipts: Vec<_> =
            known.iter().map(|(number, _)| json!({ "user_id": user(*number), "read_seq": number })).collect();
        let shared = json!({ "member_count": member_count, "members": members });
        let rest = json!({ "shared": shared, "members": members, "receipts": receipts });
        HeldConversation { version: Version(1), rest, messages: Vec::new() }
    }

    fn found(held: &HeldConversation, fresh: &HeldConversation) -> usize {
        let mut found = 0;
        let (device, id) = (SessionId(Uuid::nil()), ConversationId(Uuid::nil()));
        compare((device, user(1)), id, held, fresh, &mut |_| found += 1);
        found
    }

    #[test]
    fn of_a_large_group_devices_agree_on_whom_both_know() {
        let held = [(1, "owner"), (2, "member")];
        let (later, wrong) = ([(3, "member"), (1, "owner")], [(3, "member"), (1, "member")]);
        let small = limits::SUMMARY_MEMBERS_MAX;
        assert_eq!(found(&group(small, &held), &group(small, &later)), 3);
        assert_eq!(found(&group(small + 1, &held), &group(small + 1, &later)), 1, "receipts are told to all");
        let large = limits::EPHEMERAL_MEMBERS_MAX + 1;
        assert_eq!(found(&group(large, &held), &group(large, &later)), 0);
        assert_eq!(found(&group(large, &held), &group(large, &wrong)), 2);
    }

    /// What is found when message 1 was unsent by version 3 at the first second, and is then seen with its text, on a
    /// connection opened at `opened_us`.
    fn found_after_unsend(opened_us: u64, us: u64, what: impl Fn(Value) -> What) -> usize {
        let line = |connection, us, what| Line {
            at_ms: 0,
            us,
            client: "ann".to_owned(),
            user_id: user(1),
            device: SessionId(Uuid::nil()),
            connection,
            what,
        };
        let delete = What::Call {
            number: 1,
            issued_us: 900_000,
            event: "message:delete".to_owned(),
            request: json!({ "conversation_id": Uuid::nil(), "seq": 1, "scope": "everyone" }),
            reply: Reply::Ok(json!({ "version": 3 })),
        };
        let row = json!({
            "seq": 1, "version": 1, "sender_id": user(1), "kind": "text", "text": "unsaid", "entities": [],
            "attachments": [], "forwarded": false, "reactions": [], "created_at": 1,
        });
        let mut converges = Converges::default();
        let mut found = 0;
        let unsent = line(1, 1_000_000, delete);
        for line in [unsent, line(2, opened_us, What::Connected), line(2, us, what(row))] {
            let sight = Sight::of(line).unwrap();
            converges.see(&sight, &mut |_| found += 1);
        }
        found
    }

    #[test]
    fn what_is_unsent_is_told_by_no_later_push_and_no_later_call() {
        let push = |version: u64| {
            move |row: Value| What::Push {
                event: "conversation:changed".to_owned(),
                payload: json!({
                    "conversation_id": Uuid::nil(), "version": version, "messages": [row],
                    "cause": { "kind": "edited", "actor_id": user(1) },
                }),
            }
        };
        let page = |issued_us: u64| {
            move |row: Value| What::Call {
                number: 2,
                issued_us,
                event: "message:page".to_owned(),
                request: json!({ "conversation_id": Uuid::nil() }),
                reply: Reply::Ok(json!({
                    "messages": [row], "quotes": [], "users": [], "from_seq": 1, "to_seq": 1, "at_start": true,
                    "at_end": true,
                })),
            }
        };
        assert_eq!(found_after_unsend(0, 60_000_000, push(2)), 0, "it was on its way before");
        assert_eq!(found_after_unsend(7_000_000, 60_000_000, push(2)), 1, "it cannot have been on its way");
        assert_eq!(found_after_unsend(0, 1_100_000, push(3)), 1);
        assert_eq!(found_after_unsend(0, 6_000_000, page(6_000_000)), 0);
        assert_eq!(found_after_unsend(0, 6_000_001, page(6_000_001)), 1);
    }
}
