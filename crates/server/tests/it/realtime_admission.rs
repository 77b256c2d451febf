//! Who is let in, and who is put out again.

use std::time::{Duration, Instant};

use http::Method;
use kith_protocol::*;
use kith_testkit::{
    Connect, ConnectFailure, Person, TestClient, TestServer, Transport, http::request, rest::PASSWORD,
};
use serde_json::{Value, json};

#[tokio::test]
async fn without_a_valid_token_nobody_connects() {
    let server = TestServer::start().await;
    let cases = [
        (None, "unauthorized"),
        (Some(json!({})), "unauthorized"),
        (Some(json!({ "token": "" })), "unauthorized"),
        (Some(json!({ "token": "A".repeat(43) })), "unauthorized"),
        (Some(json!({ "token": 7 })), "invalid"),
    ];
    for (auth, code) in cases {
        let refused =
            TestClient::open(server.addr(), Connect { auth: auth.clone(), ..Connect::default() }).await;
        let Err(ConnectFailure::Refused(error)) = refused else { panic!("{auth:?} is let in") };
        assert_eq!((&error["message"], &error["data"]["code"]), (&json!(code), &json!(code)), "{auth:?}");
        assert!(error["data"]["message"].is_string());
    }
    let other =
        TestClient::start(server.addr(), &Connect::default()).await.expect("anyone may open a connection");
    other.send_packet("40/other,{}".to_owned());
    assert_eq!(other.next_event("anything", Duration::from_millis(200)).await, None);
    server.stop().await;
}

#[tokio::test]
async fn whoever_does_not_authenticate_is_closed_after_ten_seconds() {
    let server = TestServer::start().await;
    let begun = Instant::now();
    let mut silent = Vec::new();
    for transport in [Transport::WebSocket, Transport::Polling] {
        let connect = Connect { transport, ..Connect::default() };
        let client = TestClient::start(server.addr(), &connect).await;
        silent.push(client.expect("anyone may open a connection"));
    }
    for client in silent {
        client.expect_closed().await;
        assert!(begun.elapsed() >= Duration::from_secs(10), "closed after {:?}", begun.elapsed());
    }
    server.stop().await;
}

#[tokio::test]
async fn whoever_asks_before_they_authenticate_is_closed_without_an_answer() {
    let server = TestServer::start().await;
    for transport in [Transport::WebSocket, Transport::Polling] {
        let hasty = Connect { transport, ..Connect::default() };
        let hasty = TestClient::start(server.addr(), &hasty).await.expect("anyone may open a connection");
        assert!(hasty.issue_raw("sync", "{}").await.is_err(), "it is answered");
        hasty.expect_closed().await;
    }
    server.stop().await;
}

#[tokio::test]
async fn a_page_of_another_site_is_refused_whatever_it_carries() {
    let server = TestServer::start().await;
    let ann = server.register("ann").await;
    for origin in ["https://evil.example", "null", "http://localhost.evil.example"] {
        for transport in [Transport::WebSocket, Transport::Polling] {
            let connect = Connect::with_token(&ann.token).over(transport).header("origin", origin);
            let refused = TestClient::open(server.addr(), connect).await.map(drop);
            let Err(ConnectFailure::Transport(reason)) = refused else { panic!("{origin} is let in") };
            assert!(reason.contains("403"), "{reason}");
        }
    }
    let own = format!("http://{}", server.addr());
    let connect = Connect::with_token(&ann.token).header("origin", &own);
    TestClient::open(server.addr(), connect).await.expect("a page of our own is let in");
    server.stop().await;
}

#[tokio::test]
async fn the_cookie_counts_only_for_our_own_pages() {
    let server = TestServer::start().await;
    let cookie = cookie_of(&server, "ann").await;
    let own = format!("http://{}", server.addr());
    for witness in [("origin", own.as_str()), ("sec-fetch-site", "same-origin"), ("x-kith", "1")] {
        let connect = Connect::default().header("cookie", &cookie).header(witness.0, witness.1);
        TestClient::open(server.addr(), connect)
            .await
            .unwrap_or_else(|error| panic!("{witness:?}: {error:?}"));
    }
    for header in [("accept", "*/*"), ("sec-fetch-site", "cross-site")] {
        let connect = Connect::default().header("cookie", &cookie).header(header.0, header.1);
        let refused = TestClient::open(server.addr(), connect).await.map(drop);
        assert!(matches!(refused, Err(ConnectFailure::Refused(_))), "{header:?}: {refused:?}");
    }
    // A token in `auth` counts, whatever cookie is sent along.
    let ben = server.register("ben").await;
    let connect = Connect::with_token(&ben.token).header("cookie", &cookie).header("x-kith", "1");
    let client = TestClient::open(server.addr(), connect).await.expect("a token is enough");
    let open =
        OpenConversation { user_id: Some(ben.user_id), client_id: None, title: None, member_ids: Vec::new() };
    let notes = client.request(&open).await.expect("one may take notes").conversation.conversation;
    assert_eq!(notes.members[0].user_id, ben.user_id);
    server.stop().await;
}

