//! Reactions.

use kith_protocol::*;

use crate::page::Page;
use crate::users::profile;
use crate::values::*;

pub(crate) fn write(page: &mut Page) {
    page.one(reaction());
    page.both(
        React { conversation_id: walks(), seq: Seq(7), emoji: Some("👩🏽‍🚀".into()) },
        React { conversation_id: walks(), seq: Seq(7), emoji: None },
    );
    page.one(ReactionList {
        reactions: vec![reaction()],
        users: vec![profile()],
        next_after: Some(ann()),
        more: true,
    });
}

pub(crate) fn reaction() -> Reaction {
    Reaction { emoji: "👩🏽‍🚀".into(), count: 12, user_ids: vec![ann(), ben()] }
}
