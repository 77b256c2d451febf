//! Who is there and who types: what sockets are told of as it happens, for whoever only asks now and then.

use axum::{Json, extract::State};
use kith_chat::Refusal;
use kith_protocol::*;
use serde::Deserialize;

use super::{
    Actor, Edge, Payload, Query, Refused, Routes,
    routes::{Access, Route, Takes, gives, json},
    users::parse_ids,
};

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(
            Route {
                method: "GET",
                path: "/presence",
                about: "Who of these people (user_ids, separated by commas) is there, as far as one may see.",
                access: Access::SignedIn,
                takes: Takes::Words(&["user_ids"]),
                gives: gives::<Presences>(),
            },
            presence,
        )
        .add(
            Route {
                method: "PUT",
                path: "/conversations/{conversation_id}/typing",
                about: "One types, or no longer; to be said again every few seconds.",
                access: Access::SignedIn,
                takes: json::<SetTyping>(),
                gives: gives::<Done>(),
            },
            typing,
        )
}

#[derive(Deserialize)]
struct Asked {
    user_ids: String,
}

async fn presence(
    State(edge): State<Edge>,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Result<Json<Presences>, Refused> {
    let user_ids = parse_ids(&asked.user_ids, "user_ids", limits::PRESENCE_WATCH_MAX)?;
    Ok(Json(edge.realtime.presences(actor.user_id, user_ids).await?))
}

async fn typing(
    State(edge): State<Edge>,
    actor: Actor,
    Payload(said): Payload<SetTyping>,
) -> Result<Json<Done>, Refused> {
    let outcome: Result<(), Refusal> = edge.realtime.set_typing(actor.user_id, &said).await;
    outcome?;
    Ok(Json(Done {}))
}
