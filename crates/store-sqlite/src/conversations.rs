//! Conversations: making, finding and changing them.

use kith_chat::{
    Refusal, Reply,
    rights::Action,
    store::{ConversationStore, GroupChange, NewGroup},
};
use kith_protocol::*;
use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    SqliteStore, attachments,
    door::{self, Door},
    error::Outcome,
    members,
    people::{self, Named, user_id},
    rows,
    send::insert_notice,
    summaries::{self, MEMBER, member_of},
    view::View,
    writer::Write,
};

impl ConversationStore for SqliteStore {
    fn open_direct(
        &self,
        actor: UserId,
        other: UserId,
        new: ConversationId,
        now: Timestamp,
    ) -> Reply<OneConversation> {
        self.write(move |write| {
            let id = match direct(write.connection, actor, other)? {
                Some(id) => id,
                None => create_direct(write, actor, other, new, now)?,
            };
            summaries::one(&View::unremembered(write.connection), &door::enter(write.connection, actor, id)?)
        })
    }

    fn create_group(&self, actor: UserId, group: NewGroup, now: Timestamp) -> Reply<OneConversation> {
        self.write(move |write| {
            let id = match created_before(write.connection, actor, &group)? {
                Some(id) => id,
                None => create_group(write, actor, group, now)?,
            };
            summaries::one(&View::unremembered(write.connection), &door::enter(write.connection, actor, id)?)
        })
    }

    fn conversation(&self, actor: UserId, id: ConversationId) -> Reply<OneConversation> {
        self.read(move |connection| summaries::one(connection, &door::enter(connection, actor, id)?))
    }

    fn update_conversation(
        &self,
        actor: UserId,
        id: ConversationId,
        change: GroupChange,
        now: Timestamp,
    ) -> Reply<Changed> {
        self.write_in(id, move |write| {
            let mut door = door::enter(write.connection, actor, id)?;
            update(write, &mut door, change, now)?;
            Ok(Changed { version: door.version })
        })
    }

    fn add_members(
        &self,
        actor: UserId,
        id: ConversationId,
        user_ids: Vec<UserId>,
        now: Timestamp,
    ) -> Reply<Changed> {
        self.write_in(id, move |write| {
            let mut door = door::enter(write.connection, actor, id)?;
            members::add(write, &mut door, &user_ids, now)?;
            Ok(Changed { version: door.version })
        })
    }

    fn remove_member(
        &self,
        actor: UserId,
        id: ConversationId,
        user_id: UserId,
        now: Timestamp,
    ) -> Reply<Changed> {
        self.write_in(id, move |write| {
            let mut door = door::enter(write.connection, actor, id)?;
            members::remove(write, &mut door, user_id, now)?;
            Ok(Changed { version: door.version })
        })
    }

    fn set_role(
        &self,
        actor: UserId,
        id: ConversationId,
        user_id: UserId,
        role: Role,
        now: Timestamp,
    ) -> Reply<Changed> {
        let _ = now;
        self.write_in(id, move |write| {
            let mut door = door::enter(write.connection, actor, id)?;
            members::set_role(write, &mut door, user_id, role)?;
            Ok(Changed { version: door.version })
        })
    }

    fn leave(&self, actor: UserId, id: ConversationId, now: Timestamp) -> Reply<Changed> {
        self.write_in(id, move |write| {
            let mut door = door::enter(write.connection, actor, id)?;
            door.standing().allow(Action::Leave)?;
            members::leave(write, &mut door, now)?;
            Ok(Changed { version: door.version })
        })
    }

    fn members(
        &self,
        actor: UserId,
        id: ConversationId,
        after: Option<UserId>,
        limit: usize,
    ) -> Reply<MemberList> {
        self.read(move |connection| {
            let door = door::enter(connection, actor, id)?;
            member_list(connection, &door, after, limit)
        })
    }

    fn audience(&self, actor: UserId, id: ConversationId) -> Reply<Option<Vec<UserId>>> {
        self.read(move |connection| {
            let door = door::enter(connection, actor, id)?;
            if door.member_count as usize > limits::EPHEMERAL_MEMBERS_MAX {
                return Ok(None);
            }
            Ok(Some(unblocked_members(connection, &door)?))
        })
    }

    fn visible_presence(&self, actor: UserId, user_ids: Vec<UserId>) -> Reply<Vec<Presence>> {
        self.read(move |connection| {
            let user = people::number(connection, actor)?;
            let seen = user_ids.into_iter().map(|id| presence(connection, user, id));
            seen.filter_map(Result::transpose).collect()
        })
    }
}

