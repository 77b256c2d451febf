//! Every kind of change, told to somebody who watches: what they knew and what they were told is what a device knows that
//! begins afterwards. The transcripts are replayed by the web client's reducers.

use std::time::Duration;

use futures_util::StreamExt;
use http::Method;
use kith_protocol::*;
use kith_testkit::{
    Device, Person, Push, TestServer, message,
    transcripts::{Recording, settle},
};
use serde_json::{Value, json};

/// Stories that are told at the same time: each has a server of its own.
const STORIES_AT_ONCE: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_known_and_what_was_told_is_what_a_new_device_knows() {
    let changes = CauseKind::ALL.into_iter().map(Story::Change);
    let stories =
        changes.chain([Story::Removal, Story::Receipts, Story::Account, Story::Profile, Story::Typing]);
    futures_util::stream::iter(stories).for_each_concurrent(STORIES_AT_ONCE, record).await;
}

/// What a transcript is about.
#[derive(Clone, Copy)]
enum Story {
    /// A shared change of this kind.
    Change(CauseKind),
    /// `conversation:removed`
    Removal,
    /// `receipt:updated`
    Receipts,
    /// `account:changed`
    Account,
    /// `user:updated`
    Profile,
    /// `typing`
    Typing,
}

/// Ann watches. There are a direct conversation with Ben and a group of his with Cem, in which something is unread, hidden
/// and cleared; Dan is in neither.
struct Stage {
    server: TestServer,
    ann: Person,
    ben: Person,
    cem: Person,
    dan: Person,
    direct: ConversationId,
    group: ConversationId,
    /// Ben's, in the group, read by Ann.
    hello: Message,
}

async fn record(story: Story) {
    let stage = Stage::set().await;
    let recording = Recording::begin(&story.name(), &stage.ann).await;
    stage.tell(story).await;
    let device = stage.server.another_device(&stage.ann.device).await;
    let fresh = Person::at(stage.server.addr(), &device).await;
    let transcript = recording.end(&stage.ann, &fresh).await;
    let told = |kind: &str| {
        let causes =
            transcript.events.iter().map(|(name, payload)| (name.as_str(), &payload["cause"]["kind"]));
        causes.into_iter().any(|(name, cause)| name == kind || *cause == kind)
    };
    assert!(told(&transcript.kind), "{} is told nowhere: {:?}", transcript.kind, transcript.events);
    settle(&transcript);
    stage.server.stop().await;
}

impl Story {
    fn name(self) -> String {
        match self {
            Self::Change(kind) => {
                serde_json::to_value(kind).expect("a kind is a word").as_str().map(str::to_owned)
            }
            Self::Removal => Some("conversation:removed".into()),
            Self::Receipts => Some("receipt:updated".into()),
            Self::Account => Some("account:changed".into()),
            Self::Profile => Some("user:updated".into()),
            Self::Typing => Some("typing".into()),
        }
        .expect("a kind is a word")
    }
}

impl Stage {
    async fn set() -> Self {
        let server = TestServer::start().await;
        let (ann, ben) = (server.person("ann").await, server.person("ben").await);
        let (cem, dan) = (server.person("cem").await, server.person("dan").await);
        let direct = ann.direct(ben.id()).await;
        moment().await;
        ben.say(direct, "Dear Ann").await;
        moment().await;
        let group = ben.group("Walks", &[ann.id(), cem.id()]).await;
        moment().await;
        let cleared = cem.say(group, "long ago").await;
        moment().await;
        let hidden = cem.say(group, "better not seen").await;
        moment().await;
        let hello = ben.say(group, "Hello **all**").await;
        moment().await;
        let clear = SetAccount {
            conversation_id: Some(group),
            cleared_seq: Some(cleared.seq),
            ..SetAccount::default()
        };
        ann.request(&clear).await.expect("one may clear what one is in");
        let hide = DeleteMessage { conversation_id: group, seq: hidden.seq, scope: DeleteScope::Me };
        ann.request(&hide).await.expect("one may hide anything");
        ann.request(&MarkRead { conversation_id: group, seq: hello.seq }).await.expect("a member may read");
        moment().await;
        let name = Mention { offset: 0, length: 4, user_id: ann.id() };
        let mention = SendMessage { mentions: vec![name], ..message(group, "@ann are you there?") };
        cem.request(&mention).await.expect("a member may send");
        moment().await;
        Self { server, ann, ben, cem, dan, direct, group, hello }
    }

