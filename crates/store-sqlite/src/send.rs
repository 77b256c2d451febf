//! Sending: what a new message needs, and writing it.

use kith_chat::{Refusal, messages::decide_touch, rights::Action, store::NewMessage};
use kith_protocol::*;
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use crate::{
    account, attachments,
    door::Door,
    error::{Failure, Outcome},
    messages::existing,
    rows::{self, extras},
    writer::Write,
};

/// Sends, exactly once per sender and `client_id`.
///
/// That it was sent before is rare, so it is only looked for when it cannot be sent now: what was allowed once is answered
/// even if it is not allowed any more.
pub(crate) fn send(
    write: &mut Write<'_>,
    actor: UserId,
    new: &NewMessage,
    now: Timestamp,
) -> Outcome<Message> {
    let door = write.enter(actor, new.conversation_id)?;
    let refused = match send_first(write, door.clone(), new, now) {
        Ok(Some(message)) => return Ok(message),
        Ok(None) => Refusal::internal().into(),
        Err(Failure::Refused(refusal)) => Failure::Refused(refusal),
        Err(failure) => return Err(failure),
    };
    sent_before(write.connection, &door, new)?.ok_or(refused)
}

/// Sends; `None` when it was sent before, and then nothing has changed.
fn send_first(
    write: &mut Write<'_>,
    mut door: Door,
    new: &NewMessage,
    now: Timestamp,
) -> Outcome<Option<Message>> {
    door.standing().allow(Action::Talk)?;
    check_other_person(write, &door)?;
    let quote = new.reply_to.map(|seq| answered(write.connection, &door, seq)).transpose()?;
    let mut content = match new.forward {
        Some(address) => forwarded(write, door.user_id, address)?,
        None => own(write.connection, &door, new)?,
    };
    content.reply_to = new.reply_to;
    content.client = Some((new.client_id, new.fingerprint));

    let Some(message) = insert(write, &mut door, content, now)? else { return Ok(None) };
    let was_marked_unread = speak(write, &mut door, message.seq);
    let seq = Some(message.seq);
    let cause =
        Cause { kind: CauseKind::Sent, actor_id: door.user_id, seq, emoji: None, user_ids: Vec::new() };
    let change = ConversationChanged {
        messages: vec![message.clone()],
        quotes: quote.into_iter().collect(),
        ..door.change(cause)
    };
    door.tell(write, change)?;
    if was_marked_unread {
        write.save_heads()?;
        account::mark_seen(write, &door)?;
    }
    Ok(Some(message))
}

/// The message that this `client_id` has already become.
///
/// # Errors
/// `conflict` with its `seq` when it became another than this request asks for.
fn sent_before(connection: &Connection, door: &Door, new: &NewMessage) -> Outcome<Option<Message>> {
    let found = connection
        .prepare_cached(
            "SELECT conversation, seq, fingerprint FROM messages WHERE client_id = ?2 AND sender = ?1",
        )?
        .query_row(params![door.user, new.client_id.as_bytes()], |row| {
            Ok((row.get::<_, i64>(0)?, Seq(row.get(1)?), row.get::<_, [u8; 8]>(2)?))
        })
        .optional()?;
    let Some((conversation, seq, fingerprint)) = found else { return Ok(None) };
    if conversation != door.conversation || fingerprint != new.fingerprint {
        let refusal = Refusal::conflict("This client_id belongs to another message.").at("client_id");
        return Err(refusal.with_seq(seq).into());
    }
    Ok(rows::message(connection, conversation, seq, Some(door.user))?)
}

/// In a direct conversation: whether the other person is there to be written to.
fn check_other_person(write: &mut Write<'_>, door: &Door) -> Outcome<()> {
    let connection = write.connection;
    let other = write.heads().other_person(door, || other_person(connection, door))?;
    if other.deleted {
        return Err(Refusal::forbidden("This account was deleted.").into());
    }
    Ok(other.check_blocks()?)
}

/// In a direct conversation: whether neither has blocked the other. Asked before whatever one would hear of.
pub(crate) fn check_blocks(connection: &Connection, door: &Door) -> Outcome<()> {
    Ok(other_person(connection, door)?.check_blocks()?)
}

/// The other one of a direct conversation; of a group, nobody who minds.
#[derive(Clone, Copy, Default)]
pub(crate) struct OtherPerson {
    deleted: bool,
    blocks_me: bool,
    blocked: bool,
}

impl OtherPerson {
    fn check_blocks(&self) -> Result<(), Refusal> {
        match self {
            Self { blocked: true, .. } => Err(Refusal::forbidden("You have blocked this person.")),
            Self { blocks_me: true, .. } => {
                Err(Refusal::forbidden("This person does not take messages from you."))
            }
            _ => Ok(()),
        }
    }
}

