//! The one full read that ends a run: everyone's list, every conversation from its beginning to its end.

use std::{
    collections::{BTreeSet, HashMap, HashSet, hash_map::Entry},
    net::SocketAddr,
    sync::Arc,
};

use anyhow::{Result, anyhow};
use futures_util::{StreamExt, TryStreamExt, stream};
use kith_protocol::{ConversationId, Seq};
use kith_testkit::{
    Connect, Device, Replica, TestClient,
    history::Recorder,
    reader::{catch_up, page_through},
};
use parking_lot::Mutex;

use super::actor::WINDOW_MESSAGES;

/// People who read at the same time.
const READERS: usize = 8;

/// What was paged of each conversation, and how much there is.
type Paged = Mutex<HashMap<ConversationId, (BTreeSet<Seq>, Seq)>>;

/// Reads as one device of each person; each conversation is paged through by one of its members, and by others as long as
/// something is missing: whoever pages may have hidden it for themselves.
pub(crate) async fn read_everything(
    addr: SocketAddr,
    devices: &[Device],
    recorder: &Arc<Recorder>,
) -> Result<()> {
    let mut seen = HashSet::new();
    let people: Vec<&Device> = devices.iter().filter(|device| seen.insert(device.user_id)).collect();
    let paged = Paged::default();
    let reads = stream::iter(people.iter().map(|device| read_as(addr, device, recorder, &paged)));
    reads.buffer_unordered(READERS).try_collect::<()>().await?;
    let mut paged = paged.into_inner();
    paged.retain(|_, (seen, last_seq)| (seen.len() as u64) < last_seq.0);
    for device in people {
        if !paged.is_empty() {
            fill(addr, device, recorder, &mut paged).await?;
        }
    }
    Ok(())
}

/// Pages through what has gaps as another member, and lets go of what is whole then.
async fn fill(
    addr: SocketAddr,
    device: &Device,
    recorder: &Arc<Recorder>,
    gapped: &mut HashMap<ConversationId, (BTreeSet<Seq>, Seq)>,
) -> Result<()> {
    let client = open(addr, device, recorder).await?;
    for (id, (seen, _)) in gapped.iter_mut() {
        match page_through(&client, *id).await {
            Ok(more) => seen.extend(more),
            // Whoever is no member learns nothing.
            Err(failure) if failure.is_not_found() => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    gapped.retain(|_, (seen, last_seq)| (seen.len() as u64) < last_seq.0);
    Ok(())
}

async fn read_as(addr: SocketAddr, device: &Device, recorder: &Arc<Recorder>, paged: &Paged) -> Result<()> {
    let client = open(addr, device, recorder).await?;
    let mut replica = Replica::new(device.user_id);
    catch_up(&client, &mut replica).await?;
    for (id, held) in &replica.conversations {
        let is_first = match paged.lock().entry(*id) {
            Entry::Occupied(_) => false,
            Entry::Vacant(place) => {
                place.insert((BTreeSet::new(), held.shared.last_seq));
                true
            }
        };
        if is_first {
            let seen = page_through(&client, *id).await?;
            paged.lock().insert(*id, (seen, held.shared.last_seq));
        }
    }
    recorder.holds(recorder.look(), device, &replica, true, WINDOW_MESSAGES);
    Ok(())
}

async fn open(addr: SocketAddr, device: &Device, recorder: &Arc<Recorder>) -> Result<TestClient> {
    let connect = Connect::with_token(&device.token).tapped(recorder.connection(device));
    let client = TestClient::open(addr, connect).await;
    client.map_err(|failure| anyhow!("the full read cannot begin: {failure:?}"))
}
