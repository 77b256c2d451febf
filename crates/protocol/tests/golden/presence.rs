//! Who is there, and who types.

use kith_protocol::*;

use crate::page::Page;
use crate::values::*;

pub(crate) fn write(page: &mut Page) {
    page.both(away(), Presence { user_id: ann(), online: true, last_active_at: None });
    page.one(WatchPresence { user_ids: vec![ann(), ben()] });
    page.one(Presences { presences: vec![away()] });
    page.one(SetTyping { conversation_id: walks(), typing: true });
    page.one(typing());
}

pub(crate) fn away() -> Presence {
    Presence { user_id: ben(), online: false, last_active_at: Some(NOON) }
}

pub(crate) fn typing() -> Typing {
    Typing { conversation_id: walks(), user_ids: vec![ann(), ben()] }
}
