//! What a socket event does, REST does too, by the same rule.

use http::{Method, StatusCode};
use kith_protocol::*;
use kith_testkit::{Device, TestServer, client_id};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::asking::{call, call_as, get, refused};

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

async fn done<T: DeserializeOwned>(
    server: &TestServer,
    by: &Device,
    method: Method,
    path: &str,
    body: Value,
) -> T {
    let answer = call_as(server, by, method.clone(), path, JSON, body.to_string()).await;
    assert_eq!(answer.status, StatusCode::OK, "{method} {path}: {}", answer.text());
    answer.json()
}

async fn asked<T: DeserializeOwned>(server: &TestServer, by: &Device, path: &str) -> T {
    let answer = get(server, by, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    answer.json()
}

#[tokio::test]
async fn a_whole_conversation_is_held_over_rest() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.register("ann").await, server.register("ben").await);
    let chat: OneConversation =
        done(&server, &ann, Method::POST, "/conversations", json!({ "user_id": ben.user_id })).await;
    let room = format!("/conversations/{}", chat.conversation.conversation.id);
    let messages = format!("{room}/messages");

    let send = json!({ "client_id": client_id(), "text": "**hello**" });
    let first: OneMessage = done(&server, &ann, Method::POST, &messages, send.clone()).await;
    let again: OneMessage = done(&server, &ann, Method::POST, &messages, send).await;
    assert_eq!(first, again, "a send repeated is the first one");
    let seq = first.message.seq;

    let reply = json!({ "client_id": client_id(), "text": "hi", "reply_to": seq });
    let reply: OneMessage = done(&server, &ben, Method::POST, &messages, reply).await;
    let react = json!({ "emoji": "👍" });
    let _: OneMessage = done(&server, &ben, Method::PUT, &format!("{messages}/{seq}/reaction"), react).await;
    let edit = json!({ "if_version": first.message.version, "text": "hello there" });
    let edited: OneMessage = done(&server, &ann, Method::PATCH, &format!("{messages}/{seq}"), edit).await;
    assert_eq!(edited.message.text, "hello there");
    let read = json!({ "seq": reply.message.seq });
    let _: Done = done(&server, &ann, Method::PUT, &format!("{room}/read"), read).await;

    let page: MessagePage = asked(&server, &ben, &format!("{messages}?limit=10")).await;
    assert_eq!(page.messages.iter().map(|message| message.seq).collect::<Vec<_>>(), [seq, reply.message.seq]);
    assert_eq!(page.messages[0].my_reaction.as_deref(), Some("👍"));
    let one: OneMessage = asked(&server, &ben, &format!("{messages}/{seq}")).await;
    assert_eq!(page.messages[0], one.message);
    let receipts: ReceiptList =
        asked(&server, &ben, &format!("{messages}/{}/receipts", reply.message.seq)).await;
    assert_eq!(receipts.receipts[0].read_seq, reply.message.seq);
    let reactions: ReactionList = asked(&server, &ann, &format!("{messages}/{seq}/reactions")).await;
    assert_eq!(reactions.reactions[0].user_ids, [ben.user_id]);

    let for_me = format!("{messages}/{}?scope=me", reply.message.seq);
    let hidden: Deleted = asked_to_delete(&server, &ann, &for_me).await;
    assert!(hidden.account_version.is_some() && hidden.version.is_none());
    let body = json!({ "scope": "everyone" });
    let unsent: Deleted = done(&server, &ann, Method::DELETE, &format!("{messages}/{seq}"), body).await;
    assert!(unsent.version.is_some());
    let edit = json!({ "if_version": edited.message.version, "text": "too late" });
    let late =
        call_as(&server, &ann, Method::PATCH, &format!("{messages}/{seq}"), JSON, edit.to_string()).await;
    refused(&late, ErrorCode::Gone);

    let changes: ConversationChanges = asked(&server, &ben, &format!("{room}/changes?since=0")).await;
    assert_eq!(changes.version, unsent.version.expect("just seen"));
    let account: AccountChanges = asked(&server, &ann, "/account/changes?since=0").await;
    assert_eq!(account.rows.hidden.len(), 1);
    let sync: SyncAnswer = asked(&server, &ann, "/sync").await;
    let later: SyncAnswer = asked(&server, &ann, &format!("/sync?cursor={}", sync.cursor)).await;
    assert_eq!((sync.conversations.len(), later.conversations.len()), (1, 0));
    server.stop().await;
}