fn other_person(connection: &Connection, door: &Door) -> rusqlite::Result<OtherPerson> {
    if door.kind != ConversationKind::Direct {
        return Ok(OtherPerson::default());
    }
    connection
        .prepare_cached(
            "SELECT COALESCE(MAX(u.deleted_at IS NOT NULL), 0), \
               EXISTS (SELECT 1 FROM blocks WHERE user = m.user AND blocked = ?2 AND active = 1), \
               EXISTS (SELECT 1 FROM blocks WHERE user = ?2 AND blocked = m.user AND active = 1) \
             FROM members m JOIN users u ON u.num = m.user WHERE m.conversation = ?1 AND m.user <> ?2",
        )?
        .query_row(params![door.conversation, door.user], |row| {
            Ok(OtherPerson { deleted: row.get(0)?, blocks_me: row.get(1)?, blocked: row.get(2)? })
        })
}

/// The message that is answered, through the sender's own door.
fn answered(connection: &Connection, door: &Door, seq: Seq) -> Outcome<Message> {
    let message = door.message(connection, seq)?.ok_or_else(|| Refusal::not_found().at("reply_to"))?;
    decide_touch(&existing(connection, door, seq)?).map_err(|refusal| refusal.at("reply_to"))?;
    Ok(Message { my_reaction: None, ..message })
}

/// What a new message holds.
pub(crate) struct Content {
    kind: MessageKind,
    text: String,
    entities: Vec<Entity>,
    attachments: Vec<i64>,
    forwarded: bool,
    reply_to: Option<Seq>,
    system: Option<SystemNotice>,
    client: Option<(ClientId, [u8; 8])>,
}

impl Default for Content {
    fn default() -> Self {
        Self {
            kind: MessageKind::Text,
            text: String::new(),
            entities: Vec::new(),
            attachments: Vec::new(),
            forwarded: false,
            reply_to: None,
            system: None,
            client: None,
        }
    }
}

fn own(connection: &Connection, door: &Door, new: &NewMessage) -> Outcome<Content> {
    check_mentions(connection, door, &new.entities)?;
    let attachments = new
        .attachment_ids
        .iter()
        .enumerate()
        .map(|(index, id)| {
            let found = attachments::own(connection, door.user, *id)?;
            found.ok_or_else(|| Refusal::not_found().at(format!("attachment_ids[{index}]")).into())
        })
        .collect::<Outcome<_>>()?;
    Ok(Content { text: new.text.clone(), entities: new.entities.clone(), attachments, ..Content::default() })
}

/// A copy of a message from elsewhere, through the sender's own door there. The bytes of what it shows are shared.
fn forwarded(write: &mut Write<'_>, actor: UserId, address: MessageAddress) -> Outcome<Content> {
    let blame = |refusal: Refusal| refusal.at("forward");
    let door = write.enter(actor, address.conversation_id)?;
    let connection = write.connection;
    let message = door.message(connection, address.seq)?.ok_or_else(|| blame(Refusal::not_found()))?;
    decide_touch(&existing(connection, &door, address.seq)?).map_err(blame)?;
    let attachments = connection
        .prepare_cached(
            "SELECT attachment FROM message_attachments WHERE conversation = ?1 AND seq = ?2 ORDER BY position",
        )?
        .query_map(params![door.conversation, address.seq.0], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    // Who was meant there need not be here.
    let entities = message.entities.into_iter().filter(|entity| entity.kind != EntityKind::Mention).collect();
    Ok(Content { text: message.text, entities, attachments, forwarded: true, ..Content::default() })
}

/// Whether all who are mentioned are members.
pub(crate) fn check_mentions(connection: &Connection, door: &Door, entities: &[Entity]) -> Outcome<()> {
    for (index, id) in entities.iter().filter_map(|entity| entity.user_id).enumerate() {
        if member(connection, door.conversation, id)?.is_none() {
            let field = format!("mentions[{index}].user_id");
            return Err(Refusal::invalid(field, "Only members can be mentioned.").into());
        }
    }
    Ok(())
}

/// The number of a member.
pub(crate) fn member(
    connection: &Connection,
    conversation: i64,
    id: UserId,
) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached(
            "SELECT u.num FROM users u JOIN members m ON m.user = u.num \
             WHERE u.id = ?2 AND m.conversation = ?1 AND m.left_at IS NULL",
        )?
        .query_row(params![conversation, id.as_bytes()], |row| row.get(0))
        .optional()
}

/// Notes that the server tells something, in the version taken last. Returns the message.
pub(crate) fn insert_notice(
    write: &mut Write<'_>,
    door: &mut Door,
    notice: SystemNotice,
    now: Timestamp,
) -> Outcome<Message> {
    let content = Content { kind: MessageKind::System, system: Some(notice), ..Content::default() };
    let message = insert(write, door, content, now)?;
    Ok(message.expect("what the server tells has no client_id that could be known"))
}

