//! Accounts.

use std::{collections::BTreeSet, sync::Arc};

use kith_chat::{
    Audience, Refusal, Reply,
    passwords::PasswordHash,
    store::{Credentials, NewUser, User, UserStore},
    users::search_key,
};
use kith_protocol::*;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    SqliteStore, account, attachments, door,
    error::Outcome,
    members, messages,
    people::{self, PROFILE, profile_of, user_id},
    search, sessions,
    writer::Write,
};

impl UserStore for SqliteStore {
    fn create_user(&self, user: NewUser, now: Timestamp) -> Reply<User> {
        self.write(move |write| {
            create(write.connection, &user, now)?;
            Ok(load(write.connection, user.id)?)
        })
    }

    fn user(&self, id: UserId) -> Reply<User> {
        self.read(move |connection| {
            people::number(connection, id)?;
            Ok(load(connection, id)?)
        })
    }

    fn credentials(&self, username_key: String) -> Reply<Option<Credentials>> {
        self.read(move |connection| {
            let found = connection
                .prepare_cached(
                    "SELECT id, password, suspended_at IS NOT NULL FROM users WHERE username_key = ?1",
                )?
                .query_row([username_key], |row| {
                    Ok(Credentials {
                        user_id: user_id(row, 0)?,
                        password: PasswordHash::from_stored(row.get(1)?),
                        suspended: row.get(2)?,
                    })
                })
                .optional()?;
            Ok(found)
        })
    }

    fn password(&self, id: UserId) -> Reply<PasswordHash> {
        self.read(move |connection| {
            let found = connection
                .prepare_cached("SELECT password FROM users WHERE id = ?1 AND deleted_at IS NULL")?
                .query_row([id.as_bytes()], |row| row.get(0).map(PasswordHash::from_stored))
                .optional()?;
            found.ok_or_else(|| Refusal::not_found().into())
        })
    }

    fn set_password(
        &self,
        id: UserId,
        hash: PasswordHash,
        keep: Option<SessionId>,
        _now: Timestamp,
    ) -> Reply<()> {
        self.write(move |write| {
            let user = people::number(write.connection, id)?;
            write
                .connection
                .prepare_cached("UPDATE users SET password = ?2 WHERE num = ?1")?
                .execute(params![user, hash.as_str()])?;
            sessions::end_all(write, id, user, keep, SessionEndReason::PasswordChanged)
        })
    }

    fn rehash_password(&self, id: UserId, from: PasswordHash, to: PasswordHash) -> Reply<()> {
        self.write(move |write| {
            write
                .connection
                .prepare_cached("UPDATE users SET password = ?3 WHERE id = ?1 AND password = ?2")?
                .execute(params![id.as_bytes(), from.as_str(), to.as_str()])?;
            Ok(())
        })
    }

    fn update_profile(&self, id: UserId, change: UpdateProfile, _now: Timestamp) -> Reply<User> {
        self.write(move |write| {
            let user = people::number(write.connection, id)?;
            let before = load(write.connection, id)?.me.profile;
            let display_name = change.display_name.unwrap_or(before.display_name);
            write
                .connection
                .prepare_cached(
                    "UPDATE users SET display_name = ?2, about = ?3, search_key = ?4 WHERE num = ?1",
                )?
                .execute(params![
                    user,
                    display_name,
                    change.about.unwrap_or(before.about),
                    search_key(&before.username, &display_name)
                ])?;
            tell_profile(write, id, user)?;
            Ok(load(write.connection, id)?)
        })
    }

    fn set_avatar(&self, id: UserId, avatar: Option<AttachmentId>, _now: Timestamp) -> Reply<User> {
        self.write(move |write| {
            let user = people::number(write.connection, id)?;
            let before = load(write.connection, id)?;
            if before.me.profile.avatar == avatar {
                return Ok(before);
            }
            let old = before.me.profile.avatar;
            let number = attachments::swap_picture(write.connection, user, avatar, old, "attachment_id")?;
            write
                .connection
                .prepare_cached("UPDATE users SET avatar = ?2 WHERE num = ?1")?
                .execute(params![user, number])?;
            tell_profile(write, id, user)?;
            Ok(load(write.connection, id)?)
        })
    }

