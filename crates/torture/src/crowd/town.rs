//! Who is there before the run: people, devices, groups and messages are made through the store, so that thousands of people
//! cost no password hashes and the program needs no switch that would make hashing weak.

use std::{
    future::Future,
    path::Path,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use futures_util::future::join_all;
use kith_chat::{
    Entropy, LocalBus, Refusal, Store,
    passwords::PasswordHash,
    sessions::Token,
    store::{
        ConversationStore, MessageStore, NewGroup, NewMessage, NewSession, NewUser, SessionStore, UserStore,
    },
    users::Username,
};
use kith_protocol::{ClientId, ConversationId, Seq, SessionId, Timestamp, UserId};
use kith_store_sqlite::{Options, SqliteStore};
use kith_testkit::Device;

/// Operations that wait for the store at one time: fewer than it lets wait.
const WAITING_MAX: usize = 2_000;

/// People with signed-in devices, and the groups that they are in.
#[derive(Clone, Debug, Default)]
pub struct Town {
    /// Person by person, the devices of each.
    pub people: Vec<Vec<Device>>,
    /// The groups, each with the number of its newest message.
    pub groups: Vec<(ConversationId, Seq)>,
}

/// How large a town is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// People.
    pub people: usize,
    /// Signed-in devices of each.
    pub devices_each: usize,
    /// Groups.
    pub groups: usize,
    /// People in each group, taken in turn.
    pub members_each: usize,
    /// Messages that are there already, spread over the groups.
    pub messages: usize,
}

impl Town {
    /// Makes one in an empty data folder. `seed` decides ids and tokens.
    ///
    /// # Errors
    /// When the store cannot be opened, or refuses.
    pub async fn make(folder: &Path, size: Size, seed: u64) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let maker = Maker::open(folder, seed)?;
        let people = maker.people(size).await?;
        let mut groups = maker.groups(size, &people).await?;
        maker.messages(size, &people, &mut groups).await?;
        maker.store.close().await.map_err(refused)?;
        Ok(Self { people, groups })
    }

    /// Has so many messages more written, spread over the groups, while no server runs. `seed` must be another each time.
    ///
    /// # Errors
    /// When the store cannot be opened, or refuses.
    pub async fn talk_on(&mut self, folder: &Path, size: Size, messages: usize, seed: u64) -> Result<()> {
        let maker = Maker::open(folder, seed)?;
        maker.messages(Size { messages, ..size }, &self.people, &mut self.groups).await?;
        maker.store.close().await.map_err(refused)
    }

    /// A device of whoever made a group of a town of this size.
    #[must_use]
    pub fn founder(&self, group: usize, size: Size) -> &Device {
        let founder = members(group, size).next().expect("a group has somebody in it");
        &self.people[founder][0]
    }

    /// Every device.
    pub fn devices(&self) -> impl Iterator<Item = &Device> {
        self.people.iter().flatten()
    }
}

struct Maker {
    store: SqliteStore,
    entropy: Entropy,
    now: Timestamp,
}

impl Maker {
    fn open(folder: &Path, seed: u64) -> Result<Self> {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        // Nobody listens: nobody is connected.
        let (bus, _) = LocalBus::new();
        let entropy = Entropy::from_seed(bytes);
        let store = SqliteStore::open(folder, Options::default(), Arc::new(bus), &entropy)?;
        Ok(Self { store, entropy, now: now() })
    }

    async fn people(&self, size: Size) -> Result<Vec<Vec<Device>>> {
        let names: Vec<(UserId, String)> = (0..size.people)
            .map(|number| (UserId(self.entropy.id(self.now)), format!("person{number}")))
            .collect();
        all(names.iter().map(|(id, name)| {
            let username = Username::parse(name).expect("this is a good name");
            let password = PasswordHash::none();
            let user = NewUser { id: *id, username, display_name: name.clone(), password };
            self.store.create_user(user, self.now)
        }))
        .await?;
        let mut people = Vec::new();
        let mut sessions = Vec::new();
        for (user_id, username) in names {
            let devices = (0..size.devices_each).map(|_| {
                let token = Token::random(&self.entropy);
                let id = SessionId(self.entropy.id(self.now));
                let device = "Firefox on Linux".to_owned();
                sessions.push(NewSession { id, user_id, token: token.hash(), device, password: None });
                Device { user_id, session_id: id, username: username.clone(), token: token.reveal() }
            });
            people.push(devices.collect());
        }
        all(sessions.into_iter().map(|session| self.store.create_session(session, self.now))).await?;
        Ok(people)
    }

