//! Signed-in devices.

use kith_chat::{
    Audience, Refusal, Reply,
    passwords::PasswordHash,
    sessions::TokenHash,
    store::{NewSession, SessionStore, SignedInAs},
};
use kith_protocol::*;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    SqliteStore,
    error::Outcome,
    people::{self, user_id},
    writer::Write,
};

impl SessionStore for SqliteStore {
    fn create_session(&self, session: NewSession, now: Timestamp) -> Reply<Session> {
        self.write(move |write| {
            let user = people::number(write.connection, session.user_id)?;
            check_still_welcome(write.connection, user, session.password.as_ref())?;
            end_longest_unused(write, session.user_id, user)?;
            write
                .connection
                .prepare_cached(
                    "INSERT INTO sessions (id, user, token, device, created_at, last_used_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
                )?
                .execute(params![session.id.as_bytes(), user, session.token.0, session.device, now.0])?;
            Ok(Session { id: session.id, device: session.device, created_at: now, last_used_at: now, current: true })
        })
    }

    fn session(&self, token: TokenHash) -> Reply<SignedInAs> {
        self.read(move |connection| {
            let found = connection
                .prepare_cached(
                    "SELECT u.id, s.id, s.last_used_at FROM sessions s JOIN users u ON u.num = s.user \
                     WHERE s.token = ?1 AND u.suspended_at IS NULL AND u.deleted_at IS NULL",
                )?
                .query_row([token.0], |row| {
                    Ok(SignedInAs {
                        user_id: user_id(row, 0)?,
                        session_id: row.get::<_, [u8; 16]>(1)?.into(),
                        last_used_at: Timestamp(row.get(2)?),
                    })
                })
                .optional()?;
            found.ok_or_else(|| Refusal::unauthorized().into())
        })
    }

    fn sessions(&self, user: UserId, current: Option<SessionId>) -> Reply<Vec<Session>> {
        self.read(move |connection| {
            let user = people::number(connection, user)?;
            let mut statement = connection.prepare_cached(
                "SELECT id, device, created_at, last_used_at FROM sessions WHERE user = ?1 ORDER BY last_used_at DESC, id DESC",
            )?;
            let sessions = statement.query_map([user], |row| session_of(row, current))?;
            Ok(sessions.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn end_session(&self, user: UserId, session: SessionId, reason: SessionEndReason) -> Reply<()> {
        self.write(move |write| {
            let number = people::number(write.connection, user)?;
            let ended = write
                .connection
                .prepare_cached("DELETE FROM sessions WHERE id = ?1 AND user = ?2")?
                .execute(params![session.as_bytes(), number])?;
            if ended == 0 {
                return Err(Refusal::not_found().into());
            }
            write.tell(Audience::Session(user, session), ServerEvent::SessionEnded(SessionEnded { reason }));
            Ok(())
        })
    }

    fn end_sessions(&self, user: UserId, keep: Option<SessionId>, reason: SessionEndReason) -> Reply<()> {
        self.write(move |write| {
            let number = people::number(write.connection, user)?;
            end_all(write, user, number, keep, reason)
        })
    }

    fn touch(&self, sessions: Vec<(SessionId, Timestamp)>, people: Vec<(UserId, Timestamp)>) -> Reply<()> {
        self.write(move |write| {
            for (id, at) in sessions {
                write
                    .connection
                    .prepare_cached("UPDATE sessions SET last_used_at = max(last_used_at, ?2) WHERE id = ?1")?
                    .execute(params![id.as_bytes(), at.0])?;
            }
            for (id, at) in people {
                write
                    .connection
                    .prepare_cached(
                        "UPDATE users SET last_active_at = max(COALESCE(last_active_at, 0), ?2) \
                         WHERE id = ?1 AND deleted_at IS NULL",
                    )?
                    .execute(params![id.as_bytes(), at.0])?;
            }
            Ok(())
        })
    }
}

/// Ends every session of a person but `keep`, and tells them.
pub(crate) fn end_all(
    write: &mut Write<'_>,
    user: UserId,
    number: i64,
    keep: Option<SessionId>,
    reason: SessionEndReason,
) -> Outcome<()> {
    write
        .connection
        .prepare_cached("DELETE FROM sessions WHERE user = ?1 AND (?2 IS NULL OR id <> ?2)")?
        .execute(params![number, keep.map(|id| *id.as_bytes())])?;
    write.tell(Audience::OtherSessions(user, keep), ServerEvent::SessionEnded(SessionEnded { reason }));
    Ok(())
}

/// Whether what let this person in still holds: between the proof and the session, the console may have suspended them, or
/// another device may have changed the password, which ended the sessions that were there.
fn check_still_welcome(connection: &Connection, user: i64, given: Option<&PasswordHash>) -> Outcome<()> {
    let (password, suspended) = connection
        .prepare_cached("SELECT password, suspended_at IS NOT NULL FROM users WHERE num = ?1")?
        .query_row([user], |row| Ok((PasswordHash::from_stored(row.get(0)?), row.get(1)?)))?;
    if given.is_some_and(|given| *given != password) {
        return Err(Refusal::conflict("The password was changed meanwhile.").into());
    }
    match suspended {
        true => Err(Refusal::suspended().into()),
        false => Ok(()),
    }
}

/// Makes room for one more.
fn end_longest_unused(write: &mut Write<'_>, user: UserId, number: i64) -> Outcome<()> {
    let surplus: Vec<SessionId> = surplus(write.connection, number)?;
    for id in surplus {
        write.connection.prepare_cached("DELETE FROM sessions WHERE id = ?1")?.execute([id.as_bytes()])?;
        let reason = SessionEndReason::Revoked;
        write.tell(Audience::Session(user, id), ServerEvent::SessionEnded(SessionEnded { reason }));
    }
    Ok(())
}

fn surplus(connection: &Connection, user: i64) -> rusqlite::Result<Vec<SessionId>> {
    connection
        .prepare_cached(
            "SELECT id FROM sessions WHERE user = ?1 ORDER BY last_used_at DESC, id DESC LIMIT -1 OFFSET ?2",
        )?
        .query_map(params![user, limits::SESSIONS_MAX - 1], |row| row.get::<_, [u8; 16]>(0).map(Into::into))?
        .collect()
}

fn session_of(row: &Row<'_>, current: Option<SessionId>) -> rusqlite::Result<Session> {
    let id = SessionId::from(row.get::<_, [u8; 16]>(0)?);
    Ok(Session {
        id,
        device: row.get(1)?,
        created_at: Timestamp(row.get(2)?),
        last_used_at: Timestamp(row.get(3)?),
        current: current == Some(id),
    })
}
