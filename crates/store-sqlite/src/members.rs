//! Members: coming, going, roles.

use kith_chat::{
    Audience, Refusal,
    rights::{Action, successor},
};
use kith_protocol::*;
use rusqlite::{Connection, params};

use crate::{
    attachments,
    conversations::{check_room_of_all, role_of},
    door::Door,
    error::Outcome,
    people::{self, Named},
    receipts, rows,
    send::{insert_notice, member},
    view::View,
    writer::Write,
};

/// The numbers of these people, who must exist.
pub(crate) fn resolve(connection: &Connection, ids: &[UserId], field: &str) -> Outcome<Vec<i64>> {
    ids.iter()
        .enumerate()
        .map(|(index, id)| {
            people::number(connection, *id)
                .map_err(|_| Refusal::not_found().at(format!("{field}[{index}]")).into())
        })
        .collect()
}

/// Whether a group of this size may be.
pub(crate) fn check_size(members: usize, field: &str) -> Result<(), Refusal> {
    if members > limits::MEMBERS_MAX {
        let message = format!("A group has at most {} members.", limits::MEMBERS_MAX);
        return Err(Refusal::too_large(field, limits::MEMBERS_MAX, message));
    }
    Ok(())
}

/// Writes a member's row: afresh for who comes again. What was said before counts as read. That they were removed stays
/// noted, so that a device which was away drops what it holds of the earlier stay before it takes what it is told now.
pub(crate) fn insert(
    write: &mut Write<'_>,
    conversation: i64,
    user: i64,
    role: Role,
    version: Version,
    seen: Seq,
    now: Timestamp,
) -> Outcome<()> {
    write
        .connection
        .prepare_cached(
            "INSERT OR REPLACE INTO members (conversation, user, role, joined_at, version, delivered_seq, read_seq) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
        )?
        .execute(params![conversation, user, rows::stored_role(role), now.0, version.0, seen.0])?;
    write.forget_audience(conversation);
    Ok(())
}

/// Adds people to a group; who is in it already is passed over.
pub(crate) fn add(
    write: &mut Write<'_>,
    door: &mut Door,
    user_ids: &[UserId],
    now: Timestamp,
) -> Outcome<()> {
    door.standing().allow(Action::Arrange)?;
    let numbers = resolve(write.connection, user_ids, "user_ids")?;
    let mut new = Vec::new();
    for (id, number) in user_ids.iter().zip(numbers) {
        if member(write.connection, door.conversation, *id)?.is_none() {
            new.push((*id, number));
        }
    }
    if new.is_empty() {
        return Ok(());
    }
    check_size(door.member_count as usize + new.len(), "user_ids")?;
    let numbers: Vec<i64> = new.iter().map(|(_, number)| *number).collect();
    check_room_of_all(write.connection, &numbers, "user_ids")?;
    let ids: Vec<UserId> = new.iter().map(|(id, _)| *id).collect();
    let message = tell_in_notice(write, door, SystemAction::Joined, &ids, now)?;
    for (_, number) in &new {
        insert(write, door.conversation, *number, Role::Member, door.version, message.seq, now)?;
    }
    door.member_count += u32::try_from(new.len()).unwrap_or(u32::MAX);
    door.save(write)?;
    tell(write, door, CauseKind::Joined, &ids, Some(message))?;
    let receipts = ids.iter().map(|id| Receipt {
        user_id: *id,
        delivered_seq: door.last_seq,
        read_seq: door.last_seq,
        read_at: None,
    });
    if door.member_count as usize <= limits::EPHEMERAL_MEMBERS_MAX {
        receipts::tell_all(write, door, receipts.collect())?;
    }
    Ok(())
}

/// Removes a person from a group.
pub(crate) fn remove(write: &mut Write<'_>, door: &mut Door, user_id: UserId, now: Timestamp) -> Outcome<()> {
    door.standing().allow(Action::Moderate)?;
    let user = member(write.connection, door.conversation, user_id)?
        .ok_or_else(|| Refusal::not_found().at("user_id"))?;
    if role_of(write.connection, door.conversation, user)? > door.role {
        return Err(Refusal::forbidden("The owner of a group cannot be removed.").into());
    }
    let message = tell_in_notice(write, door, SystemAction::Removed, &[user_id], now)?;
    end(write, door, user, user_id, RemovedReason::Removed, now)?;
    door.save(write)?;
    tell(write, door, CauseKind::Removed, &[user_id], Some(message))
}

/// Leaves a group. When the last owner leaves, another follows.
pub(crate) fn leave(write: &mut Write<'_>, door: &mut Door, now: Timestamp) -> Outcome<()> {
    let leaving = door.user_id;
    let message = tell_in_notice(write, door, SystemAction::Left, &[leaving], now)?;
    end(write, door, door.user, leaving, RemovedReason::Left, now)?;
    let heir = successor(&remaining(write.connection, door.conversation)?);
    if let Some(heir) = heir {
        write_role(write, door, heir, Role::Owner)?;
    }
    door.save(write)?;
    let mut touched = vec![leaving];
    touched.extend(heir.map(|heir| people::id(write.connection, heir)).transpose()?);
    tell_rows(write, door, CauseKind::Left, &[leaving], &touched, Some(message))
}

