//! Messages: pages of them, and what one can do with one.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Request, State},
};
use kith_chat::{Chat, Refusal};
use kith_protocol::*;
use serde::Deserialize;
use ts_rs::TS;

use super::{
    Actor, Edge, Payload, Query, Refused, Routes,
    routes::{Access, Route, gives, json},
};

pub(super) fn routes() -> Routes {
    Routes::default()
        .asks("/conversations/{conversation_id}/messages", "A stretch of messages, oldest first.", Chat::page)
        .does("POST", "/conversations/{conversation_id}/messages", "Sends, once per client_id.", Chat::send)
        .asks("/conversations/{conversation_id}/messages/{seq}", "One message.", Chat::message)
        .does("PATCH", "/conversations/{conversation_id}/messages/{seq}", "Replaces a text.", Chat::edit)
        .add(
            Route {
                method: "DELETE",
                path: "/conversations/{conversation_id}/messages/{seq}",
                about: "Deletes for oneself or for everyone; the scope may stand in the query.",
                access: Access::SignedIn,
                takes: json::<DeleteMessage>(),
                gives: gives::<Deleted>(),
            },
            delete,
        )
        .does(
            "PUT",
            "/conversations/{conversation_id}/messages/{seq}/reaction",
            "Puts, replaces or takes back one's reaction.",
            Chat::react,
        )
        .does(
            "PUT",
            "/conversations/{conversation_id}/messages/{seq}/pin",
            "Pins a message or takes it off.",
            Chat::pin,
        )
        .asks(
            "/conversations/{conversation_id}/messages/{seq}/reactions",
            "Who reacted to a message, a page at a time.",
            |chat, actor, page: PeoplePage| chat.reactions(actor, page.address(), page.after),
        )
        .asks(
            "/conversations/{conversation_id}/messages/{seq}/receipts",
            "Who has received and read a message, a page at a time.",
            |chat, actor, page: PeoplePage| chat.receipts(actor, page.address(), page.after),
        )
        .does("PUT", "/conversations/{conversation_id}/read", "One has read up to it.", Chat::mark_read)
        .does("PUT", "/conversations/{conversation_id}/delivered", "It has arrived.", Chat::mark_delivered)
        .asks(
            "/conversations/{conversation_id}/pins",
            "The pinned messages, newest first.",
            |chat, actor, at: ConversationRef| chat.pinned(actor, at.conversation_id),
        )
        .asks(
            "/conversations/{conversation_id}/attachments",
            "Messages that show photos (kind=image) or other files (kind=file), newest first.",
            |chat, actor, page: AttachmentsPage| {
                let images = page.kind == Shown::Image;
                chat.with_attachments(actor, page.conversation_id, images, page.before)
            },
        )
}

/// Which people that a message has something to do with.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
struct PeoplePage {
    conversation_id: ConversationId,
    seq: Seq,
    /// Where the page before ended.
    #[ts(optional)]
    after: Option<UserId>,
}

impl PeoplePage {
    fn address(self) -> MessageAddress {
        MessageAddress { conversation_id: self.conversation_id, seq: self.seq }
    }
}

/// Which messages with attachments.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
struct AttachmentsPage {
    conversation_id: ConversationId,
    #[ts(inline)]
    kind: Shown,
    /// Only messages with a smaller number.
    #[ts(optional)]
    before: Option<Seq>,
}

/// What a message shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
enum Shown {
    /// Photos.
    Image,
    /// Anything else.
    File,
}

/// Bodies of DELETE get lost on the way in some proxies and clients, so the scope may stand in the query too.
async fn delete(State(edge): State<Edge>, actor: Actor, request: Request) -> Result<Json<Deleted>, Refused> {
    let command: DeleteMessage = if request.uri().query().is_some() {
        let (mut parts, _) = request.into_parts();
        Query::from_request_parts(&mut parts, &edge).await?.0
    } else {
        Payload::from_request(request, &edge).await?.0
    };
    let deleted: Result<Deleted, Refusal> = edge.chat.delete(actor.user_id, command).await;
    Ok(Json(deleted?))
}
