//! What is in a text: formatting, links, mentions, words to search for, names.
//!
//! Everything here is a pure function of its arguments and takes time linear in the text. `docs/text.md` says the same
//! in prose; the web client speaks the same grammar in `web/src/lib/text/`, held together by shared test vectors.

mod entities;
pub use entities::entities;
mod mentions;
pub use mentions::check_mentions;
mod message_text;
pub use message_text::check_message_text;
mod names;
pub use names::{about, display_name, title, username, username_key};
mod file_names;
pub use file_names::file_name;
mod emoji;
pub use emoji::{is_reaction, reaction};
mod terms;
pub use terms::{INDEX_TERMS_MAX, QUERY_TERMS_MAX, Query, TERM_BYTES_MAX, Term, index_terms, query_terms};

mod characters;
mod emphasis;
mod links;
mod units;

/// Why a text, a name or a mention was refused: `invalid`, or `too_large` when there is a `limit`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct Invalid {
    /// The part of the request that is to blame, as a path: `mentions[2].offset`.
    pub field: String,
    /// A sentence for a person, in English. Never quotes what was typed.
    pub message: String,
    /// The number that was exceeded, in the unit of the limit.
    pub limit: Option<usize>,
}

impl Invalid {
    fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into(), limit: None }
    }

    fn too_large(field: impl Into<String>, message: impl Into<String>, limit: usize) -> Self {
        Self { limit: Some(limit), ..Self::new(field, message) }
    }
}
