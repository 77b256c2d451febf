//! Turning rows into the words of the wire, and back.

use std::collections::BTreeMap;

use kith_protocol::*;
use rusqlite::{Connection, OptionalExtension, Row, params, types::Type};
use serde::de::DeserializeOwned;

use crate::people::user_id;

/// Bits of `messages.extras`: what else has to be looked up.
pub(crate) mod extras {
    pub(crate) const ATTACHMENTS: u8 = 1;
    pub(crate) const REACTIONS: u8 = 2;
    pub(crate) const FORWARDED: u8 = 4;
    pub(crate) const MENTIONS: u8 = 8;
}

/// The beginning of every query for messages: a table `messages m`, to be followed by WHERE.
pub(crate) const MESSAGES: &str = "SELECT m.seq, COALESCE(m.version, m.created_version), m.client_id, s.id, m.kind, m.text, \
     m.entities, m.reply_to, m.created_at, m.edited_at, m.unsent_at, (SELECT id FROM users WHERE num = m.unsent_by), \
     m.pinned_at, m.system, m.extras, m.conversation \
     FROM messages m JOIN users s ON s.num = m.sender ";

/// A message of a row of [`MESSAGES`], complete; with the reaction of the person `viewer`.
pub(crate) fn message_of(
    connection: &Connection,
    row: &Row<'_>,
    viewer: Option<i64>,
) -> rusqlite::Result<Message> {
    let seq = Seq(row.get(0)?);
    let extras: u8 = row.get(14)?;
    let conversation: i64 = row.get(15)?;
    let mut message = Message {
        seq,
        version: Version(row.get(1)?),
        client_id: row.get::<_, Option<[u8; 16]>>(2)?.map(ClientId::from),
        sender_id: user_id(row, 3)?,
        kind: if row.get::<_, u8>(4)? == 0 { MessageKind::Text } else { MessageKind::System },
        text: row.get(5)?,
        entities: json(row, 6)?.unwrap_or_default(),
        attachments: Vec::new(),
        reply_to: row.get::<_, Option<u64>>(7)?.map(Seq),
        forwarded: extras & extras::FORWARDED != 0,
        reactions: Vec::new(),
        created_at: Timestamp(row.get(8)?),
        edited_at: row.get::<_, Option<u64>>(9)?.map(Timestamp),
        unsent_at: row.get::<_, Option<u64>>(10)?.map(Timestamp),
        unsent_by: row.get::<_, Option<[u8; 16]>>(11)?.map(UserId::from),
        pinned_at: row.get::<_, Option<u64>>(12)?.map(Timestamp),
        system: json(row, 13)?,
        my_reaction: None,
    };
    if extras & extras::ATTACHMENTS != 0 {
        message.attachments = attachments(connection, conversation, seq)?;
    }
    if extras & extras::REACTIONS != 0 {
        message.reactions = reactions(connection, conversation, seq, limits::REACTION_USERS_SHOWN_MAX)?;
        message.my_reaction =
            viewer.map(|viewer| my_reaction(connection, conversation, seq, viewer)).transpose()?.flatten();
    }
    Ok(message)
}

fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>> {
    let Some(text) = row.get::<_, Option<String>>(column)? else { return Ok(None) };
    let value = serde_json::from_str(&text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error)))?;
    Ok(Some(value))
}

/// One message, whoever may see it.
pub(crate) fn message(
    connection: &Connection,
    conversation: i64,
    seq: Seq,
    viewer: Option<i64>,
) -> rusqlite::Result<Option<Message>> {
    connection
        .prepare_cached(&format!("{MESSAGES} WHERE m.conversation = ?1 AND m.seq = ?2"))?
        .query_row(params![conversation, seq.0], |row| message_of(connection, row, viewer))
        .optional()
}

/// When a message that is there was created.
pub(crate) fn created_at(
    connection: &Connection,
    conversation: i64,
    seq: Seq,
) -> rusqlite::Result<Timestamp> {
    connection
        .prepare_cached("SELECT created_at FROM messages WHERE conversation = ?1 AND seq = ?2")?
        .query_row(params![conversation, seq.0], |row| row.get(0).map(Timestamp))
}

/// The columns of [`attachment_of`], of a table `attachments a`.
pub(crate) const ATTACHMENT: &str =
    "a.id, a.kind, a.name, a.size, a.mime, a.alt, a.width, a.height, a.duration_ms, a.thumbhash";