/// The statements that write a message.
pub(crate) struct Inserts<'c> {
    message: CachedStatement<'c>,
    /// Its place in the search index, to be filled soon.
    doc: CachedStatement<'c>,
}

impl<'c> Inserts<'c> {
    pub(crate) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        let message = connection.prepare_cached(
            "INSERT INTO messages (conversation, seq, created_version, sender, client_id, fingerprint, kind, extras, \
               created_at, reply_to, doc, text, entities, system) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) \
             ON CONFLICT (client_id, sender) WHERE client_id IS NOT NULL DO NOTHING",
        )?;
        let doc =
            connection.prepare_cached("INSERT INTO docs (doc, conversation, seq) VALUES (?1, ?2, ?3)")?;
        Ok(Self { message, doc })
    }
}

/// Writes a message under the next number and the next version, without saving the conversation's own row. Returns what a
/// reader would find; `None` when the sender's `client_id` is known, and then nothing has changed.
fn insert(
    write: &mut Write<'_>,
    door: &mut Door,
    content: Content,
    now: Timestamp,
) -> Outcome<Option<Message>> {
    let connection = write.connection;
    let version = door.take_version();
    door.last_seq = door.last_seq.next();
    let seq = door.last_seq;
    let mentioned = mentioned(connection, door, &content.entities)?;
    let mut extras = 0;
    extras |= if content.attachments.is_empty() { 0 } else { extras::ATTACHMENTS };
    extras |= if content.forwarded { extras::FORWARDED } else { 0 };
    extras |= if mentioned.is_empty() { 0 } else { extras::MENTIONS };
    let is_text = content.kind == MessageKind::Text;
    let doc = is_text.then(|| write.next_doc());
    let json = |value: serde_json::Result<String>| value.expect("wire types always serialize");
    let entities = (!content.entities.is_empty()).then(|| json(serde_json::to_string(&content.entities)));
    let system = content.system.as_ref().map(|system| json(serde_json::to_string(system)));
    let inserted = write.inserts()?.message.execute(params![
        door.conversation,
        seq.0,
        version.0,
        door.user,
        content.client.map(|(client_id, _)| *client_id.as_bytes()),
        content.client.map(|(_, fingerprint)| fingerprint),
        u8::from(!is_text),
        extras,
        now.0,
        content.reply_to.map(|seq| seq.0),
        doc,
        content.text,
        entities,
        system,
    ])?;
    if inserted == 0 {
        return Ok(None);
    }
    if let Some(doc) = doc {
        write.inserts()?.doc.execute(params![doc, door.conversation, seq.0])?;
        write.take_doc();
    }
    attachments::show(connection, door.conversation, seq, &content.attachments)?;
    save_mentions(connection, door.conversation, seq, &mentioned)?;
    let attachments = match content.attachments.is_empty() {
        true => Vec::new(),
        false => rows::attachments(connection, door.conversation, seq)?,
    };
    Ok(Some(Message {
        seq,
        version,
        client_id: content.client.map(|(client_id, _)| client_id),
        sender_id: door.user_id,
        kind: content.kind,
        text: content.text,
        entities: content.entities,
        attachments,
        reply_to: content.reply_to,
        forwarded: content.forwarded,
        reactions: Vec::new(),
        created_at: now,
        edited_at: None,
        unsent_at: None,
        unsent_by: None,
        pinned_at: None,
        system: content.system,
        my_reaction: None,
    }))
}

/// The numbers of the members who are mentioned, each once, the writer left out.
pub(crate) fn mentioned(
    connection: &Connection,
    door: &Door,
    entities: &[Entity],
) -> rusqlite::Result<Vec<i64>> {
    let mut numbers = Vec::new();
    for id in entities.iter().filter_map(|entity| entity.user_id).filter(|id| *id != door.user_id) {
        if let Some(number) = member(connection, door.conversation, id)?
            && !numbers.contains(&number)
        {
            numbers.push(number);
        }
    }
    Ok(numbers)
}

/// Notes who is mentioned in a message.
pub(crate) fn save_mentions(
    connection: &Connection,
    conversation: i64,
    seq: Seq,
    mentioned: &[i64],
) -> rusqlite::Result<()> {
    for user in mentioned {
        connection
            .prepare_cached("INSERT OR IGNORE INTO mentions (conversation, user, seq) VALUES (?1, ?2, ?3)")?
            .execute(params![conversation, user, seq.0])?;
    }
    Ok(())
}

/// Who has spoken has read what came before. Whether it was marked as unread until now.
fn speak(write: &mut Write<'_>, door: &mut Door, seq: Seq) -> bool {
    let was_marked_unread = std::mem::take(&mut door.marked_unread);
    door.spoke_seq = seq;
    door.receipt.delivered_seq = seq;
    door.receipt.read_seq = seq;
    write.heads().keep(door);
    write.heads().keep_place(door);
    was_marked_unread
}
