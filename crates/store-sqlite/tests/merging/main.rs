//! Edits, deletions, reactions, receipts and what people hide, in any order: what the store answers is what a plain model in
//! memory says, after every single deed and through restarts.

#![expect(clippy::unwrap_used, reason = "all of this is a test: a surprise shall end it")]

mod model;
mod server;

use model::{Deed, deeds};
use proptest::{prelude::*, test_runner::FileFailurePersistence};
use server::Server;

/// Deeds of one case, at most.
const DEEDS_MAX: usize = 40;

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/merging/regressions.txt"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_store_holds_what_a_plain_model_holds(deeds in deeds(DEEDS_MAX)) {
        let folder = server::folder();
        let mut server = Server::begin(folder.path());
        let mut model = server.beginning();
        server.compare(&model);
        for deed in deeds {
            match deed {
                Deed::Restart => server = server.restart(folder.path()),
                deed => {
                    // Before the model knows what it comes to: an edit says which text it replaces.
                    let happened = server.carry_out(deed, &model);
                    prop_assert_eq!(happened, model.apply(deed), "{:?}", deed);
                }
            }
            server.compare(&model);
        }
    }
}
