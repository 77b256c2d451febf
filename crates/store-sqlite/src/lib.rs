//! The default store: SQLite, one writer, group commit.
