//! The one door to a conversation: it takes the actor, and whoever is not a member finds nothing behind it.

use kith_chat::{Refusal, Standing};
use kith_protocol::{
    Cause, Conversation, ConversationChanged, ConversationId, ConversationKind, Message, Receipt, Role, Seq,
    ServerEvent, Timestamp, UserId, Version,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{error::Outcome, people, rows, writer::Write};

/// A conversation, and one member's place in it.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) conversation: i64,
    pub(crate) id: ConversationId,
    pub(crate) kind: ConversationKind,
    pub(crate) members_may_edit: bool,
    pub(crate) version: Version,
    pub(crate) last_seq: Seq,
    pub(crate) member_count: u32,
    /// The member's number.
    pub(crate) user: i64,
    pub(crate) user_id: UserId,
    pub(crate) role: Role,
    pub(crate) receipt: Receipt,
    pub(crate) spoke_seq: Seq,
    pub(crate) cleared_seq: Seq,
    pub(crate) marked_unread: bool,
    /// The commit that last changed the conversation or its receipts.
    pub(crate) tick: u64,
    /// Whether their account has a row for the conversation.
    pub(crate) has_row: bool,
    /// Whether they have hidden messages of it.
    pub(crate) has_hidden: bool,
}

/// The columns of [`read`], of tables `conversations c`, `members m` and, perhaps without a row, `account_conversations a`.
const COLUMNS: &str = "c.num, c.kind, c.members_may_edit, c.version, c.last_seq, c.member_count, m.user, m.role, \
     m.delivered_seq, m.read_seq, m.read_at, m.spoke_seq, COALESCE(a.cleared_seq, 0), COALESCE(a.marked_unread, 0), \
     c.tick, a.user IS NOT NULL, EXISTS (SELECT 1 FROM hidden h WHERE h.user = m.user AND h.conversation = c.num)";

/// Lets a member in.
///
/// # Errors
/// `not_found` for everyone else, as for a conversation that does not exist.
pub(crate) fn enter(connection: &Connection, actor: UserId, id: ConversationId) -> Outcome<Door> {
    let door = connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM conversations c \
             JOIN users u ON u.id = ?2 AND u.deleted_at IS NULL \
             JOIN members m ON m.conversation = c.num AND m.user = u.num AND m.left_at IS NULL \
             LEFT JOIN account_conversations a ON a.user = u.num AND a.conversation = c.num \
             WHERE c.id = ?1"
        ))?
        .query_row(params![id.as_bytes(), actor.as_bytes()], |row| read(row, actor, id))
        .optional()?;
    door.ok_or_else(|| Refusal::not_found().into())
}

/// Lets somebody in who is known to be a member, by numbers.
pub(crate) fn enter_by_number(
    connection: &Connection,
    user_id: UserId,
    user: i64,
    conversation: i64,
) -> rusqlite::Result<Door> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS}, c.id FROM members m JOIN conversations c ON c.num = m.conversation \
             LEFT JOIN account_conversations a ON a.user = m.user AND a.conversation = m.conversation \
             WHERE m.conversation = ?1 AND m.user = ?2 AND m.left_at IS NULL"
        ))?
        .query_row([conversation, user], |row| read(row, user_id, row.get::<_, [u8; 16]>(17)?.into()))
}

fn read(row: &Row<'_>, user_id: UserId, id: ConversationId) -> rusqlite::Result<Door> {
    Ok(Door {
        conversation: row.get(0)?,
        id,
        kind: rows::conversation_kind(row.get(1)?),
        members_may_edit: row.get(2)?,
        version: Version(row.get(3)?),
        last_seq: Seq(row.get(4)?),
        member_count: row.get(5)?,
        user: row.get(6)?,
        user_id,
        role: rows::role(row.get(7)?),
        receipt: Receipt {
            user_id,
            delivered_seq: Seq(row.get(8)?),
            read_seq: Seq(row.get(9)?),
            read_at: row.get::<_, Option<u64>>(10)?.map(Timestamp),
        },
        spoke_seq: Seq(row.get(11)?),
        cleared_seq: Seq(row.get(12)?),
        marked_unread: row.get(13)?,
        tick: row.get(14)?,
        has_row: row.get(15)?,
        has_hidden: row.get(16)?,
    })
}