/// Gives a person another role. There is one owner: making another the owner makes oneself an admin.
pub(crate) fn set_role(write: &mut Write<'_>, door: &mut Door, user_id: UserId, role: Role) -> Outcome<()> {
    door.standing().allow(Action::Appoint)?;
    let user = member(write.connection, door.conversation, user_id)?
        .ok_or_else(|| Refusal::not_found().at("user_id"))?;
    if user == door.user {
        let message = "Make another the owner to become an admin, or leave.";
        return if role == Role::Owner { Ok(()) } else { Err(Refusal::invalid("role", message).into()) };
    }
    if role_of(write.connection, door.conversation, user)? == role {
        return Ok(());
    }
    door.take_version();
    write_role(write, door, user, role)?;
    let mut touched = vec![user_id];
    if role == Role::Owner {
        write_role(write, door, door.user, Role::Admin)?;
        touched.push(door.user_id);
    }
    door.save(write)?;
    tell_rows(write, door, CauseKind::RoleChanged, &[user_id], &touched, None)
}

/// Takes a version for a message that tells of members.
fn tell_in_notice(
    write: &mut Write<'_>,
    door: &mut Door,
    action: SystemAction,
    user_ids: &[UserId],
    now: Timestamp,
) -> Outcome<Message> {
    let notice = SystemNotice { action, actor_id: door.user_id, user_ids: user_ids.to_vec(), title: None };
    insert_notice(write, door, notice, now)
}

/// Ends a membership: nothing of the conversation is theirs any more.
fn end(
    write: &mut Write<'_>,
    door: &mut Door,
    user: i64,
    user_id: UserId,
    reason: RemovedReason,
    now: Timestamp,
) -> Outcome<()> {
    let connection = write.connection;
    connection
        .prepare_cached(
            "UPDATE members SET left_at = ?3, version = ?4 WHERE conversation = ?1 AND user = ?2",
        )?
        .execute(params![door.conversation, user, now.0, door.version.0])?;
    for table in ["account_conversations", "hidden", "mentions"] {
        connection
            .prepare_cached(&format!("DELETE FROM {table} WHERE conversation = ?1 AND user = ?2"))?
            .execute([door.conversation, user])?;
    }
    connection
        .prepare_cached("INSERT OR REPLACE INTO removed (user, conversation, tick) VALUES (?1, ?2, ?3)")?
        .execute(params![user, door.conversation, write.tick])?;
    door.member_count -= 1;
    if door.member_count == 0 {
        attachments::drop_conversation_picture(connection, door.conversation)?;
    }
    write.forget_audience(door.conversation);
    let removed = ConversationRemoved { conversation_id: door.id, reason };
    write.tell(Audience::Person(user_id), ServerEvent::ConversationRemoved(removed));
    Ok(())
}

/// Those who are still in it, longest-serving first.
fn remaining(connection: &Connection, conversation: i64) -> rusqlite::Result<Vec<(i64, Role)>> {
    connection
        .prepare_cached(
            "SELECT user, role FROM members WHERE conversation = ?1 AND left_at IS NULL ORDER BY joined_at, user",
        )?
        .query_map([conversation], |row| Ok((row.get(0)?, rows::role(row.get(1)?))))?
        .collect()
}

fn write_role(write: &Write<'_>, door: &Door, user: i64, role: Role) -> rusqlite::Result<()> {
    write
        .connection
        .prepare_cached("UPDATE members SET role = ?3, version = ?4 WHERE conversation = ?1 AND user = ?2")?
        .execute(params![door.conversation, user, rows::stored_role(role), door.version.0])?;
    Ok(())
}

fn tell(
    write: &mut Write<'_>,
    door: &Door,
    kind: CauseKind,
    user_ids: &[UserId],
    message: Option<Message>,
) -> Outcome<()> {
    tell_rows(write, door, kind, user_ids, user_ids, message)
}

/// Tells who is left of members whose rows were `touched`.
fn tell_rows(
    write: &mut Write<'_>,
    door: &Door,
    kind: CauseKind,
    user_ids: &[UserId],
    touched: &[UserId],
    message: Option<Message>,
) -> Outcome<()> {
    let connection = write.connection;
    let mut named = Named::default();
    let mut members = Vec::with_capacity(touched.len());
    for id in touched {
        members.push(row(connection, door.conversation, *id)?);
        named.add(&View::unremembered(connection), *id)?;
    }
    let seq = message.as_ref().map(|message| message.seq);
    let cause = Cause { kind, actor_id: door.user_id, seq, emoji: None, user_ids: user_ids.to_vec() };
    let change = ConversationChanged {
        conversation: Some(door.conversation(connection)?),
        members,
        messages: message.into_iter().collect(),
        users: named.into_profiles(),
        ..door.change(cause)
    };
    door.tell(write, change)
}

fn row(connection: &Connection, conversation: i64, id: UserId) -> rusqlite::Result<Member> {
    connection
        .prepare_cached(&format!(
            "SELECT {} FROM members m JOIN users u ON u.num = m.user WHERE m.conversation = ?1 AND u.id = ?2",
            crate::summaries::MEMBER
        ))?
        .query_row(params![conversation, id.as_bytes()], crate::summaries::member_of)
}