#[tokio::test]
async fn a_sid_is_of_no_use_to_another_session() {
    let server = TestServer::start().await;
    let (ann, eve) = (cookie_of(&server, "ann").await, cookie_of(&server, "eve").await);
    let path = "/socket.io/?EIO=4&transport=polling";
    let mark = ("x-kith", "1");
    let opened = request(server.addr(), Method::GET, path, &[("cookie", &ann), mark], "").await;
    let opened = opened.expect("the server answers").text();
    let opened: Value = serde_json::from_str(&opened[1..]).expect("the first packet opens a connection");
    let path = format!("{path}&sid={}", opened["sid"].as_str().expect("a sid"));
    for thief in [&[("cookie", eve.as_str()), mark][..], &[mark][..]] {
        let stolen =
            request(server.addr(), Method::POST, &path, thief, "40").await.expect("the server answers");
        assert_eq!(stolen.status, 400, "{}", stolen.text());
    }
    let own = request(server.addr(), Method::POST, &path, &[("cookie", &ann), mark], "40").await;
    assert_eq!(own.expect("the server answers").status, 200);
    server.stop().await;
}

#[tokio::test]
async fn an_ended_session_is_told_so_and_closed_even_before_sync() {
    let server = TestServer::start().await;
    let ann = server.person("ann").await;
    let other = server.another_device(&ann.device).await;
    let (first, second) = (Person::at(server.addr(), &other).await, Person::at(server.addr(), &other).await);
    server.end_session(&ann.device, other.session_id).await;
    for client in [first, second] {
        let ended: SessionEnded = client.expect("session:ended").await;
        assert_eq!(ended.reason, SessionEndReason::Revoked);
        client.expect_closed().await;
    }
    let refused = TestClient::open(server.addr(), Connect::with_token(&other.token)).await;
    assert!(matches!(refused, Err(ConnectFailure::Refused(_))));
    ann.sync().await;
    server.stop().await;
}

#[tokio::test]
async fn however_a_session_ends_its_devices_are_told_why() {
    let server = TestServer::start().await;
    let ann = server.register("ann").await;
    let other = server.another_device(&ann).await;
    let elsewhere = Person::at(server.addr(), &other).await;
    let change = ChangePassword { current: PASSWORD.into(), new: "battery staple".into() };
    let answer = ann.call(server.addr(), Method::PUT, "/api/v1/me/password", &change).await;
    assert!(answer.status.is_success(), "{}", answer.text());
    assert_eq!(why_ended(&elsewhere).await, SessionEndReason::PasswordChanged);

    let here = Person::at(server.addr(), &ann).await;
    let goodbye = DeleteAccount { password: "battery staple".into(), keep_messages: true };
    let answer = ann.call(server.addr(), Method::DELETE, "/api/v1/me", &goodbye).await;
    assert!(answer.status.is_success(), "{}", answer.text());
    assert_eq!(why_ended(&here).await, SessionEndReason::AccountDeleted);

    let ben = server.person("ben").await;
    let answer = ben.device.call(server.addr(), Method::POST, "/api/v1/auth/logout", &()).await;
    assert!(answer.status.is_success(), "{}", answer.text());
    assert_eq!(why_ended(&ben).await, SessionEndReason::SignedOut);
    server.stop().await;
}

async fn why_ended(person: &Person) -> SessionEndReason {
    let ended: SessionEnded = person.expect("session:ended").await;
    person.expect_closed().await;
    ended.reason
}

#[tokio::test]
async fn one_socket_too_many_closes_the_oldest() {
    let server = TestServer::start().await;
    let oldest = server.person("ann").await;
    let mut others = Vec::new();
    for _ in 1..kith_server::realtime::Config::default().sockets_per_person_max {
        others.push(Person::at(server.addr(), &oldest.device).await);
    }
    oldest.sync().await;
    let _one_more = Person::at(server.addr(), &oldest.device).await;
    oldest.expect_closed().await;
    assert!(others.iter().all(|person| person.closed().is_none()));
    server.stop().await;
}

#[tokio::test]
async fn a_server_that_stops_closes_every_socket() {
    let server = TestServer::start().await;
    let device = server.register("ann").await;
    let websocket = Person::over(server.addr(), &device, Transport::WebSocket).await;
    let polling = Person::over(server.addr(), &device, Transport::Polling).await;
    let pending: Vec<_> = {
        let notes = websocket.direct(device.user_id).await;
        (0..100).map(|_| websocket.issue(&kith_testkit::message(notes, "in time"))).collect()
    };
    websocket.sync().await;
    server.stop().await;
    websocket.expect_closed().await;
    polling.expect_closed().await;
    for answer in pending {
        answer.await.expect("what was issued before a read is answered").expect("one may take notes");
    }
}

/// Signs up as a browser does, and returns the cookie.
async fn cookie_of(server: &TestServer, username: &str) -> String {
    let body = json!({ "username": username, "password": PASSWORD }).to_string();
    let headers = [("content-type", "application/json"), ("x-kith", "1")];
    let answer = request(server.addr(), Method::POST, "/api/v1/auth/register", &headers, body).await;
    let answer = answer.expect("the server answers");
    let cookie =
        answer.headers.get("set-cookie").expect("a browser gets a cookie").to_str().expect("it is ASCII");
    cookie.split(';').next().expect("a cookie has a value").to_owned()
}
