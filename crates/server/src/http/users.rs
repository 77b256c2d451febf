//! Finding people.

use axum::{Json, extract::State};
use kith_chat::Refusal;
use kith_protocol::*;
use serde::Deserialize;

use super::{
    Actor, Edge, Query, Refused, Routes,
    routes::{Access, Route, Takes, gives},
};

pub(super) fn routes() -> Routes {
    let route = Route {
        method: "GET",
        path: "/users",
        about: "People by name (query), or the profiles of these (ids, separated by commas).",
        access: Access::SignedIn,
        takes: Takes::Words(&["query", "ids"]),
        gives: gives::<UserList>(),
    };
    Routes::default().add(route, find)
}

#[derive(Deserialize)]
struct Find {
    query: Option<String>,
    ids: Option<String>,
}

async fn find(
    State(edge): State<Edge>,
    actor: Actor,
    Query(find): Query<Find>,
) -> Result<Json<UserList>, Refused> {
    let users = match (find.query, find.ids) {
        (Some(query), None) => edge.chat.search_users(actor.user_id, &query).await?,
        (None, Some(ids)) => UserList {
            users: edge.chat.profiles(parse_ids(&ids, "ids", limits::PAGE_USERS_MAX)?).await?,
            more: false,
        },
        _ => return Err(Refusal::invalid("query", "Give either query or ids.").into()),
    };
    Ok(Json(users))
}

/// Ids in a query, separated by commas, at most `limit`.
pub(super) fn parse_ids(ids: &str, field: &str, limit: usize) -> Result<Vec<UserId>, Refusal> {
    let ids: Vec<UserId> = ids
        .split(',')
        .filter(|id| !id.is_empty())
        .map(str::parse)
        .collect::<Result<_, _>>()
        .map_err(|_| Refusal::invalid(field, "Ids are UUIDs, separated by commas."))?;
    if ids.len() > limit {
        let message = format!("Ask for at most {limit} people at once.");
        return Err(Refusal::too_large(field, limit, message));
    }
    Ok(ids)
}
