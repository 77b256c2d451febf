//! How much somebody has not read: one formula, in one place.
//!
//! Unread are others' `text` messages, not unsent, not hidden by me, not of someone I blocked, after
//! `max(read_seq, cleared_seq)`. It is derived, never counted along: measured, counters per member cost a fifth of all
//! writes.

use kith_protocol::Seq;
use rusqlite::{Connection, params};

/// What somebody has not read in a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unread {
    pub(crate) messages: u32,
    pub(crate) mentions: u32,
}

/// Nearly nobody hides messages or blocks people, so each is asked once for all messages before it is asked for one.
const COUNTED: &str = "m.sender <> ?2 AND m.kind = 0 AND m.unsent_at IS NULL \
     AND (NOT EXISTS (SELECT 1 FROM hidden h WHERE h.user = ?2 AND h.conversation = ?1) \
       OR NOT EXISTS (SELECT 1 FROM hidden h WHERE h.user = ?2 AND h.conversation = ?1 AND h.seq = m.seq)) \
     AND (NOT EXISTS (SELECT 1 FROM blocks b WHERE b.user = ?2) \
       OR NOT EXISTS (SELECT 1 FROM blocks b WHERE b.user = ?2 AND b.blocked = m.sender AND b.active = 1))";

/// Counts what `user` has not read in a conversation after `seen`, the greater of what is read and what is cleared.
pub(crate) fn count(
    connection: &Connection,
    conversation: i64,
    user: i64,
    seen: Seq,
) -> rusqlite::Result<Unread> {
    let messages = connection
        .prepare_cached(&format!(
            "SELECT COUNT(*) FROM messages m WHERE m.conversation = ?1 AND m.seq > ?3 AND {COUNTED}"
        ))?
        .query_row(params![conversation, user, seen.0], |row| row.get(0))?;
    if messages == 0 {
        return Ok(Unread::default());
    }
    let mentions = connection
        .prepare_cached(&format!(
            "SELECT COUNT(*) FROM mentions x JOIN messages m ON m.conversation = x.conversation AND m.seq = x.seq \
             WHERE x.conversation = ?1 AND x.user = ?2 AND x.seq > ?3 AND {COUNTED}"
        ))?
        .query_row(params![conversation, user, seen.0], |row| row.get(0))?;
    Ok(Unread { messages, mentions })
}
