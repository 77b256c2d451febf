//! The table of limits: everything that can grow, with its unit last in the name.
//!
//! Enforced before anything is allocated, the same over WebSocket, long-polling and REST. The web client gets the same
//! table as `LIMITS`.

macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident = $value:expr;)*) => {
        $($(#[$doc])* pub const $name: usize = $value;)*

        /// Every limit by name, for the web client and the documentation.
        pub const TABLE: &[(&str, usize)] = &[$((stringify!($name), $name)),*];
    };
}

limits! {
    /// One Socket.IO event of a client, in bytes. A text of [`TEXT_UTF16_MAX`] written as `\uXXXX` still fits.
    EVENT_BYTES_MAX = 128 * 1024;
    /// One answer, in bytes; what does not fit comes with `more`.
    ANSWER_BYTES_MAX = 256 * 1024;
    /// The body of one REST call that is not an upload, in bytes.
    BODY_BYTES_MAX = 128 * 1024;
    /// Nesting of JSON, in levels.
    JSON_DEPTH_MAX = 32;
    /// The text of a message, in UTF-16 units.
    TEXT_UTF16_MAX = 16_000;
    /// A draft, in UTF-16 units.
    DRAFT_UTF16_MAX = 16_000;
    /// A display name or the title of a group, in UTF-16 units.
    NAME_UTF16_MAX = 128;
    /// "About" on a profile, in UTF-16 units.
    ABOUT_UTF16_MAX = 512;
    /// The description of a photo, in UTF-16 units.
    ALT_UTF16_MAX = 1_000;
    /// The name of a file, in UTF-16 units.
    FILE_NAME_UTF16_MAX = 255;
    /// A username, in characters, at least.
    USERNAME_CHARS_MIN = 3;
    /// A username, in characters, at most.
    USERNAME_CHARS_MAX = 32;
    /// A password, in characters, at least.
    PASSWORD_CHARS_MIN = 8;
    /// A password, in bytes, at most: longer ones would only cost time.
    PASSWORD_BYTES_MAX = 1_024;
    /// People mentioned in one message.
    MENTIONS_MAX = 50;
    /// Formatted spans found in one text.
    ENTITIES_MAX = 500;
    /// Different emoji on one message.
    REACTION_KINDS_MAX = 20;
    /// One reaction, in bytes of UTF-8: the longest emoji sequence known has 35.
    REACTION_BYTES_MAX = 64;
    /// Who reacted, named on a message; the rest is counted and listed on request.
    REACTION_USERS_SHOWN_MAX = 10;
    /// Attachments of one message.
    ATTACHMENTS_MAX = 10;
    /// One attachment, in bytes, unless the configuration says otherwise.
    ATTACHMENT_BYTES_MAX = 50 * 1024 * 1024;
    /// People in one group.
    MEMBERS_MAX = 1_000;
    /// Members named on the summary of a conversation.
    SUMMARY_MEMBERS_MAX = 20;
    /// Conversations of one person.
    CONVERSATIONS_MAX = 10_000;
    /// Above this many members, receipts go to their own person only and nobody is told who types.
    EPHEMERAL_MEMBERS_MAX = 100;
    /// Messages in one page.
    PAGE_MESSAGES_MAX = 100;
    /// People in one page.
    PAGE_USERS_MAX = 100;
    /// People whose presence one socket watches.
    PRESENCE_WATCH_MAX = 200;
    /// Pinned messages of a conversation.
    PINNED_MESSAGES_MAX = 100;
    /// Pinned conversations of a person.
    PINNED_CONVERSATIONS_MAX = 100;
    /// People one person has blocked.
    BLOCKS_MAX = 1_000;
    /// Preferences kept for the clients of a person, in entries.
    PREFERENCES_MAX = 64;
    /// One preference, key and value, in bytes.
    PREFERENCE_BYTES_MAX = 1_024;
    /// Signed-in devices of one person; signing in once more ends the longest unused.
    SESSIONS_MAX = 100;
    /// Packets waiting for one socket.
    QUEUE_PACKETS_MAX = 256;
    /// Bytes waiting for one socket.
    QUEUE_BYTES_MAX = 1024 * 1024;
    /// A search query, in UTF-16 units.
    QUERY_UTF16_MAX = 256;
    /// Uploads of one person that no message shows yet.
    PENDING_UPLOADS_MAX = 100;
}

/// The length of `text` in UTF-16 units, as JavaScript counts.
#[must_use]
pub fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}
