//! Messages: changing what is there.

use kith_chat::{
    Audience, Refusal, Reply, Turn,
    messages::{Decision, Existing, decide_edit, decide_touch, decide_unsend},
    rights::Action,
    store::{MessageStore, NewMessage, NewText},
};
use kith_protocol::*;
use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    SqliteStore, account, attachments,
    door::{self, Door},
    error::Outcome,
    people::user_id,
    rows::{self, extras},
    search, send,
    writer::Write,
};

impl MessageStore for SqliteStore {
    fn send(&self, actor: UserId, message: NewMessage, turn: Option<Turn>, now: Timestamp) -> Reply<Message> {
        self.move_head(turn, move |write| send::send(write, actor, &message, now))
    }

    fn edit(&self, actor: UserId, address: MessageAddress, text: NewText, now: Timestamp) -> Reply<Message> {
        self.write_in(address.conversation_id, move |write| {
            let mut door = door::enter(write.connection, actor, address.conversation_id)?;
            let before = existing(write.connection, &door, address.seq)?;
            if decide_edit(actor, &before, &text)? == Decision::Change {
                send::check_blocks(write.connection, &door)?;
                send::check_mentions(write.connection, &door, &text.entities)?;
                edit(write, &mut door, address.seq, &text, now)?;
            }
            current(write.connection, &door, address.seq)
        })
    }

    fn unsend(&self, actor: UserId, address: MessageAddress, now: Timestamp) -> Reply<Changed> {
        self.write_in(address.conversation_id, move |write| {
            let mut door = door::enter(write.connection, actor, address.conversation_id)?;
            let before = existing(write.connection, &door, address.seq)?;
            if decide_unsend(actor, door.standing(), &before)? == Decision::Change {
                unsend(write, &mut door, address.seq, now)?;
            }
            Ok(Changed { version: door.version })
        })
    }

    fn hide(&self, actor: UserId, address: MessageAddress) -> Reply<AccountChangedTo> {
        self.write_in(address.conversation_id, move |write| {
            let door = door::enter(write.connection, actor, address.conversation_id)?;
            if address.seq.0 == 0 || address.seq > door.last_seq {
                return Err(Refusal::not_found().into());
            }
            if !door.sees(write.connection, address.seq)? {
                return Ok(AccountChangedTo {
                    account_version: account::version(write.connection, door.user)?,
                });
            }
            Ok(AccountChangedTo { account_version: hide(write, &door, address)? })
        })
    }

    fn pin(&self, actor: UserId, address: MessageAddress, pinned: bool, now: Timestamp) -> Reply<Changed> {
        self.write_in(address.conversation_id, move |write| {
            let mut door = door::enter(write.connection, actor, address.conversation_id)?;
            decide_touch(&existing(write.connection, &door, address.seq)?)?;
            door.standing().allow(Action::Arrange)?;
            let message = current(write.connection, &door, address.seq)?;
            if message.pinned_at.is_some() != pinned {
                if pinned {
                    check_pins(write.connection, &door)?;
                }
                pin(write, &mut door, address.seq, pinned.then_some(now))?;
            }
            Ok(Changed { version: door.version })
        })
    }
}

/// What decisions need to know of a message that this member sees.
///
/// # Errors
/// `not_found` when they do not.
pub(crate) fn existing(connection: &Connection, door: &Door, seq: Seq) -> Outcome<Existing> {
    if !door.sees(connection, seq)? {
        return Err(Refusal::not_found().into());
    }
    let found = connection
        .prepare_cached(
            "SELECT u.id, m.kind, m.unsent_at IS NOT NULL, m.extras, COALESCE(m.text_version, m.created_version), m.text \
             FROM messages m JOIN users u ON u.num = m.sender WHERE m.conversation = ?1 AND m.seq = ?2",
        )?
        .query_row(params![door.conversation, seq.0], |row| {
            let extras: u8 = row.get(3)?;
            Ok(Existing {
                sender_id: user_id(row, 0)?,
                kind: if row.get::<_, u8>(1)? == 0 { MessageKind::Text } else { MessageKind::System },
                unsent: row.get(2)?,
                has_attachments: extras & extras::ATTACHMENTS != 0,
                forwarded: extras & extras::FORWARDED != 0,
                text_version: Version(row.get(4)?),
                text: row.get(5)?,
            })
        })
        .optional()?;
    found.ok_or_else(|| Refusal::not_found().into())
}