impl Door {
    /// What the table of rights needs to know.
    pub(crate) fn standing(&self) -> Standing {
        Standing { kind: self.kind, role: self.role, members_may_edit: self.members_may_edit }
    }

    /// The first message that this member has not cleared.
    pub(crate) fn first_seq(&self) -> Seq {
        self.cleared_seq.next()
    }

    /// Whether this member could see a message of this number, if it is there.
    pub(crate) fn sees(&self, connection: &Connection, seq: Seq) -> rusqlite::Result<bool> {
        if seq <= self.cleared_seq || seq > self.last_seq {
            return Ok(false);
        }
        let hidden: bool = connection
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM hidden WHERE user = ?1 AND conversation = ?2 AND seq = ?3)",
            )?
            .query_row(params![self.user, self.conversation, seq.0], |row| row.get(0))?;
        Ok(!hidden)
    }

    /// Takes the conversation's next version.
    pub(crate) fn take_version(&mut self) -> Version {
        self.version = self.version.next();
        self.version
    }

    /// Writes the conversation's numbers as they are here.
    pub(crate) fn save(&self, write: &Write<'_>) -> rusqlite::Result<()> {
        write
            .connection
            .prepare_cached(
                "UPDATE conversations SET version = ?2, last_seq = ?3, member_count = ?4, tick = ?5 WHERE num = ?1",
            )?
            .execute(params![self.conversation, self.version.0, self.last_seq.0, self.member_count, write.tick])?;
        Ok(())
    }

    /// Tells all members of this version.
    pub(crate) fn tell(&self, write: &mut Write<'_>, change: ConversationChanged) -> Outcome<()> {
        let audience = write.audience(self.conversation)?;
        write.tell(kith_chat::Audience::People(audience), ServerEvent::ConversationChanged(change));
        Ok(())
    }

    /// The push of the version just taken, with nothing in it yet.
    pub(crate) fn change(&self, cause: Cause) -> ConversationChanged {
        ConversationChanged {
            conversation_id: self.id,
            version: self.version,
            cause,
            conversation: None,
            members: Vec::new(),
            messages: Vec::new(),
            quotes: Vec::new(),
            users: Vec::new(),
        }
    }

    /// The shared part as it is now.
    pub(crate) fn conversation(&self, connection: &Connection) -> rusqlite::Result<Conversation> {
        crate::summaries::conversation(connection, self.conversation)
    }

    /// One message as this member sees it; `None` when they do not.
    pub(crate) fn message(&self, connection: &Connection, seq: Seq) -> rusqlite::Result<Option<Message>> {
        if !self.sees(connection, seq)? {
            return Ok(None);
        }
        rows::message(connection, self.conversation, seq, Some(self.user))
    }
}

/// The place of somebody who is gone, for what the server still does in their name: a deleted account's messages are
/// unsent wherever they were written.
pub(crate) fn of_departed(connection: &Connection, user: i64, conversation: i64) -> Outcome<Door> {
    let user_id = people::id(connection, user)?;
    let door = connection
        .prepare_cached(
            "SELECT c.num, c.kind, c.members_may_edit, c.version, c.last_seq, c.member_count, \
             ?2, 0, 0, 0, NULL, 0, 0, 0, c.tick, 0, 0, c.id FROM conversations c WHERE c.num = ?1",
        )?
        .query_row(params![conversation, user], |row| {
            read(row, user_id, row.get::<_, [u8; 16]>(17)?.into())
        })?;
    Ok(door)
}