/// The members who have not blocked this one, nor been blocked.
fn unblocked_members(connection: &Connection, door: &Door) -> rusqlite::Result<Vec<UserId>> {
    connection
        .prepare_cached(
            "SELECT u.id FROM members m JOIN users u ON u.num = m.user \
             WHERE m.conversation = ?1 AND m.left_at IS NULL AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.active = 1 \
               AND ((b.user = m.user AND b.blocked = ?2) OR (b.user = ?2 AND b.blocked = m.user)))",
        )?
        .query_map(params![door.conversation, door.user], |row| user_id(row, 0))?
        .collect()
}

/// When a person was last there, if `user` may know: both show it, neither blocks, and they share a conversation.
fn presence(connection: &Connection, user: i64, id: UserId) -> Outcome<Option<Presence>> {
    let last_active = connection
        .prepare_cached(
            "SELECT o.last_active_at FROM users o, users me \
             WHERE o.id = ?2 AND me.num = ?1 AND o.deleted_at IS NULL AND o.presence = 1 AND me.presence = 1 \
               AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.active = 1 \
                 AND ((b.user = o.num AND b.blocked = ?1) OR (b.user = ?1 AND b.blocked = o.num))) \
               AND (o.num = ?1 OR EXISTS (SELECT 1 FROM members a JOIN members b ON b.conversation = a.conversation \
                 WHERE a.user = ?1 AND a.left_at IS NULL AND b.user = o.num AND b.left_at IS NULL))",
        )?
        .query_row(params![user, id.as_bytes()], |row| row.get::<_, Option<u64>>(0))
        .optional()?;
    Ok(last_active.map(|at| Presence { user_id: id, online: false, last_active_at: at.map(Timestamp) }))
}

fn direct(connection: &Connection, actor: UserId, other: UserId) -> Outcome<Option<ConversationId>> {
    let (one, two) = (people::number(connection, actor)?, any_number(connection, other)?);
    let found = connection
        .prepare_cached("SELECT id FROM conversations WHERE direct_low = ?1 AND direct_high = ?2")?
        .query_row([one.min(two), one.max(two)], |row| row.get::<_, [u8; 16]>(0))
        .optional()?;
    Ok(found.map(ConversationId::from))
}