/// The message as it is now, for this member.
pub(crate) fn current(connection: &Connection, door: &Door, seq: Seq) -> Outcome<Message> {
    let message = rows::message(connection, door.conversation, seq, Some(door.user))?;
    message.ok_or_else(|| Refusal::not_found().into())
}

/// Saves the conversation and tells its members of one message that was changed in the version taken last.
pub(crate) fn tell_changed(write: &mut Write<'_>, door: &Door, seq: Seq, cause: Cause) -> Outcome<()> {
    door.save(write)?;
    let message =
        rows::message(write.connection, door.conversation, seq, None)?.ok_or_else(Refusal::internal)?;
    let change = ConversationChanged { messages: vec![message], ..door.change(cause) };
    door.tell(write, change)
}

fn cause(kind: CauseKind, door: &Door, seq: Seq) -> Cause {
    Cause { kind, actor_id: door.user_id, seq: Some(seq), emoji: None, user_ids: Vec::new() }
}

fn edit(write: &mut Write<'_>, door: &mut Door, seq: Seq, text: &NewText, now: Timestamp) -> Outcome<()> {
    let connection = write.connection;
    let version = door.take_version();
    let before = readers_mentioned(connection, door, seq)?;
    let mentioned = send::mentioned(connection, door, &text.entities)?;
    let entities = (!text.entities.is_empty())
        .then(|| serde_json::to_string(&text.entities).expect("wire types always serialize"));
    search::take_out(connection, door.conversation, seq)?;
    let bit = if mentioned.is_empty() { 0 } else { extras::MENTIONS };
    connection
        .prepare_cached(
            "UPDATE messages SET version = ?3, text_version = ?3, text = ?4, entities = ?5, edited_at = ?6, \
             extras = (extras & ~?7) | ?8 WHERE conversation = ?1 AND seq = ?2",
        )?
        .execute(params![
            door.conversation,
            seq.0,
            version.0,
            text.text,
            entities,
            now.0,
            extras::MENTIONS,
            bit
        ])?;
    delete_mentions(connection, door.conversation, seq)?;
    send::save_mentions(connection, door.conversation, seq, &mentioned)?;
    search::put_in(connection, door.conversation, seq)?;
    tell_changed(write, door, seq, cause(CauseKind::Edited, door, seq))?;
    let after = readers_mentioned(write.connection, door, seq)?;
    let affected = before
        .iter()
        .filter(|user| !after.contains(user))
        .chain(after.iter().filter(|user| !before.contains(user)));
    recount(write, door.conversation, &affected.copied().collect::<Vec<_>>())
}

/// Those mentioned in a message who have not read it yet.
fn readers_mentioned(connection: &Connection, door: &Door, seq: Seq) -> rusqlite::Result<Vec<i64>> {
    connection
        .prepare_cached(
            "SELECT x.user FROM mentions x JOIN members m ON m.conversation = x.conversation AND m.user = x.user \
             WHERE x.conversation = ?1 AND x.seq = ?2 AND m.left_at IS NULL AND m.read_seq < ?2",
        )?
        .query_map(params![door.conversation, seq.0], |row| row.get(0))?
        .collect()
}

fn delete_mentions(connection: &Connection, conversation: i64, seq: Seq) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "DELETE FROM mentions WHERE conversation = ?1 AND seq = ?2 AND user IN \
             (SELECT user FROM members WHERE conversation = ?1)",
        )?
        .execute(params![conversation, seq.0])?;
    Ok(())
}

