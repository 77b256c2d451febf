//! The demonstration: people and conversations of every kind to look around in, and two friendly bots. Everything comes in
//! through the one door that everyone uses.

mod bots;
mod clock;
mod library;
mod people;
mod pictures;
mod scenes;
mod teller;

use std::{fs, sync::Arc};

use anyhow::{Context, Result, bail};
use kith_chat::{Bus, Chat, Refusal, SignedInDevice};
use kith_protocol::{ConversationId, DemoPerson};
use serde::{Deserialize, Serialize};

use crate::{folder::DataFolder, realtime::Realtime, uploads::Uploads};
pub(crate) use bots::Bots;
pub(crate) use clock::SeedingClock;
pub(crate) use library::Library;
use people::{PEOPLE, People};
use teller::Teller;

/// A demonstration that is there.
pub(crate) struct Demo {
    people: People,
    square: ConversationId,
}

/// What the marker in the data folder says: that nothing in it is real, and where the town square is.
#[derive(Serialize, Deserialize)]
struct Marker {
    /// `None` while the folder is being filled.
    square: Option<ConversationId>,
}

impl Demo {
    /// Finds the demonstration in a data folder, or fills an empty folder with one. What happened in it has its times in
    /// the past, by `clock`.
    ///
    /// # Errors
    /// A sentence when the folder holds real data, or a demonstration that was never finished.
    pub(crate) async fn prepare(
        folder: &DataFolder,
        chat: &Chat,
        uploads: &Uploads,
        clock: &SeedingClock,
    ) -> Result<Self> {
        let square = match read_marker(folder)? {
            Some(Marker { square: Some(square) }) => square,
            Some(Marker { square: None }) => bail!(
                "the demonstration in {} was never finished; remove the folder and start again",
                folder.path().display()
            ),
            None if chat.count_users().await? > 0 => bail!(
                "{} holds real data; a demonstration needs a folder of its own",
                folder.path().display()
            ),
            None => fill(folder, chat, uploads, clock).await?,
        };
        Ok(Self { people: People::find(chat).await?, square })
    }

    /// Whom one may try it as.
    pub(crate) fn people(&self) -> kith_protocol::Demo {
        let people = PEOPLE.iter().map(|person| DemoPerson {
            username: person.username.to_owned(),
            display_name: person.display_name.to_owned(),
        });
        kith_protocol::Demo { people: people.collect() }
    }

    /// Signs a device in as one of them. `not_found` for anyone else: bots are not to be played.
    pub(crate) async fn sign_in(
        &self,
        chat: &Chat,
        username: &str,
        device: &str,
    ) -> Result<SignedInDevice, Refusal> {
        if !PEOPLE.iter().any(|person| person.username == username) {
            return Err(Refusal::not_found());
        }
        let user = chat.user_by_name(username).await?;
        chat.sign_in(user, device).await
    }

    /// Has the Library written until what is returned is dropped.
    pub(crate) fn write_library(&self, chat: &Chat, uploads: &Arc<Uploads>) -> Library {
        Library::write(chat, uploads, self.people.guests())
    }

    /// Has the bots live until what is returned is dropped.
    pub(crate) fn wake_bots(&self, chat: &Arc<Chat>, bus: &Arc<dyn Bus>, realtime: &Arc<Realtime>) -> Bots {
        Bots::wake(chat, bus, realtime, self.people.guide, self.people.herald, self.square)
    }
}

async fn fill(
    folder: &DataFolder,
    chat: &Chat,
    uploads: &Uploads,
    clock: &SeedingClock,
) -> Result<ConversationId> {
    // First, so that a folder that was filled halfway is never taken for a real one.
    write_marker(folder, &Marker { square: None })?;
    let teller = Teller::new(chat, uploads, clock);
    let square = scenes::play(&teller).await.context("the demonstration could not be filled in")?;
    clock.release();
    write_marker(folder, &Marker { square: Some(square) })?;
    Ok(square)
}

fn read_marker(folder: &DataFolder) -> Result<Option<Marker>> {
    let path = folder.demo_marker();
    if !path.exists() {
        return Ok(None);
    }
    let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let marker = serde_json::from_slice(&text).with_context(|| format!("{} is damaged", path.display()))?;
    Ok(Some(marker))
}

fn write_marker(folder: &DataFolder, marker: &Marker) -> Result<()> {
    let path = folder.demo_marker();
    fs::write(&path, serde_json::to_vec(marker)?).with_context(|| format!("cannot write {}", path.display()))
}
