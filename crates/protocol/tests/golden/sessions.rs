//! Signing up, in and out.

use kith_protocol::*;

use crate::page::{Page, words};
use crate::users::me;
use crate::values;
use crate::values::NOON;

pub(crate) fn write(page: &mut Page) {
    page.one(session());
    page.words(words![Grant: Cookie, Token]);
    page.both(
        Register {
            username: "ann".into(),
            password: "correct horse".into(),
            display_name: Some("Ann 🌻".into()),
            grant: Grant::Token,
        },
        Register {
            username: "ann".into(),
            password: "correct horse".into(),
            display_name: None,
            grant: Grant::Cookie,
        },
    );
    page.one(Login { username: "Ann".into(), password: "correct horse".into(), grant: Grant::Token });
    page.both(
        SignedIn { user: me(), session: session(), token: Some("k7Jx…".into()) },
        SignedIn { user: me(), session: session(), token: None },
    );
    page.one(SessionList { sessions: vec![session()], more: false });
    page.both(server(Some(demo())), server(None));
    page.one(demo());
    page.one(demo_person());
    page.words(words![Registration: Open, Closed]);
}

fn session() -> Session {
    Session {
        id: values::session(),
        device: "Firefox on Debian".into(),
        created_at: NOON,
        last_used_at: NOON.plus_ms(60_000),
        current: true,
    }
}

fn server(demo: Option<Demo>) -> ServerInfo {
    ServerInfo {
        name: "Kith".into(),
        version: "0.1.0".into(),
        registration: Registration::Open,
        empty: true,
        demo,
        attachment_bytes_max: 52_428_800,
        signed_in: true,
    }
}

fn demo() -> Demo {
    Demo { people: vec![demo_person()] }
}

fn demo_person() -> DemoPerson {
    DemoPerson { username: "ann".into(), display_name: "Ann 🌻".into() }
}

/// A client that says nothing of a grant is a browser.
#[test]
fn without_a_grant_a_cookie_is_meant() {
    let json = r#"{ "username": "ann", "password": "correct horse" }"#;
    assert_eq!(serde_json::from_str::<Login>(json).expect("it is a login").grant, Grant::Cookie);
    assert_eq!(serde_json::from_str::<Register>(json).expect("it is a registration").grant, Grant::Cookie);
}
