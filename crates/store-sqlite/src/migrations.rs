//! The schema, step by step. A database is brought up one numbered step at a time, after a snapshot of it was taken.

use std::path::Path;

use rusqlite::{Connection, MAIN_DB};

use crate::{OpenError, checksums::APPLICATION_ID};

/// All steps, in order. The number of steps taken is the database's `user_version`.
const STEPS: &[&str] =
    &[include_str!("../migrations/0001_initial.sql"), include_str!("../migrations/0002_deletions.sql")];

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
        snapshot(connection, folder, taken)?;
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

/// Keeps a copy of the database as it was before the steps that follow `version`.
fn snapshot(connection: &Connection, folder: &Path, version: usize) -> Result<(), OpenError> {
    let path = folder.join(format!("kith-before-version-{}.db", version + 1));
    tracing::info!(path = %path.display(), "keeping a copy of the database before it is changed");
    Ok(connection.backup(MAIN_DB, path, None::<fn(rusqlite::backup::Progress)>)?)
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn every_step_applies_to_an_empty_database_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, folder.path()).unwrap();
        migrate(&mut connection, folder.path()).unwrap();
        let version: usize = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        assert_eq!(version, STEPS.len());
    }
}
