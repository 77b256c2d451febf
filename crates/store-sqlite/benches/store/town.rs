//! Twenty people who are in all conversations together.

use std::sync::Arc;

use futures_util::FutureExt;
use kith_chat::{
    Entropy, LocalBus, Reply,
    passwords::PasswordHash,
    store::{ConversationStore, MessageStore, NewGroup, NewMessage, NewUser, UserStore},
    users::Username,
};
use kith_protocol::{ClientId, ConversationId, Timestamp, UserId};
use kith_store_sqlite::{Options, SqliteStore, Steps};
use tempfile::TempDir;

/// When everything happens.
pub(crate) const NOW: Timestamp = Timestamp(1_700_000_000_000);
const PEOPLE: usize = 20;
/// Fewer than a store lets wait.
const QUEUED_MAX: usize = 1_000;
const TEXT: &str =
    "Shall we meet at the lake at eight, or is that too early for a Sunday? I bring tea, you bring a boat.";

/// A store that is stepped, and what is in it.
pub(crate) struct Town {
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) people: Vec<UserId>,
    conversations: Vec<ConversationId>,
    steps: Steps,
    entropy: Entropy,
    _folder: TempDir,
}

impl Town {
    /// With so many conversations and so many messages in each.
    pub(crate) fn new(conversations: usize, messages: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let entropy = Entropy::from_seed([5; 32]);
        // Nobody listens.
        let (bus, _) = LocalBus::new();
        let (store, steps) =
            SqliteStore::open_stepped(folder.path(), Options::default(), Arc::new(bus), &entropy)
                .expect("an empty folder opens");
        let (people, store) = (Vec::new(), Arc::new(store));
        let mut town = Self { store, people, conversations: Vec::new(), steps, entropy, _folder: folder };
        town.people = town.settle();
        town.conversations = town.meet(conversations);
        town.talk_in(conversations, messages);
        while town.steps.index() {}
        town.steps.checkpoint();
        town
    }

    fn settle(&mut self) -> Vec<UserId> {
        let ids: Vec<UserId> = (0..PEOPLE).map(|_| UserId(self.entropy.id(NOW))).collect();
        let created = ids.iter().enumerate().map(|(index, &id)| {
            let name = format!("person{index}");
            let username = Username::parse(&name).expect("this is a good name");
            let user = NewUser { id, username, display_name: name, password: PasswordHash::none() };
            self.store.create_user(user, NOW)
        });
        let created = created.collect();
        self.finish(created);
        ids
    }

    fn meet(&mut self, count: usize) -> Vec<ConversationId> {
        let ids: Vec<ConversationId> = (0..count).map(|_| ConversationId(self.entropy.id(NOW))).collect();
        for some in ids.chunks(QUEUED_MAX) {
            let made = some.iter().map(|&id| {
                let group = NewGroup {
                    id,
                    client_id: ClientId(self.entropy.id(NOW)),
                    fingerprint: [0; 8],
                    title: Some("A group".into()),
                    member_ids: self.people[1..].to_vec(),
                };
                self.store.create_group(self.people[0], group, NOW)
            });
            let made = made.collect();
            self.finish(made);
        }
        ids
    }

    /// Has so many messages written into each of the first conversations.
    pub(crate) fn talk_in(&mut self, conversations: usize, messages: usize) {
        let count = conversations * messages;
        for first in (0..count).step_by(QUEUED_MAX) {
            let sent = (first..count.min(first + QUEUED_MAX)).map(|index| {
                let (_, mut message) = self.message(index);
                message.conversation_id = self.conversations[index % conversations];
                self.store.send(self.people[index / conversations % PEOPLE], message, None, NOW)
            });
            let sent = sent.collect();
            self.finish(sent);
        }
    }

    /// A message of about 100 bytes that somebody writes somewhere.
    pub(crate) fn message(&self, index: usize) -> (UserId, NewMessage) {
        let (writer, conversation_id) = self.place(index);
        let message = NewMessage {
            conversation_id,
            client_id: ClientId(self.entropy.id(NOW)),
            fingerprint: [0; 8],
            text: TEXT.into(),
            entities: Vec::new(),
            attachment_ids: Vec::new(),
            reply_to: None,
            forward: None,
        };
        (writer, message)
    }

    /// Somebody, and a conversation of theirs.
    pub(crate) fn place(&self, index: usize) -> (UserId, ConversationId) {
        (self.people[index % PEOPLE], self.conversations[index % self.conversations.len()])
    }

    /// Commits what was queued, and takes the answers.
    pub(crate) fn finish<T>(&mut self, replies: Vec<Reply<T>>) {
        while self.steps.commit(usize::MAX) > 0 {}
        replies.into_iter().for_each(|reply| drop(answer(reply)));
    }

    /// Reads something.
    pub(crate) fn read<T>(&mut self, ask: impl FnOnce(&SqliteStore) -> Reply<T>) -> T {
        let reply = ask(&self.store);
        let read = self.steps.read().expect("a read was queued");
        read();
        answer(reply)
    }
}

fn answer<T>(reply: Reply<T>) -> T {
    let answer = reply.now_or_never().expect("it has been carried out");
    answer.unwrap_or_else(|refusal| panic!("the store refused: {:?}", refusal.into_body()))
}
