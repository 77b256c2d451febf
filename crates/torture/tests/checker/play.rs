//! A few people talk on a server, everything goes wrong that does on its own, and everything is written down.

use std::{sync::Arc, time::Duration};

use kith_protocol::{ConversationId, RemoveMember};
use kith_server::{
    config::Given,
    faults::{Fault, Switch},
};
use kith_testkit::{Connect, Device, Person, TestClient, TestServer, history::Recorder};
use kith_torture::{
    Minimum,
    crowd::{Crowd, Habits},
};

/// Five people talk in two groups; one is removed from one of them; for a while the server cannot commit.
/// Returns the history.
pub(crate) async fn play(fault: Option<Fault>, seed: u64) -> Vec<u8> {
    let switch = fault.map_or_else(Switch::default, Switch::with);
    let server = TestServer::start_faulty(Given::default(), switch.clone()).await;
    let mut people = Vec::new();
    for name in ["ann", "ben", "cem", "dan", "eva"] {
        people.push(server.register(name).await);
    }
    let groups = groups(&server, &people).await;
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = folder.path().join("history.jsonl");
    let recorder = Recorder::new(std::fs::File::create(&path).expect("a file can be made"));
    let habits = habits(fault);
    let crowd = Crowd::gather(people.iter().cloned(), server.addr(), &habits, Arc::clone(&recorder), seed);
    until(&crowd, &[("acks", 100), ("edits", 4), ("reactions", 5), ("receipts", 5)]).await;
    remove(&server, &recorder, &people, groups[0]).await;
    until(&crowd, &[("acks", 30)]).await;
    switch.set_without_room(true);
    recorder.commits(false);
    until(&crowd, &[("refusals", 5)]).await;
    recorder.commits(true);
    switch.set_without_room(false);
    until(&crowd, &[("acks", 30)]).await;
    crowd.settle(server.addr()).await.expect("everyone comes to rest");
    server.stop().await;
    std::fs::read(&path).expect("it was written a moment ago")
}

/// Lets everyone talk until so much more of everything has happened.
async fn until(crowd: &Crowd, more: &[(&'static str, u64)]) {
    let least =
        |(count, more): &(&'static str, u64)| Minimum { count, at_least: crowd.counts.get(count) + more };
    let enough: Vec<Minimum> = more.iter().map(least).collect();
    crowd.talk(Duration::from_millis(300), &enough).await;
}

async fn groups(server: &TestServer, people: &[Device]) -> Vec<ConversationId> {
    let owner = Person::at(server.addr(), &people[0]).await;
    let others: Vec<_> = people[1..].iter().map(|device| device.user_id).collect();
    vec![owner.group("Walks", &others).await, owner.group("Talks", &others).await]
}

async fn remove(server: &TestServer, recorder: &Arc<Recorder>, people: &[Device], group: ConversationId) {
    let connect = Connect::with_token(&people[0].token).tapped(recorder.connection(&people[0]));
    let owner = TestClient::open(server.addr(), connect).await.expect("the owner is let in");
    let remove = RemoveMember { conversation_id: group, user_id: people[4].user_id };
    owner.request(&remove).await.expect("an owner may remove somebody");
}

/// People who give the fault its chance.
fn habits(fault: Option<Fault>) -> Habits {
    let leaves = match fault {
        // Whoever comes back is told everything by `sync`; and what waits on a connection would wait for ever.
        Some(Fault::DropPushes | Fault::Overtake) => 0.0,
        _ => 0.03,
    };
    Habits { pause: Duration::from_millis(40), leaves, issues_max: 2, ..Habits::default() }
}
