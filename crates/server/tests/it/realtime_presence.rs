//! Who is there: told to those who look, as far as they may see it.

use std::time::Duration;

use http::Method;
use kith_protocol::*;
use kith_server::config::Given;
use kith_testkit::{Person, TestServer, rest::PASSWORD};

use crate::asking::{call, header};

#[tokio::test]
async fn whoever_comes_is_there_at_once_and_whoever_goes_a_while_later() {
    let server = TestServer::start().await;
    let ann = server.person("ann").await;
    let device = server.register("ben").await;
    let stranger = server.person("eve").await;
    ann.direct(device.user_id).await;

    let presences = watch(&ann, &[device.user_id, stranger.id()]).await;
    assert_eq!(presences.len(), 1, "a stranger is left out");
    assert!(!presences[0].online);

    let ben = Person::at(server.addr(), &device).await;
    let presence: Presence = ann.expect("presence").await;
    assert_eq!((presence.user_id, presence.online), (ben.id(), true));

    // A reload does not flicker.
    drop(ben);
    let ben = Person::at(server.addr(), &device).await;
    assert_eq!(ann.next_event("presence", Duration::from_secs(1)).await, None);
    drop(ben);
    let presence: Presence = ann.expect("presence").await;
    assert_eq!((presence.user_id, presence.online), (device.user_id, false));
    assert!(presence.last_active_at.is_some());
    let presences = watch(&ann, &[device.user_id]).await;
    assert!(presences[0].last_active_at >= presence.last_active_at, "it is kept");
    server.stop().await;
}

#[tokio::test]
async fn the_bots_of_a_demonstration_are_there() {
    let demonstration = Given { demo: Some(true), demo_library: Some(false), ..Given::default() };
    let server = TestServer::start_with(demonstration).await;
    let answer = call(&server, Method::POST, "/demo/ann", &[], "").await;
    let cookie = header(&answer, "set-cookie").split(';').next().unwrap_or_default();
    let ann = [("cookie", cookie), ("x-kith", "1")];
    for bot in ["guide", "herald"] {
        let found: UserList =
            call(&server, Method::GET, &format!("/users?query={bot}"), &ann, "").await.json();
        let bot = found.users.iter().find(|user| user.username == bot).expect("everyone can find it").id;
        let seen: Presences =
            call(&server, Method::GET, &format!("/presence?user_ids={bot}"), &ann, "").await.json();
        assert_eq!(seen.presences, [Presence { user_id: bot, online: true, last_active_at: None }]);
    }
    server.stop().await;
}

#[tokio::test]
async fn whoever_hides_is_hidden_at_once_and_sees_nobody() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.person("ann").await, server.person("ben").await);
    ann.direct(ben.id()).await;
    assert!(watch(&ann, &[ben.id()]).await[0].online);
    assert!(watch(&ben, &[ann.id()]).await[0].online);

    let settings = SettingsChange { presence: Some(false), ..SettingsChange::default() };
    let hide = SetAccount { settings: Some(settings), ..SetAccount::default() };
    ben.request(&hide).await.expect("one's settings are one's own");
    for (watcher, hidden) in [(&ann, &ben), (&ben, &ann)] {
        let presence: Presence = watcher.expect("presence").await;
        let nothing = Presence { user_id: hidden.id(), online: false, last_active_at: None };
        assert_eq!(presence, nothing);
        assert_eq!(watch(watcher, &[hidden.id()]).await, []);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_block_hides_both_from_each_other() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.person("ann").await, server.person("ben").await);
    ann.direct(ben.id()).await;
    assert!(watch(&ann, &[ben.id()]).await[0].online);
    let block = SetAccount { block: Some(true), user_id: Some(ann.id()), ..SetAccount::default() };
    ben.request(&block).await.expect("one may block anyone");
    let presence: Presence = ann.expect("presence").await;
    assert_eq!((presence.online, presence.last_active_at), (false, None));
    assert_eq!(watch(&ann, &[ben.id()]).await, []);
    server.stop().await;
}

#[tokio::test]
async fn only_so_many_people_are_watched_and_the_last_set_counts() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.person("ann").await, server.person("ben").await);
    let cem = server.register("cem").await;
    ann.direct(ben.id()).await;
    ann.direct(cem.user_id).await;
    let many = |count: usize| WatchPresence { user_ids: vec![ben.id(); count] };
    ann.request(&many(limits::PRESENCE_WATCH_MAX)).await.expect("so many may be watched");
    let refusal = ann.request(&many(limits::PRESENCE_WATCH_MAX + 1)).await.expect_err("but not one more");
    assert_eq!((refusal.code, refusal.limit), (ErrorCode::TooLarge, Some(limits::PRESENCE_WATCH_MAX as u64)));

    watch(&ann, &[cem.user_id]).await;
    watch(&ann, &[]).await;
    let _cem = Person::at(server.addr(), &cem).await;
    assert_eq!(ann.next_event("presence", Duration::from_millis(500)).await, None);
    server.stop().await;
}

async fn watch(person: &Person, user_ids: &[UserId]) -> Vec<Presence> {
    let watch = WatchPresence { user_ids: user_ids.to_vec() };
    person.request(&watch).await.expect("one may look").presences
}

#[tokio::test]
async fn nobody_is_told_when_somebody_was_there_whose_account_is_gone() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.person("ann").await, server.person("ben").await);
    ann.direct(ben.id()).await;
    assert!(watch(&ann, &[ben.id()]).await[0].online);
    let goodbye = DeleteAccount { password: PASSWORD.into(), keep_messages: true };
    let answer = ben.device.call(server.addr(), http::Method::DELETE, "/api/v1/me", &goodbye).await;
    assert!(answer.status.is_success(), "{}", answer.text());
    let presence: Presence = ann.expect("presence").await;
    assert_eq!(presence, Presence { user_id: ben.id(), online: false, last_active_at: None });
    assert_eq!(watch(&ann, &[ben.id()]).await, []);
    server.stop().await;
}
