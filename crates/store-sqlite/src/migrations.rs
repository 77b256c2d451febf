//! The schema, step by step. A database is brought up one numbered step at a time, after a copy of it was kept.

use std::{fs, io, path::Path};

use rusqlite::Connection;

use crate::{OpenError, checksums::APPLICATION_ID, snapshot::copy_into};

/// All steps, in order. The number of steps taken is the database's `user_version`.
const STEPS: &[&str] = &[
    include_str!("../migrations/0001_initial.sql"),
    include_str!("../migrations/0002_deletions.sql"),
    include_str!("../migrations/0003_terms.sql"),
    include_str!("../migrations/0004_merging.sql"),
    include_str!("../migrations/0005_reading.sql"),
];

/// Brings the database in `folder` to the newest version.
///
/// # Errors
/// [`OpenError::Newer`] when a newer program has been at it: it is left untouched.
pub(crate) fn migrate(connection: &mut Connection, folder: &Path) -> Result<(), OpenError> {
    let taken: usize = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if taken > STEPS.len() {
        return Err(OpenError::Newer { found: taken, known: STEPS.len() });
    }
    if taken > 0 && taken < STEPS.len() {
        keep_copy(connection, folder, taken)?;
    }
    if taken == 0 {
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    for (index, step) in STEPS.iter().enumerate().skip(taken) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", index + 1)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Whether every step has been taken.
pub(crate) fn is_newest(connection: &Connection) -> rusqlite::Result<bool> {
    let taken: usize = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    Ok(taken == STEPS.len())
}

/// Keeps a copy of the database as it was before the steps that follow `version`: all of it, every page held against its
/// checksum, or none.
fn keep_copy(connection: &Connection, folder: &Path, version: usize) -> Result<(), OpenError> {
    let path = folder.join(format!("kith-before-version-{}.db", version + 1));
    tracing::info!(path = %path.display(), "keeping a copy of the database before it is changed");
    let part = path.with_added_extension("part");
    // An earlier start was cut off while it wrote it.
    match fs::remove_file(&part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(OpenError::Copy(error)),
        _ => {}
    }
    let copied = copy_into(connection, &part).and_then(|()| {
        fs::rename(&part, &path).and_then(|()| fs::File::open(folder)?.sync_all()).map_err(OpenError::Copy)
    });
    if copied.is_err() {
        // What is left of it is removed by the next start, if not now.
        let _ = fs::remove_file(&part);
    }
    copied
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checksums::{PAGE_BYTES, Pages, scan},
        search, store,
    };

    const COPY: &str = "kith-before-version-2.db";

    /// A database as the first version of the program left it, with something in it.
    fn old(folder: &Path) -> Connection {
        let connection = store::connect(&folder.join(store::FILE)).unwrap();
        connection.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        connection.execute_batch(STEPS[0]).unwrap();
        connection.pragma_update(None, "user_version", 1).unwrap();
        connection.execute("INSERT INTO meta (key, value) VALUES ('who', 'ann')", []).unwrap();
        connection
    }

    #[test]
    fn the_copy_from_before_is_whole_and_its_pages_carry_checksums() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = old(folder.path());
        let half = folder.path().join(COPY).with_added_extension("part");
        fs::write(&half, "what a start that was cut off has left").unwrap();
        migrate(&mut connection, folder.path()).unwrap();

        let path = folder.path().join(COPY);
        assert_eq!(scan(&path, usize::MAX).unwrap(), (Pages::Checked, vec![]));
        let copy = store::connect(&path).unwrap();
        let version: usize = copy.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        assert_eq!(version, 1);
        assert_eq!(store::meta::<String>(&copy, "who").unwrap().as_deref(), Some("ann"));
        assert!(!half.exists());
    }

    #[test]
    fn a_database_with_a_damaged_page_is_neither_copied_nor_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(store::FILE);
        // Closing the last connection moves everything out of the log.
        old(folder.path()).close().unwrap();
        let mut bytes = fs::read(&path).unwrap();
        let last = bytes.len() - PAGE_BYTES / 2;
        bytes[last] ^= 1;
        fs::write(&path, &bytes).unwrap();

        let mut connection = store::connect(&path).unwrap();
        let refused = migrate(&mut connection, folder.path());
        assert!(matches!(refused, Err(OpenError::Database(_))), "{refused:?}");
        drop(connection);
        assert_eq!(fs::read(&path).unwrap(), bytes);
        assert!(!folder.path().join(COPY).exists());
    }

    #[test]
    fn a_newer_database_is_refused_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kith.db");
        let mut connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "user_version", 999).unwrap();
        let before = std::fs::read(&path).unwrap();
        let refused = migrate(&mut connection, folder.path());
        assert!(matches!(refused, Err(OpenError::Newer { found: 999, .. })));
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    #[test]
    fn what_was_found_before_the_third_step_is_found_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = old(folder.path());
        connection.execute_batch(STEPS[1]).unwrap();
        connection.pragma_update(None, "user_version", 2).unwrap();
        assert!(!is_newest(&connection).unwrap());
        let one_message = "INSERT INTO meta (key, value) VALUES ('indexed', 5); \
            INSERT INTO users (num, id, username, display_name, search_key, role, password, created_at) \
              VALUES (7, x'07', '', '', '', 0, '!', 1); \
            INSERT INTO conversations (num, id, kind, tick, created_at, created_by) VALUES (12, x'0c', 1, 1, 1, 7); \
            INSERT INTO messages (conversation, seq, created_version, sender, kind, created_at, doc, text) \
              VALUES (12, 1, 1, 7, 0, 1, 5, 'Tea?'); \
            INSERT INTO docs (doc, conversation, seq) VALUES (5, 12, 1); \
            INSERT INTO terms (rowid, place, words) VALUES (5, 'c12 u7', 'tea');";
        connection.execute_batch(one_message).unwrap();

        migrate(&mut connection, folder.path()).unwrap();
        let is_there_more = search::index_pending(&connection, 2).unwrap();
        assert!(!is_there_more);
        assert!(is_newest(&connection).unwrap());
        let found = "SELECT rowid FROM terms WHERE terms MATCH '\"te\"* AND \"#12\" AND \"@7\"'";
        let doc: i64 = connection.query_row(found, [], |row| row.get(0)).unwrap();
        assert_eq!(doc, 5);
        let elsewhere = "SELECT COUNT(*) FROM terms WHERE terms MATCH '\"#7\" OR \"@12\" OR \"1\"*'";
        let count: i64 = connection.query_row(elsewhere, [], |row| row.get(0)).unwrap();
        assert_eq!(count, 0, "a place is not taken for a word, nor for another place");
    }

    #[test]
    fn from_the_fourth_step_on_the_index_is_merged_only_when_it_is_told_to() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = old(folder.path());
        migrate(&mut connection, folder.path()).unwrap();
        let segments = || {
            let count = "SELECT COUNT(DISTINCT segid) FROM terms_idx";
            connection.query_row(count, [], |row| row.get::<_, usize>(0)).unwrap()
        };
        let fill = |doc: i64| {
            let document = format!("tea {doc}");
            let fill = "INSERT INTO terms (rowid, document) VALUES (?1, ?2)";
            connection.execute(fill, rusqlite::params![doc, document]).unwrap();
        };
        (1..=8).for_each(fill);
        assert_eq!(segments(), 8);
        for doc in 9..=100 {
            fill(doc);
            search::merge(&connection, 4).unwrap();
        }
        assert!(segments() < 16, "a few pages at a time keep up: {}", segments());
        let found = "SELECT COUNT(*) FROM terms WHERE terms MATCH 'tea'";
        assert_eq!(connection.query_row(found, [], |row| row.get::<_, i64>(0)).unwrap(), 100);
    }

    #[test]
    fn what_is_remembered_of_people_ends_with_any_change_that_others_see() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, folder.path()).unwrap();
        let person = "INSERT INTO users (num, id, username, display_name, search_key, role, password, created_at) \
             VALUES (1, x'01', 'ann', 'Ann', '', 0, '!', 1)";
        connection.execute(person, []).unwrap();
        let changes_after = |set: &str| -> u64 {
            connection.execute(&format!("UPDATE users SET {set}"), []).unwrap();
            connection.query_row("SELECT value FROM meta WHERE key = 'people'", [], |row| row.get(0)).unwrap()
        };
        for unseen in ["last_active_at = 5", "preferences = '{1}', read_receipts = 1", "display_name = 'Ann'"]
        {
            assert_eq!(changes_after(unseen), 0, "{unseen}");
        }
        let seen =
            ["display_name = 'Anna'", "about = '!'", "read_receipts = 0", "username = ''", "deleted_at = 9"];
        for (set, count) in seen.into_iter().zip(1..) {
            assert_eq!(changes_after(set), count, "{set}");
        }
    }

    #[test]
    fn every_step_applies_to_an_empty_database_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, folder.path()).unwrap();
        migrate(&mut connection, folder.path()).unwrap();
        let version: usize = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        assert_eq!(version, STEPS.len());
    }
}
