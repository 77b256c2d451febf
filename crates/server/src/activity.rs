//! When devices were last heard of, gathered in memory and noted together: not worth a commit of its own each time.

use std::collections::HashMap;

use kith_chat::{Chat, store::SignedInAs};
use kith_protocol::{SessionId, Timestamp};
use parking_lot::Mutex;

/// How exactly it is noted.
const MINUTE_MS: u64 = 60_000;

/// Sessions that may wait to be noted; beyond that, being noted later does no harm.
const WAITING_MAX: usize = 100_000;

/// Sessions heard of through REST since they were last noted. Sockets keep their own.
#[derive(Debug, Default)]
pub(crate) struct Activity {
    heard: Mutex<HashMap<SessionId, Timestamp>>,
}

impl Activity {
    /// This session was heard of now.
    pub(crate) fn note(&self, session: SignedInAs, now: Timestamp) {
        if now.since_ms(session.last_used_at) < MINUTE_MS {
            return;
        }
        let mut heard = self.heard.lock();
        if heard.len() < WAITING_MAX {
            heard.insert(session.session_id, now);
        }
    }

    /// Notes what was gathered. What cannot be noted is lost: it was not worth more.
    pub(crate) async fn flush(&self, chat: &Chat) {
        let heard: Vec<(SessionId, Timestamp)> = self.heard.lock().drain().collect();
        if heard.is_empty() {
            return;
        }
        if let Err(error) = chat.touch(heard, Vec::new()).await {
            tracing::warn!(%error, "when sessions were last used could not be noted");
        }
    }
}
