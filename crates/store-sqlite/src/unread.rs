//! How much somebody has not read: one formula, in one place.
//!
//! Unread are others' `text` messages, not unsent, not hidden by me, not of someone I blocked, after
//! `max(read_seq, cleared_seq)`. It is derived, never counted along: measured, counters per member cost a fifth of all
//! writes. For nearly everyone it follows from numbers: messages are numbered without a gap, whoever speaks has read what
//! came before, and an index holds what does not count. Only who hides messages or blocks people has theirs counted.

use kith_protocol::Seq;
use rusqlite::{Connection, params};

/// What somebody has not read in a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unread {
    pub(crate) messages: u32,
    pub(crate) mentions: u32,
}

/// Each of the two is asked once for all messages before it is asked for one.
const COUNTED: &str = "m.sender <> ?2 AND m.kind = 0 AND m.unsent_at IS NULL \
     AND (NOT EXISTS (SELECT 1 FROM hidden h WHERE h.user = ?2 AND h.conversation = ?1) \
       OR NOT EXISTS (SELECT 1 FROM hidden h WHERE h.user = ?2 AND h.conversation = ?1 AND h.seq = m.seq)) \
     AND (NOT EXISTS (SELECT 1 FROM blocks b WHERE b.user = ?2) \
       OR NOT EXISTS (SELECT 1 FROM blocks b WHERE b.user = ?2 AND b.blocked = m.sender AND b.active = 1))";

/// What `user` has not read in a conversation after `seen`, the greater of what is read and what is cleared, up to `last`.
pub(crate) fn count(
    connection: &Connection,
    conversation: i64,
    user: i64,
    seen: Seq,
    last: Seq,
) -> rusqlite::Result<Unread> {
    if seen >= last {
        return Ok(Unread::default());
    }
    let (uncounted, is_choosy): (u64, bool) = connection
        .prepare_cached(
            "SELECT (SELECT COUNT(*) FROM messages INDEXED BY messages_uncounted \
                WHERE conversation = ?1 AND seq > ?3 AND (kind <> 0 OR unsent_at IS NOT NULL)), \
               EXISTS (SELECT 1 FROM hidden WHERE user = ?2 AND conversation = ?1) \
               OR EXISTS (SELECT 1 FROM blocks WHERE user = ?2)",
        )?
        .query_row(params![conversation, user, seen.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let messages = match is_choosy {
        false => u32::try_from((last.0 - seen.0).saturating_sub(uncounted)).unwrap_or(u32::MAX),
        true => one_by_one(connection, conversation, user, seen)?,
    };
    if messages == 0 {
        return Ok(Unread::default());
    }
    let mentions = connection
        .prepare_cached(&mentioned())?
        .query_row(params![conversation, user, seen.0], |row| row.get(0))?;
    Ok(Unread { messages, mentions })
}

/// Mentions are gone through, and their messages looked up. `CROSS` keeps it at that: the planner knows nothing of how many
/// there are of each, and went through all unread messages to look for mentions (measured at 50 million messages: 2 ms for
/// each conversation, instead of nothing).
fn mentioned() -> String {
    format!(
        "SELECT COUNT(*) FROM mentions x CROSS JOIN messages m ON m.conversation = x.conversation AND m.seq = x.seq \
         WHERE x.conversation = ?1 AND x.user = ?2 AND x.seq > ?3 AND {COUNTED}"
    )
}

fn one_by_one(connection: &Connection, conversation: i64, user: i64, seen: Seq) -> rusqlite::Result<u32> {
    connection
        .prepare_cached(&format!(
            "SELECT COUNT(*) FROM messages m WHERE m.conversation = ?1 AND m.seq > ?3 AND {COUNTED}"
        ))?
        .query_row(params![conversation, user, seen.0], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrations::migrate;

    const ME: i64 = 1;

    /// A conversation in which there is everything that may or may not count.
    fn talk() -> Connection {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, folder.path()).unwrap();
        connection.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
        // Mine, a notice, an unsent one, an unsent notice, and five of others, one of which mentions me.
        let rows = "(1, 1, 0, NULL), (2, 2, 0, NULL), (3, 2, 1, NULL), (4, 3, 0, 7), (5, 2, 1, 7), (6, 2, 0, NULL), \
             (7, 3, 0, NULL), (8, 3, 0, NULL), (9, 2, 0, NULL)";
        connection
            .execute_batch(&format!(
                "INSERT INTO messages (conversation, seq, created_version, sender, kind, unsent_at, created_at, text) \
                 SELECT 4, column1, column1, column2, column3, column4, 1, '' FROM (VALUES {rows}); \
                 INSERT INTO mentions (conversation, user, seq) VALUES (4, 1, 7);"
            ))
            .unwrap();
        connection
    }

    fn unread(connection: &Connection, seen: u64) -> (u32, u32) {
        let Unread { messages, mentions } = count(connection, 4, ME, Seq(seen), Seq(9)).unwrap();
        assert_eq!(messages, one_by_one(connection, 4, ME, Seq(seen)).unwrap(), "after {seen}");
        (messages, mentions)
    }

    #[test]
    fn what_follows_from_the_numbers_is_what_is_counted() {
        let connection = talk();
        let after = |seen| unread(&connection, seen);
        assert_eq!(
            (1..=9).map(after).collect::<Vec<_>>(),
            [(5, 1), (4, 1), (4, 1), (4, 1), (4, 1), (3, 1), (2, 0), (1, 0), (0, 0)]
        );
    }

    #[test]
    fn who_hides_or_blocks_has_theirs_counted() {
        let connection = talk();
        let hide = "INSERT INTO hidden (user, conversation, seq, account_version) VALUES (1, 4, 7, 1)";
        connection.execute(hide, []).unwrap();
        assert_eq!(unread(&connection, 1), (4, 0));
        let block = "INSERT INTO blocks (user, blocked, active, account_version) VALUES (1, 3, ?1, 1)";
        connection.execute(block, [true]).unwrap();
        assert_eq!(unread(&connection, 1), (3, 0));
        connection.execute("UPDATE blocks SET active = 0", []).unwrap();
        assert_eq!(unread(&connection, 1), (4, 0));
    }

    #[test]
    fn what_is_unread_is_not_gone_through_in_search_of_mentions() {
        let connection = talk();
        let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", mentioned())).unwrap();
        let steps: Vec<String> =
            plan.query_map([4, ME, 0], |row| row.get("detail")).unwrap().map(Result::unwrap).collect();
        assert!(steps[0].starts_with("SEARCH x USING PRIMARY KEY (conversation=? AND user=?"), "{steps:?}");
        assert!(
            steps.iter().any(|step| step == "SEARCH m USING PRIMARY KEY (conversation=? AND seq=?)"),
            "{steps:?}"
        );
    }
}
