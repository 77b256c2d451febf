//! Numbers and ids: what everything else is made of.

use kith_protocol::*;

use crate::page::Page;
use crate::values::*;

pub(crate) fn write(page: &mut Page) {
    page.both(Seq(SAFE_INTEGER_MAX), Seq(0));
    page.both(Version(SAFE_INTEGER_MAX), Version(0));
    page.both(AccountVersion(SAFE_INTEGER_MAX), AccountVersion(0));
    page.both(Timestamp(SAFE_INTEGER_MAX), NOON);
    page.one(ann());
    page.one(session());
    page.one(walks());
    page.one(photo());
    page.one(client());
}

#[test]
fn a_number_that_javascript_cannot_hold_is_refused() {
    let one_beyond = (SAFE_INTEGER_MAX + 1).to_string();
    assert!(serde_json::from_str::<Seq>(&one_beyond).is_err());
    assert!(serde_json::from_str::<Seq>("-1").is_err());
    assert!(serde_json::from_str::<Seq>("1.5").is_err());
    assert!(serde_json::from_str::<Seq>("\"1\"").is_err());
}
