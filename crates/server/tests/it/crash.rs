//! `kill -9` under load: whatever was acknowledged, or told to anyone, is there afterwards; once, in order, without a gap.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use kith_protocol::*;
use kith_testkit::{Device, Person, Program, message, reader::all_messages, register};
use rand::{RngExt, SeedableRng, rngs::StdRng};

const ROUNDS: usize = 20;
/// A round with fewer would prove little.
const ACKS_PER_ROUND_MIN: usize = 200;
/// The kill comes this long after the last required ack, at the latest.
const KILL_AFTER_MICROS_MAX: u64 = 40_000;
/// How many sends of one socket are under way at any time.
const PIPELINE: usize = 24;
/// Every so many messages get a reaction, so that versions do not simply count messages.
const REACTION_EVERY: u64 = 5;
const SEED: u64 = 0x6b69_7468;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_twenty_times_has_everything_that_it_acknowledged() {
    let mut program = Program::start(env!("CARGO_BIN_EXE_kith")).await.expect("the program starts");
    let people = [register(program.addr(), "ann").await, register(program.addr(), "ben").await];
    let mut random = StdRng::seed_from_u64(SEED);
    let (mut rounds, mut cut_off) = (Vec::new(), 0);
    for number in 1..=ROUNDS {
        let spare = Duration::from_micros(random.random_range(0..KILL_AFTER_MICROS_MAX));
        let round = Round::play(&mut program, &people, number, spare).await;
        program.restart().await.expect("a killed server starts again");

        let found = round.read(&program, &people).await;
        round.assert_survived(&found);
        let there_already = round.repeat_what_was_not_acknowledged(&program, &people).await;
        round.assert_said_once(&round.read(&program, &people).await);
        println!(
            "seed {SEED:#x}, round {number}: killed {spare:?} after the last required ack; {} acks, {} told; {} \
             not acknowledged, {there_already} of them there",
            round.acks(),
            round.told.len(),
            round.not_acknowledged(),
        );
        assert!(round.acks() >= ACKS_PER_ROUND_MIN, "the round proves too little");
        cut_off += there_already;
        rounds.push(round);
    }
    for round in &rounds {
        round.assert_said_once(&round.read(&program, &people).await);
    }
    let acks: usize = rounds.iter().map(Round::acks).sum();
    println!(
        "{ROUNDS} kills, {acks} acks, {cut_off} sends between commit and ack; nothing lost, nothing twice"
    );
    assert!(cut_off > 0, "no send was ever cut off between its commit and its ack: repeating proves nothing");
}

/// What happened until a server was killed.
struct Round {
    /// The groups in which it happened, as they were made.
    groups: Vec<Conversation>,
    said: Vec<Said>,
    /// Messages that were pushed to somebody who only listened.
    told: Vec<Message>,
}

