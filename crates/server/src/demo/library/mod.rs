//! The Library: a conversation of a hundred thousand messages over six years, to scroll, search and jump around in.
//!
//! It is written while the server answers already, by people who have no device, so nobody is disturbed; those whom one may
//! try the demonstration as join when it is complete. What was interrupted goes on where it was at the next start: the
//! conversation itself says how far it is.

mod pages;

use std::sync::Arc;

use axum::body::Body;
use futures_util::future::try_join_all;
use kith_chat::{Chat, Refusal};
use kith_protocol::*;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::{
    clock::SeedingClock,
    people::{Person, account_of},
    pictures::{self, Picture},
};
use crate::uploads::{Described, Uploads};
use pages::Page;

/// How many messages there are in the end.
const PAGES: u64 = 100_000;
/// Messages that are under way at a time: enough to fill the writer's batches, few enough that others need not wait.
const AT_ONCE: u64 = 500;
/// The time between two of them, in milliseconds: they fill six years.
const STEP_MS: u64 = 31 * 60 * 1_000;
/// How long ago the last one was, in milliseconds.
const ENDED_AGO_MS: u64 = 2 * 24 * 60 * 60 * 1_000;
/// What makes the conversation be found again after an interruption.
const CLIENT_ID: ClientId = ClientId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001));

/// Those who write in it. Nobody can sign in as them.
pub(super) const WRITERS: [Person; 4] = [
    Person { username: "iris", display_name: "Iris Falk", about: "Librarian. Returns welcome, excuses too." },
    Person { username: "jonas", display_name: "Jonas Weber", about: "Reads the last page first." },
    Person { username: "mina", display_name: "Mina Park", about: "Poems, mostly short ones." },
    Person { username: "tomas", display_name: "Tomás Silva", about: "Maps and sea stories." },
];

/// The photos that are shown in it, again and again.
const PHOTOS: [(Picture, &str); 3] = [
    (Picture::Harbour, "The harbour from the reading room"),
    (Picture::Night, "The library at night"),
    (Picture::Garden, "The garden behind the library"),
];

/// The Library while it is being written; dropping this interrupts it.
pub(crate) struct Library(JoinHandle<()>);

