//! Finding messages.

use kith_protocol::*;

use crate::messages::plain;
use crate::page::Page;
use crate::users::profile;
use crate::values::walks;

pub(crate) fn write(page: &mut Page) {
    page.both(
        SearchResults {
            results: vec![result()],
            users: vec![profile()],
            cursor: Some("AAAB".into()),
            more: true,
        },
        SearchResults { results: Vec::new(), users: Vec::new(), cursor: None, more: false },
    );
    page.one(result());
}

fn result() -> SearchResult {
    SearchResult { conversation_id: walks(), message: plain() }
}
