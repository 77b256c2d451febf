//! People.

use kith_protocol::*;

use crate::page::{Page, words};
use crate::values::*;
use crate::{account::settings, values};

pub(crate) fn write(page: &mut Page) {
    page.both(profile(), deleted_profile());
    page.one(me());
    page.words(words![ServerRole: Owner, Member]);
    page.both(
        UpdateProfile { display_name: Some("Ann A.".into()), about: Some("Gone fishing".into()) },
        UpdateProfile { display_name: None, about: None },
    );
    page.both(SetAvatar { attachment_id: Some(photo()) }, SetAvatar { attachment_id: None });
    page.one(ChangePassword { current: "correct horse".into(), new: "battery staple".into() });
    page.one(DeleteAccount { password: "correct horse".into(), keep_messages: true });
    page.one(UserList { users: vec![profile()], more: false });
}

pub(crate) fn profile() -> Profile {
    Profile {
        id: values::ann(),
        username: "ann".into(),
        display_name: "Ann 🌻".into(),
        about: "Walks, mostly".into(),
        avatar: Some(photo()),
        deleted: false,
    }
}

fn deleted_profile() -> Profile {
    Profile {
        id: ben(),
        username: String::new(),
        display_name: String::new(),
        about: String::new(),
        avatar: None,
        deleted: true,
    }
}

pub(crate) fn me() -> Me {
    Me { profile: profile(), role: ServerRole::Owner, created_at: NOON, settings: settings() }
}
