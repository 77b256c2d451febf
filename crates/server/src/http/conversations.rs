//! Conversations, their members, and catching up.

use axum::{Json, extract::State};
use kith_chat::Chat;
use kith_protocol::*;
use serde::Deserialize;
use ts_rs::TS;

use super::{
    Actor, Edge, Query, Refused, Routes,
    routes::{Access, Route, Takes, gives},
};

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(
            Route {
                method: "GET",
                path: "/conversations",
                about: "One's conversations, last changed first.",
                access: Access::SignedIn,
                takes: Takes::Words(&["cursor"]),
                gives: gives::<ConversationList>(),
            },
            list,
        )
        .does("POST", "/conversations", "Finds or makes a direct conversation, or makes a group.", Chat::open)
        .asks("/conversations/{conversation_id}", "One conversation.", |chat, actor, at: ConversationRef| {
            chat.conversation(actor, at.conversation_id)
        })
        .does("PATCH", "/conversations/{conversation_id}", "Changes a group.", Chat::update_conversation)
        .does("POST", "/conversations/{conversation_id}/leave", "Leaves a group.", Chat::leave)
        .asks(
            "/conversations/{conversation_id}/changes",
            "What changed in a conversation after a version.",
            Chat::changes,
        )
        .asks(
            "/conversations/{conversation_id}/members",
            "Who is in a conversation, longest-serving first.",
            |chat, actor, page: MembersPage| chat.members(actor, page.conversation_id, page.after),
        )
        .does(
            "POST",
            "/conversations/{conversation_id}/members",
            "Adds people to a group.",
            Chat::add_members,
        )
        .does(
            "PUT",
            "/conversations/{conversation_id}/members/{user_id}",
            "Gives a member another role.",
            Chat::set_role,
        )
        .does(
            "DELETE",
            "/conversations/{conversation_id}/members/{user_id}",
            "Removes a member; removing oneself is leaving.",
            Chat::remove_member,
        )
        .asks("/sync", "Everything, or what changed since a cursor.", Chat::sync)
}

/// Which members.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
struct MembersPage {
    conversation_id: ConversationId,
    /// The last `user_id` of the page before.
    #[ts(optional)]
    after: Option<UserId>,
}

/// The list is what `sync` tells, without what only a client that keeps a copy needs.
async fn list(
    State(edge): State<Edge>,
    actor: Actor,
    Query(request): Query<SyncRequest>,
) -> Result<Json<ConversationList>, Refused> {
    let SyncAnswer { conversations, users, cursor, more, .. } =
        edge.chat.sync(actor.user_id, request).await?;
    Ok(Json(ConversationList { conversations, users, cursor, more }))
}
