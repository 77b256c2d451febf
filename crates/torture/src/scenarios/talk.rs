//! What the scenarios of the disk have in common: people who talk while it fails, and whether everything that was
//! acknowledged is there afterwards.

use std::{collections::BTreeMap, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use anyhow::{Context, Result, anyhow};
use http::Method;
use kith_protocol::*;
use kith_testkit::{
    Connect, Device, Launch, Person, Program, TestClient, http::request, message, reader::all_messages,
    register,
};
use parking_lot::Mutex;

use crate::Outcome;

/// How many sends of one socket are under way at any time.
const PIPELINE: usize = 16;
/// How long somebody waits for an answer before they call it none.
const PATIENCE: Duration = Duration::from_secs(10);

/// Two people who talk in a group, and what they were told is kept.
pub(super) struct Talk {
    people: [Device; 2],
    group: ConversationId,
    acked: Arc<Mutex<BTreeMap<Seq, Message>>>,
    files: Arc<Mutex<BTreeMap<AttachmentId, Vec<u8>>>>,
}

/// What became of a send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// Acknowledged.
    Acked,
    /// Refused with this code.
    Refused(ErrorCode),
    /// Nobody knows.
    Unknown,
}

impl Talk {
    /// Two people sign up and make a group.
    pub(super) async fn begin(addr: SocketAddr) -> Self {
        let people = [register(addr, "ann").await, register(addr, "ben").await];
        let ann = Person::at(addr, &people[0]).await;
        let group = ann.group("Disk", &[people[1].user_id]).await;
        Self { people, group, acked: Arc::default(), files: Arc::default() }
    }

    /// The same people and group, and what was acknowledged so far, for another course of things.
    pub(super) fn fork(&self) -> Self {
        Self {
            people: self.people.clone(),
            group: self.group,
            acked: Arc::new(Mutex::new(self.acked.lock().clone())),
            files: Arc::new(Mutex::new(self.files.lock().clone())),
        }
    }

    /// How much was acknowledged.
    pub(super) fn acks(&self) -> u64 {
        (self.acked.lock().len() + self.files.lock().len()) as u64
    }

    /// Both talk without waiting for acks, and one sends files, until the connection breaks.
    pub(super) async fn go_on(&self, addr: SocketAddr) {
        let [ann, ben] = &self.people;
        tokio::join!(self.chatter(addr, ann), self.chatter(addr, ben), self.send_files(addr));
    }

    async fn chatter(&self, addr: SocketAddr, device: &Device) {
        let Some(client) = connect(addr, device).await else { return };
        let mut under_way = std::collections::VecDeque::new();
        for number in 0_u64.. {
            let text = format!("{number} {}", "all work and no play ".repeat(number as usize % 40));
            under_way.push_back(client.issue(&message(self.group, &text)));
            if under_way.len() < PIPELINE {
                continue;
            }
            let next = under_way.pop_front().expect("it is full");
            match tokio::time::timeout(PATIENCE, next).await {
                Ok(Ok(Ok(answer))) => self.note(answer.message),
                Ok(Ok(Err(_))) => tokio::time::sleep(Duration::from_millis(5)).await,
                Ok(Err(_)) | Err(_) => return,
            }
        }
    }

    async fn send_files(&self, addr: SocketAddr) {
        for number in 0_u64.. {
            if self.send_file(addr, number).await == Sent::Unknown {
                return;
            }
        }
    }

    /// Uploads a file and shows it in a message.
    pub(super) async fn send_file(&self, addr: SocketAddr, number: u64) -> Sent {
        let content = format!("file {number}\n").repeat(3_000);
        let token = format!("Bearer {}", self.people[0].token);
        let headers = [("authorization", token.as_str())];
        let upload = request(addr, Method::POST, "/api/v1/attachments?name=f.txt", &headers, content.clone());
        let Ok(Ok(answer)) = tokio::time::timeout(PATIENCE, upload).await else { return Sent::Unknown };
        if !answer.status.is_success() {
            return Sent::Refused(ErrorCode::Unavailable);
        }
        let attachment: Attachment = answer.json();
        let shown = SendMessage { attachment_ids: vec![attachment.id], ..message(self.group, "a file") };
        let sent = self.send(addr, &shown).await;
        if sent == Sent::Acked {
            self.files.lock().insert(attachment.id, content.into_bytes());
        }
        sent
    }

