//! The rules on a store that is stepped, in the hands of the people of one group.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, mpsc::Receiver},
};

use futures_util::FutureExt;
use kith_chat::{
    Bus, Chat, Clock, Config, Entropy, LocalBus, Published, Refusal, Reply, World,
    passwords::PasswordHash,
    store::{NewUser, UserStore},
    users::Username,
};
use kith_protocol::*;
use kith_store_sqlite::{Options, SqliteStore, Steps};
use kith_testkit::{ManualClock, conformance::MemoryBlobs};
use uuid::Uuid;

use crate::model::{self, Deed, EMOJI, Model, Outcome, PEOPLE, Person, TEXTS};

/// A folder in memory where there is such a thing: every commit is synced, and there are many.
pub(crate) fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

/// An open store behind the rules.
pub(crate) struct Server {
    chat: Chat,
    store: Arc<SqliteStore>,
    steps: Steps,
    _notices: Receiver<Published>,
    group: ConversationId,
    sent: Vec<SendMessage>,
    /// Whose the last send was.
    last_sender: usize,
}

impl Server {
    /// People and their group in an empty folder.
    pub(crate) fn begin(folder: &Path) -> Self {
        let mut server = Self::open(folder, 1);
        for number in 0..PEOPLE {
            let name = format!("person{number}");
            let username = Username::parse(&name).unwrap();
            let user =
                NewUser { id: person(number), username, display_name: name, password: PasswordHash::none() };
            let made = server.store.create_user(user, ManualClock::default().now());
            server.done(made).unwrap();
        }
        let open = OpenConversation {
            user_id: None,
            client_id: Some(client_id(0)),
            title: None,
            member_ids: (1..PEOPLE).map(person).collect(),
        };
        let made = server.chat.open(person(0), open);
        server.group = server.done(made).unwrap().conversation.conversation.id;
        server
    }

    /// The same folder, opened again.
    pub(crate) fn restart(self, folder: &Path) -> Self {
        let Self { group, sent, last_sender, .. } = self;
        Self { group, sent, last_sender, ..Self::open(folder, 2) }
    }

    fn open(folder: &Path, seed: u8) -> Self {
        let entropy = Arc::new(Entropy::from_seed([seed; 32]));
        let (bus, notices) = LocalBus::new();
        let bus: Arc<dyn Bus> = Arc::new(bus);
        let options = Options::default();
        let (store, steps) = SqliteStore::open_stepped(folder, options, Arc::clone(&bus), &entropy).unwrap();
        let store = Arc::new(store);
        let config = Config {
            registration: Registration::Closed,
            password_threads: 1,
            fingerprint_key: store.fingerprint_key(),
        };
        let blobs = Arc::new(MemoryBlobs::default());
        let clock = Arc::new(ManualClock::default());
        let world = World { store: Arc::clone(&store) as _, blobs, bus, clock, entropy };
        let chat = Chat::new(world, &config);
        let group = ConversationId(Uuid::nil());
        Self { chat, store, steps, _notices: notices, group, sent: Vec::new(), last_sender: 0 }
    }

    /// What is there before anybody has said anything.
    pub(crate) fn beginning(&mut self) -> Model {
        let version = self.summary(0).conversation.version.0;
        let told = self.page(0).messages.into_iter().map(|message| {
            assert_eq!(message.kind, MessageKind::System);
            model::Message {
                sender: None,
                text: message.text.clone(),
                version: message.version.0,
                text_version: message.version.0,
                is_edited: false,
                is_unsent: false,
                reactions: BTreeMap::new(),
            }
        });
        let people = std::array::from_fn(|who| {
            let read = self.summary(who).my.read_seq.0;
            Person { read, delivered: read, ..Person::default() }
        });
        Model::beginning(version, told.collect(), people)
    }

