//! Who is there before the run: people with signed-in devices, and the conversations that they have. They are made through
//! the store, which costs no password hashes.

use anyhow::{Context, Result};
use futures_util::FutureExt;
use kith_chat::{
    Entropy, Reply, Store,
    passwords::PasswordHash,
    sessions::Token,
    store::{NewGroup, NewSession, NewUser},
    users::Username,
};
use kith_protocol::{ClientId, ConversationId, SessionId, Timestamp, UserId};
use kith_store_sqlite::Steps;
use kith_testkit::Device;

/// How many people there are.
const PEOPLE: usize = 4;
/// Devices of each, in turn.
const DEVICES: [usize; 2] = [2, 1];

/// People with signed-in devices. All of them are in one group, all but one in another, and the first two talk to each other.
#[derive(Clone, Debug)]
pub(crate) struct Town {
    /// Every device.
    pub(crate) devices: Vec<Device>,
    /// Every person.
    pub(crate) people: Vec<UserId>,
    /// Every conversation.
    pub(crate) conversations: Vec<ConversationId>,
}

/// The place among the people of the one who is in every conversation.
pub(crate) const WITNESS: usize = 1;

impl Town {
    /// Makes one in an empty store.
    pub(crate) fn make(
        store: &dyn Store,
        steps: &mut Steps,
        entropy: &Entropy,
        now: Timestamp,
    ) -> Result<Self> {
        let mut town = Self { devices: Vec::new(), people: Vec::new(), conversations: Vec::new() };
        for number in 0..PEOPLE {
            let user_id = town.person(store, steps, entropy, now, number)?;
            for _ in 0..DEVICES[number % DEVICES.len()] {
                town.device(store, steps, entropy, now, user_id)?;
            }
        }
        for members in [&town.people[..], &town.people[1..]] {
            let group = NewGroup {
                id: ConversationId(entropy.id(now)),
                client_id: ClientId(entropy.id(now)),
                fingerprint: [0; 8],
                title: None,
                member_ids: members[1..].to_vec(),
            };
            let made = done(store.create_group(members[0], group, now), steps)?;
            town.conversations.push(made.conversation.conversation.id);
        }
        let new = ConversationId(entropy.id(now));
        let made = done(store.open_direct(town.people[0], town.people[1], new, now), steps)?;
        town.conversations.push(made.conversation.conversation.id);
        Ok(town)
    }

    fn person(
        &mut self,
        store: &dyn Store,
        steps: &mut Steps,
        entropy: &Entropy,
        now: Timestamp,
        number: usize,
    ) -> Result<UserId> {
        let id = UserId(entropy.id(now));
        let name = format!("person{number}");
        let username = Username::parse(&name).expect("this is a good name");
        let user = NewUser { id, username, display_name: name, password: PasswordHash::none() };
        done(store.create_user(user, now), steps)?;
        self.people.push(id);
        Ok(id)
    }

    fn device(
        &mut self,
        store: &dyn Store,
        steps: &mut Steps,
        entropy: &Entropy,
        now: Timestamp,
        user_id: UserId,
    ) -> Result<()> {
        let token = Token::random(entropy);
        let id = SessionId(entropy.id(now));
        let session = NewSession {
            id,
            user_id,
            token: token.hash(),
            device: "Firefox on Linux".to_owned(),
            password: None,
        };
        done(store.create_session(session, now), steps)?;
        let username = format!("device{}", self.devices.len());
        self.devices.push(Device { user_id, session_id: id, username, token: token.reveal() });
        Ok(())
    }
}

/// Has an operation committed at once.
fn done<T>(reply: Reply<T>, steps: &mut Steps) -> Result<T> {
    steps.commit(usize::MAX);
    let answer = reply.now_or_never().context("what is committed is answered")?;
    answer.map_err(|refusal| anyhow::anyhow!("the store refused: {:?}", refusal.into_body()))
}
