//! What the person at a device does, at random.

use futures_util::FutureExt;
use kith_protocol::*;
use kith_testkit::{Replica, TestClient};
use rand::RngExt;
use serde_json::json;
use uuid::Builder;

use super::{Calls, Came, Client, send};

impl Client {
    /// Does one thing.
    pub(super) fn act(&mut self, client: &TestClient, calls: &Calls) {
        let Some(id) = self.some_conversation() else { return };
        match self.random.random_range(0..100) {
            0..46 => self.say(client, calls, id),
            46..54 => self.edit(client, calls),
            54..59 => self.unsend(client, calls),
            59..67 => self.react(client, calls, id),
            67..79 => self.read(client, calls, id),
            79..83 => client.send(TYPING_EVENT, &json!({ "conversation_id": id, "typing": true })),
            83..86 => self.pin(client, calls, id),
            86..92 => self.own_affair(client, calls, id),
            92..95 if !self.is_witness() => self.hide(client, calls, id),
            95..98 => self.arrange(client, calls, id),
            _ => self.block(client, calls),
        }
    }

    fn say(&mut self, client: &TestClient, calls: &Calls, id: ConversationId) {
        self.said += 1;
        // Nobody says the same twice, not even on two devices: what is there twice was sent twice.
        let text = format!("{} says for the {}th time 🌊 من هنا", self.device.username, self.said);
        let newest = self.replica.conversations[&id].messages.keys().next_back().copied();
        let reply_to = newest.filter(|_| self.random.random_bool(0.2));
        let message = SendMessage {
            conversation_id: id,
            client_id: self.client_id(),
            text: Some(text),
            mentions: Vec::new(),
            attachment_ids: Vec::new(),
            reply_to,
            forward: None,
        };
        calls.push(send(client, &message));
        self.shared.counts.add("sends", 1);
        if self.random.random_bool(0.1) {
            self.shared.counts.add("repeats", 1);
            calls.push(send(client, &message));
        }
        self.outbox.keep(message);
    }

    fn client_id(&mut self) -> ClientId {
        let now = self.shared.clock.now();
        ClientId(Builder::from_unix_timestamp_millis(now.0, &self.random.random()).into_uuid())
    }

    fn edit(&mut self, client: &TestClient, calls: &Calls) {
        let Some((id, seq)) = self.some_of_mine() else { return };
        let row = self.replica.conversations.get(&id).and_then(|held| held.messages.get(&seq));
        let Some(if_version) = row.filter(|row| row.unsent_at.is_none()).map(|row| row.version) else {
            return;
        };
        self.said += 1;
        let text = format!("{} means for the {}th time", self.device.username, self.said);
        let edit = EditMessage { conversation_id: id, seq, if_version, text, mentions: Vec::new() };
        self.change("edits", client, calls, &edit);
    }

    fn unsend(&mut self, client: &TestClient, calls: &Calls) {
        let Some((id, seq)) = self.some_of_mine() else { return };
        let delete = DeleteMessage { conversation_id: id, seq, scope: DeleteScope::Everyone };
        self.change("deletions", client, calls, &delete);
    }

    fn react(&mut self, client: &TestClient, calls: &Calls, id: ConversationId) {
        let Some(seq) = self.some_text(id) else { return };
        let emoji = [Some("👍"), Some("🌊"), None][self.random.random_range(0..3)];
        let react = React { conversation_id: id, seq, emoji: emoji.map(str::to_owned) };
        self.change("reactions", client, calls, &react);
    }

    fn read(&mut self, client: &TestClient, calls: &Calls, id: ConversationId) {
        let Some(seq) = self.replica.conversations[&id].messages.keys().next_back().copied() else { return };
        self.change("receipts", client, calls, &MarkDelivered { conversation_id: id, seq });
        if self.random.random_bool(0.7) {
            self.change("receipts", client, calls, &MarkRead { conversation_id: id, seq });
        }
    }