async fn asked_to_delete(server: &TestServer, by: &Device, path: &str) -> Deleted {
    let answer = call_as(server, by, Method::DELETE, path, &[], "").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn a_group_is_kept_over_rest() {
    let server = TestServer::start().await;
    let (ann, ben, cem) =
        (server.register("ann").await, server.register("ben").await, server.register("cem").await);
    let group = json!({ "client_id": client_id(), "title": "Hike", "member_ids": [ben.user_id] });
    let group: OneConversation = done(&server, &ann, Method::POST, "/conversations", group).await;
    let room = format!("/conversations/{}", group.conversation.conversation.id);

    let _: Changed = done(&server, &ann, Method::PATCH, &room, json!({ "title": "Up" })).await;
    let add = json!({ "user_ids": [cem.user_id] });
    let _: Changed = done(&server, &ann, Method::POST, &format!("{room}/members"), add).await;
    let role = format!("{room}/members/{}", ben.user_id);
    let _: Changed = done(&server, &ann, Method::PUT, &role, json!({ "role": "admin" })).await;
    let members: MemberList = asked(&server, &cem, &format!("{room}/members")).await;
    assert_eq!(members.members.len(), 3);
    assert!(members.members.iter().any(|member| member.user_id == ben.user_id && member.role == Role::Admin));

    let send = json!({ "client_id": client_id(), "text": "keep this" });
    let sent: OneMessage = done(&server, &cem, Method::POST, &format!("{room}/messages"), send).await;
    let pin = format!("{room}/messages/{}/pin", sent.message.seq);
    let _: Changed = done(&server, &ben, Method::PUT, &pin, json!({ "pinned": true })).await;
    let pins: MessagePage = asked(&server, &ann, &format!("{room}/pins")).await;
    assert_eq!(pins.messages.len(), 1);

    let remove = format!("{room}/members/{}", cem.user_id);
    let forbidden =
        call_as(&server, &cem, Method::DELETE, &format!("{room}/members/{}", ben.user_id), &[], "").await;
    refused(&forbidden, ErrorCode::Forbidden);
    let _: Changed = done(&server, &ben, Method::DELETE, &remove, json!({})).await;
    refused(&get(&server, &cem, &room).await, ErrorCode::NotFound);
    let _: Changed = done(&server, &ben, Method::POST, &format!("{room}/leave"), json!({})).await;
    let list: ConversationList = asked(&server, &ben, "/conversations").await;
    assert_eq!(list.conversations, []);
    server.stop().await;
}

#[tokio::test]
async fn what_only_oneself_sees_is_set_over_rest() {
    let server = TestServer::start().await;
    let ann = server.register("ann").await;
    let notes: OneConversation =
        done(&server, &ann, Method::POST, "/conversations", json!({ "user_id": ann.user_id })).await;
    let id = notes.conversation.conversation.id;
    let set = json!({ "conversation_id": id, "draft": "not yet", "pinned": true });
    let set: AccountChangedTo = done(&server, &ann, Method::PUT, "/account", set).await;
    let changes: AccountChanges = asked(&server, &ann, "/account/changes?since=0").await;
    assert_eq!(changes.rows.account_version, set.account_version);
    assert_eq!(changes.rows.conversations[0].draft.as_deref(), Some("not yet"));
    let me: Me = done(&server, &ann, Method::PATCH, "/me", json!({ "display_name": " Ann K. " })).await;
    assert_eq!(me.profile.display_name, "Ann K.");
    server.stop().await;
}

#[tokio::test]
async fn the_document_lists_every_route_and_each_route_it_lists_is_there() {
    let server = TestServer::start().await;
    let document: Value = call(&server, Method::GET, "/openapi.json", &[], "").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().expect("it has paths");
    let unknown = "01890000-0000-7000-8000-00000000dead";
    for (path, operations) in paths {
        let filled = path.split('/').map(|part| match part {
            "{seq}" => "1",
            part if part.starts_with('{') => unknown,
            part => part,
        });
        let filled = filled.collect::<Vec<_>>().join("/");
        for (method, operation) in operations.as_object().expect("it has operations") {
            let method: Method = method.to_uppercase().parse().expect("it is a method");
            let answer = call(&server, method.clone(), &filled, &[], "").await;
            assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            // Whoever is not signed in learns nothing, not even whether there is such a thing.
            let open = operation["security"] == json!([]);
            assert_eq!(
                answer.status == StatusCode::UNAUTHORIZED,
                !open,
                "{method} {path}: {}",
                answer.status
            );
        }
    }
    // What protocol.md promises.
    for path in [
        "/auth/register",
        "/auth/login",
        "/auth/logout",
        "/auth/sessions",
        "/auth/sessions/{session_id}",
        "/me",
        "/me/password",
        "/me/avatar",
        "/users",
        "/conversations",
        "/conversations/{conversation_id}",
        "/conversations/{conversation_id}/members",
        "/conversations/{conversation_id}/messages",
        "/conversations/{conversation_id}/messages/{seq}",
        "/conversations/{conversation_id}/messages/{seq}/reaction",
        "/conversations/{conversation_id}/messages/{seq}/receipts",
        "/conversations/{conversation_id}/messages/{seq}/reactions",
        "/conversations/{conversation_id}/read",
        "/attachments",
        "/attachments/{attachment_id}",
        "/attachments/{attachment_id}/thumbnail",
        "/uploads",
        "/search",
        "/sync",
        "/account",
        "/account/changes",
    ] {
        assert!(paths.contains_key(path), "{path} is missing");
    }
    server.stop().await;
}

#[tokio::test]
async fn health_is_told_to_whoever_asks() {
    let server = TestServer::start().await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(call(&server, Method::GET, path, &[], "").await.status, StatusCode::OK);
        let answer = kith_testkit::http::request(server.addr(), Method::GET, path, &[], "").await;
        assert_eq!(answer.expect("the server answers").status, StatusCode::OK);
    }
    server.stop().await;
}

