//! A conversation as one member sees it in a list.

use kith_protocol::*;
use rusqlite::{Connection, Row, params};

use crate::{
    account,
    door::Door,
    error::Outcome,
    pages::{last_visible, people_of},
    people::{Named, Person, user_id},
    rows,
};

/// The shared part of a conversation.
pub(crate) fn conversation(connection: &Connection, number: i64) -> rusqlite::Result<Conversation> {
    let mut conversation = without_members(connection, number)?;
    conversation.members = members_of(&speakers(connection, number, &mut Named::default())?);
    Ok(conversation)
}

fn without_members(connection: &Connection, number: i64) -> rusqlite::Result<Conversation> {
    connection
        .prepare_cached(
            "SELECT c.id, c.kind, c.title, (SELECT a.id FROM attachments a WHERE a.num = c.avatar), c.members_may_edit, \
               c.version, c.last_seq, c.member_count, c.created_at FROM conversations c WHERE c.num = ?1",
        )?
        .query_row([number], conversation_of)
}

fn conversation_of(row: &Row<'_>) -> rusqlite::Result<Conversation> {
    Ok(Conversation {
        id: row.get::<_, [u8; 16]>(0)?.into(),
        kind: rows::conversation_kind(row.get(1)?),
        title: row.get(2)?,
        avatar: row.get::<_, Option<[u8; 16]>>(3)?.map(AttachmentId::from),
        members_may_edit: row.get(4)?,
        version: Version(row.get(5)?),
        last_seq: Seq(row.get(6)?),
        member_count: row.get(7)?,
        members: Vec::new(),
        created_at: Timestamp(row.get(8)?),
    })
}

/// The columns of [`member_of`], of tables `members m` and `users u`.
pub(crate) const MEMBER: &str = "u.id, m.role, m.joined_at, m.left_at, m.version";

pub(crate) fn member_of(row: &Row<'_>) -> rusqlite::Result<Member> {
    Ok(Member {
        user_id: user_id(row, 0)?,
        role: rows::role(row.get(1)?),
        joined_at: Timestamp(row.get(2)?),
        left_at: row.get::<_, Option<u64>>(3)?.map(Timestamp),
        version: Version(row.get(4)?),
    })
}

/// A member, and how far they have come.
struct Speaker {
    member: Member,
    receipt: Receipt,
    spoke_seq: Seq,
    hides_reading: bool,
}

/// The members who spoke last. They are found before anything is known of them but their numbers: of a large group, most
/// are not shown.
fn speakers(connection: &Connection, conversation: i64, named: &mut Named) -> rusqlite::Result<Vec<Speaker>> {
    let mut statement = connection.prepare_cached(
        "SELECT user, role, joined_at, left_at, version, spoke_seq, delivered_seq, read_seq, read_at FROM members \
         WHERE conversation = ?1 AND left_at IS NULL ORDER BY spoke_seq DESC, user LIMIT ?2",
    )?;
    let mut found = statement.query(params![conversation, limits::SUMMARY_MEMBERS_MAX])?;
    let mut speakers = Vec::new();
    while let Some(row) = found.next()? {
        let Person { id: user_id, hides_reading } = named.person(connection, row.get(0)?)?;
        let member = Member {
            user_id,
            role: rows::role(row.get(1)?),
            joined_at: Timestamp(row.get(2)?),
            left_at: row.get::<_, Option<u64>>(3)?.map(Timestamp),
            version: Version(row.get(4)?),
        };
        let receipt = Receipt {
            user_id,
            delivered_seq: Seq(row.get(6)?),
            read_seq: Seq(row.get(7)?),
            read_at: row.get::<_, Option<u64>>(8)?.map(Timestamp),
        };
        speakers.push(Speaker { member, receipt, spoke_seq: Seq(row.get(5)?), hides_reading });
    }
    Ok(speakers)
}

fn members_of(speakers: &[Speaker]) -> Vec<Member> {
    speakers.iter().map(|speaker| speaker.member.clone()).collect()
}

/// How far the speakers have come, as this member may see it. In a large group only the member's own: nobody is told of the
/// others', so what one held would only grow old.
fn receipts_of(
    connection: &Connection,
    door: &Door,
    speakers: Vec<Speaker>,
    named: &mut Named,
) -> rusqlite::Result<Vec<Receipt>> {
    if door.member_count as usize > limits::EPHEMERAL_MEMBERS_MAX {
        return Ok(vec![door.receipt.clone()]);
    }
    let hides = named.person(connection, door.user)?.hides_reading;
    let shown = |Speaker { receipt, spoke_seq, hides_reading, .. }| match receipt.user_id == door.user_id {
        false if hides || hides_reading => kith_chat::receipts::without_read(receipt, spoke_seq),
        _ => receipt,
    };
    Ok(speakers.into_iter().map(shown).collect())
}

/// The whole summary. Whom it names goes to `named`; returns with it how many bytes the answer grows by, about.
pub(crate) fn summary(
    connection: &Connection,
    door: &Door,
    named: &mut Named,
) -> Outcome<(ConversationSummary, usize)> {
    let speakers = speakers(connection, door.conversation, named)?;
    let conversation =
        Conversation { members: members_of(&speakers), ..without_members(connection, door.conversation)? };
    let mine = account::conversation_row(connection, door.user, door.conversation)?;
    let mine = mine.ok_or_else(kith_chat::Refusal::not_found)?;
    let last_message = last_visible(connection, door)?;
    let receipts = receipts_of(connection, door, speakers, named)?;

    let mut bytes = 600 + 130 * conversation.members.len() + 130 * receipts.len();
    bytes += conversation.title.as_deref().map_or(0, rows::escaped_len);
    bytes += mine.draft.as_deref().map_or(0, rows::escaped_len);
    bytes += last_message.as_ref().map_or(0, rows::weight);
    let speaking = last_message.iter().flat_map(people_of);
    for id in conversation.members.iter().map(|member| member.user_id).chain(speaking) {
        bytes += named.add(connection, id)?;
    }
    let my = MyConversation {
        role: door.role,
        read_seq: mine.read_seq,
        unread: mine.unread,
        mentions: mine.mentions,
        last_message,
        muted_until: mine.muted_until,
        pinned: mine.pinned,
        archived: mine.archived,
        marked_unread: mine.marked_unread,
        cleared_seq: mine.cleared_seq,
        draft: mine.draft,
    };
    let account_version = account::version(connection, door.user)?;
    Ok((ConversationSummary { conversation, my, account_version, receipts }, bytes))
}

/// The answer that holds one conversation.
pub(crate) fn one(connection: &Connection, door: &Door) -> Outcome<OneConversation> {
    let mut named = Named::default();
    let (conversation, _) = summary(connection, door, &mut named)?;
    Ok(OneConversation { conversation, users: named.into_profiles() })
}
