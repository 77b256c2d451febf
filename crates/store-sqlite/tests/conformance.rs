//! What every store must do, done by this one.

use std::sync::Arc;

use kith_chat::{Bus, Entropy};
use kith_store_sqlite::{Options, SqliteStore};
use kith_testkit::conformance::Kept;

fn open(bus: Arc<dyn Bus>, entropy: &Entropy) -> Kept {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let store =
        SqliteStore::open(folder.path(), Options::default(), bus, entropy).expect("an empty folder opens");
    Kept { store: Arc::new(store), guard: Box::new(folder) }
}

kith_testkit::store_conformance!(open);
