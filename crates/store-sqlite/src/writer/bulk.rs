//! Filling a folder that nobody serves, with more messages than anybody wants to wait for.
//!
//! Each message goes through the same operation as one that is sent, so its rows, numbers and documents are what a server
//! would have written. What is left out is what makes a server safe to interrupt: there is no journal and no sync until
//! everything is there.

use std::{
    fs::File,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use kith_chat::{Entropy, Notice, Refusal, store::NewMessage};
use kith_protocol::{Seq, Timestamp, UserId};
use rusqlite::{Connection, ErrorCode, params};

use super::write::{Memory, Write};
use crate::{
    OpenError, Options,
    error::{Failure, refusal_of},
    mark::Mark,
    search, send,
    store::{self, ToWrite},
};

/// Messages in one transaction, whose pages are written once.
const BATCH_MAX: usize = 250_000;
/// What the search index collects before it writes a segment, in bytes, and what it collects otherwise (its default).
const COLLECTED_BYTES: usize = 64 << 20;
const COLLECTED_BYTES_DEFAULT: usize = 1 << 20;
/// Of how many segments the search index makes one by itself: here of so many, and otherwise of none, because the writer has
/// it merge.
const MERGED_SEGMENTS: usize = 8;
/// How often it is looked whether nobody else has the database open, and how long after each look.
const LOOKS_MAX: u32 = 200;
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// A data folder that is being filled. Unless it is [finished](Self::finish), the folder is to be thrown away.
pub struct Bulk {
    connection: Connection,
    memory: Memory,
    folder: PathBuf,
    /// Nobody listens; it is kept for its room.
    notices: Vec<Notice>,
    waiting: usize,
}

impl Bulk {
    /// Opens the database in `folder`, which nobody else may have open, and makes it when there is none.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(folder: &Path, options: Options, entropy: &Entropy) -> Result<Self, OpenError> {
        let ToWrite { connection, .. } = store::open_to_write(folder, options.writer_cache_kib, entropy)?;
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        give_up_the_journal(&connection)?;
        connection.pragma_update(None, "synchronous", "OFF")?;
        set_index(&connection, "hashsize", COLLECTED_BYTES)?;
        set_index(&connection, "automerge", MERGED_SEGMENTS)?;
        let memory = Memory::load(&connection)?;
        connection.execute_batch("BEGIN EXCLUSIVE")?;
        Ok(Self { connection, memory, folder: folder.to_owned(), notices: Vec::new(), waiting: 0 })
    }

    /// Writes a message, as [`kith_chat::store::MessageStore::send`] does, and answers its number. It is there for others
    /// once all of them are.
    ///
    /// # Errors
    /// Those of sending.
    pub fn send(&mut self, actor: UserId, message: &NewMessage, now: Timestamp) -> Result<Seq, Refusal> {
        let tick = self.memory.tick + 1;
        let mut write = Write::new(&self.connection, tick, &mut self.memory, &mut self.notices);
        let sent = send::send(&mut write, actor, message, now).map_err(Failure::into_refusal)?;
        drop(write);
        self.notices.clear();
        self.waiting += 1;
        if self.waiting == BATCH_MAX {
            self.commit().map_err(|error| refusal_of(&error))?;
            self.connection.execute_batch("BEGIN EXCLUSIVE").map_err(|error| refusal_of(&error))?;
        }
        Ok(sent.seq)
    }

    /// Writes what is left, and leaves the folder as a server does that has been stopped: everything is on disk.
    ///
    /// # Errors
    /// Those of the database and of the disk. The folder is then to be thrown away.
    pub fn finish(mut self) -> Result<(), OpenError> {
        self.commit()?;
        set_index(&self.connection, "hashsize", COLLECTED_BYTES_DEFAULT)?;
        set_index(&self.connection, "automerge", 0)?;
        self.connection.pragma_update(None, "journal_mode", "WAL")?;
        self.connection.close().map_err(|(_, error)| error)?;
        File::open(self.folder.join(store::FILE))
            .and_then(|file| file.sync_all())
            .map_err(OpenError::Mark)?;
        Mark::open(&self.folder, self.memory.tick).map_err(OpenError::Mark)?;
        Ok(())
    }

    fn commit(&mut self) -> rusqlite::Result<()> {
        let tick = self.memory.tick + 1;
        self.memory.heads.save(&self.connection, tick)?;
        while search::index_pending(&self.connection, BATCH_MAX)? {}
        self.connection.execute("UPDATE meta SET value = ?1 WHERE key = 'tick'", [tick])?;
        self.connection.execute_batch("COMMIT")?;
        self.memory.tick = tick;
        self.waiting = 0;
        Ok(())
    }
}

