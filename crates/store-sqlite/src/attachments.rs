//! Photos and files: their rows, and the door of whatever shows them.

use kith_chat::{
    Refusal, Reply,
    store::{AttachmentStore, NewAttachment, ReadableAttachment},
};
use kith_protocol::*;
use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    SqliteStore,
    error::Outcome,
    people::{self, user_id},
    rows::{self, ATTACHMENT, attachment_of, stored_attachment_kind},
};

/// When to come back after too many uploads that no message shows, in milliseconds.
const RETRY_AFTER_MS: u64 = 60_000;

impl AttachmentStore for SqliteStore {
    fn add_attachment(&self, owner: UserId, new: NewAttachment, now: Timestamp) -> Reply<Attachment> {
        self.write(move |write| {
            let user = people::number(write.connection, owner)?;
            check_pending(write.connection, user)?;
            add(write.connection, user, &new, now)?;
            Ok(new.attachment)
        })
    }

    fn describe_attachment(&self, actor: UserId, id: AttachmentId, alt: Option<String>) -> Reply<Attachment> {
        self.write(move |write| {
            let user = people::number(write.connection, actor)?;
            let described = write
                .connection
                .prepare_cached(
                    "UPDATE attachments SET alt = ?3 WHERE id = ?1 AND owner = ?2 AND ever_shown = 0",
                )?
                .execute(params![id.as_bytes(), user, alt])?;
            if described == 0 {
                return Err(Refusal::not_found().into());
            }
            Ok(by_id(write.connection, id)?.ok_or_else(Refusal::not_found)?.1.attachment)
        })
    }

    fn attachment(&self, actor: UserId, id: AttachmentId) -> Reply<ReadableAttachment> {
        self.read(move |connection| {
            let user = people::number(connection, actor)?;
            let (number, readable) = by_id(connection, id)?.ok_or_else(Refusal::not_found)?;
            match is_readable(connection, user, number)? {
                true => Ok(readable),
                false => Err(Refusal::not_found().into()),
            }
        })
    }

    fn abandoned(
        &self,
        before: Timestamp,
        after: Option<AttachmentId>,
        limit: usize,
    ) -> Reply<Vec<AttachmentId>> {
        self.write(move |write| {
            let mut statement = write.connection.prepare_cached(
                "SELECT id FROM attachments WHERE shown = 0 AND (ever_shown = 1 OR created_at < ?1) \
                 AND id > ?2 ORDER BY id LIMIT ?3",
            )?;
            let after = after.map_or([0; 16], |id| *id.as_bytes());
            let found = statement.query_map(params![before.0, after, limit], |row| {
                row.get::<_, [u8; 16]>(0).map(Into::into)
            })?;
            let ids: Vec<AttachmentId> = found.collect::<rusqlite::Result<_>>()?;
            // From now on nobody can send them, so that their bytes can go without anybody waiting.
            for id in &ids {
                write
                    .connection
                    .prepare_cached("UPDATE attachments SET ever_shown = 1 WHERE id = ?1")?
                    .execute([id.as_bytes()])?;
            }
            Ok(ids)
        })
    }

    fn forget(&self, ids: Vec<AttachmentId>) -> Reply<()> {
        self.write(move |write| {
            for id in ids {
                write
                    .connection
                    .prepare_cached("DELETE FROM attachments WHERE id = ?1 AND shown = 0")?
                    .execute([id.as_bytes()])?;
            }
            Ok(())
        })
    }

    fn unknown(&self, ids: Vec<AttachmentId>) -> Reply<Vec<AttachmentId>> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached("SELECT 1 FROM attachments WHERE id = ?1")?;
            let mut unknown = Vec::new();
            for id in ids {
                if !statement.exists([id.as_bytes()])? {
                    unknown.push(id);
                }
            }
            Ok(unknown)
        })
    }
}

fn check_pending(connection: &Connection, user: i64) -> Outcome<()> {
    let pending: usize = connection
        .prepare_cached("SELECT COUNT(*) FROM attachments WHERE owner = ?1 AND ever_shown = 0")?
        .query_row([user], |row| row.get(0))?;
    if pending >= limits::PENDING_UPLOADS_MAX {
        return Err(Refusal::rate_limited(RETRY_AFTER_MS).into());
    }
    Ok(())
}

fn add(connection: &Connection, user: i64, new: &NewAttachment, now: Timestamp) -> rusqlite::Result<()> {
    let attachment = &new.attachment;
    connection
        .prepare_cached(
            "INSERT INTO attachments (id, owner, kind, name, mime, size, width, height, duration_ms, alt, thumbhash, sha256, \
             created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute(params![
            attachment.id.as_bytes(),
            user,
            stored_attachment_kind(attachment.kind),
            attachment.name,
            attachment.mime,
            attachment.size,
            attachment.width,
            attachment.height,
            attachment.duration_ms,
            attachment.alt,
            attachment.thumbhash,
            new.sha256,
            now.0,
        ])?;
    Ok(())
}

fn by_id(connection: &Connection, id: AttachmentId) -> rusqlite::Result<Option<(i64, ReadableAttachment)>> {
    connection
        .prepare_cached(&format!(
            "SELECT {ATTACHMENT}, a.num, u.id FROM attachments a JOIN users u ON u.num = a.owner WHERE a.id = ?1"
        ))?
        .query_row([id.as_bytes()], |row| {
            Ok((row.get(10)?, ReadableAttachment { attachment: attachment_of(row)?, owner: user_id(row, 11)? }))
        })
        .optional()
}

