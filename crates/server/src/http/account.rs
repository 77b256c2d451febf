//! One's own account: profile, password, picture, and what only oneself sees.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;
use kith_chat::Chat;
use kith_protocol::*;

use super::{
    Actor, Edge, Payload, Refused, Routes,
    routes::{Access, Route, Takes, gives, json},
};
use crate::auth::Caller;

pub(super) fn routes() -> Routes {
    let route = |method, about, takes, gives| Route {
        method,
        path: "/me",
        about,
        access: Access::SignedIn,
        takes,
        gives,
    };
    Routes::default()
        .add(route("GET", "One's own account.", Takes::Nothing, gives::<Me>()), me)
        .add(
            route("PATCH", "Changes one's name or \"about\".", json::<UpdateProfile>(), gives::<Me>()),
            update,
        )
        .add(route("DELETE", "Deletes one's account.", json::<DeleteAccount>(), gives::<Done>()), delete)
        .add(
            Route {
                path: "/me/password",
                ..route(
                    "PUT",
                    "Changes one's password and ends every other session.",
                    json::<ChangePassword>(),
                    gives::<Done>(),
                )
            },
            change_password,
        )
        .add(
            Route {
                path: "/me/avatar",
                ..route("PUT", "Sets or takes away one's picture.", json::<SetAvatar>(), gives::<Me>())
            },
            set_avatar,
        )
        .does("PUT", "/account", "Changes what only oneself sees.", Chat::set_account)
        .asks("/account/changes", "What changed of it after a version.", Chat::account_changes)
}

async fn me(State(edge): State<Edge>, actor: Actor) -> Result<Json<Me>, Refused> {
    Ok(Json(edge.chat.me(actor.user_id).await?.me))
}

async fn update(
    State(edge): State<Edge>,
    actor: Actor,
    Payload(change): Payload<UpdateProfile>,
) -> Result<Json<Me>, Refused> {
    Ok(Json(edge.chat.update_profile(actor.user_id, change).await?.me))
}

async fn set_avatar(
    State(edge): State<Edge>,
    actor: Actor,
    Payload(SetAvatar { attachment_id }): Payload<SetAvatar>,
) -> Result<Json<Me>, Refused> {
    Ok(Json(edge.chat.set_avatar(actor.user_id, attachment_id).await?.me))
}

/// Guessing one's own password from a stolen session is slowed down like guessing it at the door.
async fn change_password(
    State(edge): State<Edge>,
    actor: Actor,
    Payload(request): Payload<ChangePassword>,
) -> Result<Json<Done>, Refused> {
    let attempt = edge.gates.confirmation(actor.user_id, edge.chat.now())?;
    edge.chat.change_password(actor.user_id, request, Some(actor.session_id)).await?;
    attempt.succeeded();
    Ok(Json(Done {}))
}

async fn delete(
    State(edge): State<Edge>,
    actor: Actor,
    caller: Caller,
    Payload(request): Payload<DeleteAccount>,
) -> Result<Response, Refused> {
    let attempt = edge.gates.confirmation(actor.user_id, edge.chat.now())?;
    edge.chat.delete_account(actor.user_id, request).await?;
    attempt.succeeded();
    Ok(([(header::SET_COOKIE, caller.clear_cookie())], Json(Done {})).into_response())
}