impl Round {
    /// Two people talk in two groups, each on a socket of its own, until the server is killed.
    async fn play(program: &mut Program, people: &[Device; 2], number: usize, spare: Duration) -> Self {
        let addr = program.addr();
        let [ann, ben] = people;
        let listener = Person::at(addr, ben).await;
        listener.sync().await;
        let owner = Person::at(addr, ann).await;
        let mut groups = Vec::new();
        for title in ["Walks", "Talks"] {
            let id = owner.group(&format!("{title} {number}"), &[ben.user_id]).await;
            groups.push(shared(&owner, id).await);
        }
        let acks = AtomicUsize::new(0);
        let talk = async |device: &Device, group: usize| {
            let person = Person::at(addr, device).await;
            talk(&person, groups[group].id, &acks).await
        };
        let kill = async {
            while acks.load(Ordering::Relaxed) < ACKS_PER_ROUND_MIN {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            tokio::time::sleep(spare).await;
            program.kill().await.expect("it runs until it is killed");
        };
        let (one, two, three, four, ()) =
            tokio::join!(talk(ann, 0), talk(ann, 1), talk(ben, 0), talk(ben, 1), kill);
        Self { said: vec![one, two, three, four], told: told(&listener, &groups), groups }
    }

    /// Sends again, under its `client_id`, what may or may not have been committed. Returns how much of it had been.
    async fn repeat_what_was_not_acknowledged(&self, program: &Program, people: &[Device; 2]) -> usize {
        let mut there_already = 0;
        for said in &self.said {
            let device = people.iter().find(|device| device.user_id == said.by).expect("one of the two");
            let person = Person::at(program.addr(), device).await;
            let last_seq = shared(&person, said.group).await.last_seq;
            let answers: Vec<_> = said.not_acknowledged().iter().map(|send| person.issue(send)).collect();
            for answer in answers {
                let answer = answer.await.expect("nobody kills it now");
                let message = answer.expect("a repeated send is answered like the first").message;
                there_already += usize::from(message.seq <= last_seq);
            }
        }
        there_already
    }

    /// Reads both groups from the beginning.
    async fn read(&self, program: &Program, people: &[Device; 2]) -> Transcripts {
        let reader = Person::at(program.addr(), &people[1]).await;
        let mut transcripts = Transcripts::new();
        for made in &self.groups {
            let now = shared(&reader, made.id).await;
            let messages = all_messages(&reader, made.id).await.expect("a member may read");
            assert_dense(made, &now, &messages);
            transcripts.insert(made.id, messages);
        }
        transcripts
    }

    /// Everything that anyone was told is there as it was told. What was not acknowledged is there up to some place.
    fn assert_survived(&self, found: &Transcripts) {
        for said in &self.said {
            let there = said.found_in(found);
            assert!(there.len() >= said.acked.len(), "acknowledged sends are missing");
            assert_eq!(there, said.sends[..there.len()], "sends of one socket are out of order");
            for acked in &said.acked {
                assert_same(&found[&said.group], acked);
            }
            for seq in &said.reacted {
                assert_eq!(row(&found[&said.group], *seq).reactions.len(), 1, "an acknowledged reaction");
            }
        }
        let found: BTreeMap<_, _> = found.values().flat_map(|rows| by_client_id(rows)).collect();
        for told in &self.told {
            let row = found.get(&told.client_id.expect("people's messages have one"));
            let row = row.unwrap_or_else(|| panic!("message {} was told and is not there", told.seq));
            assert_eq!((row.seq, &row.text), (told.seq, &told.text), "what was told");
        }
    }

    /// Everything that was ever said is there once, and what one socket said is in the order in which it was said.
    fn assert_said_once(&self, found: &Transcripts) {
        for said in &self.said {
            assert_eq!(said.found_in(found), said.sends);
        }
        let found: usize = found.values().map(Vec::len).sum();
        let said: usize = self.said.iter().map(|said| said.sends.len()).sum();
        let by_the_server = self.groups.iter().map(|group| group.last_seq.0 as usize).sum::<usize>();
        assert_eq!(found, said + by_the_server, "something is there that nobody said");
    }

    fn acks(&self) -> usize {
        self.said.iter().map(|said| said.acked.len()).sum()
    }

    fn not_acknowledged(&self) -> usize {
        self.said.iter().map(|said| said.not_acknowledged().len()).sum()
    }
}

/// What a person said on one socket.
struct Said {
    by: UserId,
    group: ConversationId,
    /// In the order of issue.
    sends: Vec<SendMessage>,
    /// The answers to the first of them.
    acked: Vec<Message>,
    /// Acknowledged reactions.
    reacted: Vec<Seq>,
}

impl Said {
    fn not_acknowledged(&self) -> &[SendMessage] {
        &self.sends[self.acked.len()..]
    }