/// The number of a person, deleted or not: what was said with them can still be opened.
fn any_number(connection: &Connection, id: UserId) -> Outcome<i64> {
    let number = connection
        .prepare_cached("SELECT num FROM users WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?;
    number.ok_or_else(|| Refusal::not_found().at("user_id").into())
}

fn create_direct(
    write: &mut Write<'_>,
    actor: UserId,
    other: UserId,
    id: ConversationId,
    now: Timestamp,
) -> Outcome<ConversationId> {
    let connection = write.connection;
    let one = people::number(connection, actor)?;
    let two = people::number(connection, other).map_err(|_| Refusal::not_found().at("user_id"))?;
    check_room(connection, one, "conversations")?;
    if two != one {
        check_room(connection, two, "user_id")?;
    }
    check_strangers(connection, one, two)?;
    connection
        .prepare_cached(
            "INSERT INTO conversations (id, kind, members_may_edit, tick, created_at, created_by, direct_low, direct_high) \
             VALUES (?1, 0, 0, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![id.as_bytes(), write.tick, now.0, one, one.min(two), one.max(two)])?;
    let conversation = connection.last_insert_rowid();
    members::insert(write, conversation, one, Role::Member, Version(1), Seq(0), now)?;
    if two != one {
        members::insert(write, conversation, two, Role::Member, Version(1), Seq(0), now)?;
    }
    let mut door = door_of_new(write, conversation, actor, id, if one == two { 1 } else { 2 })?;
    door.take_version();
    door.save(write)?;
    tell_created(write, &door, Vec::new(), Vec::new())?;
    Ok(id)
}

/// The door of a conversation that has members but no numbers yet.
fn door_of_new(
    write: &Write<'_>,
    conversation: i64,
    actor: UserId,
    id: ConversationId,
    members: usize,
) -> Outcome<Door> {
    let member_count = u32::try_from(members).unwrap_or(u32::MAX);
    write
        .connection
        .prepare_cached("UPDATE conversations SET member_count = ?2 WHERE num = ?1")?
        .execute(params![conversation, member_count])?;
    door::enter(write.connection, actor, id)
}

/// Whether all of these people may be in one more conversation.
pub(crate) fn check_room_of_all(connection: &Connection, users: &[i64], field: &str) -> Outcome<()> {
    users
        .iter()
        .enumerate()
        .try_for_each(|(index, user)| check_room(connection, *user, &format!("{field}[{index}]")))
}

/// Whether this person may be in one more conversation.
fn check_room(connection: &Connection, user: i64, field: &str) -> Outcome<()> {
    let conversations: usize = connection
        .prepare_cached("SELECT COUNT(*) FROM members WHERE user = ?1 AND left_at IS NULL")?
        .query_row([user], |row| row.get(0))?;
    if conversations >= limits::CONVERSATIONS_MAX {
        let message = format!("One is in at most {} conversations.", limits::CONVERSATIONS_MAX);
        return Err(Refusal::too_large(field, limits::CONVERSATIONS_MAX, message).into());
    }
    Ok(())
}

/// Whether one may begin a conversation with another: the other would see it appear.
fn check_strangers(connection: &Connection, user: i64, other: i64) -> Outcome<()> {
    let blocked = connection
        .prepare_cached(
            "SELECT 1 FROM blocks WHERE active = 1 AND ((user = ?1 AND blocked = ?2) OR (user = ?2 AND blocked = ?1))",
        )?
        .exists([user, other])?;
    match blocked {
        true => Err(Refusal::forbidden("One of you has blocked the other.").into()),
        false => Ok(()),
    }
}

/// The group that this `client_id` has already become.
fn created_before(
    connection: &Connection,
    actor: UserId,
    group: &NewGroup,
) -> Outcome<Option<ConversationId>> {
    let user = people::number(connection, actor)?;
    let found = connection
        .prepare_cached("SELECT id, fingerprint FROM conversations WHERE created_by = ?1 AND client_id = ?2")?
        .query_row(params![user, group.client_id.as_bytes()], |row| {
            Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, [u8; 8]>(1)?))
        })
        .optional()?;
    match found {
        None => Ok(None),
        Some((id, fingerprint)) if fingerprint == group.fingerprint => Ok(Some(id.into())),
        Some(_) => Err(Refusal::conflict("This client_id belongs to another group.").at("client_id").into()),
    }
}

fn create_group(
    write: &mut Write<'_>,
    actor: UserId,
    group: NewGroup,
    now: Timestamp,
) -> Outcome<ConversationId> {
    let connection = write.connection;
    let maker = people::number(connection, actor)?;
    check_room(connection, maker, "conversations")?;
    let others = members::resolve(connection, &group.member_ids, "member_ids")?;
    check_room_of_all(connection, &others, "member_ids")?;
    members::check_size(others.len() + 1, "member_ids")?;
    connection
        .prepare_cached(
            "INSERT INTO conversations (id, kind, title, tick, created_at, created_by, client_id, fingerprint) \
             VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            group.id.as_bytes(),
            group.title,
            write.tick,
            now.0,
            maker,
            group.client_id.as_bytes(),
            group.fingerprint
        ])?;
    let conversation = connection.last_insert_rowid();
    members::insert(write, conversation, maker, Role::Owner, Version(1), Seq(1), now)?;
    for other in &others {
        members::insert(write, conversation, *other, Role::Member, Version(1), Seq(1), now)?;
    }
    let mut door = door_of_new(write, conversation, actor, group.id, others.len() + 1)?;
    let notice = SystemNotice {
        action: SystemAction::Created,
        actor_id: actor,
        user_ids: group.member_ids.clone(),
        title: group.title,
    };
    let message = insert_notice(write, &mut door, notice, now)?;
    door.save(write)?;
    tell_created(write, &door, vec![message], group.member_ids)?;
    Ok(group.id)
}

/// Tells the members that a conversation was made: everything of its first version.
fn tell_created(
    write: &mut Write<'_>,
    door: &Door,
    messages: Vec<Message>,
    user_ids: Vec<UserId>,
) -> Outcome<()> {
    let seq = messages.first().map(|message| message.seq);
    let cause = Cause { kind: CauseKind::Created, actor_id: door.user_id, seq, emoji: None, user_ids };
    let conversation = door.conversation(write.connection)?;
    let mut named = Named::default();
    for member in &conversation.members {
        named.add(&View::unremembered(write.connection), member.user_id)?;
    }
    let change = ConversationChanged {
        members: conversation.members.clone(),
        conversation: Some(conversation),
        messages,
        users: named.into_profiles(),
        ..door.change(cause)
    };
    door.tell(write, change)
}

