//! What bad payloads get: a typed refusal with the field to blame, while the neighbours go on.

use kith_protocol::*;
use kith_testkit::{Person, TestServer, client_id, message};
use serde_json::json;

#[tokio::test]
async fn every_kind_of_bad_payload_is_refused_and_nobody_else_notices() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.person("ann").await, server.person("ben").await);
    let chat = ann.direct(ben.id()).await;
    ben.sync().await;
    let unknown = "01890000-0000-7000-8000-00000000ffff";
    let send =
        |text: &str| json!({ "conversation_id": chat, "client_id": client_id(), "text": text }).to_string();
    let nested = format!("{}{}", "[".repeat(33), "]".repeat(33));
    let long = "x".repeat(limits::TEXT_UTF16_MAX + 1);
    let cases = [
        ("no:such:event", "{}".to_owned(), ErrorCode::Invalid, Some("event")),
        ("message:send", "null".to_owned(), ErrorCode::Invalid, Some("payload")),
        ("message:send", "{}".to_owned(), ErrorCode::Invalid, Some("conversation_id")),
        ("message:send", r#"{"conversation_id":7}"#.to_owned(), ErrorCode::Invalid, Some("conversation_id")),
        ("message:send", nested, ErrorCode::TooLarge, Some("payload")),
        ("message:send", send(""), ErrorCode::Invalid, Some("text")),
        ("message:send", send(" \n\t"), ErrorCode::Invalid, Some("text")),
        ("message:send", send(&long), ErrorCode::TooLarge, Some("text")),
        ("sync", r#"{"cursor":5}"#.to_owned(), ErrorCode::Invalid, Some("cursor")),
        (
            "message:edit",
            format!(r#"{{"conversation_id":"{chat}","seq":9007199254740992,"if_version":1,"text":"x"}}"#),
            ErrorCode::Invalid,
            Some("seq"),
        ),
        (
            "message:page",
            format!(r#"{{"conversation_id":"{chat}","limit":101}}"#),
            ErrorCode::TooLarge,
            Some("limit"),
        ),
        ("conversation:leave", format!(r#"{{"conversation_id":"{unknown}"}}"#), ErrorCode::NotFound, None),
        ("conversation:leave", format!(r#"{{"conversation_id":"{chat}"}}"#), ErrorCode::Forbidden, None),
        (
            "message:react",
            format!(r#"{{"conversation_id":"{chat}","seq":1,"emoji":"two words"}}"#),
            ErrorCode::Invalid,
            Some("emoji"),
        ),
        ("account:set", "{}".to_owned(), ErrorCode::Invalid, Some("conversation_id")),
        ("conversation:open", "{}".to_owned(), ErrorCode::Invalid, Some("user_id")),
    ];
    for (event, payload, code, field) in cases {
        let refusal = ann.request_raw(event, &payload).await;
        let refusal = refusal.expect_err(&format!("{event} {payload} is refused"));
        assert_eq!((refusal.code, refusal.field.as_deref()), (code, field), "{event} {payload}");
    }
    // Without an ack there is nobody to tell, and nothing happens.
    ann.send("no:such:event", &json!({}));
    ann.send(TYPING_EVENT, &json!({ "conversation_id": unknown, "typing": true }));
    ann.send(TYPING_EVENT, &json!({ "typing": "maybe" }));
    let sent = ann.say(chat, "still here").await;
    let heard = ben.hear(CauseKind::Sent).await;
    assert_eq!(heard.messages, [sent]);
    server.stop().await;
}

#[tokio::test]
async fn an_event_without_an_ack_is_carried_out_in_silence() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.person("ann").await, server.person("ben").await);
    let chat = ann.direct(ben.id()).await;
    ben.sync().await;
    ann.send("message:send", &message(chat, "no answer needed"));
    let heard = ben.hear(CauseKind::Sent).await;
    assert_eq!(heard.messages[0].text, "no answer needed");
    server.stop().await;
}

#[tokio::test]
async fn a_socket_that_breaks_the_protocol_is_closed_and_its_neighbours_are_not() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.person("ann").await, server.person("ben").await);
    let chat = ann.direct(ben.id()).await;
    ben.sync().await;
    let broken = ["42[", "42{}", "429999999999999999999999[\"sync\"]", "4", "9"];
    for packet in broken.map(str::to_owned).into_iter().chain([format!("42[\"{}\"]", "x".repeat(200_000))]) {
        let breaker = Person::at(server.addr(), &ann.device).await;
        breaker.send_packet(packet);
        breaker.expect_closed().await;
    }
    let sent = ann.say(chat, "still here").await;
    let heard = ben.hear(CauseKind::Sent).await;
    assert_eq!(heard.messages, [sent]);
    server.stop().await;
}

#[tokio::test]
async fn the_longest_text_passes_however_it_is_written() {
    let server = TestServer::start().await;
    let ann = server.person("ann").await;
    let notes = ann.direct(ann.id()).await;
    let escaped = "\\u00e9".repeat(limits::TEXT_UTF16_MAX);
    let payload =
        format!(r#"{{"conversation_id":"{notes}","client_id":"{}","text":"{escaped}"}}"#, client_id());
    assert!(payload.len() > 90_000);
    let sent = ann.request_raw("message:send", &payload).await.expect("the longest text is taken");
    assert_eq!(sent["message"]["text"].as_str().map(limits::utf16_len), Some(limits::TEXT_UTF16_MAX));
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_runs_wild_is_slowed_down_and_its_neighbours_are_not() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.person("ann").await, server.person("ben").await);
    let notes = ben.direct(ben.id()).await;
    let mut refused = false;
    for _ in 0..20 {
        (0..20_000).for_each(|_| ann.send(TYPING_EVENT, &json!({})));
        let answer = ann.request_raw("no:such:event", "{}").await.expect_err("there is no such event");
        refused |=
            answer.code == ErrorCode::RateLimited && answer.retry_after_ms.is_some_and(|wait| wait > 0);
        ben.say(notes, "meanwhile").await;
        if refused {
            break;
        }
    }
    assert!(refused, "nothing was refused");
    server.stop().await;
}
