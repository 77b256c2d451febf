//! What happens by itself, now and then.

use std::{sync::Arc, time::Duration};

use kith_chat::Chat;
use tokio::{
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};

use crate::{activity::Activity, uploads::Uploads};

/// How often bytes that nothing shows any more are removed.
const COLLECT_EVERY: Duration = Duration::from_secs(60);
/// How often it is looked for deleted accounts whose messages have yet to go: a crash, or a client that did not wait for the
/// answer, may have come between.
const UNSEND_EVERY: Duration = Duration::from_secs(60);
/// How often uploads for whose next part nobody came are dropped.
const EXPIRE_EVERY: Duration = Duration::from_secs(10 * 60);
/// How often it is noted when sessions were last used.
const FLUSH_EVERY: Duration = Duration::from_secs(30);

/// The jobs of a running server. They end with it.
pub(crate) struct Jobs(Vec<JoinHandle<()>>);

impl Jobs {
    pub(crate) fn start(chat: &Arc<Chat>, uploads: &Arc<Uploads>, activity: &Arc<Activity>) -> Self {
        let collect = {
            let chat = Arc::clone(chat);
            every(COLLECT_EVERY, async move || collect(&chat).await)
        };
        let unsend = {
            let chat = Arc::clone(chat);
            every(UNSEND_EVERY, async move || {
                if let Err(error) = chat.unsend_deleted().await {
                    tracing::warn!(%error, "messages of a deleted account could not be unsent yet");
                }
            })
        };
        let expire = {
            let uploads = Arc::clone(uploads);
            every(EXPIRE_EVERY, async move || {
                let expired = uploads.expire().await;
                if expired > 0 {
                    tracing::info!(expired, "unfinished uploads were dropped");
                }
            })
        };
        let flush = {
            let (chat, activity) = (Arc::clone(chat), Arc::clone(activity));
            every(FLUSH_EVERY, async move || activity.flush(&chat).await)
        };
        Self(vec![tokio::spawn(unsend), tokio::spawn(collect), tokio::spawn(expire), tokio::spawn(flush)])
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

async fn every(period: Duration, mut job: impl AsyncFnMut()) {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        job().await;
    }
}

async fn collect(chat: &Chat) {
    match chat.collect_garbage().await {
        Ok(0) => {}
        Ok(removed) => tracing::info!(removed, "attachments that nothing shows were removed"),
        Err(error) => tracing::warn!(%error, "attachments could not be collected"),
    }
}
