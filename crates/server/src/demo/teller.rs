//! Telling what happened: every sentence sets the clock, then goes through the door that everyone uses.

use anyhow::Result;
use axum::body::Body;
use kith_chat::Chat;
use kith_protocol::*;

use super::{
    clock::SeedingClock,
    people::{Person, account_of},
    pictures::{self, Picture},
};
use crate::uploads::{Described, Uploads};

/// A moment, in minutes before now.
pub(super) type Ago = u64;
pub(super) const HOUR: Ago = 60;
pub(super) const DAY: Ago = 24 * HOUR;

const MINUTE_MS: u64 = 60_000;

/// Who tells it.
pub(super) struct Teller<'a> {
    chat: &'a Chat,
    uploads: &'a Uploads,
    clock: &'a SeedingClock,
    now: Timestamp,
}

/// A conversation that is being told.
#[derive(Clone, Copy)]
pub(super) struct Room {
    pub(super) id: ConversationId,
}

impl<'a> Teller<'a> {
    pub(super) fn new(chat: &'a Chat, uploads: &'a Uploads, clock: &'a SeedingClock) -> Self {
        Self { chat, uploads, clock, now: chat.now() }
    }

    pub(super) fn chat(&self) -> &Chat {
        self.chat
    }

    /// What follows happened then.
    pub(super) fn at(&self, ago: Ago) {
        self.clock.set(Timestamp(self.now.0 - ago * MINUTE_MS));
    }

    fn client_id(&self) -> ClientId {
        ClientId(self.chat.entropy().id(self.chat.now()))
    }

    /// Somebody comes to town.
    pub(super) async fn person(&self, person: &Person, picture: Option<Picture>) -> Result<()> {
        let id = self.chat.add_user(account_of(person)).await?.me.profile.id;
        let about = UpdateProfile { about: Some(person.about.into()), ..UpdateProfile::default() };
        self.chat.update_profile(id, about).await?;
        if let Some(picture) = picture {
            let photo = self.picture(id, picture, "Portrait").await?;
            self.chat.set_avatar(id, Some(photo)).await?;
        }
        Ok(())
    }

    pub(super) async fn direct(&self, ago: Ago, one: UserId, other: UserId) -> Result<Room> {
        self.at(ago);
        let request =
            OpenConversation { user_id: Some(other), client_id: None, title: None, member_ids: vec![] };
        Ok(Room { id: self.chat.open(one, request).await?.conversation.conversation.id })
    }

    pub(super) async fn group(
        &self,
        ago: Ago,
        maker: UserId,
        title: &str,
        others: &[UserId],
    ) -> Result<Room> {
        self.at(ago);
        let request = OpenConversation {
            user_id: None,
            client_id: Some(self.client_id()),
            title: Some(title.into()),
            member_ids: others.to_vec(),
        };
        Ok(Room { id: self.chat.open(maker, request).await?.conversation.conversation.id })
    }

    /// Says something.
    pub(super) async fn say(&self, room: Room, ago: Ago, who: UserId, text: &str) -> Result<Seq> {
        self.send(room, ago, who, |message| message.text = Some(text.into())).await
    }

    /// Answers a message.
    pub(super) async fn reply(&self, room: Room, ago: Ago, who: UserId, to: Seq, text: &str) -> Result<Seq> {
        self.send(room, ago, who, |message| {
            message.text = Some(text.into());
            message.reply_to = Some(to);
        })
        .await
    }

    /// Says something that names somebody, as `name` in the text.
    pub(super) async fn mention(
        &self,
        room: Room,
        ago: Ago,
        who: UserId,
        text: &str,
        (name, user_id): (&str, UserId),
    ) -> Result<Seq> {
        let before = text.split(name).next().unwrap_or_default();
        let units = |text: &str| u32::try_from(limits::utf16_len(text)).unwrap_or(u32::MAX);
        let mention = Mention { offset: units(before), length: units(name), user_id };
        self.send(room, ago, who, |message| {
            message.text = Some(text.into());
            message.mentions = vec![mention];
        })
        .await
    }

    /// Shows photos: several are an album.
    pub(super) async fn show(
        &self,
        room: Room,
        ago: Ago,
        who: UserId,
        text: &str,
        photos: &[(Picture, &str)],
    ) -> Result<Seq> {
        self.at(ago);
        let mut attachment_ids = Vec::new();
        for (picture, alt) in photos {
            attachment_ids.push(self.picture(who, *picture, alt).await?);
        }
        self.send(room, ago, who, |message| {
            message.text = (!text.is_empty()).then(|| text.into());
            message.attachment_ids = attachment_ids;
        })
        .await
    }

    /// Hands over a file.
    pub(super) async fn hand_over(
        &self,
        room: Room,
        ago: Ago,
        who: UserId,
        name: &str,
        bytes: &'static [u8],
    ) -> Result<Seq> {
        self.at(ago);
        let described = Described { name: name.into(), alt: None };
        let file = self.uploads.receive(who, described, Some(bytes.len() as u64), Body::from(bytes)).await?;
        self.send(room, ago, who, |message| message.attachment_ids = vec![file.id]).await
    }

