//! Where scenarios play: a chat on a fresh store, with a clock that can be set and an ear on the bus.

use std::{
    any::Any,
    collections::{HashMap, HashSet},
    future::Future,
    io::{self, Cursor, Read},
    pin::Pin,
    sync::{Arc, mpsc::Receiver},
};

use kith_chat::{
    Blob, Blobs, Bus, Chat, Clock, Config, Entropy, LocalBus, Notice, Published, Refusal, Store, Variant,
    World,
    passwords::PasswordHash,
    store::{NewAttachment, NewUser},
    users::Username,
};
use kith_protocol::*;
use parking_lot::Mutex;

use crate::ManualClock;

/// An opened store, and whatever must live as long as it does (a folder, a server).
pub struct Kept {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Dropped after it.
    pub guard: Box<dyn Any + Send + Sync>,
}

/// A chat on a fresh store.
pub struct Stage {
    /// The door.
    pub chat: Chat,
    /// The store behind it, for what the door does not offer.
    pub store: Arc<dyn Store>,
    /// Where bytes are kept.
    pub blobs: Arc<MemoryBlobs>,
    /// The time.
    pub clock: Arc<ManualClock>,
    heard: Mutex<Receiver<Published>>,
    _guard: Box<dyn Any + Send + Sync>,
}

impl Stage {
    /// Opens a stage on the store that `open` makes.
    pub fn open(open: impl FnOnce(Arc<dyn Bus>, &Entropy) -> Kept) -> Self {
        let (bus, heard) = LocalBus::new();
        let bus: Arc<dyn Bus> = Arc::new(bus);
        let entropy = Arc::new(Entropy::from_seed([7; 32]));
        let Kept { store, guard } = open(Arc::clone(&bus), &entropy);
        let blobs = Arc::new(MemoryBlobs::default());
        let clock = Arc::new(ManualClock::default());
        let world = World {
            store: Arc::clone(&store),
            blobs: Arc::clone(&blobs) as Arc<dyn Blobs>,
            bus,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            entropy,
        };
        let config =
            Config { registration: Registration::Open, password_threads: 1, fingerprint_key: [3; 32] };
        Self { chat: Chat::new(world, &config), store, blobs, clock, heard: Mutex::new(heard), _guard: guard }
    }

    /// A person without a password.
    pub async fn person(&self, name: &str) -> UserId {
        let now = self.clock.now();
        let id = UserId(self.chat.entropy().id(now));
        let username = Username::parse(name).expect("scenarios use good names");
        let user = NewUser { id, username, display_name: name.to_owned(), password: PasswordHash::none() };
        self.store.create_user(user, now).await.expect("scenarios use free names");
        id
    }

    /// Several people.
    pub async fn people<const N: usize>(&self, names: [&str; N]) -> [UserId; N] {
        let mut ids = Vec::with_capacity(N);
        for name in names {
            ids.push(self.person(name).await);
        }
        ids.try_into().expect("one id for each name")
    }

    /// The direct conversation of two people.
    pub async fn direct(&self, one: UserId, other: UserId) -> ConversationId {
        let request =
            OpenConversation { user_id: Some(other), client_id: None, title: None, member_ids: vec![] };
        self.chat.open(one, request).await.expect("two people may talk").conversation.conversation.id
    }

    /// A group of `maker` and others.
    pub async fn group(&self, maker: UserId, others: &[UserId]) -> ConversationId {
        let request = self.group_request("A group", others);
        self.chat.open(maker, request).await.expect("a group may be made").conversation.conversation.id
    }

    /// A request for a group under a fresh `client_id`.
    pub fn group_request(&self, title: &str, others: &[UserId]) -> OpenConversation {
        OpenConversation {
            user_id: None,
            client_id: Some(self.client_id()),
            title: Some(title.to_owned()),
            member_ids: others.to_vec(),
        }
    }

    /// A fresh `client_id`.
    pub fn client_id(&self) -> ClientId {
        ClientId(self.chat.entropy().id(self.clock.now()))
    }

    /// A request to send a text.
    pub fn text(&self, conversation_id: ConversationId, text: &str) -> SendMessage {
        SendMessage {
            conversation_id,
            client_id: self.client_id(),
            text: Some(text.to_owned()),
            mentions: vec![],
            attachment_ids: vec![],
            reply_to: None,
            forward: None,
        }
    }

    /// Sends a text.
    pub async fn say(&self, actor: UserId, conversation: ConversationId, text: &str) -> Message {
        self.send(actor, self.text(conversation, text)).await.expect("a member may talk")
    }

    /// Sends.
    pub async fn send(&self, actor: UserId, request: SendMessage) -> Result<Message, Refusal> {
        self.chat.send(actor, request).await.map(|answer| answer.message)
    }

