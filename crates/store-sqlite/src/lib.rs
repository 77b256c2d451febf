//! The default store: SQLite, one writer, group commit, fsync before the answer.
//!
//! In reading order: [`SqliteStore`] opens a data folder and is what the rules see; `writer` commits whatever has queued,
//! in one transaction, and tells the bus after the commit is on disk; `readers` answer from snapshots; the nouns hold the
//! SQL. `migrations/` is the schema.

mod store;
pub use store::{OpenError, Options, SqliteStore};

mod checkpoint;
mod error;
mod migrations;
mod readers;
mod writer;
pub use writer::{Commit, CommitWatch};

mod door;
mod heads;

mod account;
mod attachments;
mod conversations;
mod members;
mod messages;
mod pages;
mod people;
mod reactions;
mod receipts;
mod rows;
mod search;
mod send;
mod sessions;
mod summaries;
mod sync;
mod unread;
mod users;
