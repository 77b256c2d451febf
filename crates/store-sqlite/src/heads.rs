//! What the writer remembers of conversations, so that a send reads nothing and a batch writes each row once.
//!
//! The head of a conversation is what moves with every message: its numbers, and how far its members have come. Operations
//! that only move it take it from here and put it back; the rows follow once for the whole batch, before its commit or
//! before an operation that reads them. Every other operation works on rows, and has the heads it may have changed
//! forgotten.

use std::collections::HashMap;

use kith_protocol::{ConversationId, Seq, UserId, Version};
use rusqlite::{Connection, params};

use crate::{
    door::{self, Door},
    error::Outcome,
    send::OtherPerson,
};

/// Members' places kept, at most. With one more, all of them are read anew.
const PLACES_MAX: usize = 20_000;

/// What is remembered. The writer is the only one who writes, so it is true; after a rollback it is read anew.
#[derive(Default)]
pub(crate) struct Heads {
    heads: HashMap<ConversationId, Head>,
    places: usize,
    moves: u64,
    unsaved: Vec<ConversationId>,
    unsaved_places: Vec<(ConversationId, UserId)>,
}

struct Head {
    conversation: i64,
    version: Version,
    last_seq: Seq,
    unsaved: bool,
    places: HashMap<UserId, Place>,
}

/// One member's place: their door as it was last seen, the conversation's numbers aside.
struct Place {
    door: Door,
    other: Option<OtherPerson>,
    unsaved: bool,
}

impl Heads {
    /// As [`door::enter`].
    pub(crate) fn enter(
        &mut self,
        connection: &Connection,
        actor: UserId,
        id: ConversationId,
    ) -> Outcome<Door> {
        if let Some(head) = self.heads.get(&id)
            && let Some(place) = head.places.get(&actor)
        {
            return Ok(Door { version: head.version, last_seq: head.last_seq, ..place.door.clone() });
        }
        let found = door::enter(connection, actor, id)?;
        let Door { conversation, version, last_seq, .. } = found;
        self.places += 1;
        let head = self.heads.entry(id).or_insert_with(|| Head {
            conversation,
            version,
            last_seq,
            unsaved: false,
            places: HashMap::with_capacity(2),
        });
        let door = Door { version: head.version, last_seq: head.last_seq, ..found };
        head.places.insert(actor, Place { door: door.clone(), other: None, unsaved: false });
        Ok(door)
    }

    /// The other one of a direct conversation, as this member's sends find them.
    pub(crate) fn other_person(
        &mut self,
        door: &Door,
        find: impl FnOnce() -> rusqlite::Result<OtherPerson>,
    ) -> rusqlite::Result<OtherPerson> {
        let place = self.heads.get_mut(&door.id).and_then(|head| head.places.get_mut(&door.user_id));
        match place {
            Some(Place { other: Some(other), .. }) => Ok(*other),
            Some(place) => Ok(*place.other.insert(find()?)),
            None => find(),
        }
    }

    /// How often something was put back, ever: whether an operation has moved anything.
    pub(crate) fn moves(&self) -> u64 {
        self.moves
    }

    /// The conversation has come to where this door says: `sync` will tell of it.
    pub(crate) fn keep(&mut self, door: &Door) {
        let Some(head) = self.heads.get_mut(&door.id) else { return };
        self.moves += 1;
        head.version = door.version;
        head.last_seq = door.last_seq;
        if !head.unsaved {
            head.unsaved = true;
            self.unsaved.push(door.id);
        }
    }

    /// The member has come to where this door says.
    pub(crate) fn keep_place(&mut self, door: &Door) {
        let place = self.heads.get_mut(&door.id).and_then(|head| head.places.get_mut(&door.user_id));
        let Some(place) = place else { return };
        self.moves += 1;
        place.door.clone_from(door);
        if !place.unsaved {
            place.unsaved = true;
            self.unsaved_places.push((door.id, door.user_id));
        }
    }

    /// Writes the rows of what has moved.
    pub(crate) fn save(&mut self, connection: &Connection, tick: u64) -> rusqlite::Result<()> {
        if !self.unsaved.is_empty() || !self.unsaved_places.is_empty() {
            self.save_heads(connection, tick)?;
            self.save_places(connection)?;
        }
        // Also when nothing has moved: most who say what has arrived say it twice.
        if self.places > PLACES_MAX {
            self.forget_all();
        }
        Ok(())
    }

    fn save_heads(&mut self, connection: &Connection, tick: u64) -> rusqlite::Result<()> {
        let mut save = connection.prepare_cached(
            "UPDATE conversations SET version = ?2, last_seq = ?3, tick = ?4 WHERE num = ?1",
        )?;
        for id in self.unsaved.drain(..) {
            let Some(head) = self.heads.get_mut(&id) else { continue };
            head.unsaved = false;
            save.execute(params![head.conversation, head.version.0, head.last_seq.0, tick])?;
        }
        Ok(())
    }

    fn save_places(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let mut save = connection.prepare_cached(
            "UPDATE members SET spoke_seq = ?3, delivered_seq = ?4, read_seq = ?5, read_at = ?6 \
             WHERE conversation = ?1 AND user = ?2",
        )?;
        for (id, user) in self.unsaved_places.drain(..) {
            let place = self.heads.get_mut(&id).and_then(|head| head.places.get_mut(&user));
            let Some(Place { door, unsaved, .. }) = place else { continue };
            *unsaved = false;
            save.execute(params![
                door.conversation,
                door.user,
                door.spoke_seq.0,
                door.receipt.delivered_seq.0,
                door.receipt.read_seq.0,
                door.receipt.read_at.map(|at| at.0)
            ])?;
        }
        Ok(())
    }

    /// Rows of this conversation have changed. What has moved must have been saved before.
    pub(crate) fn forget(&mut self, id: ConversationId) {
        if let Some(head) = self.heads.remove(&id) {
            self.places -= head.places.len();
        }
    }

    /// Any rows may have changed. What has moved must have been saved before.
    pub(crate) fn forget_all(&mut self) {
        *self = Self { moves: self.moves, ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrations::migrate;

    fn user(number: usize) -> UserId {
        (number as u128).to_be_bytes().into()
    }

    #[test]
    fn with_one_place_more_than_are_kept_all_are_forgotten_even_if_nothing_has_moved() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, folder.path()).unwrap();
        connection.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
        let id = ConversationId::from([1; 16]);
        let group = "INSERT INTO conversations (num, id, kind, members_may_edit, tick, created_at, created_by) \
             VALUES (1, ?1, 1, 0, 1, 1, 1)";
        connection.execute(group, [id.as_bytes()]).unwrap();
        let member = "INSERT INTO members (conversation, user, role, joined_at, version, delivered_seq, read_seq) \
             VALUES (1, 1, 0, 1, 1, 0, 0)";
        connection.execute(member, []).unwrap();
        let person = "INSERT INTO users (num, id, username, display_name, search_key, role, password, created_at) \
             VALUES (1, ?1, '', '', '', 0, '!', 1)";
        connection.execute(person, [user(0).as_bytes()]).unwrap();

        let mut heads = Heads::default();
        heads.enter(&connection, user(0), id).unwrap();
        // As if so many others had entered.
        heads.places = PLACES_MAX;
        heads.save(&connection, 1).unwrap();
        assert_eq!(heads.heads.len(), 1);
        connection.execute("UPDATE users SET id = ?1", [user(1).as_bytes()]).unwrap();
        heads.enter(&connection, user(1), id).unwrap();
        heads.save(&connection, 1).unwrap();
        assert!(heads.heads.is_empty() && heads.places == 0);
    }
}
