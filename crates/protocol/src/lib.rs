//! The wire: every word that a client and the server say to each other, defined once.
//!
//! One file per noun. A type here is the domain vocabulary as well: no layer keeps a second copy to convert to. What
//! never leaves the server (hashes, tokens) has private types elsewhere. `docs/protocol.md` says in prose what these
//! types say in Rust, and [`typescript`] says it to the web client.
//!
//! Conventions: ids are UUID strings, times are whole milliseconds since 1970 UTC and end in `_at`, numbers stay below
//! 2^53, offsets and lengths in text count UTF-16 units, as JavaScript does.

mod numbers;
pub use numbers::{AccountVersion, SAFE_INTEGER_MAX, Seq, Timestamp, Version};
mod ids;
pub use ids::{AttachmentId, ClientId, ConversationId, SessionId, UserId};

mod error;
pub use error::{ErrorBody, ErrorCode, Problem};
pub mod limits;

mod users;
pub use users::*;
mod sessions;
pub use sessions::*;
mod conversations;
pub use conversations::*;
mod messages;
pub use messages::*;
mod reactions;
pub use reactions::*;
mod receipts;
pub use receipts::*;
mod attachments;
pub use attachments::*;
mod presence;
pub use presence::*;
mod account;
pub use account::*;
mod sync;
pub use sync::*;
mod search;
pub use search::*;

mod commands;
pub use commands::*;
mod events;
pub use events::*;

mod patch;
mod shared;
pub use shared::Shared;
pub mod typescript;