    fn delete_user(&self, id: UserId, keep_messages: bool, now: Timestamp) -> Reply<()> {
        self.write(move |write| {
            let user = people::number(write.connection, id)?;
            let acquaintances = acquaintances(write.connection, user)?;
            leave_groups(write, id, user, now)?;
            attachments::swap_picture(
                write.connection,
                user,
                None,
                load(write.connection, id)?.me.profile.avatar,
                "",
            )?;
            erase(write, user, keep_messages, now)?;
            sessions::end_all(write, id, user, None, SessionEndReason::AccountDeleted)?;
            tell_profile_to(write, id, user, acquaintances)
        })
    }

    fn unsend_deleted(&self, limit: usize, now: Timestamp) -> Reply<bool> {
        self.write(move |write| unsend_some(write, limit, now))
    }

    fn suspend_user(&self, id: UserId, suspended: bool, now: Timestamp) -> Reply<()> {
        self.write(move |write| {
            let user = people::number(write.connection, id)?;
            write
                .connection
                .prepare_cached("UPDATE users SET suspended_at = ?2 WHERE num = ?1")?
                .execute(params![user, suspended.then_some(now.0)])?;
            if suspended {
                sessions::end_all(write, id, user, None, SessionEndReason::Suspended)?;
            }
            Ok(())
        })
    }

    fn profiles(&self, ids: Vec<UserId>) -> Reply<Vec<Profile>> {
        self.read(move |connection| {
            let found = ids.into_iter().map(|id| people::profile(connection, id));
            Ok(found.filter_map(Result::transpose).collect::<rusqlite::Result<_>>()?)
        })
    }

    fn search_users(&self, actor: UserId, query: String, limit: usize) -> Reply<UserList> {
        self.read(move |connection| Ok(search(connection, actor, &query, limit)?))
    }