    async fn tell(&self, story: Story) {
        match story {
            Story::Change(kind) => self.change(kind).await,
            Story::Removal => self.remove(self.ann.id()).await,
            Story::Receipts => self.receipts().await,
            Story::Account => self.account().await,
            Story::Profile => {
                let change = json!({ "display_name": "Benedict", "about": "walks a lot" });
                let answer = call(&self.server, &self.ben.device, Method::PATCH, "/me", &change).await;
                assert_eq!(answer["display_name"], "Benedict");
            }
            Story::Typing => {
                let typing = SetTyping { conversation_id: self.group, typing: true };
                self.ben.send(TYPING_EVENT, &typing);
                self.ann.until(|pushes| pushes.iter().any(|push| push.name == "typing")).await;
                self.ben.say(self.group, "there you are").await;
                let ended = |push: &Push| push.name == "typing" && push.payload["user_ids"] == json!([]);
                self.ann.until(|pushes| pushes.iter().any(ended)).await;
                self.ben.send(TYPING_EVENT, &typing);
            }
        }
    }

    /// A new kind does not compile without a story.
    async fn change(&self, kind: CauseKind) {
        let (group, seq) = (self.group, self.hello.seq);
        match kind {
            CauseKind::Created => {
                let cinema = self.ben.group("Cinema", &[self.ann.id(), self.dan.id()]).await;
                moment().await;
                self.dan.say(cinema, "Tonight?").await;
            }
            CauseKind::Sent => self.talk().await,
            CauseKind::Edited => {
                self.edit(self.hello.version, "Hello *everyone*, see https://example.org").await;
                let page = self.ben.say(group, "better?").await;
                moment().await;
                self.edit(page.version, "Hello").await;
            }
            CauseKind::Unsent => {
                let reply = SendMessage { reply_to: Some(seq), ..message(group, "what?") };
                self.cem.request(&reply).await.expect("a member may reply");
                moment().await;
                let all = DeleteScope::Everyone;
                let answer = DeleteMessage { conversation_id: group, seq: seq.next(), scope: all };
                self.cem.request(&answer).await.expect("one may unsend one's own");
                moment().await;
                let hello = DeleteMessage { conversation_id: group, seq, scope: all };
                self.ben.request(&hello).await.expect("one may unsend one's own");
            }
            CauseKind::Reacted => {
                for (person, emoji) in [
                    (&self.ann, Some("👍")),
                    (&self.ben, Some("👍")),
                    (&self.ann, Some("❤️")),
                    (&self.ben, None),
                ] {
                    let react = React { conversation_id: group, seq, emoji: emoji.map(str::to_owned) };
                    person.request(&react).await.expect("a member may react");
                    moment().await;
                }
            }
            CauseKind::Pinned => self.pin(true).await,
            CauseKind::Unpinned => {
                self.pin(true).await;
                self.pin(false).await;
            }
            CauseKind::Renamed => {
                self.update(UpdateConversation {
                    title: Some(Some("Long walks".into())),
                    ..Default::default()
                })
                .await;
            }
            CauseKind::AvatarChanged => {
                let avatar_id = self.upload().await;
                self.update(UpdateConversation { avatar_id: Some(Some(avatar_id)), ..Default::default() })
                    .await;
            }
            CauseKind::SettingsChanged => {
                self.update(UpdateConversation { members_may_edit: Some(false), ..Default::default() }).await;
            }
            CauseKind::Joined => {
                let add = AddMembers { conversation_id: group, user_ids: vec![self.dan.id()] };
                self.ben.request(&add).await.expect("the owner may add people");
                moment().await;
                self.dan.say(group, "Glad to be here").await;
            }
            CauseKind::Left => {
                let leave = ConversationRef { conversation_id: group };
                self.ben.request(&leave).await.expect("one may leave");
            }
            CauseKind::Removed => self.remove(self.cem.id()).await,
            CauseKind::RoleChanged => {
                for (user_id, role) in [(self.cem.id(), Role::Admin), (self.ann.id(), Role::Owner)] {
                    let role = SetRole { conversation_id: group, user_id, role };
                    self.ben.request(&role).await.expect("the owner decides on roles");
                    moment().await;
                }
            }
        }
    }

    /// Somebody mentions the viewer, the viewer answers on another device, somebody quotes what the viewer has hidden.
    async fn talk(&self) {
        let name = Mention { offset: 3, length: 4, user_id: self.ann.id() };
        let hey = SendMessage {
            mentions: vec![name],
            ..message(self.group, "Hey @ann, `look`: https://example.org")
        };
        let hey = self.ben.request(&hey).await.expect("a member may send").message;
        moment().await;
        let device = self.server.another_device(&self.ann.device).await;
        let elsewhere = Person::at(self.server.addr(), &device).await;
        let reply = SendMessage { reply_to: Some(hey.seq), ..message(self.group, "I am") };
        elsewhere.request(&reply).await.expect("a member may reply");
        moment().await;
        let hidden = Seq(self.hello.seq.0 - 1);
        let quoting = SendMessage { reply_to: Some(hidden), ..message(self.group, "I meant this") };
        self.cem.request(&quoting).await.expect("a member may reply");
        moment().await;
        let address = MessageAddress { conversation_id: self.group, seq: self.hello.seq };
        let forward = SendMessage { text: None, forward: Some(address), ..message(self.direct, "") };
        self.ben.request(&forward).await.expect("a member may forward");
    }