    /// Does it. `model` is how it was before.
    pub(crate) fn carry_out(&mut self, deed: Deed, model: &Model) -> Outcome {
        let id = self.group;
        let seq = |message| Seq(model.seq(message));
        let outcome = match deed {
            Deed::Send { who, text } => return self.send(who, TEXTS[text]),
            Deed::Again => return self.send_again(model),
            Deed::Edit { who, message, text, is_late } => {
                let there = model.messages.get(model.seq(message) as usize - 1);
                let version = there.map_or(1, |message| message.text_version);
                let if_version = Version(if is_late { version - 1 } else { version });
                let text = TEXTS[text].to_owned();
                let edit = EditMessage {
                    conversation_id: id,
                    seq: seq(message),
                    if_version,
                    text,
                    mentions: Vec::new(),
                };
                let edited = self.chat.edit(person(who), edit);
                self.done(edited).map(drop)
            }
            Deed::Unsend { who, message } => self.delete(who, seq(message), DeleteScope::Everyone),
            Deed::Hide { who, message } => self.delete(who, seq(message), DeleteScope::Me),
            Deed::React { who, message, emoji } => {
                let emoji = emoji.map(|emoji| EMOJI[emoji].to_owned());
                let react = React { conversation_id: id, seq: seq(message), emoji };
                let reacted = self.chat.react(person(who), react);
                self.done(reacted).map(drop)
            }
            Deed::Delivered { who, message } => {
                let mark = MarkDelivered { conversation_id: id, seq: seq(message) };
                let marked = self.chat.mark_delivered(person(who), mark);
                self.done(marked).map(drop)
            }
            Deed::Read { who, message } => {
                let mark = MarkRead { conversation_id: id, seq: seq(message) };
                let marked = self.chat.mark_read(person(who), mark);
                self.done(marked).map(drop)
            }
            Deed::Clear { who, message } => {
                let cleared_seq = Some(seq(message));
                let set = SetAccount { conversation_id: Some(id), cleared_seq, ..SetAccount::default() };
                let set = self.chat.set_account(person(who), set);
                self.done(set).map(drop)
            }
            Deed::Block { who, whom, blocked } => {
                let user_id = Some(person(whom));
                let set = SetAccount { user_id, block: Some(blocked), ..SetAccount::default() };
                let set = self.chat.set_account(person(who), set);
                self.done(set).map(drop)
            }
            Deed::Restart => Ok(()),
        };
        outcome.map_err(|refusal| refusal.code())
    }

    fn send(&mut self, who: usize, text: &str) -> Outcome {
        let message = SendMessage {
            conversation_id: self.group,
            client_id: client_id(1 + self.sent.len() as u128),
            text: Some(text.to_owned()),
            mentions: Vec::new(),
            attachment_ids: Vec::new(),
            reply_to: None,
            forward: None,
        };
        self.sent.push(message.clone());
        self.last_sender = who;
        let sent = self.chat.send(person(who), message);
        self.done(sent).map(drop).map_err(|refusal| refusal.code())
    }

    /// The same under the same id is the first message, whatever has become of it; another text under it is refused.
    fn send_again(&mut self, model: &Model) -> Outcome {
        let Some(last) = self.sent.last().cloned() else { return Ok(()) };
        let sent = self.chat.send(person(self.last_sender), last.clone());
        let sent = self.done(sent).map_err(|refusal| refusal.code())?;
        assert_eq!(Some(sent.message.seq.0), model.last_send);
        let other = SendMessage { text: Some("something else".to_owned()), ..last };
        let refused = self.chat.send(person(self.last_sender), other);
        assert_eq!(self.done(refused).unwrap_err().code(), ErrorCode::Conflict);
        Ok(())
    }

    fn delete(&mut self, who: usize, seq: Seq, scope: DeleteScope) -> Result<(), Refusal> {
        let delete = DeleteMessage { conversation_id: self.group, seq, scope };
        let deleted = self.chat.delete(person(who), delete);
        self.done(deleted).map(drop)
    }

    /// Everyone sees what the model says that they see, whichever way they look.
    pub(crate) fn compare(&mut self, model: &Model) {
        for who in 0..PEOPLE {
            self.compare_summary(who, model);
            self.compare_page(who, model);
            for since in 1..=model.version {
                self.compare_changes(who, model, since);
            }
        }
    }

