//! HTTP: REST under `/api/v1`, health, and the embedded client for every other path.
//!
//! In reading order: [`router`] puts the layers together, `routes` is the table that router and OpenAPI document are made
//! from, `extract` reads requests, `refused` says no; the nouns follow.

mod routes;

mod extract;
pub(crate) use extract::{Actor, Payload, Query};
mod refused;
pub(crate) use refused::Refused;
mod layers;

mod gates;
pub(crate) use gates::Gates;
mod device;

mod account;
mod attachments;
mod bytes;
mod conversations;
mod info;
mod messages;
mod presence;
mod search;
mod sessions;
mod tus;
mod users;

mod openapi;

use std::sync::Arc;

use axum::{Router, middleware};
use kith_chat::Chat;

use crate::{
    activity::Activity, addresses::Addresses, assets, auth::Policy, config::Config, demo::Demo,
    metrics::Metrics, realtime::Realtime, uploads::Uploads,
};
use routes::Routes;

/// What handlers work with.
#[derive(Clone)]
pub(crate) struct Edge {
    pub(crate) chat: Arc<Chat>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) config: Arc<Config>,
    pub(crate) uploads: Arc<Uploads>,
    pub(crate) activity: Arc<Activity>,
    pub(crate) gates: Arc<Gates>,
    pub(crate) realtime: Arc<Realtime>,
    pub(crate) addresses: Arc<Addresses>,
    pub(crate) metrics: Arc<Metrics>,
    /// There when the folder holds a demonstration.
    pub(crate) demo: Option<Arc<Demo>>,
}

/// Everything that is answered over HTTP, the sockets' own path included.
pub(crate) fn router(edge: Edge) -> Router {
    let sockets = edge.realtime.router();
    let (api, table) = api().finish();
    let api = openapi::serve(api, table)
        .merge(info::health())
        .fallback(async || Refused::no_such_path())
        .method_not_allowed_fallback(async || Refused::no_such_method())
        .layer(middleware::from_fn(layers::answers_are_private))
        .layer(middleware::from_fn_with_state(edge.clone(), layers::read_caller));
    Router::new()
        .nest("/api/v1", api)
        .merge(info::health())
        .fallback(assets::serve)
        .with_state(edge.clone())
        .merge(sockets)
        .layer(middleware::from_fn_with_state(edge.clone(), layers::limit_proxied))
        .layer(middleware::from_fn_with_state(edge, layers::count_refusals))
        .layer(middleware::from_fn(layers::log))
}

fn api() -> Routes {
    info::routes()
        .merge(sessions::routes())
        .merge(account::routes())
        .merge(users::routes())
        .merge(presence::routes())
        .merge(conversations::routes())
        .merge(messages::routes())
        .merge(attachments::routes())
        .merge(tus::routes())
        .merge(search::routes())
}
