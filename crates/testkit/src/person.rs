//! Somebody at a device: a signed-in client, and the few sentences that most scenarios begin with.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    ops::Deref,
    sync::atomic::{AtomicU64, Ordering},
};

use kith_protocol::*;
use uuid::Builder;

use crate::{Connect, Device, Next, Replica, Snapshot, TestClient, Transport};

/// A person at a connected device. Everything a [`TestClient`] can do, they can.
pub struct Person {
    /// The device.
    pub device: Device,
    /// Its socket.
    pub client: TestClient,
}

impl Deref for Person {
    type Target = TestClient;

    fn deref(&self) -> &TestClient {
        &self.client
    }
}

impl Person {
    /// Connects a device.
    ///
    /// # Panics
    /// When the server does not let it in.
    pub async fn at(addr: SocketAddr, device: &Device) -> Self {
        Self { device: device.clone(), client: TestClient::connect(addr, device).await }
    }

    /// Connects a device over a transport.
    ///
    /// # Panics
    /// When the server does not let it in.
    pub async fn over(addr: SocketAddr, device: &Device, transport: Transport) -> Self {
        let connect = Connect::with_token(&device.token).over(transport);
        let client = TestClient::open(addr, connect).await.expect("a signed-in device is let in");
        Self { device: device.clone(), client }
    }

    /// Their id.
    #[must_use]
    pub fn id(&self) -> UserId {
        self.device.user_id
    }

    /// Starts the feed from the beginning.
    pub async fn sync(&self) -> SyncAnswer {
        self.request(&SyncRequest::default()).await.expect("whoever is signed in may sync")
    }

    /// The direct conversation with somebody.
    pub async fn direct(&self, other: UserId) -> ConversationId {
        let open =
            OpenConversation { user_id: Some(other), client_id: None, title: None, member_ids: Vec::new() };
        self.request(&open).await.expect("one may write to another").conversation.conversation.id
    }

    /// A new group with these people.
    pub async fn group(&self, title: &str, others: &[UserId]) -> ConversationId {
        let open = OpenConversation {
            user_id: None,
            client_id: Some(client_id()),
            title: Some(title.to_owned()),
            member_ids: others.to_vec(),
        };
        self.request(&open).await.expect("one may make a group").conversation.conversation.id
    }

    /// Says something.
    pub async fn say(&self, conversation_id: ConversationId, text: &str) -> Message {
        self.request(&message(conversation_id, text)).await.expect("a member may send").message
    }

    /// The next change of this kind that is pushed. Others before it are passed over: what an answer of `sync` told
    /// already may be pushed once more.
    pub async fn hear(&self, kind: CauseKind) -> ConversationChanged {
        loop {
            let change: ConversationChanged = self.expect("conversation:changed").await;
            if change.cause.kind == kind {
                return change;
            }
        }
    }

    /// Everything of one's own, as a device reads it that has just begun. Starts the feed.
    pub async fn snapshot(&self) -> Snapshot {
        let sync = self.sync().await;
        assert!(!sync.more, "a snapshot of many conversations takes more than one page");
        let (mut pages, mut changes) = (BTreeMap::new(), BTreeMap::new());
        for summary in &sync.conversations {
            let conversation_id = summary.conversation.id;
            let page =
                PageRequest { conversation_id, before: None, after: None, around: None, limit: Some(100) };
            let page = self.request(&page).await.expect("one may read what one is in");
            pages.insert(conversation_id.to_string(), page);
            let request = ChangesRequest { conversation_id, since: Version(0) };
            let answer = self.request(&request).await.expect("one may read what one is in");
            changes.insert(conversation_id.to_string(), answer);
        }
        Snapshot { sync, pages, changes }
    }

    /// Folds everything that was pushed so far into what this device holds, and asks for what was missed, until there is
    /// nothing more to ask for. Returns how often the feed had to be started again.
    pub async fn catch_up(&self, replica: &mut Replica) -> usize {
        let mut restarts = 0;
        loop {
            let pushes = self.take_pushes();
            if pushes.is_empty() {
                return restarts;
            }
            for push in pushes {
                match replica.pushed(&push.name, &push.payload) {
                    Next::Nothing => {}
                    Next::Changes(request) => self.fetch(replica, request).await,
                    Next::Sync => {
                        restarts += 1;
                        self.resume(replica).await;
                    }
                }
            }
        }
    }

    /// Syncs from where this device was, and fetches what changed.
    pub async fn resume(&self, replica: &mut Replica) {
        loop {
            let answer = self.request(&replica.sync_request()).await.expect("whoever is signed in may sync");
            let more = answer.more;
            for request in replica.synced(answer) {
                self.fetch(replica, request).await;
            }
            if !more {
                return;
            }
        }
    }

    async fn fetch(&self, replica: &mut Replica, request: ChangesRequest) {
        match self.request(&request).await {
            Ok(changes) => replica.changed(changes),
            // Left or removed meanwhile: the feed tells of it.
            Err(refusal) => assert_eq!(refusal.code, ErrorCode::NotFound),
        }
    }
}

/// A plain message to send, under a `client_id` of its own.
#[must_use]
pub fn message(conversation_id: ConversationId, text: &str) -> SendMessage {
    SendMessage {
        conversation_id,
        client_id: client_id(),
        text: Some(text.to_owned()),
        mentions: Vec::new(),
        attachment_ids: Vec::new(),
        reply_to: None,
        forward: None,
    }
}

/// A `client_id` that was not used before in this process.
#[must_use]
pub fn client_id() -> ClientId {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let mut bytes = [0; 10];
    bytes[2..].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    ClientId(Builder::from_unix_timestamp_millis(1_767_225_600_000, &bytes).into_uuid())
}