    async fn groups(&self, size: Size, people: &[Vec<Device>]) -> Result<Vec<(ConversationId, Seq)>> {
        let made = all((0..size.groups).map(|number| {
            let mut members = members(number, size).map(|person| people[person][0].user_id);
            let owner = members.next().expect("a group has somebody in it");
            let group = NewGroup {
                id: ConversationId(self.entropy.id(self.now)),
                client_id: self.client_id(),
                fingerprint: [0; 8],
                title: Some(format!("Group {number}")),
                member_ids: members.collect(),
            };
            self.store.create_group(owner, group, self.now)
        }));
        let made = made.await?.into_iter().map(|made| made.conversation.conversation);
        Ok(made.map(|made| (made.id, made.last_seq)).collect())
    }

    async fn messages(
        &self,
        size: Size,
        people: &[Vec<Device>],
        groups: &mut [(ConversationId, Seq)],
    ) -> Result<()> {
        let mut numbers = 0..size.messages;
        loop {
            let some: Vec<usize> = numbers.by_ref().take(WAITING_MAX).collect();
            if some.is_empty() {
                return Ok(());
            }
            let sent = all(some.iter().map(|&number| {
                let group = number % size.groups;
                let writer = members(group, size).nth(number / size.groups % size.members_each);
                let message = NewMessage {
                    conversation_id: groups[group].0,
                    client_id: self.client_id(),
                    fingerprint: [0; 8],
                    text: format!("{number}: what was said before anything happened"),
                    entities: Vec::new(),
                    attachment_ids: Vec::new(),
                    reply_to: None,
                    forward: None,
                };
                let writer = people[writer.expect("it is one of the members")][0].user_id;
                self.store.send(writer, message, None, self.now)
            }));
            for (number, sent) in some.iter().zip(sent.await?) {
                let (_, newest) = &mut groups[number % size.groups];
                *newest = (*newest).max(sent.seq);
            }
        }
    }

    fn client_id(&self) -> ClientId {
        ClientId(self.entropy.id(self.now))
    }
}

/// Who is in a group: everyone is in about as many.
fn members(group: usize, size: Size) -> impl Iterator<Item = usize> {
    let members = size.members_each.min(size.people);
    (0..members).map(move |place| (group * members + place + group * members / size.people) % size.people)
}

async fn all<T>(
    mut operations: impl Iterator<Item = impl Future<Output = Result<T, Refusal>>>,
) -> Result<Vec<T>> {
    let mut answers = Vec::new();
    loop {
        let some: Vec<_> = operations.by_ref().take(WAITING_MAX).collect();
        if some.is_empty() {
            return Ok(answers);
        }
        for answer in join_all(some).await {
            answers.push(answer.map_err(refused)?);
        }
    }
}

fn refused(refusal: Refusal) -> anyhow::Error {
    anyhow::anyhow!("the store refused: {:?}", refusal.into_body())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the server goes by the real time, so what was before it does too"
)]
fn now() -> Timestamp {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is later than 1970");
    Timestamp(elapsed.map_or(0, |elapsed| elapsed.as_millis() as u64))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn nobody_is_in_a_group_twice() {
        let size = Size { people: 24, devices_each: 1, groups: 50, members_each: 8, messages: 0 };
        for group in 0..size.groups {
            assert_eq!(members(group, size).collect::<BTreeSet<_>>().len(), size.members_each);
        }
    }
}