    /// Those of these sends that became messages, in the order of the conversation.
    fn found_in(&self, found: &Transcripts) -> Vec<SendMessage> {
        let mine = found[&self.group].iter().filter(|message| message.sender_id == self.by);
        mine.filter_map(|message| {
            let send = self.sends.iter().find(|send| Some(send.client_id) == message.client_id)?;
            assert_eq!(send.text.as_ref(), Some(&message.text), "another text than was sent");
            Some(send.clone())
        })
        .collect()
    }
}

type Transcripts = BTreeMap<ConversationId, Vec<Message>>;

/// Talks without waiting for acks, until the connection breaks.
async fn talk(person: &Person, group: ConversationId, acks: &AtomicUsize) -> Said {
    let mut said = Said { by: person.id(), group, sends: Vec::new(), acked: Vec::new(), reacted: Vec::new() };
    let (mut under_way, mut reactions) = (VecDeque::new(), Vec::new());
    loop {
        while under_way.len() < PIPELINE {
            let send = message(group, &format!("message {} 🌊 من هنا", said.sends.len()));
            under_way.push_back(person.issue(&send));
            said.sends.push(send);
        }
        let next = under_way.pop_front().expect("it has just been filled");
        let Ok(answer) = next.await else { break };
        let sent = answer.expect("a member may send").message;
        acks.fetch_add(1, Ordering::Relaxed);
        if sent.seq.0.is_multiple_of(REACTION_EVERY) {
            let react = React { conversation_id: group, seq: sent.seq, emoji: Some("👍".into()) };
            reactions.push((sent.seq, person.issue(&react)));
        }
        said.acked.push(sent);
    }
    for (seq, reaction) in reactions {
        if let Ok(answer) = reaction.await {
            answer.expect("a member may react");
            said.reacted.push(seq);
        }
    }
    said
}

/// What people were heard to say in these groups. What was repeated in those before may still be on its way to whoever signs
/// in meanwhile.
fn told(listener: &Person, groups: &[Conversation]) -> Vec<Message> {
    let pushes = listener.take_pushes();
    let changes = pushes.into_iter().filter(|push| push.name == "conversation:changed");
    let changes = changes.map(|push| {
        serde_json::from_value::<ConversationChanged>(push.payload).expect("it is what it is called")
    });
    let sent = changes.filter(|change| change.cause.kind == CauseKind::Sent);
    let here = sent.filter(|change| groups.iter().any(|group| group.id == change.conversation_id));
    here.flat_map(|change| change.messages).collect()
}

async fn shared(person: &Person, id: ConversationId) -> Conversation {
    let request = ChangesRequest { conversation_id: id, since: Version(0) };
    person.request(&request).await.expect("a member may read").conversation.conversation
}

/// Numbers without a gap; and each version since the group was made is a message or the one reaction of a message.
fn assert_dense(made: &Conversation, now: &Conversation, messages: &[Message]) {
    let numbers = messages.iter().map(|message| message.seq.0);
    assert!(numbers.eq(1..=now.last_seq.0), "the numbers of messages have a gap");
    let reactions = messages.iter().filter(|message| !message.reactions.is_empty()).count() as u64;
    let sent = now.last_seq.0 - made.last_seq.0;
    assert_eq!(now.version.0 - made.version.0, sent + reactions, "the versions have a gap");
    let versions: BTreeSet<Version> = messages.iter().map(|message| message.version).collect();
    assert_eq!(versions.len(), messages.len(), "two rows share a version");
    assert!(versions.last() <= Some(&now.version), "a row is newer than its conversation");
}

/// The message is as it was acknowledged; only a reaction may have come since.
fn assert_same(messages: &[Message], acked: &Message) {
    let found = row(messages, acked.seq);
    let version = if found.reactions.is_empty() { acked.version } else { found.version };
    assert!(version >= acked.version, "a row has become older");
    let expected = Message {
        version,
        reactions: found.reactions.clone(),
        my_reaction: found.my_reaction.clone(),
        ..acked.clone()
    };
    assert_eq!(*found, expected);
}

fn row(messages: &[Message], seq: Seq) -> &Message {
    let index = messages.binary_search_by_key(&seq, |message| message.seq);
    &messages[index.unwrap_or_else(|_| panic!("message {seq} is missing"))]
}

fn by_client_id(messages: &[Message]) -> impl Iterator<Item = (ClientId, &Message)> {
    messages.iter().filter_map(|message| Some((message.client_id?, message)))
}
