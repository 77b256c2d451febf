//! A reference client: the state that a client holds, and how answers and pushes fold into it.
//!
//! It is what `docs/protocol.md` tells every client to do, as plainly as it can be written. Tests compare it with the
//! state of a client that has just begun: snapshot and pushes together are a fresh snapshot.

use std::collections::{BTreeMap, BTreeSet};

use kith_protocol::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// What a client can read when it begins: the list, and every conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The answer of `sync` without a cursor.
    pub sync: SyncAnswer,
    /// The answers of `message:page`, the newest messages.
    pub pages: BTreeMap<String, MessagePage>,
    /// The answers of `conversation:changes` since 0.
    pub changes: BTreeMap<String, ConversationChanges>,
}

/// What to do after a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing: it has been folded, or was known already.
    Nothing,
    /// Something was missed: ask for the changes of this conversation since this version.
    Changes(ChangesRequest),
    /// The feed has stopped: `sync`.
    Sync,
}

/// What one device holds.
#[derive(Clone, Debug)]
pub struct Replica {
    /// Whose.
    pub me: UserId,
    /// From the last `sync`.
    pub cursor: Option<String>,
    /// From the last `sync`.
    pub epoch: Option<String>,
    /// The last change of the account.
    pub account_version: AccountVersion,
    /// What was chosen.
    pub settings: Settings,
    /// Whom one blocks.
    pub blocked: BTreeSet<UserId>,
    /// Everyone named so far.
    pub users: BTreeMap<UserId, Profile>,
    /// The conversations one is in.
    pub conversations: BTreeMap<ConversationId, Held>,
}

/// What is held of one conversation.
#[derive(Clone, Debug)]
pub struct Held {
    /// Up to here nothing is missing; 0 while only its summary is known.
    pub version: Version,
    /// The same for all.
    pub shared: Conversation,
    /// Only this person's. Its `last_message` is not kept: it is the newest of `messages`.
    pub my: MyConversation,
    /// Up to this change of the account, `my` has everything.
    account_version: AccountVersion,
    /// Who is in it, as far as known.
    pub members: BTreeMap<UserId, Member>,
    /// What was said.
    pub messages: BTreeMap<Seq, Message>,
    /// What is quoted and not among the messages.
    pub quotes: BTreeMap<Seq, Message>,
    /// How far everyone has come.
    pub receipts: BTreeMap<UserId, Receipt>,
    /// From here on, what is not among the messages is not there for this person.
    covered_from: Seq,
    /// What the person deleted for themselves since this device began.
    hidden: BTreeSet<Seq>,
}

impl Replica {
    /// A device that has nothing yet.
    #[must_use]
    pub fn new(me: UserId) -> Self {
        Self {
            me,
            cursor: None,
            epoch: None,
            account_version: AccountVersion(0),
            settings: Settings::default(),
            blocked: BTreeSet::new(),
            users: BTreeMap::new(),
            conversations: BTreeMap::new(),
        }
    }

    /// A device that has just begun.
    #[must_use]
    pub fn from_snapshot(me: UserId, snapshot: &Snapshot) -> Self {
        let mut replica = Self::new(me);
        replica.synced(snapshot.sync.clone());
        snapshot.changes.values().for_each(|changes| replica.changed(changes.clone()));
        for (id, page) in &snapshot.pages {
            replica.paged(id.parse().expect("pages are kept by conversation"), page.clone());
        }
        replica
    }

    /// What to ask for with `sync`.
    #[must_use]
    pub fn sync_request(&self) -> SyncRequest {
        SyncRequest { cursor: self.cursor.clone(), epoch: self.epoch.clone() }
    }

    /// Folds the answer of `sync`. Returns the changes to ask for: those of conversations that have moved on, also of those
    /// that an earlier answer named and whose changes never arrived. The cursor is past them: nobody names them again.
    pub fn synced(&mut self, answer: SyncAnswer) -> Vec<ChangesRequest> {
        let restored = self.epoch.as_ref().is_some_and(|epoch| *epoch != answer.epoch);
        if answer.reset || restored {
            *self = Self::new(self.me);
        }
        self.cursor = Some(answer.cursor);
        self.epoch = Some(answer.epoch);
        self.name(answer.users);
        answer.removed.iter().for_each(|id| drop(self.conversations.remove(id)));
        answer.conversations.into_iter().for_each(|summary| self.summarized(summary));
        self.account(answer.account);
        let behind = self.conversations.iter().filter(|(_, held)| held.version < held.shared.version);
        behind.map(|(id, held)| ChangesRequest { conversation_id: *id, since: held.version }).collect()
    }

