//! Finding messages.

use std::time::Instant;

use axum::{Json, extract::State};
use kith_chat::{
    Refusal,
    store::{Has, Search},
    text::query_terms,
};
use kith_protocol::{limits::utf16_len, *};
use serde::Deserialize;

use super::{
    Actor, Edge, Query, Refused, Routes,
    routes::{Access, Route, Takes, gives},
};

pub(super) fn routes() -> Routes {
    let route = Route {
        method: "GET",
        path: "/search",
        about: "Messages that one may read and that contain all the words of q, newest first.",
        access: Access::SignedIn,
        takes: Takes::Words(&["q", "conversation_id", "from", "has", "before", "after", "cursor", "limit"]),
        gives: gives::<SearchResults>(),
    };
    Routes::default().add(route, search)
}

/// How many are found at once when the request does not say.
const RESULTS_DEFAULT: usize = 30;

#[derive(Deserialize)]
struct Asked {
    q: String,
    conversation_id: Option<ConversationId>,
    from: Option<UserId>,
    has: Option<AskedHas>,
    before: Option<Timestamp>,
    after: Option<Timestamp>,
    cursor: Option<u64>,
    limit: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum AskedHas {
    Photo,
    File,
    Link,
}

async fn search(
    State(edge): State<Edge>,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Result<Json<SearchResults>, Refused> {
    if utf16_len(&asked.q) > limits::QUERY_UTF16_MAX {
        let message = format!("A query has at most {} characters.", limits::QUERY_UTF16_MAX);
        return Err(Refusal::too_large("q", limits::QUERY_UTF16_MAX, message).into());
    }
    edge.gates.search(actor.user_id, Instant::now())?;
    let search = Search {
        query: query_terms(&asked.q),
        from: asked.from,
        within: asked.conversation_id,
        has: asked.has.map(|has| match has {
            AskedHas::Photo => Has::Photo,
            AskedHas::File => Has::File,
            AskedHas::Link => Has::Link,
        }),
        before: asked.before,
        after: asked.after,
        cursor: asked.cursor,
        limit: asked.limit.unwrap_or(RESULTS_DEFAULT),
    };
    Ok(Json(edge.chat.search(actor.user_id, search).await?))
}