/// Whether a person may read an attachment: it is their own and nothing has shown it yet, a message that they see shows
/// it, it is the picture of a person, or of a group they are in.
fn is_readable(connection: &Connection, user: i64, attachment: i64) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM attachments WHERE num = ?2 AND owner = ?1 AND ever_shown = 0) \
               OR EXISTS (SELECT 1 FROM message_attachments x \
                 JOIN members m ON m.conversation = x.conversation AND m.user = ?1 AND m.left_at IS NULL \
                 LEFT JOIN account_conversations a ON a.user = ?1 AND a.conversation = x.conversation \
                 WHERE x.attachment = ?2 AND x.seq > COALESCE(a.cleared_seq, 0) AND NOT EXISTS ( \
                   SELECT 1 FROM hidden h WHERE h.user = ?1 AND h.conversation = x.conversation AND h.seq = x.seq)) \
               OR EXISTS (SELECT 1 FROM users WHERE avatar = ?2) \
               OR EXISTS (SELECT 1 FROM conversations c JOIN members m ON m.conversation = c.num \
                 WHERE c.avatar = ?2 AND m.user = ?1 AND m.left_at IS NULL)",
        )?
        .query_row([user, attachment], |row| row.get(0))
}

/// The number of an upload of this person that can be shown: not one that was shown once and is gone everywhere, nor one
/// that is being collected.
pub(crate) fn own(connection: &Connection, user: i64, id: AttachmentId) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached(
            "SELECT num FROM attachments WHERE id = ?1 AND owner = ?2 AND (shown > 0 OR ever_shown = 0)",
        )?
        .query_row(params![id.as_bytes(), user], |row| row.get(0))
        .optional()
}

/// A message shows these.
pub(crate) fn show(
    connection: &Connection,
    conversation: i64,
    seq: Seq,
    attachments: &[i64],
) -> rusqlite::Result<()> {
    for (position, attachment) in attachments.iter().enumerate() {
        connection
            .prepare_cached(
                "INSERT INTO message_attachments (conversation, seq, position, attachment) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![conversation, seq.0, position, attachment])?;
        count(connection, *attachment, 1)?;
    }
    Ok(())
}

/// A message shows nothing any more.
pub(crate) fn unshow(connection: &Connection, conversation: i64, seq: Seq) -> rusqlite::Result<()> {
    let shown: Vec<i64> = connection
        .prepare_cached("SELECT attachment FROM message_attachments WHERE conversation = ?1 AND seq = ?2")?
        .query_map(params![conversation, seq.0], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for attachment in shown {
        count(connection, attachment, -1)?;
    }
    connection
        .prepare_cached("DELETE FROM message_attachments WHERE conversation = ?1 AND seq = ?2")?
        .execute(params![conversation, seq.0])?;
    Ok(())
}

fn count(connection: &Connection, attachment: i64, difference: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE attachments SET shown = shown + ?2, ever_shown = 1 WHERE num = ?1")?
        .execute([attachment, difference])?;
    Ok(())
}

/// Exchanges a picture of a person or a group for an upload of `user`, or for none. Returns the new one's number.
///
/// # Errors
/// `not_found` at `field` when it is no upload of theirs, `invalid` when it is no photo.
pub(crate) fn swap_picture(
    connection: &Connection,
    user: i64,
    new: Option<AttachmentId>,
    old: Option<AttachmentId>,
    field: &str,
) -> Outcome<Option<i64>> {
    let number = match new {
        None => None,
        Some(id) => {
            let number = own(connection, user, id)?.ok_or_else(|| Refusal::not_found().at(field))?;
            let kind: u8 = connection
                .prepare_cached("SELECT kind FROM attachments WHERE num = ?1")?
                .query_row([number], |row| row.get(0))?;
            if kind != stored_attachment_kind(AttachmentKind::Image) {
                return Err(Refusal::invalid(field, "This is not a photo.").into());
            }
            count(connection, number, 1)?;
            Some(number)
        }
    };
    if let Some(old) = old
        && let Some((old, _)) = by_id(connection, old)?
    {
        count(connection, old, -1)?;
    }
    Ok(number)
}

/// Nobody is left in a group: nobody sees its picture.
pub(crate) fn drop_conversation_picture(connection: &Connection, conversation: i64) -> rusqlite::Result<()> {
    let picture: Option<i64> = connection
        .prepare_cached("SELECT avatar FROM conversations WHERE num = ?1")?
        .query_row([conversation], |row| row.get(0))?;
    if let Some(picture) = picture {
        count(connection, picture, -1)?;
        connection
            .prepare_cached("UPDATE conversations SET avatar = NULL WHERE num = ?1")?
            .execute([conversation])?;
    }
    Ok(())
}

/// What kinds of attachment a message shows, for the search index.
pub(crate) fn kinds(connection: &Connection, conversation: i64, seq: Seq) -> rusqlite::Result<(bool, bool)> {
    connection
        .prepare_cached(
            "SELECT COALESCE(MAX(a.kind = ?3), 0), COALESCE(MAX(a.kind <> ?3), 0) FROM message_attachments x \
             JOIN attachments a ON a.num = x.attachment WHERE x.conversation = ?1 AND x.seq = ?2",
        )?
        .query_row(params![conversation, seq.0, rows::stored_attachment_kind(AttachmentKind::Image)], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
}