    /// Folds the answer of `conversation:changes`.
    pub fn changed(&mut self, changes: ConversationChanges) {
        self.name(changes.users);
        let id = changes.conversation.conversation.id;
        self.summarized(changes.conversation);
        let held = self.conversations.get_mut(&id).expect("it has just been summarized");
        if changes.reset {
            held.messages.clear();
            held.quotes.clear();
            held.members.clear();
            // Somebody may have left whom the answer does not name any more.
            let named: BTreeSet<UserId> = changes.receipts.iter().map(|receipt| receipt.user_id).collect();
            held.receipts.retain(|user, _| named.contains(user));
            held.covered_from = changes.messages.first().map_or(Seq(0), |message| message.seq);
        }
        held.version = held.version.max(changes.version);
        held.rows(changes.members, changes.messages, changes.quotes);
        changes.receipts.into_iter().for_each(|receipt| held.receipt(receipt));
    }

    /// Folds the answer of `message:page` that asked for the newest messages.
    pub fn paged(&mut self, id: ConversationId, page: MessagePage) {
        self.name(page.users);
        if let Some(held) = self.conversations.get_mut(&id) {
            held.covered_from = held.covered_from.min(page.from_seq);
            let messages = page.messages.into_iter().map(Shared::into_inner).collect();
            held.rows(Vec::new(), messages, page.quotes);
        }
    }

    /// Folds a push.
    ///
    /// # Panics
    /// When it is no push of this protocol: the test has found something.
    pub fn pushed(&mut self, name: &str, payload: &Value) -> Next {
        match name {
            "conversation:changed" => self.change(read(payload)),
            "conversation:removed" => self.removed(read(payload)),
            "receipt:updated" => self.receipts(read(payload)),
            "account:changed" => self.account_changed(read(payload)),
            "user:updated" => self.name([read::<UserUpdated>(payload).user]),
            "resync" => Next::Sync,
            "typing" | "presence" | "session:ended" => Next::Nothing,
            other => panic!("{other} is no push of this protocol"),
        }
    }

    /// Lets go of all but this many newest messages of each conversation, as a client does whose window moves on.
    pub fn keep_newest(&mut self, messages_max: usize) {
        for held in self.conversations.values_mut() {
            while held.messages.len() > messages_max {
                let oldest = held.messages.pop_first().map_or(Seq(0), |(seq, _)| seq);
                held.covered_from = held.covered_from.max(oldest.next());
            }
        }
    }

    /// Everything that two devices of one person must agree on, in one comparable form.
    #[must_use]
    pub fn view(&self) -> Value {
        let conversations: BTreeMap<_, _> =
            self.conversations.iter().map(|(id, held)| (id.to_string(), held.view())).collect();
        json!({
            "account_version": self.account_version,
            "settings": self.settings,
            "blocked": self.blocked,
            "conversations": conversations,
        })
    }

    fn change(&mut self, change: ConversationChanged) -> Next {
        let id = change.conversation_id;
        let Some(held) = self.conversations.get_mut(&id) else {
            return Next::Changes(ChangesRequest { conversation_id: id, since: Version(0) });
        };
        if change.version <= held.version {
            return Next::Nothing;
        }
        if change.version != held.version.next() {
            return Next::Changes(ChangesRequest { conversation_id: id, since: held.version });
        }
        let known = held.shared.last_seq;
        held.apply(&change, self.me, &self.blocked);
        // Pushes are the same for everyone: a row that this person has hidden, or has not loaded, may be among them.
        let mut messages = change.messages;
        messages.retain(|message| message.seq > known || held.holds(message.seq));
        let mut quotes = change.quotes;
        quotes.retain(|quote| quote.seq < held.covered_from || held.holds(quote.seq));
        held.rows(change.members, messages, quotes);
        self.name(change.users);
        Next::Nothing
    }

    fn removed(&mut self, removed: ConversationRemoved) -> Next {
        self.conversations.remove(&removed.conversation_id);
        Next::Nothing
    }

    fn receipts(&mut self, update: ReceiptUpdated) -> Next {
        if let Some(held) = self.conversations.get_mut(&update.conversation_id) {
            update.receipts.into_iter().for_each(|receipt| held.receipt(receipt));
        }
        Next::Nothing
    }

    /// A push that comes late, after an answer that knew of it, is of no concern: it would bring back what was unread then.
    fn account_changed(&mut self, rows: AccountRows) -> Next {
        if rows.account_version <= self.account_version { Next::Nothing } else { self.account(rows) }
    }

