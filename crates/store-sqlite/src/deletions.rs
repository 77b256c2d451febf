//! What was deleted, as a list that outlives the database: held against a backup that is restored, so that nothing comes
//! back that somebody has deleted since.
//!
//! Triggers note every deletion in a table, in the same transaction. From there they go to `deletions.jsonl` in the data
//! folder, which is only ever appended to. Each names what it means so that it can be applied to any state of the data,
//! any number of times: a message by its place *and* the moment of its creation, because after a restore the same number
//! may be given again.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Write as _},
    path::Path,
};

use kith_chat::{Refusal, Reply, store::UserStore};
use kith_protocol::*;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::{
    OpenError, SqliteStore, account, door,
    error::Outcome,
    messages,
    people::user_id,
    snapshot::open_to_read,
    writer::{Reach, Write},
};

/// The list's name in the data folder.
pub const DELETIONS_FILE: &str = "deletions.jsonl";
/// How many go to the list in one transaction.
const AT_ONCE_MAX: usize = 10_000;
/// A line of the list, in bytes: longer is no deletion of ours.
const LINE_BYTES_MAX: u64 = 4_096;

/// Something that was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "deleted")]
pub enum Deletion {
    /// A message, for everyone.
    Message(Place),
    /// A message, for one person.
    Hidden(Place),
    /// A conversation up to and with this message, for one person.
    Cleared(Place),
    /// An account.
    Account {
        /// Whose.
        user_id: UserId,
        /// What they wrote stays.
        keep_messages: bool,
    },
    /// A session.
    Session {
        /// Which.
        session_id: SessionId,
    },
}

/// A message, and who deleted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Where it was.
    pub conversation_id: ConversationId,
    /// Its number.
    pub seq: Seq,
    /// When it was sent.
    pub created_at: Timestamp,
    /// Who deleted it.
    pub by: UserId,
}

impl SqliteStore {
    /// Moves what was deleted to the list in the data folder, synced. Returns how many there were. A crash in the middle
    /// may list a deletion twice, which does no harm.
    pub fn list_deletions(&self) -> Reply<usize> {
        let path = self.folder.join(DELETIONS_FILE);
        let any = self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM deletions)")?
                .query_row([], |row| row.get::<_, bool>(0))?)
        });
        let queue = self.writer.clone();
        Box::pin(async move {
            if !any.await? {
                return Ok(0);
            }
            queue.write(Reach::All, None, move |write| move_to_list(write, &path)).await
        })
    }

    /// Deletes again what was deleted. Whether there was anything to delete.
    pub fn delete_again(&self, deletion: Deletion, now: Timestamp) -> Reply<bool> {
        match deletion {
            Deletion::Message(place) => self.write(move |write| unsend(write, place, now)),
            Deletion::Hidden(place) => self.write(move |write| hide(write, place)),
            Deletion::Cleared(place) => self.write(move |write| clear(write, place)),
            Deletion::Session { session_id } => self.write(move |write| {
                let ended = write
                    .connection
                    .prepare_cached("DELETE FROM sessions WHERE id = ?1")?
                    .execute([session_id.as_bytes()])?;
                Ok(ended > 0)
            }),
            Deletion::Account { user_id, keep_messages } => {
                let deleted = self.delete_user(user_id, keep_messages, now);
                Box::pin(async move {
                    match deleted.await {
                        Ok(()) => Ok(true),
                        Err(refusal) if refusal.code() == ErrorCode::NotFound => Ok(false),
                        Err(refusal) => Err(refusal),
                    }
                })
            }
        }
    }

    /// Ends every session there is.
    pub fn end_everyones_sessions(&self) -> Reply<()> {
        self.write(|write| {
            write.connection.execute("DELETE FROM sessions", [])?;
            Ok(())
        })
    }
}