#[tokio::test]
async fn typing_is_said_and_presence_is_asked_for_over_rest() {
    let server = TestServer::start().await;
    let (ann, ben, eve) =
        (server.register("ann").await, server.person("ben").await, server.register("eve").await);
    let chat = ben.direct(ann.user_id).await;
    ben.sync().await;
    let typing = format!("/conversations/{chat}/typing");
    let _: Done = done(&server, &ann, Method::PUT, &typing, json!({ "typing": true })).await;
    let heard: Typing = ben.expect("typing").await;
    assert_eq!(heard.user_ids, [ann.user_id]);
    let stranger = call_as(&server, &eve, Method::PUT, &typing, JSON, r#"{ "typing": true }"#).await;
    refused(&stranger, ErrorCode::NotFound);

    let people = format!("/presence?user_ids={},{}", ben.id(), eve.user_id);
    let seen: Presences = asked(&server, &ann, &people).await;
    assert_eq!(seen.presences, [Presence { user_id: ben.id(), online: true, last_active_at: None }]);
    refused(&get(&server, &ann, "/presence?user_ids=nobody").await, ErrorCode::Invalid);
    server.stop().await;
}

#[tokio::test]
async fn the_server_says_whether_one_is_signed_in() {
    let server = TestServer::start().await;
    let ann = server.register("ann").await;
    let known: ServerInfo = asked(&server, &ann, "/server").await;
    assert!(known.signed_in);
    assert!(!call(&server, Method::GET, "/server", &[], "").await.json::<ServerInfo>().signed_in);
    server.end_session(&server.another_device(&ann).await, ann.session_id).await;
    assert!(!asked::<ServerInfo>(&server, &ann, "/server").await.signed_in);
    server.stop().await;
}
