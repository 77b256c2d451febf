//! No faults: everything goes through as it is.

use std::borrow::Cow;

use kith_chat::Notice;
use kith_protocol::{SessionId, UserId};
use kith_socketio::Event;

use super::Request;

/// Nothing to switch.
#[derive(Clone, Debug, Default)]
pub struct Switch(());

impl Switch {
    /// The events to handle now, when this one has come in.
    pub(crate) fn order(&self, _session: SessionId, event: Event) -> [Event; 1] {
        [event]
    }

    /// What becomes of a write.
    pub(crate) fn request<'a>(&self, _user: UserId, _event: &str, payload: &'a str) -> Request<'a> {
        Request::Carry(Cow::Borrowed(payload))
    }

    /// The answer that goes out.
    pub(crate) fn answer(&self, _session: SessionId, _event: &str, json: String) -> String {
        json
    }

    /// What is told of what was committed.
    pub(crate) fn notices(&self, notices: Vec<Notice>) -> Vec<Notice> {
        notices
    }

    /// Whether whoever types loses their feed.
    pub(crate) fn typing_evicts(&self) -> bool {
        false
    }
}