    fn account(&mut self, rows: AccountRows) -> Next {
        self.account_version = self.account_version.max(rows.account_version);
        if let Some(settings) = rows.settings {
            self.settings = settings;
        }
        for block in rows.blocks {
            if block.blocked {
                self.blocked.insert(block.user_id)
            } else {
                self.blocked.remove(&block.user_id)
            };
        }
        for hidden in rows.hidden {
            if let Some(held) = self.conversations.get_mut(&hidden.conversation_id) {
                held.hidden.insert(hidden.seq);
                held.messages.remove(&hidden.seq);
                held.quotes.remove(&hidden.seq);
            }
        }
        for row in rows.conversations {
            let held = self.conversations.get_mut(&row.conversation_id);
            // An answer that knew of it may have come first: then it would bring back what was unread before that.
            if let Some(held) = held.filter(|held| rows.account_version > held.account_version) {
                held.account_version = rows.account_version;
                held.account(row);
            }
        }
        Next::Nothing
    }

    fn name(&mut self, users: impl IntoIterator<Item = Profile>) -> Next {
        self.users.extend(users.into_iter().map(|user| (user.id, user)));
        Next::Nothing
    }

    fn summarized(&mut self, summary: ConversationSummary) {
        let ConversationSummary { conversation, my, account_version, receipts } = summary;
        let id = conversation.id;
        let held =
            self.conversations.entry(id).or_insert_with(|| Held::new(conversation.clone(), my.clone()));
        // A push may have overtaken it: then it does not know of what was unread since.
        let is_current = conversation.version >= held.shared.version;
        if is_current {
            held.shared = conversation;
        }
        if is_current && account_version >= held.account_version {
            held.my = MyConversation { last_message: None, ..my };
            held.account_version = account_version;
        }
        held.clear();
        receipts.into_iter().for_each(|receipt| held.receipt(receipt));
    }
}

impl Held {
    fn new(shared: Conversation, my: MyConversation) -> Self {
        Self {
            version: Version(0),
            shared,
            my,
            account_version: AccountVersion(0),
            members: BTreeMap::new(),
            messages: BTreeMap::new(),
            quotes: BTreeMap::new(),
            receipts: BTreeMap::new(),
            covered_from: Seq(0),
            hidden: BTreeSet::new(),
        }
    }

    fn holds(&self, seq: Seq) -> bool {
        self.messages.contains_key(&seq) || self.quotes.contains_key(&seq)
    }

    /// What a change does to the conversation itself, before its rows are folded.
    fn apply(&mut self, change: &ConversationChanged, me: UserId, blocked: &BTreeSet<UserId>) {
        self.version = change.version;
        if let Some(conversation) = &change.conversation {
            self.shared = conversation.clone();
        }
        self.shared.version = change.version;
        let newest = change.messages.iter().map(|message| message.seq).max().unwrap_or_default();
        self.shared.last_seq = self.shared.last_seq.max(newest);
        if change.cause.kind == CauseKind::Sent {
            let message = change.messages.first().expect("a message was sent");
            self.spoke(message, me, blocked);
        }
        if change.cause.actor_id == me && change.cause.kind == CauseKind::Reacted {
            let mine = self.messages.get_mut(&change.cause.seq.unwrap_or_default());
            mine.into_iter().for_each(|message| message.my_reaction.clone_from(&change.cause.emoji));
        }
        for member in change.members.iter().filter(|member| member.user_id == me) {
            self.my.role = member.role;
        }
    }

    /// Who sends has read everything before it; others have one more to read, if they can see it.
    fn spoke(&mut self, message: &Message, me: UserId, blocked: &BTreeSet<UserId>) {
        let sender = message.sender_id;
        self.receipt(Receipt {
            user_id: sender,
            delivered_seq: message.seq,
            read_seq: message.seq,
            read_at: self.receipts.get(&sender).and_then(|receipt| receipt.read_at),
        });
        if sender == me {
            self.my.read_seq = message.seq;
            (self.my.unread, self.my.mentions) = (0, 0);
        } else if !blocked.contains(&sender) {
            self.my.unread += 1;
            self.my.mentions += u32::from(message.entities.iter().any(|entity| entity.user_id == Some(me)));
        }
        let speaker = self.members.get(&sender).cloned();
        if let Some(speaker) = speaker {
            self.shared.members.retain(|member| member.user_id != sender);
            self.shared.members.insert(0, speaker);
            self.shared.members.truncate(limits::SUMMARY_MEMBERS_MAX);
        }
    }

    fn rows(&mut self, members: Vec<Member>, messages: Vec<Message>, quotes: Vec<Message>) {
        for member in members {
            if member.left_at.is_some() {
                self.receipts.remove(&member.user_id);
            }
            self.members.insert(member.user_id, member);
        }
        for message in messages {
            if self.quotes.contains_key(&message.seq) {
                keep_newer(&mut self.quotes, message.clone());
            }
            if !self.hidden.contains(&message.seq) && message.seq > self.my.cleared_seq {
                keep_newer(&mut self.messages, message);
            }
        }
        for quote in quotes {
            if self.messages.contains_key(&quote.seq) {
                keep_newer(&mut self.messages, quote);
            } else if !self.hidden.contains(&quote.seq) && quote.seq > self.my.cleared_seq {
                keep_newer(&mut self.quotes, quote);
            }
        }
    }

