//! What operations write with, and what the writer remembers between them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use kith_chat::{Audience, Notice};
use kith_protocol::{ConversationId, ServerEvent, UserId};
use rusqlite::Connection;

use crate::{door::Door, error::Outcome, heads::Heads, people, search, send::Inserts};

/// Audiences kept in memory, at most.
const AUDIENCES_MAX: usize = 10_000;

/// What an operation writes with.
pub(crate) struct Write<'a> {
    /// Inside of the batch's transaction.
    pub(crate) connection: &'a Connection,
    /// The number of the commit to be; every row that `sync` looks at remembers it.
    pub(crate) tick: u64,
    pub(super) memory: &'a mut Memory,
    pub(super) notices: &'a mut Vec<Notice>,
    inserts: Option<Inserts<'a>>,
}

impl<'a> Write<'a> {
    /// For the operations of one batch.
    pub(super) fn new(
        connection: &'a Connection,
        tick: u64,
        memory: &'a mut Memory,
        notices: &'a mut Vec<Notice>,
    ) -> Self {
        Self { connection, tick, memory, notices, inserts: None }
    }

    /// The statements that write a message, looked up once for the whole batch.
    pub(crate) fn inserts(&mut self) -> rusqlite::Result<&mut Inserts<'a>> {
        let inserts = match self.inserts.take() {
            Some(inserts) => inserts,
            None => Inserts::prepare(self.connection)?,
        };
        Ok(self.inserts.insert(inserts))
    }

    /// Tells this once the commit is on disk.
    pub(crate) fn tell(&mut self, to: Audience, event: ServerEvent) {
        self.notices.push(Notice { to, event });
    }

    /// As [`crate::door::enter`], out of memory: for operations whose reach is [`super::Reach::Heads`].
    pub(crate) fn enter(&mut self, actor: UserId, id: ConversationId) -> Outcome<Door> {
        self.memory.heads.enter(self.connection, actor, id)
    }

    /// What the writer remembers of conversations.
    pub(crate) fn heads(&mut self) -> &mut Heads {
        &mut self.memory.heads
    }

    /// Writes what has moved in memory to its rows, for who goes on to read them.
    pub(crate) fn save_heads(&mut self) -> rusqlite::Result<()> {
        self.memory.heads.save(self.connection, self.tick)
    }

    /// The number that the next document of the search index has.
    pub(crate) fn next_doc(&self) -> i64 {
        self.memory.next_doc
    }

    /// That number is taken.
    pub(crate) fn take_doc(&mut self) {
        self.memory.next_doc += 1;
    }

    /// Everyone in a conversation, as of now.
    pub(crate) fn audience(&mut self, conversation: i64) -> Outcome<Arc<[UserId]>> {
        if let Some(audience) = self.memory.audiences.get(&conversation) {
            return Ok(Arc::clone(audience));
        }
        let audience: Arc<[UserId]> = people::members(self.connection, conversation)?.into();
        if self.memory.audiences.len() >= AUDIENCES_MAX {
            self.memory.audiences.clear();
        }
        self.memory.audiences.insert(conversation, Arc::clone(&audience));
        Ok(audience)
    }

    /// The people of a conversation have changed.
    pub(crate) fn forget_audience(&mut self, conversation: i64) {
        self.memory.audiences.remove(&conversation);
    }

    /// Whether this person keeps to themselves how far they have read.
    pub(crate) fn hides_reading(&self, user: UserId) -> bool {
        self.memory.hiding_reading.contains(&user)
    }

    /// This person shows, or no longer shows, how far they have read.
    pub(crate) fn set_hides_reading(&mut self, user: UserId, hides: bool) {
        if hides {
            self.memory.hiding_reading.insert(user);
        } else {
            self.memory.hiding_reading.remove(&user);
        }
    }
}

/// What the writer remembers between commits. Only it writes, so what it remembers is true; after a rollback it is read
/// anew.
pub(super) struct Memory {
    pub(super) tick: u64,
    next_doc: i64,
    pub(super) heads: Heads,
    audiences: HashMap<i64, Arc<[UserId]>>,
    hiding_reading: HashSet<UserId>,
}

impl Memory {
    pub(super) fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let tick = connection.query_row("SELECT value FROM meta WHERE key = 'tick'", [], |row| row.get(0))?;
        let hiding_reading = people::hiding_reading(connection)?;
        let next_doc = search::next_doc(connection)?;
        Ok(Self { tick, next_doc, heads: Heads::default(), audiences: HashMap::new(), hiding_reading })
    }

    /// Reads everything anew inside of a transaction, whose number stays what it is.
    pub(super) fn reload(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        *self = Self { tick: self.tick, ..Self::load(connection)? };
        Ok(())
    }
}
