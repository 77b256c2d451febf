//! People by number and by id, and what others see of them.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use kith_chat::Refusal;
use kith_protocol::{AttachmentId, Profile, UserId};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::{error::Outcome, view::View};

/// The number of a person who exists and is not deleted; `not_found` otherwise.
pub(crate) fn number(connection: &Connection, id: UserId) -> Outcome<i64> {
    let number = connection
        .prepare_cached("SELECT num FROM users WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?;
    number.ok_or_else(|| Refusal::not_found().into())
}

/// The number after which a page of people begins: that of the last person of the page before, deleted or not.
pub(crate) fn page_start(connection: &Connection, after: Option<UserId>) -> Outcome<i64> {
    let Some(after) = after else { return Ok(0) };
    let number = connection
        .prepare_cached("SELECT num FROM users WHERE id = ?1")?
        .query_row([after.as_bytes()], |row| row.get(0))
        .optional()?;
    number.ok_or_else(|| Refusal::not_found().at("after").into())
}

/// The id of a person.
pub(crate) fn id(connection: &Connection, number: i64) -> rusqlite::Result<UserId> {
    connection
        .prepare_cached("SELECT id FROM users WHERE num = ?1")?
        .query_row([number], |row| Ok(UserId::from(row.get::<_, [u8; 16]>(0)?)))
}

/// An id in a column.
pub(crate) fn user_id(row: &Row<'_>, column: usize) -> rusqlite::Result<UserId> {
    row.get::<_, [u8; 16]>(column).map(UserId::from)
}

/// Everyone in a conversation.
pub(crate) fn members(connection: &Connection, conversation: i64) -> rusqlite::Result<Vec<UserId>> {
    connection
        .prepare_cached(
            "SELECT u.id FROM members m JOIN users u ON u.num = m.user WHERE m.conversation = ?1 AND m.left_at IS NULL",
        )?
        .query_map([conversation], |row| user_id(row, 0))?
        .collect()
}

/// Everyone who keeps to themselves how far they have read.
pub(crate) fn hiding_reading(connection: &Connection) -> rusqlite::Result<HashSet<UserId>> {
    connection
        .prepare_cached("SELECT id FROM users WHERE read_receipts = 0 AND deleted_at IS NULL")?
        .query_map([], |row| user_id(row, 0))?
        .collect()
}

/// The columns of [`profile_of`], of a table `users u`.
pub(crate) const PROFILE: &str = "u.id, u.username, u.display_name, u.about, \
     (SELECT a.id FROM attachments a WHERE a.num = u.avatar), u.deleted_at IS NOT NULL";

/// A profile from the columns [`PROFILE`], beginning at `first`.
pub(crate) fn profile_of(row: &Row<'_>, first: usize) -> rusqlite::Result<Profile> {
    Ok(Profile {
        id: user_id(row, first)?,
        username: row.get(first + 1)?,
        display_name: row.get(first + 2)?,
        about: row.get(first + 3)?,
        avatar: row.get::<_, Option<[u8; 16]>>(first + 4)?.map(AttachmentId::from),
        deleted: row.get(first + 5)?,
    })
}

/// A person's profile, deleted or not.
pub(crate) fn profile(connection: &Connection, id: UserId) -> rusqlite::Result<Option<Profile>> {
    connection
        .prepare_cached(&format!("SELECT {PROFILE} FROM users u WHERE u.id = ?1"))?
        .query_row([id.as_bytes()], |row| profile_of(row, 0))
        .optional()
}

/// Somebody whom rows name by number.
#[derive(Clone, Copy)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    /// They keep to themselves how far they have read.
    pub(crate) hides_reading: bool,
}

fn person(connection: &Connection, number: i64) -> rusqlite::Result<Person> {
    connection
        .prepare_cached("SELECT id, read_receipts = 0 FROM users WHERE num = ?1")?
        .query_row([number], |row| Ok(Person { id: user_id(row, 0)?, hides_reading: row.get(1)? }))
}

/// The people in an answer: each is looked up once.
#[derive(Default)]
pub(crate) struct Named {
    people: HashMap<i64, Person>,
    profiles: BTreeMap<UserId, Arc<Profile>>,
}

impl Named {
    /// Names a person. Returns how many bytes the answer grows by, about.
    pub(crate) fn add(&mut self, view: &View<'_>, id: UserId) -> rusqlite::Result<usize> {
        if self.profiles.contains_key(&id) {
            return Ok(0);
        }
        let found = match view.people()? {
            Some((memory, moment)) => memory.profile(moment, id, || profile(view, id))?,
            None => profile(view, id)?.map(Arc::new),
        };
        let Some(profile) = found else { return Ok(0) };
        let bytes = 220 + profile.username.len() + profile.display_name.len() + 2 * profile.about.len();
        self.profiles.insert(id, profile);
        Ok(bytes)
    }

    /// Takes back that a person was named last, for whom there was no room.
    pub(crate) fn remove(&mut self, id: UserId) {
        self.profiles.remove(&id);
    }

    /// Somebody by number, who is not named by that alone.
    pub(crate) fn person(&mut self, view: &View<'_>, number: i64) -> rusqlite::Result<Person> {
        if let Some(person) = self.people.get(&number) {
            return Ok(*person);
        }
        let person = match view.people()? {
            Some((memory, moment)) => memory.person(moment, number, || person(view, number))?,
            None => person(view, number)?,
        };
        self.people.insert(number, person);
        Ok(person)
    }

    /// Names everyone whom the other names.
    pub(crate) fn merge(&mut self, other: Self) {
        self.profiles.extend(other.profiles);
    }

    /// Everyone named, by id.
    pub(crate) fn into_profiles(self) -> Vec<Profile> {
        self.profiles.into_values().map(Arc::unwrap_or_clone).collect()
    }
}
