//! What a client asks for over the socket: one payload and one answer per event.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use ts_rs::TS;

use crate::*;

/// An answer that says nothing but that it was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Done {}

/// A payload that a client sends under an event's name, and what it is answered with.
pub trait Command: DeserializeOwned + Send + 'static {
    /// The event's name.
    const EVENT: &'static str;
    /// What the ack holds beside `ok: true`.
    type Answer: Serialize + Send + 'static;
}

macro_rules! commands {
    ($($(#[$doc:meta])* $variant:ident($payload:ty) = $event:literal => $answer:ty;)*) => {
        $(impl Command for $payload {
            const EVENT: &'static str = $event;
            type Answer = $answer;
        })*

        /// Every event that takes an ack, by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ClientEvent {
            $($(#[$doc])* $variant),*
        }

        impl ClientEvent {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The event of this name, if there is one.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($event => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// Its name on the wire.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $event),*
                }
            }
        }

        /// For the web client: event name, TypeScript name of the payload and of the answer.
        pub(crate) fn typescript_table(cfg: &ts_rs::Config) -> Vec<(&'static str, String, String)> {
            vec![$(($event, <$payload>::name(cfg), <$answer>::name(cfg))),*]
        }
    };
}

commands! {
    /// Catch up and start the feed.
    Sync(SyncRequest) = "sync" => SyncAnswer;
    /// The changes of one conversation.
    Changes(ChangesRequest) = "conversation:changes" => ConversationChanges;
    /// A stretch of messages.
    Page(PageRequest) = "message:page" => MessagePage;
    /// Send.
    Send(SendMessage) = "message:send" => OneMessage;
    /// Change a text.
    Edit(EditMessage) = "message:edit" => OneMessage;
    /// Delete for oneself or for everyone.
    Delete(DeleteMessage) = "message:delete" => Deleted;
    /// React.
    React(React) = "message:react" => OneMessage;
    /// Pin.
    Pin(PinMessage) = "message:pin" => Changed;
    /// Find or make a conversation.
    Open(OpenConversation) = "conversation:open" => OneConversation;
    /// Change title, picture or settings of a group.
    Update(UpdateConversation) = "conversation:update" => Changed;
    /// Add people.
    AddMembers(AddMembers) = "members:add" => Changed;
    /// Remove somebody.
    RemoveMember(RemoveMember) = "members:remove" => Changed;
    /// Change somebody's role.
    SetRole(SetRole) = "members:role" => Changed;
    /// Leave.
    Leave(ConversationRef) = "conversation:leave" => Changed;
    /// It has arrived.
    Delivered(MarkDelivered) = "conversation:delivered" => Done;
    /// It has been read.
    Read(MarkRead) = "conversation:read" => Done;
    /// Change what only oneself sees.
    SetAccount(SetAccount) = "account:set" => AccountChangedTo;
    /// What changed of it.
    AccountChanges(AccountChangesRequest) = "account:changes" => AccountChanges;
    /// Whose presence to hear of.
    WatchPresence(WatchPresence) = "presence:watch" => Presences;
}

/// The one event without an ack: `conversation:typing`.
pub const TYPING_EVENT: &str = "conversation:typing";