    async fn receipts(&self) {
        let (group, direct) = (self.group, self.direct);
        self.cem
            .request(&MarkDelivered { conversation_id: group, seq: Seq(9) })
            .await
            .expect("it has arrived");
        self.ben
            .request(&MarkRead { conversation_id: group, seq: self.hello.seq.next() })
            .await
            .expect("it is read");
        moment().await;
        self.ann.request(&MarkRead { conversation_id: direct, seq: Seq(9) }).await.expect("it is read");
        moment().await;
        self.ann.say(direct, "Dear Ben").await;
        moment().await;
        self.ben.request(&MarkRead { conversation_id: direct, seq: Seq(9) }).await.expect("it is read");
    }

    async fn account(&self) {
        let of =
            |conversation_id| SetAccount { conversation_id: Some(conversation_id), ..SetAccount::default() };
        let settings = SettingsChange {
            presence: Some(false),
            preferences: [("theme".to_owned(), Some("dark".to_owned()))].into(),
            ..SettingsChange::default()
        };
        let changes = [
            SetAccount { muted_until: Some(Some(Timestamp(4_102_444_800_000))), ..of(self.group) },
            SetAccount { draft: Some(Some("I wanted to".into())), pinned: Some(true), ..of(self.group) },
            SetAccount { archived: Some(true), marked_unread: Some(true), ..of(self.direct) },
            SetAccount { settings: Some(settings), ..SetAccount::default() },
            SetAccount { block: Some(true), user_id: Some(self.cem.id()), ..SetAccount::default() },
            SetAccount { cleared_seq: Some(Seq(1)), ..of(self.direct) },
        ];
        for change in changes {
            self.ann.request(&change).await.expect("one's account is one's own");
            moment().await;
        }
        let hide = DeleteMessage { conversation_id: self.group, seq: self.hello.seq, scope: DeleteScope::Me };
        self.ann.request(&hide).await.expect("one may hide anything");
        moment().await;
        self.cem.say(self.group, "not counted any more").await;
        moment().await;
        self.ann
            .request(&MarkRead { conversation_id: self.group, seq: Seq(99) })
            .await
            .expect("a member may read");
    }

    async fn edit(&self, if_version: Version, text: &str) {
        let (conversation_id, seq) = (self.group, self.hello.seq);
        let edit = EditMessage { conversation_id, seq, if_version, text: text.into(), mentions: Vec::new() };
        self.ben.request(&edit).await.expect("one may edit one's own");
        moment().await;
    }

    async fn pin(&self, pinned: bool) {
        let pin = PinMessage { conversation_id: self.group, seq: self.hello.seq, pinned };
        self.ben.request(&pin).await.expect("the owner may pin");
        moment().await;
    }

    async fn update(&self, change: UpdateConversation) {
        let change = UpdateConversation { conversation_id: Some(self.group), ..change };
        self.ben.request(&change).await.expect("the owner may change the group");
    }

    async fn remove(&self, user_id: UserId) {
        let remove = RemoveMember { conversation_id: self.group, user_id };
        self.ben.request(&remove).await.expect("the owner may remove");
    }

    /// A photo of one pixel.
    async fn upload(&self) -> AttachmentId {
        let authorization = format!("Bearer {}", self.ben.device.token);
        let headers = [("authorization", authorization.as_str()), ("content-type", "image/png")];
        let path = "/api/v1/attachments?name=dot.png";
        let answer = kith_testkit::http::request(self.server.addr(), Method::POST, path, &headers, DOT_PNG);
        let answer = answer.await.expect("the server answers");
        assert!(answer.status.is_success(), "{} {}", answer.status, answer.text());
        answer.json::<Attachment>().id
    }
}

/// Lets the clock move on, so that no two things happen in the same millisecond in one recording and not in another.
async fn moment() {
    tokio::time::sleep(Duration::from_millis(3)).await;
}

async fn call(server: &TestServer, device: &Device, method: Method, path: &str, body: &Value) -> Value {
    let answer = device.call(server.addr(), method, &format!("/api/v1{path}"), body).await;
    assert!(answer.status.is_success(), "{} {}", answer.status, answer.text());
    answer.json()
}

/// A PNG of one black pixel.
const DOT_PNG: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00,
    0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3a, 0x7e, 0x9b, 0x55, 0x00,
    0x00, 0x00, 0x0a, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x60, 0x00, 0x00, 0x00, 0x02, 0x00, 0x01,
    0x48, 0xaf, 0xa4, 0x71, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];
