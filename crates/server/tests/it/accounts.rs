//! Accounts and devices: signing up, in and out, passwords, deleting.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::Arc,
};

use http::{Method, StatusCode};
use kith_protocol::*;
use kith_server::{
    app,
    config::{Config, Given},
};
use kith_store_sqlite::{Options, SqliteStore};
use kith_testkit::{
    TestServer,
    conformance::{Kept, Stage},
    eventually, login,
    rest::PASSWORD,
};

use crate::asking::{call, call_as, get, header, refused};

const JSON: &[(&str, &str)] =
    &[("content-type", "application/json"), ("user-agent", "Firefox/140.0 (X11; Linux)")];

#[tokio::test]
async fn the_first_account_owns_the_server_and_names_are_unique_whatever_their_case() {
    let server = TestServer::start().await;
    let info: ServerInfo = call(&server, Method::GET, "/server", &[], "").await.json();
    assert!(info.empty);
    let ann = server.register("Ann").await;
    let ben = server.register("ben").await;
    let role = async |device| get(&server, device, "/me").await.json::<Me>().role;
    assert_eq!((role(&ann).await, role(&ben).await), (ServerRole::Owner, ServerRole::Member));
    let info: ServerInfo = call(&server, Method::GET, "/server", &[], "").await.json();
    assert!(!info.empty);

    let body = format!(r#"{{"username":"aNN","password":"{PASSWORD}"}}"#);
    let answer = call(&server, Method::POST, "/auth/register", &[], &body).await;
    assert_eq!(refused(&answer, ErrorCode::Conflict).error.field.as_deref(), Some("username"));
    server.stop().await;
}

#[tokio::test]
async fn a_closed_server_takes_no_accounts_and_says_so_beforehand() {
    let server =
        TestServer::start_with(Given { registration: Some(Registration::Closed), ..Given::default() }).await;
    let info: ServerInfo = call(&server, Method::GET, "/server", &[], "").await.json();
    assert_eq!(info.registration, Registration::Closed);
    let body = format!(r#"{{"username":"ann","password":"{PASSWORD}"}}"#);
    refused(&call(&server, Method::POST, "/auth/register", &[], &body).await, ErrorCode::Forbidden);
    server.stop().await;
}

#[tokio::test]
async fn wrong_passwords_are_refused_alike_and_then_slowed_down() {
    let server = TestServer::start().await;
    server.register("ann").await;
    let login = async |name: &str, password: &str| {
        let body = format!(r#"{{"username":"{name}","password":"{password}"}}"#);
        call(&server, Method::POST, "/auth/login", &[], &body).await
    };
    let wrong = login("ann", "wrong password").await;
    let unknown = login("nobody", "wrong password").await;
    refused(&wrong, ErrorCode::Unauthorized);
    assert_eq!(wrong.text(), unknown.text(), "nobody can find out who has an account");
    assert_eq!(login("ann", PASSWORD).await.status, StatusCode::OK);

    let mut refusals = 0;
    let limited = loop {
        let answer = login("ann", "wrong password").await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            break answer;
        }
        refusals += 1;
        assert!(refusals <= 20, "there is an end to guessing");
    };
    let problem = refused(&limited, ErrorCode::RateLimited);
    let retry_after_ms = problem.error.retry_after_ms.expect("it says when to come back");
    assert_eq!(header(&limited, "retry-after"), retry_after_ms.div_ceil(1_000).to_string());
    refused(&login("ann", PASSWORD).await, ErrorCode::RateLimited);
    server.stop().await;
}

#[tokio::test]
async fn one_sees_and_ends_one_s_devices() {
    let server = TestServer::start().await;
    let phone = server.register("ann").await;
    let body = format!(r#"{{"username":"ann","password":"{PASSWORD}","grant":"token"}}"#);
    let laptop: SignedIn = call(&server, Method::POST, "/auth/login", JSON, &body).await.json();
    assert_eq!(laptop.session.device, "Firefox on Linux");
    let tablet = server.another_device(&phone).await;

    let list: SessionList = get(&server, &phone, "/auth/sessions").await.json();
    assert_eq!(list.sessions.len(), 3);
    let current: Vec<SessionId> = list.sessions.iter().filter(|it| it.current).map(|it| it.id).collect();
    assert_eq!(current, [phone.session_id]);

    server.end_session(&phone, laptop.session.id).await;
    let laptop = format!("Bearer {}", laptop.token.expect("a token was asked for"));
    let answer = call(&server, Method::GET, "/me", &[("authorization", &laptop)], "").await;
    refused(&answer, ErrorCode::Unauthorized);

    assert_eq!(
        call_as(&server, &phone, Method::DELETE, "/auth/sessions", &[], "").await.status,
        StatusCode::OK
    );
    refused(&get(&server, &tablet, "/me").await, ErrorCode::Unauthorized);
    assert_eq!(get(&server, &phone, "/me").await.status, StatusCode::OK);

    let ben = server.register("ben").await;
    let path = format!("/auth/sessions/{}", phone.session_id);
    refused(&call_as(&server, &ben, Method::DELETE, &path, &[], "").await, ErrorCode::NotFound);

    let out = call_as(&server, &phone, Method::POST, "/auth/logout", &[], "").await;
    assert!(header(&out, "set-cookie").starts_with("kith=; Path=/; Max-Age=0"), "{:?}", out.headers);
    refused(&get(&server, &phone, "/me").await, ErrorCode::Unauthorized);
    server.stop().await;
}

#[tokio::test]
async fn a_new_password_ends_the_other_devices_and_needs_the_old_one() {
    let server = TestServer::start().await;
    let phone = server.register("ann").await;
    let laptop = server.another_device(&phone).await;
    let change = async |current: &str| {
        let body = format!(r#"{{"current":"{current}","new":"an even better one"}}"#);
        call_as(&server, &phone, Method::PUT, "/me/password", JSON, body).await
    };
    let problem = refused(&change("not the password").await, ErrorCode::Forbidden);
    assert_eq!(problem.error.field.as_deref(), Some("current"));
    assert_eq!(change(PASSWORD).await.status, StatusCode::OK);
    assert_eq!(get(&server, &phone, "/me").await.status, StatusCode::OK);
    refused(&get(&server, &laptop, "/me").await, ErrorCode::Unauthorized);
    server.stop().await;
}

#[tokio::test]
async fn a_deleted_account_is_gone_and_cannot_sign_in() {
    let server = TestServer::start().await;
    let ann = server.register("ann").await;
    let ben = server.register("ben").await;
    let body = format!(r#"{{"password":"{PASSWORD}","keep_messages":true}}"#);
    let answer = call_as(&server, &ann, Method::DELETE, "/me", JSON, body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    refused(&get(&server, &ann, "/me").await, ErrorCode::Unauthorized);
    let body = format!(r#"{{"username":"ann","password":"{PASSWORD}"}}"#);
    refused(&call(&server, Method::POST, "/auth/login", &[], &body).await, ErrorCode::Unauthorized);
    let users: UserList = get(&server, &ben, &format!("/users?ids={}", ann.user_id)).await.json();
    assert!(users.users[0].deleted && users.users[0].username.is_empty(), "{users:?}");
    server.stop().await;
}

/// A store whose program was killed between the deletion of ann's account and that of what she wrote, in the conversation
/// that is returned.
async fn killed_while_deleting(folder: &Path) -> ConversationId {
    let stage = Stage::open(|bus, entropy| {
        let store = SqliteStore::open(folder, Options::default(), bus, entropy).expect("the folder opens");
        Kept { store: Arc::new(store), guard: Box::new(()) }
    });
    let register = Register {
        username: "ben".into(),
        password: PASSWORD.into(),
        display_name: None,
        grant: Grant::Token,
    };
    let ben = stage.chat.register(register, "").await.expect("there is no ben yet").user.me.profile.id;
    let ann = stage.person("ann").await;
    let conversation = stage.direct(ann, ben).await;
    stage.say(ann, conversation, "to be forgotten").await;
    stage.store.delete_user(ann, false, Timestamp(1)).await.expect("the account is there");
    stage.chat.close().await.expect("the store closes");
    conversation
}

#[tokio::test]
async fn a_deletion_that_a_crash_interrupted_goes_on_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let conversation = killed_while_deleting(folder.path()).await;
    let given = Given {
        data: Some(folder.path().to_owned()),
        listen: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
        ..Given::default()
    };
    let server = app::start(Config::load(given, None).unwrap()).await.unwrap();
    let ben = login(server.address(), "ben").await;
    let path = format!("/api/v1/conversations/{conversation}/messages/1");
    let gone = async || {
        let answer = ben.call(server.address(), Method::GET, &path, &()).await;
        let OneMessage { message } = answer.json();
        message.unsent_at.map(|_| message.text)
    };
    assert_eq!(eventually("the message is unsent", gone).await, "");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn people_are_found_by_name() {
    let server = TestServer::start().await;
    let ann = server.register("ann").await;
    server.register("benjamin").await;
    let found: UserList = get(&server, &ann, "/users?query=BENJ").await.json();
    assert_eq!(found.users.iter().map(|user| user.username.as_str()).collect::<Vec<_>>(), ["benjamin"]);
    refused(&get(&server, &ann, "/users").await, ErrorCode::Invalid);
    refused(&get(&server, &ann, "/users?ids=1,2").await, ErrorCode::Invalid);
    server.stop().await;
}
