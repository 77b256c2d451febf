//! What happens by itself, now and then.

use std::{path::Path, sync::Arc, time::Duration};

use kith_chat::Chat;
use kith_store_sqlite::SqliteStore;
use tokio::{
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};

use crate::{activity::Activity, folder::FilesHeld, heap, uploads::Uploads};

/// How often what was deleted goes to the list that a restored backup is held against.
const LIST_EVERY: Duration = Duration::from_secs(5);

/// How often bytes that nothing shows any more are removed.
const COLLECT_EVERY: Duration = Duration::from_secs(60);
/// How often it is looked for deleted accounts whose messages have yet to go: a crash, or a client that did not wait for the
/// answer, may have come between.
const UNSEND_EVERY: Duration = Duration::from_secs(60);
/// How often uploads for whose next part nobody came are dropped.
const EXPIRE_EVERY: Duration = Duration::from_secs(10 * 60);
/// How often the store forgets what nobody has asked for since the last time.
const FORGET_EVERY: Duration = Duration::from_secs(20);
/// How often it is noted when sessions were last used.
const FLUSH_EVERY: Duration = Duration::from_secs(30);

/// The jobs of a running server. They end with it.
pub(crate) struct Jobs(Vec<JoinHandle<()>>);

impl Jobs {
    pub(crate) fn start(
        chat: &Arc<Chat>,
        store: &Arc<SqliteStore>,
        data: &Path,
        uploads: &Arc<Uploads>,
        activity: &Arc<Activity>,
    ) -> Self {
        let list = {
            let store = Arc::clone(store);
            every(LIST_EVERY, async move || {
                if let Err(error) = store.list_deletions().await {
                    tracing::warn!(%error, "what was deleted could not be listed yet");
                }
            })
        };
        let collect = {
            let (chat, data) = (Arc::clone(chat), data.to_owned());
            every(COLLECT_EVERY, async move || collect(&chat, &data).await)
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
        let forget = {
            let store = Arc::clone(store);
            every(FORGET_EVERY, async move || forget(&store).await)
        };
        let flush = {
            let (chat, activity) = (Arc::clone(chat), Arc::clone(activity));
            every(FLUSH_EVERY, async move || activity.flush(&chat).await)
        };
        Self(vec![
            tokio::spawn(list),
            tokio::spawn(unsend),
            tokio::spawn(collect),
            tokio::spawn(expire),
            tokio::spawn(flush),
            tokio::spawn(forget),
        ])
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

/// What was remembered for the sake of a burst of reads is given back when that is over, and with it what the answers took
/// for a moment.
async fn forget(store: &Arc<SqliteStore>) {
    let store = Arc::clone(store);
    let done = tokio::task::spawn_blocking(move || {
        if store.forget_unused() > 0 {
            heap::give_back();
        }
    });
    if let Err(error) = done.await {
        tracing::error!(%error, "what nobody asks for could not be forgotten");
    }
}

/// Unless a backup is being made, which is to find the files that it lists.
async fn collect(chat: &Chat, data: &Path) {
    let _held = match FilesHeld::try_take(data) {
        Ok(Some(held)) => held,
        Ok(None) => return tracing::info!("a backup is being made: attachments are collected later"),
        Err(error) => return tracing::warn!(%error, "attachments could not be collected"),
    };
    match chat.collect_garbage().await {
        Ok(0) => {}
        Ok(removed) => tracing::info!(removed, "attachments that nothing shows were removed"),
        Err(error) => tracing::warn!(%error, "attachments could not be collected"),
    }
}