impl Library {
    /// Writes what is missing of it, and then has these people join.
    pub(super) fn write(chat: &Chat, uploads: &Arc<Uploads>, readers: Vec<UserId>) -> Self {
        let scribe = Scribe::new(chat, Arc::clone(uploads));
        Self(tokio::spawn(async move {
            if let Err(refusal) = scribe.write(PAGES, &readers).await {
                tracing::warn!(%refusal, "the library of the demonstration is not complete");
            }
        }))
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Writes it, at a time of its own.
struct Scribe {
    chat: Chat,
    clock: Arc<SeedingClock>,
    uploads: Arc<Uploads>,
}

/// The conversation, as far as it has come.
struct Shelf {
    id: ConversationId,
    writers: Vec<UserId>,
    photos: Vec<AttachmentId>,
    begun_at: Timestamp,
}

impl Scribe {
    fn new(chat: &Chat, uploads: Arc<Uploads>) -> Self {
        let clock = Arc::<SeedingClock>::default();
        Self { chat: chat.with_clock(clock.clone()), clock, uploads }
    }

    /// Writes up to `count` messages, then lets the readers in.
    async fn write(&self, count: u64, readers: &[UserId]) -> Result<(), Refusal> {
        self.clock.set(Timestamp(self.chat.now().0.saturating_sub(count * STEP_MS + ENDED_AGO_MS)));
        let writers = self.settle().await?;
        let conversation = self.open(&writers).await?;
        if conversation.member_count as usize > writers.len() {
            return Ok(());
        }
        // The first message of a group is the server's, and tells that it was made.
        let written = conversation.last_seq.0 - 1;
        let photos = if written < count { self.hang_photos(writers[0]).await? } else { Vec::new() };
        let shelf = Shelf { id: conversation.id, writers, photos, begun_at: conversation.created_at };
        for from in (written..count).step_by(AT_ONCE as usize) {
            self.write_some(&shelf, from, count.min(from + AT_ONCE)).await?;
        }
        self.clock.set(shelf.time_of(count));
        let user_ids = readers.to_vec();
        self.chat.add_members(shelf.writers[0], AddMembers { conversation_id: shelf.id, user_ids }).await?;
        tracing::info!(messages = count, "the library of the demonstration is complete");
        Ok(())
    }

    async fn settle(&self) -> Result<Vec<UserId>, Refusal> {
        let mut ids = Vec::with_capacity(WRITERS.len());
        for writer in &WRITERS {
            let user = match self.chat.user_by_name(writer.username).await {
                Ok(user) => user,
                Err(refusal) if refusal.code() == ErrorCode::NotFound => {
                    self.chat.add_user(account_of(writer)).await?
                }
                Err(refusal) => return Err(refusal),
            };
            let about = UpdateProfile { about: Some(writer.about.into()), ..UpdateProfile::default() };
            self.chat.update_profile(user.me.profile.id, about).await?;
            ids.push(user.me.profile.id);
        }
        Ok(ids)
    }

    async fn open(&self, writers: &[UserId]) -> Result<Conversation, Refusal> {
        let request = OpenConversation {
            user_id: None,
            client_id: Some(CLIENT_ID),
            title: Some("Library".into()),
            member_ids: writers[1..].to_vec(),
        };
        Ok(self.chat.open(writers[0], request).await?.conversation.conversation)
    }

    async fn hang_photos(&self, owner: UserId) -> Result<Vec<AttachmentId>, Refusal> {
        let mut ids = Vec::with_capacity(PHOTOS.len());
        for (picture, alt) in PHOTOS {
            let drawn = tokio::task::spawn_blocking(move || pictures::draw(picture)).await;
            let bytes = drawn.map_err(|_| Refusal::internal())?.map_err(|_| Refusal::internal())?;
            let described = Described { name: picture.file_name().into(), alt: Some(alt.into()) };
            let length = bytes.len() as u64;
            ids.push(self.uploads.receive(owner, described, Some(length), Body::from(bytes)).await?.id);
        }
        Ok(ids)
    }

    /// Sends the pages from `from` until before `end`, without waiting for one another, then their reactions.
    async fn write_some(&self, shelf: &Shelf, from: u64, end: u64) -> Result<(), Refusal> {
        let pages: Vec<Page> = (from..end).map(Page::of).collect();
        let sent: Vec<_> = pages
            .iter()
            .map(|page| {
                self.clock.set(shelf.time_of(page.number));
                self.chat.send(shelf.writers[page.writer], shelf.message(page))
            })
            .collect();
        try_join_all(sent).await?;
        let reactions = pages.iter().flat_map(|page| {
            page.reactions.iter().map(|(reader, emoji)| {
                let (conversation_id, seq) = (shelf.id, seq_of(page.number));
                let emoji = Some((*emoji).to_owned());
                self.chat.react(shelf.writers[*reader], React { conversation_id, seq, emoji })
            })
        });
        try_join_all(reactions.collect::<Vec<_>>()).await?;
        Ok(())
    }
}

impl Shelf {
    fn message(&self, page: &Page) -> SendMessage {
        let photo = page.photo.map(|photo| self.photos[photo % self.photos.len()]);
        SendMessage {
            conversation_id: self.id,
            client_id: ClientId(Uuid::from_u128(CLIENT_ID.0.as_u128() + 1 + u128::from(page.number))),
            text: (!page.text.is_empty()).then(|| page.text.clone()),
            mentions: vec![],
            attachment_ids: photo.into_iter().collect(),
            reply_to: page.answers.map(seq_of),
            forward: None,
        }
    }

    fn time_of(&self, page: u64) -> Timestamp {
        self.begun_at.plus_ms(page * STEP_MS + pages::jitter(page) % STEP_MS)
    }
}

fn seq_of(page: u64) -> Seq {
    Seq(page + 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app,
        config::{Config, Given},
        folder::DataFolder,
        media::Intake,
    };

    async fn told(scribe: &Scribe, reader: UserId, id: ConversationId) -> Vec<Message> {
        let request = PageRequest {
            conversation_id: id,
            before: None,
            after: Some(Seq(1)),
            around: None,
            limit: Some(100),
        };
        let page = scribe.chat.page(reader, request).await.unwrap();
        page.messages.into_iter().map(kith_protocol::Shared::into_inner).collect()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn what_was_interrupted_goes_on_where_it_was_and_is_joined_when_complete() {
        let parent = tempfile::tempdir().unwrap();
        let config = Config::load(
            Given { data: Some(parent.path().join("data")), disk_reserve_bytes: Some(0), ..Given::default() },
            None,
        );
        let config = config.unwrap();
        let folder = DataFolder::take(&config.data).unwrap();
        let opened = app::open(&folder, &config, app::system_clock()).unwrap();
        let intake = Intake::new(Arc::clone(&opened.chat), 1);
        let uploads =
            Uploads::open(folder.uploads(), Arc::clone(&opened.chat), intake, config.attachment_bytes_max);
        let scribe = Scribe::new(&opened.chat, Arc::new(uploads.unwrap()));
        let reader =
            opened.chat.add_user(account_of(&super::super::people::PEOPLE[0])).await.unwrap().me.profile.id;

        let writers = scribe.settle().await.unwrap();
        let shelf = Shelf {
            id: scribe.open(&writers).await.unwrap().id,
            photos: scribe.hang_photos(writers[0]).await.unwrap(),
            writers,
            begun_at: opened.chat.now(),
        };
        scribe.write_some(&shelf, 0, 30).await.unwrap();
        scribe.write(90, &[reader]).await.unwrap();
        let messages = told(&scribe, reader, shelf.id).await;
        let pages: Vec<Page> = (0..90).map(Page::of).collect();
        let texts: Vec<&str> = messages.iter().take(90).map(|message| message.text.as_str()).collect();
        assert_eq!(texts, pages.iter().map(|page| page.text.as_str()).collect::<Vec<_>>());
        assert!(messages.is_sorted_by_key(|message| message.created_at));
        assert!(messages.iter().any(|message| message.reply_to.is_some()));
        assert!(messages.iter().any(|message| !message.reactions.is_empty()));
        assert!(messages.iter().any(|message| !message.attachments.is_empty()));
        assert_eq!(
            messages.last().map(|message| message.kind),
            Some(MessageKind::System),
            "the reader has joined"
        );
        assert_eq!(opened.chat.conversation(reader, shelf.id).await.unwrap().conversation.my.unread, 0);

        scribe.write(90, &[reader]).await.unwrap();
        assert_eq!(told(&scribe, reader, shelf.id).await, messages, "it is written once");
        opened.chat.close().await.unwrap();
    }
}
