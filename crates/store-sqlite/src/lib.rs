//! The default store: SQLite, one writer, group commit, fsync before the answer.
//!
//! In reading order: [`SqliteStore`] opens a data folder and is what the rules see; `writer` commits whatever has queued,
//! in one transaction, and tells the bus after the commit is on disk; `readers` answer from snapshots, each a `view` with
//! what is still true of the readers' `memory`; the nouns hold the SQL. `checksums` and `mark` see to it that nothing
//! damaged is served and nothing acknowledged is missed; `snapshot`, `deletions`, [`sizes`](sizes()) and [`examine`] are
//! for whoever keeps the data; [`Bulk`] fills a folder to be measured. `migrations/` is the schema.

mod store;
pub use store::{OpenError, Options, SqliteStore};

mod checkpoint;
mod checksums;
mod error;
mod log;
mod mark;
mod migrations;
mod readers;
pub use readers::Answer;
mod steps;
pub use steps::Steps;
mod writer;
pub use writer::{Bulk, Commit, CommitWatch};

mod deletions;
pub use deletions::{DELETIONS_FILE, Deletion, Place, known_deletions, read_list};
mod sizes;
pub use sizes::{Size, sizes};
mod snapshot;
pub use snapshot::{Moment, begin_new_epoch, snapshot};
mod verify;
pub use verify::{Bytes, Examined, Finding, examine, known_bytes};

mod door;
mod heads;
mod memory;
mod recent;
mod view;

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