    fn compare_summary(&mut self, who: usize, model: &Model) {
        let ConversationSummary { conversation, my, receipts, .. } = self.summary(who);
        let person_of = &model.people[who];
        assert_eq!(conversation.version.0, model.version, "versions are dense");
        assert_eq!(conversation.last_seq.0, model.messages.len() as u64, "numbers are dense");
        assert_eq!(my.unread as usize, model.unread(who), "what person {who} has not read");
        assert_eq!((my.read_seq.0, my.cleared_seq.0), (person_of.read, person_of.cleared));
        let newest = my.last_message.map(|message| message.seq.0);
        assert_eq!(newest, model.visible(who).last().copied(), "the newest that person {who} sees");
        for receipt in receipts {
            let whose = (0..PEOPLE).find(|number| person(*number) == receipt.user_id);
            let other = &model.people[whose.expect("a receipt is a member's")];
            assert_eq!((receipt.delivered_seq.0, receipt.read_seq.0), (other.delivered, other.read));
        }
    }

    fn compare_page(&mut self, who: usize, model: &Model) {
        let page = self.page(who);
        let seen: Vec<u64> = page.messages.iter().map(|message| message.seq.0).collect();
        assert_eq!(seen, model.visible(who), "what person {who} sees");
        page.messages.iter().for_each(|message| compare_message(who, message, model));
    }

    /// The difference since any version has in it whatever changed after it, as it is now.
    fn compare_changes(&mut self, who: usize, model: &Model, since: u64) {
        let request = ChangesRequest { conversation_id: self.group, since: Version(since) };
        let asked = self.chat.changes(person(who), request);
        let changes = self.done(asked).unwrap();
        assert!(!changes.more && changes.version.0 == model.version);
        changes.messages.iter().for_each(|message| compare_message(who, message, model));
        let told: Vec<u64> = changes.messages.iter().map(|message| message.seq.0).collect();
        let changed = model.visible(who).into_iter().filter(|seq| model.message(*seq).version > since);
        let missed: Vec<u64> = changed.filter(|seq| !told.contains(seq)).collect();
        assert!(missed.is_empty(), "the difference since {since} lacks {missed:?} for person {who}");
    }

    fn summary(&mut self, who: usize) -> ConversationSummary {
        let synced = self.chat.sync(person(who), SyncRequest::default());
        self.done(synced).unwrap().conversations.remove(0)
    }

    fn page(&mut self, who: usize) -> MessagePage {
        let request = PageRequest {
            conversation_id: self.group,
            before: None,
            after: None,
            around: None,
            limit: Some(limits::PAGE_MESSAGES_MAX as u32),
        };
        let page = self.chat.page(person(who), request);
        self.done(page).unwrap()
    }

    /// Has whatever was queued done at once.
    fn done<T>(&mut self, reply: Reply<T>) -> Result<T, Refusal> {
        self.steps.commit(usize::MAX);
        while let Some(answer) = self.steps.read() {
            answer();
        }
        reply.now_or_never().expect("what is done is answered")
    }
}

fn compare_message(who: usize, shown: &Message, model: &Model) {
    let held = model.message(shown.seq.0);
    let is_edited = shown.edited_at.is_some();
    assert_eq!((&shown.text, shown.version.0), (&held.text, held.version));
    assert_eq!((shown.unsent_at.is_some(), is_edited), (held.is_unsent, held.is_edited));
    assert_eq!(shown.my_reaction.as_ref(), held.reactions.get(&who));
    let mut reactions = BTreeMap::new();
    for Reaction { emoji, count, user_ids } in &shown.reactions {
        assert_eq!(*count as usize, user_ids.len());
        reactions.extend(user_ids.iter().map(|user| (*user, emoji.clone())));
    }
    let held = held.reactions.iter().map(|(who, emoji)| (person(*who), emoji.clone()));
    assert_eq!(reactions, held.collect());
}

fn person(number: usize) -> UserId {
    UserId(Uuid::from_u128(1 + number as u128))
}

fn client_id(number: u128) -> ClientId {
    ClientId(Uuid::from_u128(0x7000_8000_0000_0000_0000 | number))
}