    fn pin(&mut self, client: &TestClient, calls: &Calls, id: ConversationId) {
        let Some(seq) = self.some_text(id) else { return };
        let pinned = self.random.random_bool(0.6);
        self.change("pins", client, calls, &PinMessage { conversation_id: id, seq, pinned });
    }

    /// Changes something that only this person sees, on all their devices.
    fn own_affair(&mut self, client: &TestClient, calls: &Calls, id: ConversationId) {
        let nothing = SetAccount { conversation_id: Some(id), ..SetAccount::default() };
        let chance = self.random.random_bool(0.5);
        let set = match self.random.random_range(0..6) {
            0 => SetAccount { draft: Some(chance.then(|| format!("draft {}", self.said))), ..nothing },
            1 => SetAccount { muted_until: Some(chance.then_some(Timestamp(9_000_000_000_000))), ..nothing },
            2 => SetAccount { pinned: Some(chance), ..nothing },
            3 => SetAccount { archived: Some(chance), ..nothing },
            _ if self.is_witness() || chance => SetAccount { marked_unread: Some(chance), ..nothing },
            _ => match self.replica.conversations[&id].messages.keys().next().copied() {
                Some(seq) => SetAccount { cleared_seq: Some(seq), ..nothing },
                None => return,
            },
        };
        self.change("own affairs", client, calls, &set);
    }

    fn hide(&mut self, client: &TestClient, calls: &Calls, id: ConversationId) {
        let Some(seq) = self.some_text(id) else { return };
        let delete = DeleteMessage { conversation_id: id, seq, scope: DeleteScope::Me };
        self.change("hidden", client, calls, &delete);
    }

    /// Adds or removes somebody. Who may not is refused, which is as good.
    fn arrange(&mut self, client: &TestClient, calls: &Calls, id: ConversationId) {
        let user_id = self.somebody();
        if self.replica.conversations[&id].shared.kind != ConversationKind::Group
            || user_id == self.replica.me
        {
            return;
        }
        if self.random.random_bool(0.4) {
            self.change("members", client, calls, &RemoveMember { conversation_id: id, user_id });
        } else {
            let add = AddMembers { conversation_id: id, user_ids: vec![user_id] };
            self.change("members", client, calls, &add);
        }
    }

    fn block(&mut self, client: &TestClient, calls: &Calls) {
        let user_id = self.somebody();
        let block = Some(self.random.random_bool(0.3));
        let set = SetAccount { user_id: Some(user_id), block, ..SetAccount::default() };
        self.change("blocks", client, calls, &set);
    }

    fn change<C>(&self, what: &'static str, client: &TestClient, calls: &Calls, command: &C)
    where
        C: Command + serde::Serialize,
        C::Answer: serde::de::DeserializeOwned + Send,
    {
        self.shared.counts.add(what, 1);
        let answer = client.issue(command);
        calls.push(async move { Ok(Came::Changed(answer.await?.map(drop))) }.boxed());
    }

    /// Whether this person's eyes are needed in the end.
    fn is_witness(&self) -> bool {
        self.replica.me == self.shared.witness
    }

    fn some_conversation(&mut self) -> Option<ConversationId> {
        let Replica { conversations, .. } = &self.replica;
        let place = self.random.random_range(0..conversations.len().max(1));
        conversations.keys().nth(place).copied()
    }

    /// One of the newest messages that say something.
    fn some_text(&mut self, id: ConversationId) -> Option<Seq> {
        let rows = self.replica.conversations[&id].messages.values().rev();
        let mut texts = rows.filter(|row| row.kind == MessageKind::Text && row.unsent_at.is_none());
        texts.nth(self.random.random_range(0..6)).map(|row| row.seq)
    }

    fn some_of_mine(&mut self) -> Option<(ConversationId, Seq)> {
        let place = self.random.random_range(0..self.own.len().max(1));
        self.own.get(place).copied()
    }

    fn somebody(&mut self) -> UserId {
        self.shared.people[self.random.random_range(0..self.shared.people.len())]
    }
}
