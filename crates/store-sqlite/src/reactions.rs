//! Reactions: one emoji per person and message.

use kith_chat::{Refusal, Reply, messages::decide_touch, store::ReactionStore};
use kith_protocol::*;
use rusqlite::params;

use crate::{
    SqliteStore,
    door::{self, Door},
    error::Outcome,
    messages::{current, existing, tell_changed},
    people::{self, Named, user_id},
    rows::{self, extras},
    send::check_blocks,
    view::View,
    writer::Write,
};

impl ReactionStore for SqliteStore {
    fn react(&self, actor: UserId, address: MessageAddress, emoji: Option<String>) -> Reply<Message> {
        self.write_in(address.conversation_id, move |write| {
            let mut door = door::enter(write.connection, actor, address.conversation_id)?;
            decide_touch(&existing(write.connection, &door, address.seq)?)?;
            let before = rows::my_reaction(write.connection, door.conversation, address.seq, door.user)?;
            if before != emoji {
                react(write, &mut door, address.seq, emoji)?;
            }
            current(write.connection, &door, address.seq)
        })
    }

    fn reactions(
        &self,
        actor: UserId,
        address: MessageAddress,
        after: Option<UserId>,
    ) -> Reply<ReactionList> {
        self.read(move |connection| {
            let door = door::enter(connection, actor, address.conversation_id)?;
            existing(connection, &door, address.seq)?;
            page(connection, &door, address.seq, people::page_start(connection, after)?)
        })
    }
}

/// What a page of reactions may take of an answer, in bytes.
const PAGE_BYTES: usize = limits::ANSWER_BYTES_MAX - 16 * 1024;

/// All reactions with their counts, and who of the people after one put them there.
fn page(view: &View<'_>, door: &Door, seq: Seq, after: i64) -> Outcome<ReactionList> {
    let mut reactions = rows::reactions(view, door.conversation, seq, 0)?;
    let mut statement = view.prepare_cached(
        "SELECT r.emoji, u.id FROM reactions r JOIN users u ON u.num = r.user \
         WHERE r.conversation = ?1 AND r.seq = ?2 AND r.user > ?3 ORDER BY r.user LIMIT ?4",
    )?;
    let limit = limits::PAGE_USERS_MAX + 1;
    let mut found = statement.query(params![door.conversation, seq.0, after, limit])?;
    let (mut named, mut bytes, mut people) = (Named::default(), 200 * reactions.len(), Vec::new());
    while let Some(row) = found.next()? {
        let (emoji, id): (String, UserId) = (row.get(0)?, user_id(row, 1)?);
        bytes += 40 + named.add(view, id)?;
        if people.len() == limits::PAGE_USERS_MAX || bytes > PAGE_BYTES {
            named.remove(id);
            let next_after = people.last().copied();
            return Ok(ReactionList { reactions, users: named.into_profiles(), next_after, more: true });
        }
        people.push(id);
        if let Some(reaction) = reactions.iter_mut().find(|reaction| reaction.emoji == emoji) {
            reaction.user_ids.push(id);
        }
    }
    Ok(ReactionList { reactions, users: named.into_profiles(), next_after: None, more: false })
}

fn react(write: &mut Write<'_>, door: &mut Door, seq: Seq, emoji: Option<String>) -> Outcome<()> {
    let connection = write.connection;
    if let Some(emoji) = &emoji {
        check_blocks(connection, door)?;
        check_kinds(write, door, seq, emoji)?;
    }
    let version = door.take_version();
    match &emoji {
        Some(emoji) => connection
            .prepare_cached(
                "INSERT OR REPLACE INTO reactions (conversation, seq, user, emoji, version) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![door.conversation, seq.0, door.user, emoji, version.0])?,
        None => connection
            .prepare_cached("DELETE FROM reactions WHERE conversation = ?1 AND seq = ?2 AND user = ?3")?
            .execute(params![door.conversation, seq.0, door.user])?,
    };
    connection
        .prepare_cached(
            "UPDATE messages SET version = ?3, extras = extras | ?4 WHERE conversation = ?1 AND seq = ?2",
        )?
        .execute(params![door.conversation, seq.0, version.0, extras::REACTIONS])?;
    let cause = Cause {
        kind: CauseKind::Reacted,
        actor_id: door.user_id,
        seq: Some(seq),
        emoji,
        user_ids: Vec::new(),
    };
    tell_changed(write, door, seq, cause)
}

/// Whether this emoji may join the kinds that are there, one's own last one left out.
fn check_kinds(write: &Write<'_>, door: &Door, seq: Seq, emoji: &str) -> Outcome<()> {
    let (kinds, known): (usize, bool) = write
        .connection
        .prepare_cached(
            "SELECT COUNT(DISTINCT emoji), COALESCE(MAX(emoji = ?4), 0) FROM reactions \
             WHERE conversation = ?1 AND seq = ?2 AND user <> ?3",
        )?
        .query_row(params![door.conversation, seq.0, door.user, emoji], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    if kinds >= limits::REACTION_KINDS_MAX && !known {
        let message = format!("A message has at most {} kinds of reaction.", limits::REACTION_KINDS_MAX);
        return Err(Refusal::too_large("emoji", limits::REACTION_KINDS_MAX, message).into());
    }
    Ok(())
}