/// Changes a group; each kind of change takes a version of its own.
fn update(write: &mut Write<'_>, door: &mut Door, change: GroupChange, now: Timestamp) -> Outcome<()> {
    let before = door.conversation(write.connection)?;
    if change.title.is_some() || change.avatar_id.is_some() {
        door.standing().allow(Action::Arrange)?;
    }
    if change.members_may_edit.is_some() {
        door.standing().allow(Action::Moderate)?;
    }
    if let Some(title) = change.title.filter(|title| *title != before.title) {
        set(write, door, "title", &title)?;
        tell_notice(write, door, SystemAction::Renamed, CauseKind::Renamed, title, now)?;
    }
    if let Some(avatar_id) = change.avatar_id.filter(|id| *id != before.avatar) {
        let avatar =
            attachments::swap_picture(write.connection, door.user, avatar_id, before.avatar, "avatar_id")?;
        set(write, door, "avatar", &avatar)?;
        tell_notice(write, door, SystemAction::AvatarChanged, CauseKind::AvatarChanged, None, now)?;
    }
    if let Some(members_may_edit) = change.members_may_edit.filter(|may| *may != before.members_may_edit) {
        set(write, door, "members_may_edit", &members_may_edit)?;
        door.take_version();
        door.save(write)?;
        tell_shared(write, door, CauseKind::SettingsChanged, None)?;
    }
    Ok(())
}

fn set(write: &Write<'_>, door: &Door, column: &str, value: &dyn rusqlite::ToSql) -> rusqlite::Result<()> {
    write
        .connection
        .prepare_cached(&format!("UPDATE conversations SET {column} = ?2 WHERE num = ?1"))?
        .execute(params![door.conversation, value])?;
    Ok(())
}

fn tell_notice(
    write: &mut Write<'_>,
    door: &mut Door,
    action: SystemAction,
    kind: CauseKind,
    title: Option<String>,
    now: Timestamp,
) -> Outcome<()> {
    let notice = SystemNotice { action, actor_id: door.user_id, user_ids: Vec::new(), title };
    let message = insert_notice(write, door, notice, now)?;
    door.save(write)?;
    tell_shared(write, door, kind, Some(message))
}

/// Tells the members that the shared part has changed.
fn tell_shared(write: &mut Write<'_>, door: &Door, kind: CauseKind, message: Option<Message>) -> Outcome<()> {
    let seq = message.as_ref().map(|message| message.seq);
    let cause = Cause { kind, actor_id: door.user_id, seq, emoji: None, user_ids: Vec::new() };
    let change = ConversationChanged {
        conversation: Some(door.conversation(write.connection)?),
        messages: message.into_iter().collect(),
        ..door.change(cause)
    };
    door.tell(write, change)
}

fn member_list(view: &View<'_>, door: &Door, after: Option<UserId>, limit: usize) -> Outcome<MemberList> {
    let (joined_at, number): (u64, i64) = match after {
        None => (0, 0),
        Some(after) => view
            .prepare_cached(
                "SELECT m.joined_at, m.user FROM members m JOIN users u ON u.num = m.user \
                 WHERE m.conversation = ?1 AND u.id = ?2",
            )?
            .query_row(params![door.conversation, after.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?
            .ok_or_else(|| Refusal::not_found().at("after"))?,
    };
    let mut members: Vec<Member> = view
        .prepare_cached(&format!(
            "SELECT {MEMBER} FROM members m JOIN users u ON u.num = m.user \
             WHERE m.conversation = ?1 AND m.left_at IS NULL AND (m.joined_at, m.user) > (?2, ?3) \
             ORDER BY m.joined_at, m.user LIMIT ?4"
        ))?
        .query_map(params![door.conversation, joined_at, number, limit + 1], member_of)?
        .collect::<rusqlite::Result<_>>()?;
    let more = members.len() > limit;
    members.truncate(limit);
    let mut named = Named::default();
    for member in &members {
        named.add(view, member.user_id)?;
    }
    Ok(MemberList { members, users: named.into_profiles(), more })
}

/// The role column of a member, for decisions about another.
pub(crate) fn role_of(connection: &Connection, conversation: i64, user: i64) -> rusqlite::Result<Role> {
    connection
        .prepare_cached("SELECT role FROM members WHERE conversation = ?1 AND user = ?2")?
        .query_row([conversation, user], |row| row.get(0).map(rows::role))
}

#[cfg(test)]
mod tests;