/// A store that was open here until now ends on threads of its own: they may take a moment.
fn give_up_the_journal(connection: &Connection) -> rusqlite::Result<()> {
    for _ in 1..LOOKS_MAX {
        match connection.pragma_update(None, "journal_mode", "OFF") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                thread::sleep(LOOK_AGAIN);
            }
            given_up => return given_up,
        }
    }
    connection.pragma_update(None, "journal_mode", "OFF")
}

fn set_index(connection: &Connection, name: &str, value: usize) -> rusqlite::Result<()> {
    connection.execute("INSERT INTO terms (terms, rank) VALUES (?1, ?2)", params![name, value]).map(|_| ())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kith_chat::{
        LocalBus,
        passwords::PasswordHash,
        store::{ConversationStore, MessageStore, NewUser, UserStore},
        users::Username,
    };
    use kith_protocol::{ClientId, ConversationId};

    use super::*;
    use crate::{SqliteStore, examine};

    const NOW: Timestamp = Timestamp(1_700_000_000_000);
    const ANN: [u8; 16] = [1; 16];
    const BEN: [u8; 16] = [2; 16];
    const TEA: [u8; 16] = [3; 16];

    fn message(number: u32) -> NewMessage {
        let mut client_id = [9; 16];
        client_id[..4].copy_from_slice(&number.to_be_bytes());
        NewMessage {
            conversation_id: ConversationId::from(TEA),
            client_id: ClientId::from(client_id),
            fingerprint: [0; 8],
            text: format!("tea number {number}, and cake"),
            entities: Vec::new(),
            attachment_ids: Vec::new(),
            reply_to: None,
            forward: None,
        }
    }

    fn open(folder: &Path) -> SqliteStore {
        let (bus, _) = LocalBus::new();
        SqliteStore::open(folder, Options::default(), Arc::new(bus), &Entropy::from_seed([1; 32])).unwrap()
    }

    /// Two people and their conversation.
    async fn settle(folder: &Path) -> SqliteStore {
        let store = open(folder);
        for (id, name) in [(ANN, "ann"), (BEN, "ben")] {
            let username = Username::parse(name).unwrap();
            let password = PasswordHash::none();
            let user = NewUser { id: id.into(), username, display_name: name.into(), password };
            store.create_user(user, NOW).await.unwrap();
        }
        store.open_direct(ANN.into(), BEN.into(), TEA.into(), NOW).await.unwrap();
        store
    }

    /// Every row of what messages leave behind, the numbers of commits aside.
    fn rows(folder: &Path) -> Vec<String> {
        let connection = store::connect(&folder.join(store::FILE)).unwrap();
        let mut rows = Vec::new();
        for columns in [
            "* FROM messages",
            "* FROM docs",
            "* FROM members",
            "id, version, last_seq FROM conversations",
            "value FROM meta WHERE key = 'indexed'",
            "k, v FROM terms_config WHERE k <> 'hashsize'",
        ] {
            let mut statement = connection.prepare(&format!("SELECT {columns}")).unwrap();
            let width = statement.column_count();
            let mut found = statement.query([]).unwrap();
            while let Some(row) = found.next().unwrap() {
                let values: Vec<_> = (0..width).map(|at| row.get_ref(at).unwrap()).collect();
                rows.push(format!("{columns}: {values:?}"));
            }
        }
        rows
    }

    #[tokio::test]
    async fn what_is_filled_in_bulk_is_what_a_server_would_have_written() {
        let (filled, served) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let store = settle(served.path()).await;
        for number in 0..300 {
            store.send(ANN.into(), message(number), None, NOW).await.unwrap();
        }
        kith_chat::Store::close(&store).await.unwrap();

        let store = settle(filled.path()).await;
        store.send(ANN.into(), message(0), None, NOW).await.unwrap();
        kith_chat::Store::close(&store).await.unwrap();
        drop(store);
        let mut bulk = Bulk::open(filled.path(), Options::default(), &Entropy::from_seed([2; 32])).unwrap();
        for number in 1..300 {
            bulk.send(ANN.into(), &message(number), NOW).unwrap();
        }
        bulk.send(ANN.into(), &message(7), NOW).expect("it is found to have been sent");
        assert!(bulk.send([7; 16].into(), &message(400), NOW).is_err(), "a stranger is refused");
        bulk.finish().unwrap();

        assert_eq!(rows(filled.path()), rows(served.path()));
        let examined = examine(filled.path()).unwrap();
        assert_eq!((examined.messages, examined.findings), (300, vec![]));
        let store = open(filled.path());
        assert_eq!(store.send(BEN.into(), message(500), None, NOW).await.unwrap().seq, Seq(301));
    }
}
