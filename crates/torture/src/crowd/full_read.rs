//! The one full read that ends a run: everyone's list, every conversation from its beginning to its end.

use std::{collections::HashSet, net::SocketAddr, sync::Arc};

use anyhow::{Context, Result, anyhow};
use futures_util::{StreamExt, TryStreamExt, stream};
use kith_protocol::*;
use kith_testkit::{Connect, Device, Replica, TestClient, history::Recorder};
use parking_lot::Mutex;

use super::actor::WINDOW_MESSAGES;

/// People who read at the same time.
const READERS: usize = 8;

/// Reads as one device of each person; each conversation is paged through by one of its members.
pub(crate) async fn read_everything(
    addr: SocketAddr,
    devices: &[Device],
    recorder: &Arc<Recorder>,
) -> Result<()> {
    let mut seen = HashSet::new();
    let people: Vec<&Device> = devices.iter().filter(|device| seen.insert(device.user_id)).collect();
    let paged = Mutex::new(HashSet::new());
    let reads = stream::iter(people.into_iter().map(|device| read_as(addr, device, recorder, &paged)));
    reads.buffer_unordered(READERS).try_collect::<()>().await
}

async fn read_as(
    addr: SocketAddr,
    device: &Device,
    recorder: &Arc<Recorder>,
    paged: &Mutex<HashSet<ConversationId>>,
) -> Result<()> {
    let connect = Connect::with_token(&device.token).tapped(recorder.connection(device));
    let client = TestClient::open(addr, connect).await;
    let client = client.map_err(|failure| anyhow!("the full read cannot begin: {failure:?}"))?;
    let mut replica = Replica::new(device.user_id);
    let mut more = true;
    while more {
        let answer = ask(&client, &replica.sync_request()).await?;
        more = answer.more;
        for request in replica.synced(answer) {
            follow(&client, &mut replica, request).await?;
        }
    }
    for id in replica.conversations.keys() {
        if paged.lock().insert(*id) {
            page_through(&client, *id).await?;
        }
    }
    recorder.holds(device, &replica, true, WINDOW_MESSAGES);
    Ok(())
}

async fn follow(client: &TestClient, replica: &mut Replica, mut request: ChangesRequest) -> Result<()> {
    loop {
        let changes = ask(client, &request).await?;
        let more = changes.more;
        request.since = changes.version;
        replica.changed(changes);
        if !more {
            return Ok(());
        }
    }
}

async fn page_through(client: &TestClient, conversation_id: ConversationId) -> Result<()> {
    let mut after = Seq(0);
    loop {
        let limit = Some(limits::PAGE_MESSAGES_MAX as u32);
        let request = PageRequest { conversation_id, before: None, after: Some(after), around: None, limit };
        let page = ask(client, &request).await?;
        if page.at_end {
            return Ok(());
        }
        after = page.to_seq;
    }
}

async fn ask<C>(client: &TestClient, command: &C) -> Result<C::Answer>
where
    C: Command + serde::Serialize,
    C::Answer: serde::de::DeserializeOwned,
{
    let answer = client.issue(command).await.ok().context("the connection broke during the full read")?;
    answer.map_err(|refusal| anyhow!("the full read was refused: {}", refusal.message))
}