    /// Pointers and times only move forward.
    fn receipt(&mut self, receipt: Receipt) {
        let held = self.receipts.entry(receipt.user_id).or_insert_with(|| receipt.clone());
        held.delivered_seq = held.delivered_seq.max(receipt.delivered_seq);
        held.read_seq = held.read_seq.max(receipt.read_seq);
        held.read_at = held.read_at.max(receipt.read_at);
    }

    fn account(&mut self, row: AccountConversation) {
        self.my = MyConversation {
            role: self.my.role,
            read_seq: row.read_seq,
            unread: row.unread,
            mentions: row.mentions,
            last_message: None,
            muted_until: row.muted_until,
            pinned: row.pinned,
            archived: row.archived,
            marked_unread: row.marked_unread,
            cleared_seq: row.cleared_seq,
            draft: row.draft,
        };
        self.clear();
    }

    /// Drops what was cleared.
    fn clear(&mut self) {
        let kept = self.my.cleared_seq.next();
        self.messages = self.messages.split_off(&kept);
        self.quotes = self.quotes.split_off(&kept);
    }

    fn view(&self) -> Value {
        let present = |member: &&Member| member.left_at.is_none();
        let quoted: BTreeSet<_> = self.messages.values().filter_map(|message| message.reply_to).collect();
        let quotes: Vec<_> = self.quotes.values().filter(|quote| quoted.contains(&quote.seq)).collect();
        json!({
            "version": self.version,
            "shared": self.shared,
            "my": self.my,
            "last_message": self.messages.keys().next_back(),
            "members": self.members.values().filter(present).collect::<Vec<_>>(),
            "messages": self.messages.values().collect::<Vec<_>>(),
            "quotes": quotes,
            "receipts": self.receipts.values().collect::<Vec<_>>(),
        })
    }
}

/// A row with a lower version than the one held is ignored. Only answers say what the reader's own reaction is; a push
/// leaves it as it is.
fn keep_newer(rows: &mut BTreeMap<Seq, Message>, mut row: Message) {
    match rows.get(&row.seq) {
        Some(held) if held.version > row.version => return,
        Some(held) if row.unsent_at.is_none() && row.my_reaction.is_none() => {
            row.my_reaction.clone_from(&held.my_reaction);
        }
        _ => {}
    }
    rows.insert(row.seq, row);
}

fn read<T: DeserializeOwned>(payload: &Value) -> T {
    serde_json::from_value(payload.clone())
        .unwrap_or_else(|error| panic!("{payload} is no such push: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcripts::{Transcript, path};

    #[test]
    fn what_is_behind_is_asked_for_again_although_no_later_sync_names_it() {
        let recorded = std::fs::read_to_string(path("sent")).expect("it is recorded");
        let Transcript { viewer, snapshot, fresh, .. } = serde_json::from_str(&recorded).expect("it is one");
        let mut replica = Replica::from_snapshot(viewer, &snapshot);
        let behind = replica.synced(fresh.sync.clone());
        assert!(!behind.is_empty());
        // The connection broke before anything was answered; nothing has changed since.
        let nothing_new = SyncAnswer { conversations: Vec::new(), removed: Vec::new(), ..fresh.sync };
        assert_eq!(replica.synced(nothing_new.clone()), behind);
        for ChangesRequest { conversation_id, .. } in behind {
            replica.changed(fresh.changes[&conversation_id.to_string()].clone());
        }
        assert_eq!(replica.synced(nothing_new), []);
    }

    #[test]
    fn whoever_left_before_everything_was_read_anew_leaves_no_receipt() {
        let recorded = std::fs::read_to_string(path("sent")).expect("it is recorded");
        let Transcript { viewer, fresh, .. } = serde_json::from_str(&recorded).expect("it is one");
        let mut replica = Replica::from_snapshot(viewer, &fresh);
        let changes = fresh.changes.values().find(|changes| changes.reset).expect("it began with version 0");
        let id = changes.conversation.conversation.id;
        let gone = UserId(uuid::Uuid::nil());
        let held =
            |replica: &mut Replica| replica.conversations.get_mut(&id).expect("it is held").receipts.clone();
        let before = held(&mut replica);
        let receipt = Receipt { user_id: gone, delivered_seq: Seq(1), read_seq: Seq(1), read_at: None };
        let update = ReceiptUpdated { conversation_id: id, receipts: vec![receipt] };
        replica.pushed("receipt:updated", &serde_json::to_value(update).expect("it is JSON"));
        assert!(held(&mut replica).contains_key(&gone));
        replica.changed(changes.clone());
        assert_eq!(held(&mut replica), before);
    }
}
