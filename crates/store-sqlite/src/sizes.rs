//! What a database takes of the disk, by table and by index.

use std::path::Path;

use crate::{OpenError, snapshot::open_to_read};

/// A table or an index, and the bytes of its pages. The parts of the search index are its tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size {
    /// Its name in the schema.
    pub name: String,
    /// What its pages take.
    pub bytes: u64,
}

/// How much each table and index takes, the largest first. Reads every page.
///
/// # Errors
/// When there is no database, or when it cannot be read.
pub fn sizes(folder: &Path) -> Result<Vec<Size>, OpenError> {
    let connection = open_to_read(folder)?;
    let mut statement = connection
        .prepare("SELECT name, pgsize FROM dbstat WHERE aggregate = TRUE ORDER BY pgsize DESC, name")?;
    let rows = statement.query_map([], |row| Ok(Size { name: row.get(0)?, bytes: row.get(1)? }))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kith_chat::{Entropy, LocalBus};

    use super::*;
    use crate::{Options, SqliteStore};

    #[test]
    fn tables_and_indexes_are_whole_pages() {
        let folder = tempfile::tempdir().unwrap();
        let (bus, _) = LocalBus::new();
        let entropy = Entropy::from_seed([1; 32]);
        drop(SqliteStore::open(folder.path(), Options::default(), Arc::new(bus), &entropy).unwrap());
        let sizes = sizes(folder.path()).unwrap();
        for name in ["messages", "messages_client", "terms_data"] {
            let size = sizes.iter().find(|size| size.name == name).expect("it is in the schema");
            assert!(size.bytes > 0 && size.bytes % 4_096 == 0, "{size:?}");
        }
    }
}
