//! Filling a data folder before the server starts: people, devices, conversations and messages are made through the store,
//! so that ten thousand users cost no password hashes and the program needs no switch that would make hashing weak.

use std::{future::Future, path::Path};

use anyhow::{Context, Result};
use futures_util::future::join_all;
use kith_chat::{
    Entropy, LocalBus, Refusal, Store,
    passwords::PasswordHash,
    sessions::Token,
    store::{
        ConversationStore, MessageStore, NewGroup, NewMessage, NewSession, NewUser, PageStore, SessionStore,
        UserStore,
    },
    users::Username,
};
use kith_protocol::{ClientId, ConversationId, PageRequest, Seq, SessionId, Timestamp, UserId, limits};
use kith_store_sqlite::{Options, SqliteStore};
use tokio::runtime::{Builder, Runtime};

use crate::words::Words;

/// Operations that wait for the store at one time: fewer than it lets wait.
const WAITING_MAX: usize = 4_000;

/// Somebody with a signed-in device.
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) token: String,
}

/// An open data folder.
pub(crate) struct Fill {
    store: SqliteStore,
    entropy: Entropy,
    runtime: Runtime,
    now: Timestamp,
}

impl Fill {
    /// Opens the folder; it is made up anew when it is empty.
    ///
    /// # Errors
    /// When the store cannot be opened.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let entropy = Entropy::from_seed(crate::clock::seed());
        let runtime = Builder::new_current_thread().build()?;
        // Nobody listens: nobody is connected.
        let (bus, _) = LocalBus::new();
        let store = SqliteStore::open(folder, Options::default(), std::sync::Arc::new(bus), &entropy)?;
        Ok(Self { store, entropy, runtime, now: crate::clock::now() })
    }

    /// People, each with a device that is signed in.
    pub(crate) fn people(&self, count: usize) -> Result<Vec<Person>> {
        let ids: Vec<UserId> = (0..count).map(|_| UserId(self.entropy.id(self.now))).collect();
        let hash = PasswordHash::none();
        self.all(ids.iter().enumerate().map(|(index, &id)| {
            let name = format!("person{index}");
            let username = Username::parse(&name).expect("this is a good name");
            let user = NewUser { id, username, display_name: name, password: hash.clone() };
            self.store.create_user(user, self.now)
        }))?;
        let people: Vec<(Person, Token)> = ids
            .into_iter()
            .map(|id| {
                let token = Token::random(&self.entropy);
                (Person { id, token: token.reveal() }, token)
            })
            .collect();
        self.all(people.iter().map(|(person, token)| {
            let session = NewSession {
                id: SessionId(self.entropy.id(self.now)),
                user_id: person.id,
                token: token.hash(),
                device: "Firefox on Linux".into(),
                password: None,
            };
            self.store.create_session(session, self.now)
        }))?;
        Ok(people.into_iter().map(|(person, _)| person).collect())
    }

    /// The direct conversations of these pairs.
    pub(crate) fn directs<'a>(
        &self,
        pairs: impl Iterator<Item = (&'a Person, &'a Person)>,
    ) -> Result<Vec<ConversationId>> {
        let opened = self.all(pairs.map(|(one, other)| {
            let id = ConversationId(self.entropy.id(self.now));
            self.store.open_direct(one.id, other.id, id, self.now)
        }))?;
        Ok(opened.into_iter().map(|opened| opened.conversation.conversation.id).collect())
    }

    /// A group of the first of these people and the others.
    pub(crate) fn groups<'a>(
        &self,
        groups: impl Iterator<Item = Vec<&'a Person>>,
    ) -> Result<Vec<ConversationId>> {
        let made = self.all(groups.enumerate().map(|(index, members)| {
            let group = NewGroup {
                id: ConversationId(self.entropy.id(self.now)),
                client_id: self.client_id(),
                fingerprint: [0; 8],
                title: Some(format!("Group {index}")),
                member_ids: members[1..].iter().map(|person| person.id).collect(),
            };
            self.store.create_group(members[0].id, group, self.now)
        }))?;
        Ok(made.into_iter().map(|made| made.conversation.conversation.id).collect())
    }

    /// Has `count` messages of about 100 bytes written, one after the other by these writers, each into a conversation of
    /// theirs.
    pub(crate) fn messages(
        &self,
        count: usize,
        words: &mut Words,
        mut place: impl FnMut(usize) -> (UserId, ConversationId),
    ) -> Result<()> {
        self.all((0..count).map(|index| {
            let (writer, conversation_id) = place(index);
            let message = NewMessage {
                conversation_id,
                client_id: self.client_id(),
                fingerprint: [0; 8],
                text: words.text(crate::words::MESSAGE_BYTES),
                entities: Vec::new(),
                attachment_ids: Vec::new(),
                reply_to: None,
                forward: None,
            };
            self.store.send(writer, message, None, self.now)
        }))?;
        Ok(())
    }

    /// Reads a conversation from its beginning to its end, and counts what people wrote.
    pub(crate) fn count_messages(&self, reader: UserId, conversation_id: ConversationId) -> Result<u64> {
        let mut count = 0;
        let mut after = Seq(0);
        loop {
            let limit = Some(limits::PAGE_MESSAGES_MAX as u32);
            let request =
                PageRequest { conversation_id, before: None, after: Some(after), around: None, limit };
            let page = self.wait(self.store.page(reader, request))?;
            count += page.messages.len() as u64;
            after = page.to_seq;
            if page.at_end {
                return Ok(count);
            }
        }
    }

    /// Finishes what is queued, the search index too.
    pub(crate) fn close(self) -> Result<()> {
        self.wait(self.store.close())
    }

    fn client_id(&self) -> ClientId {
        ClientId(self.entropy.id(self.now))
    }

    fn all<T>(
        &self,
        mut operations: impl Iterator<Item = impl Future<Output = Result<T, Refusal>>>,
    ) -> Result<Vec<T>> {
        let mut answers = Vec::new();
        loop {
            let some: Vec<_> = operations.by_ref().take(WAITING_MAX).collect();
            if some.is_empty() {
                return Ok(answers);
            }
            for answer in self.runtime.block_on(join_all(some)) {
                answers.push(answer.map_err(refused)?);
            }
        }
    }

    fn wait<T>(&self, operation: impl Future<Output = Result<T, Refusal>>) -> Result<T> {
        self.runtime.block_on(operation).map_err(refused).context("the store refused")
    }
}

fn refused(refusal: Refusal) -> anyhow::Error {
    anyhow::anyhow!("the store refused: {:?}", refusal.into_body())
}