    /// Says something and waits for the answer.
    pub(super) async fn say(&self, addr: SocketAddr, text: &str) -> Sent {
        self.send(addr, &message(self.group, text)).await
    }

    async fn send(&self, addr: SocketAddr, send: &SendMessage) -> Sent {
        let Some(client) = connect(addr, &self.people[0]).await else { return Sent::Unknown };
        match tokio::time::timeout(PATIENCE, client.issue(send)).await {
            Ok(Ok(Ok(answer))) => {
                self.note(answer.message);
                Sent::Acked
            }
            Ok(Ok(Err(refusal))) => Sent::Refused(refusal.code),
            Ok(Err(_)) | Err(_) => Sent::Unknown,
        }
    }

    fn note(&self, message: Message) {
        self.acked.lock().insert(message.seq, message);
    }

    /// Whether somebody can read the newest page.
    pub(super) async fn can_read(&self, addr: SocketAddr) -> bool {
        let Some(client) = connect(addr, &self.people[1]).await else { return false };
        let page = PageRequest {
            conversation_id: self.group,
            before: None,
            after: None,
            around: None,
            limit: Some(20),
        };
        matches!(tokio::time::timeout(PATIENCE, client.request(&page)).await, Ok(Ok(_)))
    }

    /// Deletes a message that was acknowledged.
    pub(super) async fn unsend_one(&self, addr: SocketAddr) -> Result<()> {
        let client = connect(addr, &self.people[0]).await.context("nobody can connect")?;
        let own = self.people[0].user_id;
        let seq =
            self.acked.lock().values().find(|message| message.sender_id == own).map(|message| message.seq);
        let seq = seq.context("nothing was acknowledged")?;
        let delete = DeleteMessage { conversation_id: self.group, seq, scope: DeleteScope::Everyone };
        client.request(&delete).await.map_err(|refusal| anyhow!("{}", refusal.message))?;
        self.acked.lock().remove(&seq);
        Ok(())
    }

    /// Holds what the server has against what it acknowledged.
    pub(super) async fn check(&self, addr: SocketAddr, outcome: &mut Outcome) {
        if let Err(error) = self.compare(addr, outcome).await {
            outcome.violation(format!("what was acknowledged cannot be read: {error:#}"));
        }
    }

    async fn compare(&self, addr: SocketAddr, outcome: &mut Outcome) -> Result<()> {
        let open = TestClient::open(addr, Connect::with_token(&self.people[1].token));
        let opened =
            tokio::time::timeout(PATIENCE, open).await.context("a signed-in device gets no answer")?;
        let client = opened.map_err(|failure| anyhow!("a signed-in device is not let in: {failure:?}"))?;
        let found = all_messages(&client, self.group).await?;
        let found: BTreeMap<Seq, Message> = found.into_iter().map(|message| (message.seq, message)).collect();
        if !found.keys().map(|seq| seq.0).eq(1..=found.len() as u64) {
            outcome.violation("the numbers of messages have a gap");
        }
        let acked = self.acked.lock().clone();
        let lost =
            acked.iter().filter(|(seq, message)| found.get(seq).is_none_or(|it| it.text != message.text));
        let lost: Vec<_> = lost.map(|(seq, _)| *seq).collect();
        if let Some(first) = lost.first() {
            outcome.violation(format!("{} acknowledged messages are lost, the first is {first}", lost.len()));
        }
        let files = self.files.lock().clone();
        for (id, content) in files {
            let token = format!("Bearer {}", self.people[1].token);
            let headers = [("authorization", token.as_str())];
            let path = format!("/api/v1/attachments/{id}");
            let answer = request(addr, Method::GET, &path, &headers, "").await;
            if !answer.is_ok_and(|answer| answer.status.is_success() && answer.body == content) {
                outcome.violation(format!("the file {id} of an acknowledged message is lost"));
            }
        }
        Ok(())
    }
}

async fn connect(addr: SocketAddr, device: &Device) -> Option<TestClient> {
    let open = TestClient::open(addr, Connect::with_token(&device.token));
    tokio::time::timeout(PATIENCE, open).await.ok()?.ok()
}

/// Starts the program on a mounted disk.
pub(super) async fn start(program: &Path, mounted: &Path) -> Result<Program> {
    Launch::new(program).folder(mounted.join("data")).arg("--log-level").arg("error").start().await
}
