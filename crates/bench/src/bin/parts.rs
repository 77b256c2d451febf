//! A hot part alone, so many times: `kith-parts page 200` reads 200 pages. Under callgrind, two runs of different length
//! differ by the work and by nothing else, so that `cargo xtask instructions` can count what one time costs.
//!
//! All of it happens on one thread and is made from a seed: the same program counts the same.

use std::{hint::black_box, sync::Arc};

use anyhow::{Result, anyhow};
use clap::{Parser, ValueEnum};
use futures_util::FutureExt;
use kith_chat::{
    Entropy, LocalBus, Reply,
    passwords::PasswordHash,
    store::{
        ConversationStore, MessageStore, NewGroup, NewMessage, NewUser, PageStore, SyncStore, UserStore,
    },
    users::Username,
};
use kith_protocol::{
    Cause, CauseKind, ClientId, ConversationChanged, ConversationId, Message, PageRequest, ServerEvent,
    SyncRequest, Timestamp, UserId,
};
use kith_socketio::{EncodedEvent, fuzzing};
use kith_store_sqlite::{Options, SqliteStore, Steps};
use tempfile::TempDir;

const NOW: Timestamp = Timestamp(1_700_000_000_000);
const PEOPLE: usize = 16;
const CONVERSATIONS: usize = 8;
const PAGE: u32 = 50;
const TEXT: &str =
    "Shall we meet at the lake at eight, or is that too early for a Sunday? I bring tea, you bring a boat.";

/// Does one thing over and over again
#[derive(Parser)]
struct Cli {
    part: Part,
    times: usize,
}

/// What can be counted.
#[derive(Clone, Copy, ValueEnum)]
enum Part {
    /// Reads a packet that sends a message
    Parse,
    /// Writes the push of a message
    Encode,
    /// Reads the newest 50 messages of a conversation, and writes the answer
    Page,
    /// Catches up with eight conversations that have gone on, and writes the answer
    Sync,
}

fn main() -> Result<()> {
    let Cli { part, times } = Cli::parse();
    match part {
        Part::Parse => parse(times),
        Part::Encode => encode(times)?,
        Part::Page => page(times)?,
        Part::Sync => sync(times)?,
    }
    Ok(())
}

fn parse(times: usize) {
    let id = ConversationId::from([1; 16]);
    let packet =
        format!(r#"427["message:send",{{"conversation_id":"{id}","client_id":"{id}","text":"{TEXT}"}}]"#);
    for _ in 0..times {
        fuzzing::engine_packet(black_box(packet.as_bytes()));
        fuzzing::socket_packet(black_box(&packet.as_bytes()[1..]));
    }
}

fn encode(times: usize) -> Result<()> {
    let mut town = Town::new()?;
    let message = town.say(0)?;
    let cause = Cause {
        kind: CauseKind::Sent,
        actor_id: message.sender_id,
        seq: Some(message.seq),
        emoji: None,
        user_ids: Vec::new(),
    };
    let event = ServerEvent::ConversationChanged(ConversationChanged {
        conversation_id: town.conversations[0],
        version: message.version,
        cause,
        conversation: None,
        members: Vec::new(),
        messages: vec![message],
        quotes: Vec::new(),
        users: Vec::new(),
    });
    for _ in 0..times {
        black_box(EncodedEvent::new(event.name(), black_box(&event))?);
    }
    Ok(())
}

fn page(times: usize) -> Result<()> {
    let mut town = Town::new()?;
    for index in 0..CONVERSATIONS * PAGE as usize {
        town.say(index)?;
    }
    for index in 0..times {
        let conversation_id = town.conversations[index % CONVERSATIONS];
        let reader = town.people[index % PEOPLE];
        let request =
            PageRequest { conversation_id, before: None, after: None, around: None, limit: Some(PAGE) };
        let page = town.read(|store| store.page(reader, request))?;
        black_box(serde_json::to_string(&page)?);
    }
    Ok(())
}

fn sync(times: usize) -> Result<()> {
    let mut town = Town::new()?;
    let reader = town.people[0];
    let begin = SyncRequest { cursor: None, epoch: None };
    let known = town.read(|store| store.sync(reader, begin, NOW))?;
    for index in 0..CONVERSATIONS * PAGE as usize {
        town.say(index)?;
    }
    for _ in 0..times {
        let request = SyncRequest { cursor: Some(known.cursor.clone()), epoch: None };
        let answer = town.read(|store| store.sync(reader, request, NOW))?;
        black_box(serde_json::to_string(&answer)?);
    }
    Ok(())
}

/// Sixteen people who are in all conversations together, and a store without threads.
struct Town {
    people: Vec<UserId>,
    conversations: Vec<ConversationId>,
    store: Arc<SqliteStore>,
    steps: Steps,
    entropy: Entropy,
    _folder: TempDir,
}

impl Town {
    fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let entropy = Entropy::from_seed([5; 32]);
        // Nobody listens.
        let (bus, _) = LocalBus::new();
        let (store, steps) =
            SqliteStore::open_stepped(folder.path(), Options::default(), Arc::new(bus), &entropy)?;
        let people = (0..PEOPLE).map(|_| UserId(entropy.id(NOW))).collect();
        let conversations = (0..CONVERSATIONS).map(|_| ConversationId(entropy.id(NOW))).collect();
        let store = Arc::new(store);
        let mut town = Self { people, conversations, store, steps, entropy, _folder: folder };
        town.settle()?;
        Ok(town)
    }

    fn settle(&mut self) -> Result<()> {
        for (index, id) in self.people.clone().into_iter().enumerate() {
            let name = format!("person{index}");
            let username = Username::parse(&name).expect("this is a good name");
            let user = NewUser { id, username, display_name: name, password: PasswordHash::none() };
            self.write(|store| store.create_user(user, NOW))?;
        }
        let (maker, member_ids) = (self.people[0], self.people[1..].to_vec());
        for id in self.conversations.clone() {
            let client_id = ClientId(self.entropy.id(NOW));
            let title = Some("A group".into());
            let group =
                NewGroup { id, client_id, fingerprint: [0; 8], title, member_ids: member_ids.clone() };
            self.write(|store| store.create_group(maker, group, NOW))?;
        }
        Ok(())
    }

    /// Somebody writes about 100 bytes into the next conversation.
    fn say(&mut self, index: usize) -> Result<Message> {
        let message = NewMessage {
            conversation_id: self.conversations[index % CONVERSATIONS],
            client_id: ClientId(self.entropy.id(NOW)),
            fingerprint: [0; 8],
            text: TEXT.into(),
            entities: Vec::new(),
            attachment_ids: Vec::new(),
            reply_to: None,
            forward: None,
        };
        let writer = self.people[index / CONVERSATIONS % PEOPLE];
        self.write(|store| store.send(writer, message, None, NOW))
    }

    fn write<T>(&mut self, ask: impl FnOnce(&SqliteStore) -> Reply<T>) -> Result<T> {
        let reply = ask(&self.store);
        self.steps.commit(1);
        answer(reply)
    }

    fn read<T>(&mut self, ask: impl FnOnce(&SqliteStore) -> Reply<T>) -> Result<T> {
        let reply = ask(&self.store);
        self.steps.read().expect("a read was queued")();
        answer(reply)
    }
}

fn answer<T>(reply: Reply<T>) -> Result<T> {
    let answer = reply.now_or_never().expect("it has been carried out");
    answer.map_err(|refusal| anyhow!("the store refused: {:?}", refusal.into_body()))
}