/// Everything known to have been deleted in a data folder: the list, then what had not come to it yet. A list that ends in
/// half a line was cut off by a crash there; the rest counts. Of a damaged database, the list alone.
///
/// # Errors
/// Those of the disk, and a list that is damaged in its middle.
pub fn known_deletions(folder: &Path) -> io::Result<Vec<Deletion>> {
    let mut deletions = read_list(&folder.join(DELETIONS_FILE))?;
    if folder.join(crate::store::FILE).is_file() {
        match pending(folder) {
            Ok(pending) => deletions.extend(pending),
            Err(error) => {
                tracing::warn!(%error, "the old database cannot be read; what was deleted in its last seconds is not known");
            }
        }
    }
    Ok(deletions)
}

/// Reads a list of deletions; none is empty.
///
/// # Errors
/// Those of the disk, and a list that is damaged in its middle.
pub fn read_list(path: &Path) -> io::Result<Vec<Deletion>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        file => file?,
    };
    let mut lines = BufReader::new(file);
    let mut deletions = Vec::new();
    loop {
        let mut line = Vec::new();
        io::Read::take(&mut lines, LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
        if line.last() != Some(&b'\n') && (line.len() as u64) < LINE_BYTES_MAX {
            return Ok(deletions);
        }
        match serde_json::from_slice(&line) {
            Ok(deletion) => deletions.push(deletion),
            Err(error) => {
                let why =
                    format!("line {} of {} is no deletion: {error}", deletions.len() + 1, path.display());
                return Err(io::Error::new(io::ErrorKind::InvalidData, why));
            }
        }
    }
}

/// Leaves the log of the database as it is, which may be damaged and say more than is read of it.
fn pending(folder: &Path) -> Result<Vec<Deletion>, OpenError> {
    let connection = open_to_read(folder)?;
    let listed = connection
        .query_row("SELECT 1 FROM sqlite_schema WHERE name = 'deletions'", [], |_| Ok(()))
        .optional()?;
    if listed.is_none() {
        return Ok(Vec::new());
    }
    let noted = noted(&connection, usize::MAX >> 1)?;
    Ok(noted.into_iter().map(|(_, deletion)| deletion).collect())
}