/// An attachment of the columns [`ATTACHMENT`], beginning at the first.
pub(crate) fn attachment_of(row: &Row<'_>) -> rusqlite::Result<Attachment> {
    Ok(Attachment {
        id: row.get::<_, [u8; 16]>(0)?.into(),
        kind: attachment_kind(row.get(1)?),
        name: row.get(2)?,
        size: row.get(3)?,
        mime: row.get(4)?,
        alt: row.get(5)?,
        width: row.get(6)?,
        height: row.get(7)?,
        duration_ms: row.get(8)?,
        thumbhash: row.get(9)?,
    })
}

/// The attachments of a message, in their order.
pub(crate) fn attachments(
    connection: &Connection,
    conversation: i64,
    seq: Seq,
) -> rusqlite::Result<Vec<Attachment>> {
    connection
        .prepare_cached(&format!(
            "SELECT {ATTACHMENT} FROM message_attachments x JOIN attachments a ON a.num = x.attachment \
             WHERE x.conversation = ?1 AND x.seq = ?2 ORDER BY x.position"
        ))?
        .query_map(params![conversation, seq.0], attachment_of)?
        .collect()
}

/// The reactions on a message, in the order in which each emoji first came, each with its first `shown` people.
pub(crate) fn reactions(
    connection: &Connection,
    conversation: i64,
    seq: Seq,
    shown: usize,
) -> rusqlite::Result<Vec<Reaction>> {
    let mut statement = connection.prepare_cached(
        "SELECT r.emoji, u.id FROM reactions r JOIN users u ON u.num = r.user \
         WHERE r.conversation = ?1 AND r.seq = ?2 ORDER BY r.version, r.user",
    )?;
    let mut rows = statement.query(params![conversation, seq.0])?;
    let mut reactions: Vec<Reaction> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let emoji: String = row.get(0)?;
        let place = *places.entry(emoji).or_insert_with_key(|emoji| {
            reactions.push(Reaction { emoji: emoji.clone(), count: 0, user_ids: Vec::new() });
            reactions.len() - 1
        });
        let reaction = &mut reactions[place];
        reaction.count += 1;
        if reaction.user_ids.len() < shown {
            reaction.user_ids.push(user_id(row, 1)?);
        }
    }
    Ok(reactions)
}

/// The reaction of one person.
pub(crate) fn my_reaction(
    connection: &Connection,
    conversation: i64,
    seq: Seq,
    user: i64,
) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("SELECT emoji FROM reactions WHERE conversation = ?1 AND seq = ?2 AND user = ?3")?
        .query_row(params![conversation, seq.0, user], |row| row.get(0))
        .optional()
}

/// How many bytes a text takes in JSON, at most.
pub(crate) fn escaped_len(text: &str) -> usize {
    let escaped = |byte: u8| match byte {
        0..=0x1f => 6,
        b'"' | b'\\' => 2,
        _ => 1,
    };
    text.bytes().map(escaped).sum()
}

/// About how many bytes a message takes in an answer, and never more than that.
pub(crate) fn weight(message: &Message) -> usize {
    let entities: usize =
        message.entities.iter().map(|one| 160 + one.url.as_deref().map_or(0, escaped_len)).sum();
    let attachments: usize = message
        .attachments
        .iter()
        .map(|one| 320 + escaped_len(&one.name) + one.alt.as_deref().map_or(0, escaped_len))
        .sum();
    let reactions: usize =
        message.reactions.iter().map(|one| 60 + one.emoji.len() + 40 * one.user_ids.len()).sum();
    let system = message.system.as_ref().map_or(0, |system| 700 + 40 * system.user_ids.len());
    480 + escaped_len(&message.text) + entities + attachments + reactions + system
}

pub(crate) fn conversation_kind(stored: u8) -> ConversationKind {
    if stored == 0 { ConversationKind::Direct } else { ConversationKind::Group }
}

pub(crate) fn role(stored: u8) -> Role {
    match stored {
        2 => Role::Owner,
        1 => Role::Admin,
        _ => Role::Member,
    }
}

pub(crate) fn stored_role(role: Role) -> u8 {
    match role {
        Role::Member => 0,
        Role::Admin => 1,
        Role::Owner => 2,
    }
}

fn attachment_kind(stored: u8) -> AttachmentKind {
    match stored {
        0 => AttachmentKind::Image,
        1 => AttachmentKind::Video,
        2 => AttachmentKind::Audio,
        _ => AttachmentKind::File,
    }
}

pub(crate) fn stored_attachment_kind(kind: AttachmentKind) -> u8 {
    match kind {
        AttachmentKind::Image => 0,
        AttachmentKind::Video => 1,
        AttachmentKind::Audio => 2,
        AttachmentKind::File => 3,
    }
}