    /// Uploads a photo that is only said to be one: stores do not look at bytes.
    pub async fn photo(&self, owner: UserId) -> AttachmentId {
        self.upload(owner, AttachmentKind::Image).await.expect("there is room for an upload")
    }

    /// Uploads something.
    pub async fn upload(&self, owner: UserId, kind: AttachmentKind) -> Result<AttachmentId, Refusal> {
        let id = AttachmentId(self.chat.entropy().id(self.clock.now()));
        self.blobs.put(id, Variant::Original, &mut Cursor::new(b"bytes")).expect("memory takes bytes");
        let attachment = Attachment {
            id,
            kind,
            name: "a.bin".into(),
            size: 5,
            mime: "image/jpeg".into(),
            alt: None,
            width: Some(4),
            height: Some(3),
            duration_ms: None,
            thumbhash: None,
        };
        let new = NewAttachment { attachment, sha256: [1; 32] };
        self.chat.add_attachment(owner, new).await.map(|attachment| attachment.id)
    }

    /// The whole newest page, as somebody sees it.
    pub async fn page(&self, actor: UserId, conversation: ConversationId) -> MessagePage {
        self.chat.page(actor, page_of(conversation)).await.expect("a member may read")
    }

    /// What is said in a conversation, as somebody sees it: system messages left out.
    pub async fn texts(&self, actor: UserId, conversation: ConversationId) -> Vec<String> {
        let page = self.page(actor, conversation).await;
        let said = page.messages.into_iter().filter(|message| message.kind == MessageKind::Text);
        said.map(|message| message.text.clone()).collect()
    }

    /// The conversation as somebody sees it in their list.
    pub async fn summary(&self, actor: UserId, conversation: ConversationId) -> ConversationSummary {
        self.chat.conversation(actor, conversation).await.expect("a member sees it").conversation
    }

    /// Everything told since the last call, with whom it was told to.
    pub fn heard(&self) -> Vec<Notice> {
        self.heard.lock().try_iter().flat_map(|published| published.notices).collect()
    }

    /// Does something and returns the pushes of conversations that it made.
    pub async fn changes_made_by(&self, deed: Deed<'_>) -> Vec<ConversationChanged> {
        self.heard();
        deed.await;
        self.heard()
            .into_iter()
            .filter_map(|notice| match notice.event {
                ServerEvent::ConversationChanged(change) => Some(change),
                _ => None,
            })
            .collect()
    }
}

/// Something done, whose pushes are of interest.
pub type Deed<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// The newest page of a conversation.
#[must_use]
pub fn page_of(conversation_id: ConversationId) -> PageRequest {
    PageRequest { conversation_id, before: None, after: None, around: None, limit: Some(100) }
}

/// The code of a refusal, or a panic that says what was answered instead.
#[track_caller]
pub fn code<T: std::fmt::Debug>(outcome: Result<T, Refusal>) -> ErrorCode {
    outcome.expect_err("this should have been refused").code()
}

/// Bytes in memory.
#[derive(Default)]
pub struct MemoryBlobs {
    kept: Mutex<HashMap<(AttachmentId, Variant), Vec<u8>>>,
    stuck: Mutex<HashSet<AttachmentId>>,
}

impl MemoryBlobs {
    /// From now on the bytes of these, and of no others, cannot be removed.
    pub fn keep_for_ever(&self, ids: &[AttachmentId]) {
        *self.stuck.lock() = ids.iter().copied().collect();
    }
}

impl Blobs for MemoryBlobs {
    fn put(&self, id: AttachmentId, variant: Variant, bytes: &mut dyn Read) -> io::Result<u64> {
        let mut all = Vec::new();
        bytes.read_to_end(&mut all)?;
        let length = all.len() as u64;
        self.kept.lock().insert((id, variant), all);
        Ok(length)
    }

    fn open(&self, id: AttachmentId, variant: Variant) -> io::Result<Box<dyn Blob>> {
        let bytes = self.kept.lock().get(&(id, variant)).cloned();
        bytes.map(|bytes| Box::new(Cursor::new(bytes)) as Box<dyn Blob>).ok_or(io::ErrorKind::NotFound.into())
    }

    fn remove(&self, id: AttachmentId) -> io::Result<()> {
        if self.stuck.lock().contains(&id) {
            return Err(io::Error::other("these bytes are stuck"));
        }
        self.kept.lock().retain(|(kept, _), _| *kept != id);
        Ok(())
    }

    fn list(&self) -> io::Result<Vec<AttachmentId>> {
        Ok(self.kept.lock().keys().map(|(id, _)| *id).collect())
    }

    fn available_bytes(&self) -> io::Result<u64> {
        Ok(u64::MAX)
    }
}