/// Deletions in the table, oldest first, with their numbers there.
fn noted(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<(i64, Deletion)>> {
    connection
        .prepare_cached(
            "SELECT num, kind, conversation, seq, created_at, user, session, keeps FROM deletions ORDER BY num LIMIT ?1",
        )?
        .query_map([limit], |row| Ok((row.get(0)?, deletion_of(row)?)))?
        .collect()
}

fn deletion_of(row: &Row<'_>) -> rusqlite::Result<Deletion> {
    let place = || {
        Ok::<_, rusqlite::Error>(Place {
            conversation_id: row.get::<_, [u8; 16]>(2)?.into(),
            seq: Seq(row.get(3)?),
            created_at: Timestamp(row.get(4)?),
            by: user_id(row, 5)?,
        })
    };
    Ok(match row.get::<_, u8>(1)? {
        0 => Deletion::Message(place()?),
        1 => Deletion::Hidden(place()?),
        2 => Deletion::Cleared(place()?),
        3 => Deletion::Account { user_id: user_id(row, 5)?, keep_messages: row.get(7)? },
        _ => Deletion::Session { session_id: row.get::<_, [u8; 16]>(6)?.into() },
    })
}

fn move_to_list(write: &Write<'_>, path: &Path) -> Outcome<usize> {
    let noted = noted(write.connection, AT_ONCE_MAX)?;
    let Some((last, _)) = noted.last() else { return Ok(0) };
    let mut lines = Vec::new();
    for (_, deletion) in &noted {
        serde_json::to_writer(&mut lines, deletion).expect("ids and numbers always serialize");
        lines.push(b'\n');
    }
    append(path, &lines).map_err(|error| {
        tracing::warn!(%error, "the list of deletions cannot be written; they stay in the database until it can");
        Refusal::unavailable("The list of deletions cannot be written.")
    })?;
    write.connection.prepare_cached("DELETE FROM deletions WHERE num <= ?1")?.execute([last])?;
    Ok(noted.len())
}

/// Appends whole lines, after taking away half a line that a crash left.
fn append(path: &Path, lines: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
    let whole = end_of_last_line(&file)?;
    file.set_len(whole)?;
    file.write_all(lines)?;
    file.sync_data()
}

fn end_of_last_line(file: &File) -> io::Result<u64> {
    use std::os::unix::fs::FileExt;
    let length = file.metadata()?.len();
    let start = length.saturating_sub(LINE_BYTES_MAX);
    let mut end = vec![0; usize::try_from(length - start).unwrap_or_default()];
    file.read_exact_at(&mut end, start)?;
    Ok(end.iter().rposition(|byte| *byte == b'\n').map_or(start, |place| start + place as u64 + 1))
}

/// The numbers of a place's conversation and person, if the message there is the one that is meant.
fn meant(connection: &Connection, place: Place) -> rusqlite::Result<Option<(i64, i64)>> {
    connection
        .prepare_cached(
            "SELECT m.conversation, u.num FROM messages m JOIN conversations c ON c.num = m.conversation, users u \
             WHERE c.id = ?1 AND m.seq = ?2 AND m.created_at = ?3 AND u.id = ?4",
        )?
        .query_row(
            params![place.conversation_id.as_bytes(), place.seq.0, place.created_at.0, place.by.as_bytes()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()
}

fn unsend(write: &mut Write<'_>, place: Place, now: Timestamp) -> Outcome<bool> {
    let Some((conversation, user)) = meant(write.connection, place)? else { return Ok(false) };
    let mut door = door::of_departed(write.connection, user, conversation)?;
    let there: bool = write
        .connection
        .prepare_cached("SELECT unsent_at IS NULL FROM messages WHERE conversation = ?1 AND seq = ?2")?
        .query_row(params![conversation, place.seq.0], |row| row.get(0))?;
    if there {
        messages::unsend(write, &mut door, place.seq, now)?;
    }
    Ok(there)
}

fn hide(write: &Write<'_>, place: Place) -> Outcome<bool> {
    let Some((conversation, user)) = meant(write.connection, place)? else { return Ok(false) };
    let version = account::take_version(write, user)?;
    let hidden = write
        .connection
        .prepare_cached(
            "INSERT OR IGNORE INTO hidden (user, conversation, seq, account_version) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![user, conversation, place.seq.0, version.0])?;
    account::touch(write, user, conversation, version)?;
    Ok(hidden > 0)
}

fn clear(write: &Write<'_>, place: Place) -> Outcome<bool> {
    let Some((conversation, user)) = meant(write.connection, place)? else { return Ok(false) };
    let version = account::take_version(write, user)?;
    account::touch(write, user, conversation, version)?;
    let cleared = write
        .connection
        .prepare_cached(
            "UPDATE account_conversations SET cleared_seq = ?3 WHERE user = ?1 AND conversation = ?2 AND cleared_seq < ?3",
        )?
        .execute(params![user, conversation, place.seq.0])?;
    Ok(cleared > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{migrations::migrate, store};

    #[test]
    fn asking_what_was_deleted_leaves_the_log_as_it_was_found() {
        let (folder, left) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut connection = store::connect(&folder.path().join(store::FILE)).unwrap();
        migrate(&mut connection, folder.path()).unwrap();
        connection.execute("INSERT INTO deletions (kind, session) VALUES (4, ?1)", [[7_u8; 16]]).unwrap();
        let names = ["kith.db", "kith.db-wal"];
        for name in names {
            std::fs::copy(folder.path().join(name), left.path().join(name)).unwrap();
        }
        let read = || names.map(|name| std::fs::read(left.path().join(name)).unwrap());
        let before = read();
        let known = known_deletions(left.path()).unwrap();
        assert_eq!(known, [Deletion::Session { session_id: [7; 16].into() }]);
        assert_eq!(read(), before);
    }
}
