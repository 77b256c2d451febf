//! Every event that a client may send, and the deed behind it.

use kith_chat::{Chat, Refusal};
use kith_protocol::{ClientEvent, TYPING_EVENT};
use kith_socketio::Event;

use super::session::Session;

impl Session {
    /// Carries out one event. Returns when the next one may be read.
    pub(super) async fn dispatch(&self, mut event: Event) {
        if event.name() == TYPING_EVENT {
            return self.typing(&event);
        }
        let Some(name) = ClientEvent::from_name(event.name()) else {
            return self.refuse(&mut event, Refusal::invalid("event", "There is no such event."));
        };
        let event = &mut event;
        match name {
            ClientEvent::Sync => self.sync(event).await,
            ClientEvent::Changes => self.read(event, async |s, r| s.chat.changes(s.user(), r).await).await,
            ClientEvent::Page => self.read(event, async |s, r| s.chat.page(s.user(), r).await).await,
            ClientEvent::AccountChanges => {
                self.read(event, async |s, r| s.chat.account_changes(s.user(), r).await).await;
            }
            ClientEvent::WatchPresence => {
                self.read(event, async |s, r| s.board.watch(&s.chat, &s.attached.subscriber, r).await).await;
            }
            ClientEvent::Send => self.send(event).await,
            ClientEvent::Edit => self.write(event, Chat::edit).await,
            ClientEvent::Delete => self.write(event, Chat::delete).await,
            ClientEvent::React => self.write(event, Chat::react).await,
            ClientEvent::Pin => self.write(event, Chat::pin).await,
            ClientEvent::Open => self.write(event, Chat::open).await,
            ClientEvent::Update => self.write(event, Chat::update_conversation).await,
            ClientEvent::AddMembers => self.write(event, Chat::add_members).await,
            ClientEvent::RemoveMember => self.write(event, Chat::remove_member).await,
            ClientEvent::SetRole => self.write(event, Chat::set_role).await,
            ClientEvent::Leave => self.write(event, Chat::leave).await,
            ClientEvent::Delivered => self.write(event, Chat::mark_delivered).await,
            ClientEvent::Read => self.write(event, Chat::mark_read).await,
            ClientEvent::SetAccount => self.write(event, Chat::set_account).await,
        }
    }
}