    /// Copies a message from elsewhere.
    pub(super) async fn forward(
        &self,
        room: Room,
        ago: Ago,
        who: UserId,
        from: Room,
        seq: Seq,
    ) -> Result<Seq> {
        let address = MessageAddress { conversation_id: from.id, seq };
        self.send(room, ago, who, |message| message.forward = Some(address)).await
    }

    async fn send(
        &self,
        room: Room,
        ago: Ago,
        who: UserId,
        fill: impl FnOnce(&mut SendMessage),
    ) -> Result<Seq> {
        self.at(ago);
        let mut message = SendMessage {
            conversation_id: room.id,
            client_id: self.client_id(),
            text: None,
            mentions: vec![],
            attachment_ids: vec![],
            reply_to: None,
            forward: None,
        };
        fill(&mut message);
        Ok(self.chat.send(who, message).await?.message.seq)
    }

    async fn picture(&self, who: UserId, picture: Picture, alt: &str) -> Result<AttachmentId> {
        let bytes = pictures::draw(picture)?;
        let described = Described { name: picture.file_name().into(), alt: Some(alt.into()) };
        let length = bytes.len() as u64;
        Ok(self.uploads.receive(who, described, Some(length), Body::from(bytes)).await?.id)
    }

    pub(super) async fn react(&self, room: Room, who: UserId, seq: Seq, emoji: &str) -> Result<()> {
        let request = React { conversation_id: room.id, seq, emoji: Some(emoji.into()) };
        self.chat.react(who, request).await?;
        Ok(())
    }

    pub(super) async fn edit(&self, room: Room, ago: Ago, who: UserId, seq: Seq, text: &str) -> Result<()> {
        self.at(ago);
        let address = MessageAddress { conversation_id: room.id, seq };
        let if_version = self.chat.message(who, address).await?.message.version;
        let request =
            EditMessage { conversation_id: room.id, seq, if_version, text: text.into(), mentions: vec![] };
        self.chat.edit(who, request).await?;
        Ok(())
    }

    pub(super) async fn unsend(&self, room: Room, ago: Ago, who: UserId, seq: Seq) -> Result<()> {
        self.at(ago);
        let request = DeleteMessage { conversation_id: room.id, seq, scope: DeleteScope::Everyone };
        self.chat.delete(who, request).await?;
        Ok(())
    }

    pub(super) async fn pin(&self, room: Room, ago: Ago, who: UserId, seq: Seq) -> Result<()> {
        self.at(ago);
        self.chat.pin(who, PinMessage { conversation_id: room.id, seq, pinned: true }).await?;
        Ok(())
    }

    pub(super) async fn rename(&self, room: Room, ago: Ago, who: UserId, title: &str) -> Result<()> {
        self.at(ago);
        let change = UpdateConversation { title: Some(Some(title.into())), ..UpdateConversation::default() };
        self.update(room, who, change).await
    }

    pub(super) async fn group_picture(
        &self,
        room: Room,
        ago: Ago,
        who: UserId,
        picture: Picture,
    ) -> Result<()> {
        self.at(ago);
        let photo = self.picture(who, picture, "Picture of the group").await?;
        let change = UpdateConversation { avatar_id: Some(Some(photo)), ..UpdateConversation::default() };
        self.update(room, who, change).await
    }

    async fn update(&self, room: Room, who: UserId, change: UpdateConversation) -> Result<()> {
        self.chat
            .update_conversation(who, UpdateConversation { conversation_id: Some(room.id), ..change })
            .await?;
        Ok(())
    }

    pub(super) async fn add(&self, room: Room, ago: Ago, who: UserId, whom: UserId) -> Result<()> {
        self.at(ago);
        self.chat.add_members(who, AddMembers { conversation_id: room.id, user_ids: vec![whom] }).await?;
        Ok(())
    }

    pub(super) async fn leave(&self, room: Room, ago: Ago, who: UserId) -> Result<()> {
        self.at(ago);
        self.chat.leave(who, ConversationRef { conversation_id: room.id }).await?;
        Ok(())
    }

    /// These people have read up to there.
    pub(super) async fn read(&self, room: Room, ago: Ago, seq: Seq, readers: &[UserId]) -> Result<()> {
        self.at(ago);
        for reader in readers {
            self.chat.mark_read(*reader, MarkRead { conversation_id: room.id, seq }).await?;
        }
        Ok(())
    }

    /// It has arrived at these people, who have not read it.
    pub(super) async fn deliver(&self, room: Room, seq: Seq, receivers: &[UserId]) -> Result<()> {
        for receiver in receivers {
            self.chat.mark_delivered(*receiver, MarkDelivered { conversation_id: room.id, seq }).await?;
        }
        Ok(())
    }

    /// Changes what only one person sees of a conversation.
    pub(super) async fn keep(
        &self,
        room: Room,
        who: UserId,
        fill: impl FnOnce(&mut SetAccount),
    ) -> Result<()> {
        let mut request = SetAccount { conversation_id: Some(room.id), ..SetAccount::default() };
        fill(&mut request);
        self.chat.set_account(who, request).await?;
        Ok(())
    }
}
