//! What a read sees: one moment of the database, and whatever is still true in it of what earlier reads have found.

use std::{cell::OnceCell, ops::Deref};

use rusqlite::Connection;

use crate::memory::Memory;

/// A snapshot to read from. Operations that write read from their own transaction, and remember nothing.
pub(crate) struct View<'a> {
    connection: &'a Connection,
    memory: Option<&'a Memory>,
    people: OnceCell<i64>,
}

impl<'a> View<'a> {
    /// Of a reader, inside of its transaction.
    pub(crate) fn new(connection: &'a Connection, memory: &'a Memory) -> Self {
        Self { connection, memory: Some(memory), people: OnceCell::new() }
    }

    /// Of the writer, inside of its transaction: what it sees may come to nothing.
    pub(crate) fn unremembered(connection: &'a Connection) -> Self {
        Self { connection, memory: None, people: OnceCell::new() }
    }

    /// What readers remember, unless this is the writer.
    pub(crate) fn memory(&self) -> Option<&'a Memory> {
        self.memory
    }

    /// What readers remember of people, and the number with which it is true here.
    pub(crate) fn people(&self) -> rusqlite::Result<Option<(&'a Memory, i64)>> {
        let Some(memory) = self.memory else { return Ok(None) };
        if let Some(number) = self.people.get() {
            return Ok(Some((memory, *number)));
        }
        let number = self
            .prepare_cached("SELECT value FROM meta WHERE key = 'people'")?
            .query_row([], |row| row.get(0))?;
        Ok(Some((memory, *self.people.get_or_init(|| number))))
    }
}

impl Deref for View<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}