    fn list_users(&self) -> Reply<Vec<User>> {
        self.read(move |connection| {
            let mut statement =
                connection.prepare_cached(&format!("{USER} WHERE u.deleted_at IS NULL ORDER BY u.num"))?;
            let users = statement.query_map([], user_of)?;
            Ok(users.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn count_users(&self) -> Reply<u64> {
        self.read(move |connection| {
            Ok(connection.prepare_cached("SELECT COUNT(*) FROM users")?.query_row([], |row| row.get(0))?)
        })
    }
}

fn create(connection: &Connection, user: &NewUser, now: Timestamp) -> Outcome<()> {
    let taken = connection
        .prepare_cached("SELECT 1 FROM users WHERE username_key = ?1")?
        .exists([user.username.key()])?;
    if taken {
        return Err(Refusal::conflict("This username is taken.").at("username").into());
    }
    connection
        .prepare_cached(
            "INSERT INTO users (id, username, username_key, display_name, search_key, role, password, created_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, NOT EXISTS (SELECT 1 FROM users), ?6, ?7)",
        )?
        .execute(params![
            user.id.as_bytes(),
            user.username.shown(),
            user.username.key(),
            user.display_name,
            search_key(user.username.shown(), &user.display_name),
            user.password.as_str(),
            now.0,
        ])?;
    Ok(())
}

/// A person's row: first the columns of [`PROFILE`], which cannot be spliced into another constant.
const USER: &str = "SELECT u.id, u.username, u.display_name, u.about, \
     (SELECT a.id FROM attachments a WHERE a.num = u.avatar), u.deleted_at IS NOT NULL, u.role, u.created_at, \
     u.suspended_at IS NOT NULL, u.last_active_at, u.read_receipts, u.presence, u.preferences FROM users u ";

fn load(connection: &Connection, id: UserId) -> rusqlite::Result<User> {
    connection.prepare_cached(&format!("{USER} WHERE u.id = ?1"))?.query_row([id.as_bytes()], user_of)
}

fn user_of(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        me: Me {
            profile: profile_of(row, 0)?,
            role: if row.get(6)? { ServerRole::Owner } else { ServerRole::Member },
            created_at: Timestamp(row.get(7)?),
            settings: account::settings_of(row, 10)?,
        },
        suspended: row.get(8)?,
        last_active_at: row.get::<_, Option<u64>>(9)?.map(Timestamp),
    })
}

/// People who share a conversation with this one, and the person.
fn acquaintances(connection: &Connection, user: i64) -> rusqlite::Result<Arc<[UserId]>> {
    let ids: BTreeSet<UserId> = connection
        .prepare_cached(
            "SELECT DISTINCT u.id FROM members a JOIN members b ON b.conversation = a.conversation AND b.left_at IS NULL \
             JOIN users u ON u.num = b.user WHERE a.user = ?1 AND a.left_at IS NULL UNION SELECT id FROM users WHERE num = ?1",
        )?
        .query_map([user], |row| user_id(row, 0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(ids.into_iter().collect())
}

fn tell_profile(write: &mut Write<'_>, id: UserId, user: i64) -> Outcome<()> {
    let acquaintances = acquaintances(write.connection, user)?;
    tell_profile_to(write, id, user, acquaintances)
}

/// Tells of a profile at once, and through `sync` those who are away.
fn tell_profile_to(write: &mut Write<'_>, id: UserId, user: i64, people: Arc<[UserId]>) -> Outcome<()> {
    account::touch_all(write, user)?;
    let profile = people::profile(write.connection, id)?.ok_or_else(Refusal::not_found)?;
    write.tell(Audience::People(people), ServerEvent::UserUpdated(UserUpdated { user: profile }));
    Ok(())
}

fn leave_groups(write: &mut Write<'_>, id: UserId, user: i64, now: Timestamp) -> Outcome<()> {
    let groups: Vec<ConversationId> = write
        .connection
        .prepare_cached(
            "SELECT c.id FROM members m JOIN conversations c ON c.num = m.conversation \
             WHERE m.user = ?1 AND m.left_at IS NULL AND c.kind = 1",
        )?
        .query_map([user], |row| row.get::<_, [u8; 16]>(0).map(ConversationId::from))?
        .collect::<rusqlite::Result<_>>()?;
    for group in groups {
        let mut door = door::enter(write.connection, id, group)?;
        members::leave(write, &mut door, now)?;
    }
    Ok(())
}

/// Empties an account: name, password and everything only this person saw. That they kept to themselves how far they had
/// read stays so.
fn erase(write: &Write<'_>, user: i64, keep_messages: bool, now: Timestamp) -> Outcome<()> {
    write
        .connection
        .prepare_cached(
            "UPDATE users SET username = '', username_key = NULL, display_name = '', search_key = '', about = '', avatar = NULL, \
             password = '!', preferences = '{}', last_active_at = NULL, deleted_at = ?2, \
             unsend_pending = ?3 WHERE num = ?1",
        )?
        .execute(params![user, now.0, !keep_messages])?;
    for table in ["account_conversations", "hidden", "blocks"] {
        write.connection.prepare_cached(&format!("DELETE FROM {table} WHERE user = ?1"))?.execute([user])?;
    }
    // Uploads that nothing ever showed go with the next collection.
    write
        .connection
        .prepare_cached("UPDATE attachments SET ever_shown = 1 WHERE owner = ?1 AND ever_shown = 0")?
        .execute([user])?;
    Ok(())
}

/// Unsends some messages of a deleted account that wanted it so.
fn unsend_some(write: &mut Write<'_>, limit: usize, now: Timestamp) -> Outcome<bool> {
    let user: Option<i64> = write
        .connection
        .prepare_cached("SELECT num FROM users WHERE unsend_pending = 1 LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let Some(user) = user else { return Ok(false) };
    let said = search::written_by(write.connection, user, limit)?;
    for (conversation, seq) in &said {
        let mut door = door::of_departed(write.connection, user, *conversation)?;
        messages::unsend(write, &mut door, *seq, now)?;
    }
    if said.len() < limit {
        write
            .connection
            .prepare_cached("UPDATE users SET unsend_pending = 0 WHERE num = ?1")?
            .execute([user])?;
    }
    Ok(true)
}

/// People whose names begin with the words, then those whose names contain them.
fn search(connection: &Connection, actor: UserId, query: &str, limit: usize) -> rusqlite::Result<UserList> {
    let words = kith_chat::text::username_key(query);
    let escaped = words.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {PROFILE} FROM users u WHERE u.deleted_at IS NULL AND u.suspended_at IS NULL AND u.id <> ?1 \
           AND u.search_key LIKE ?2 ESCAPE '\\' \
         ORDER BY (u.username_key = ?3) DESC, (u.search_key LIKE ?4 ESCAPE '\\') DESC, u.display_name LIMIT ?5"
    ))?;
    let found = statement.query_map(
        params![actor.as_bytes(), format!("%{escaped}%"), words, format!("{escaped}%"), limit + 1],
        |row| profile_of(row, 0),
    )?;
    let mut users: Vec<Profile> = found.collect::<rusqlite::Result<_>>()?;
    let more = users.len() > limit;
    users.truncate(limit);
    Ok(UserList { users, more })
}