/// Leaves a tombstone: number, sender and times stay; what it said, showed and was answered with goes.
pub(crate) fn unsend(write: &mut Write<'_>, door: &mut Door, seq: Seq, now: Timestamp) -> Outcome<()> {
    let connection = write.connection;
    let version = door.take_version();
    search::remove(connection, door.conversation, seq)?;
    attachments::unshow(connection, door.conversation, seq)?;
    delete_mentions(connection, door.conversation, seq)?;
    connection
        .prepare_cached("DELETE FROM reactions WHERE conversation = ?1 AND seq = ?2")?
        .execute(params![door.conversation, seq.0])?;
    connection
        .prepare_cached(
            "UPDATE messages SET version = ?3, text_version = ?3, text = '', entities = NULL, extras = 0, edited_at = NULL, \
             reply_to = NULL, pinned_at = NULL, doc = NULL, unsent_at = ?4, unsent_by = ?5 \
             WHERE conversation = ?1 AND seq = ?2",
        )?
        .execute(params![door.conversation, seq.0, version.0, now.0, door.user])?;
    tell_changed(write, door, seq, cause(CauseKind::Unsent, door, seq))?;
    let readers = not_yet_read(write.connection, door.conversation, seq)?;
    recount(write, door.conversation, &readers)
}

/// Members who have not read a message of another.
fn not_yet_read(connection: &Connection, conversation: i64, seq: Seq) -> rusqlite::Result<Vec<i64>> {
    connection
        .prepare_cached(
            "SELECT m.user FROM members m JOIN messages x ON x.conversation = m.conversation AND x.seq = ?2 \
             WHERE m.conversation = ?1 AND m.left_at IS NULL AND m.read_seq < ?2 AND m.user <> x.sender",
        )?
        .query_map(params![conversation, seq.0], |row| row.get(0))?
        .collect()
}

/// Tells these people how much they have not read, when it changed otherwise than by one more message: a change of their
/// accounts like any other, with a version, so that a push that comes late is known for what it is.
fn recount(write: &mut Write<'_>, conversation: i64, users: &[i64]) -> Outcome<()> {
    for user in users {
        let version = account::take_version(write, *user)?;
        account::touch(write, *user, conversation, version)?;
        account::tell_conversations(write, *user, version, &[conversation])?;
    }
    Ok(())
}

fn hide(write: &mut Write<'_>, door: &Door, address: MessageAddress) -> Outcome<AccountVersion> {
    let account_version = account::take_version(write, door.user)?;
    write
        .connection
        .prepare_cached(
            "INSERT INTO hidden (user, conversation, seq, account_version) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![door.user, door.conversation, address.seq.0, account_version.0])?;
    // What is unread may be less now, and the newest message another.
    account::touch(write, door.user, door.conversation, account_version)?;
    let hidden = HiddenMessage { conversation_id: door.id, seq: address.seq, account_version };
    let conversations = account::conversation_row(write.connection, door.user, door.conversation)?;
    let rows = AccountRows {
        account_version,
        conversations: conversations.into_iter().collect(),
        hidden: vec![hidden],
        ..AccountRows::default()
    };
    write.tell(Audience::Person(door.user_id), ServerEvent::AccountChanged(rows));
    Ok(account_version)
}

fn check_pins(connection: &Connection, door: &Door) -> Outcome<()> {
    let pins: usize = connection
        .prepare_cached("SELECT COUNT(*) FROM messages WHERE conversation = ?1 AND pinned_at IS NOT NULL")?
        .query_row([door.conversation], |row| row.get(0))?;
    if pins >= limits::PINNED_MESSAGES_MAX {
        let message = format!("At most {} messages can be pinned.", limits::PINNED_MESSAGES_MAX);
        return Err(Refusal::too_large("pinned", limits::PINNED_MESSAGES_MAX, message).into());
    }
    Ok(())
}

fn pin(write: &mut Write<'_>, door: &mut Door, seq: Seq, pinned_at: Option<Timestamp>) -> Outcome<()> {
    let version = door.take_version();
    write
        .connection
        .prepare_cached(
            "UPDATE messages SET version = ?3, pinned_at = ?4 WHERE conversation = ?1 AND seq = ?2",
        )?
        .execute(params![door.conversation, seq.0, version.0, pinned_at.map(|at| at.0)])?;
    let kind = if pinned_at.is_some() { CauseKind::Pinned } else { CauseKind::Unpinned };
    tell_changed(write, door, seq, cause(kind, door, seq))
}
