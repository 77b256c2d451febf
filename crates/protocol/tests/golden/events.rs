//! What the server says of its own accord.

use kith_protocol::*;

use crate::page::{Page, words};
use crate::values::walks;
use crate::{account, presence, receipts, sync, users};

pub(crate) fn write(page: &mut Page) {
    page.one(removed());
    page.words(words![RemovedReason: Left, Removed]);
    page.one(receipt_updated());
    page.one(UserUpdated { user: users::profile() });
    page.one(Resync { reason: ResyncReason::Overflow });
    page.words(words![ResyncReason: Overflow, Restarted, Settings]);
    page.one(SessionEnded { reason: SessionEndReason::Revoked });
    page.words(words![SessionEndReason: SignedOut, Revoked, PasswordChanged, AccountDeleted, Suspended]);
    page.one(Done {});
}

/// One of each.
pub(crate) fn all() -> [ServerEvent; 9] {
    [
        ServerEvent::ConversationChanged(sync::everything()),
        ServerEvent::ConversationRemoved(removed()),
        ServerEvent::ReceiptUpdated(receipt_updated()),
        ServerEvent::AccountChanged(account::rows()),
        ServerEvent::UserUpdated(UserUpdated { user: users::profile() }),
        ServerEvent::Typing(presence::typing()),
        ServerEvent::Presence(presence::away()),
        ServerEvent::Resync(Resync { reason: ResyncReason::Overflow }),
        ServerEvent::SessionEnded(SessionEnded { reason: SessionEndReason::Revoked }),
    ]
}

/// A line for each event: its name, and a payload.
pub(crate) fn table() -> String {
    let line = |event: &ServerEvent| {
        format!("{}\n  {}", event.name(), serde_json::to_string(event).expect("payloads are JSON"))
    };
    all().iter().map(line).collect::<Vec<_>>().join("\n\n")
}

fn removed() -> ConversationRemoved {
    ConversationRemoved { conversation_id: walks(), reason: RemovedReason::Left }
}

fn receipt_updated() -> ReceiptUpdated {
    ReceiptUpdated { conversation_id: walks(), receipts: vec![receipts::receipt()] }
}
