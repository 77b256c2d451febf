//! The table of routes: it makes the router, and the document that describes it, so that the two cannot differ.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    handler::Handler,
    routing::{MethodFilter, MethodRouter, on},
};
use kith_chat::{Chat, Reply};
use kith_protocol::UserId;
use serde::{Serialize, de::DeserializeOwned};
use ts_rs::{Config, TS};

use super::{Actor, Edge, Payload, Query, Refused};

/// What is known of one route.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    /// `GET`, `POST` …
    pub(crate) method: &'static str,
    /// Below `/api/v1`, parameters in braces.
    pub(crate) path: &'static str,
    /// What it does, in a sentence.
    pub(crate) about: &'static str,
    /// Who may ask.
    pub(crate) access: Access,
    /// What is sent along, beside what stands in the path.
    pub(crate) takes: Takes,
    /// What is answered.
    pub(crate) gives: Gives,
}

/// Who may ask. Every route says it: there is no default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Anyone who reaches the server.
    Anyone,
    /// Whoever is signed in; the rules decide on the rest.
    SignedIn,
}

/// What is sent along.
#[derive(Clone, Debug)]
pub(crate) enum Takes {
    /// Nothing.
    Nothing,
    /// The fields of this type, in the query.
    Query(Type),
    /// The fields of this type, as JSON.
    Json(Type),
    /// These words in the query.
    Words(&'static [&'static str]),
    /// Bytes, with these words in the query.
    Bytes(&'static [&'static str]),
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) enum Gives {
    /// Nothing but a status.
    Nothing,
    /// This type, as JSON.
    Json(Type),
    /// Bytes.
    Bytes,
}

/// The fields of `T`, as JSON.
pub(crate) fn json<T: TS>() -> Takes {
    Takes::Json(Type::of::<T>())
}

/// `T`, as JSON.
pub(crate) fn gives<T: TS>() -> Gives {
    Gives::Json(Type::of::<T>())
}

/// A type of the wire, as the client's language has it.
#[derive(Clone, Debug)]
pub(crate) struct Type {
    pub(crate) name: String,
    /// `type Name = …;`
    pub(crate) declaration: String,
}

impl Type {
    fn of<T: TS>() -> Self {
        let config = Config::default();
        Self { name: T::name(&config), declaration: T::decl(&config) }
    }
}

/// Routes that are being put together.
#[derive(Default)]
pub(crate) struct Routes {
    router: Router<Edge>,
    table: Vec<Route>,
}

impl Routes {
    /// A question to the rules: what stands in path and query is `T`.
    pub(crate) fn asks<T, A>(
        self,
        path: &'static str,
        about: &'static str,
        question: impl Fn(&Chat, UserId, T) -> Reply<A> + Clone + Send + Sync + 'static,
    ) -> Self
    where
        T: TS + DeserializeOwned + Send + 'static,
        A: TS + Serialize + Send + 'static,
    {
        let handler = async move |State(edge): State<Edge>, actor: Actor, Query(asked): Query<T>| {
            let reply = question(&edge.chat, actor.user_id, asked);
            answer(reply).await
        };
        let route = Route {
            method: "GET",
            path,
            about,
            access: Access::SignedIn,
            takes: Takes::Query(Type::of::<T>()),
            gives: gives::<A>(),
        };
        self.add(route, handler)
    }

    /// A deed: what stands in path and body is `T`, as on the socket.
    pub(crate) fn does<T, A>(
        self,
        method: &'static str,
        path: &'static str,
        about: &'static str,
        deed: impl Fn(&Chat, UserId, T) -> Reply<A> + Clone + Send + Sync + 'static,
    ) -> Self
    where
        T: TS + DeserializeOwned + Send + 'static,
        A: TS + Serialize + Send + 'static,
    {
        let handler = async move |State(edge): State<Edge>, actor: Actor, Payload(payload): Payload<T>| {
            let reply = deed(&edge.chat, actor.user_id, payload);
            answer(reply).await
        };
        let route =
            Route { method, path, about, access: Access::SignedIn, takes: json::<T>(), gives: gives::<A>() };
        self.add(route, handler)
    }

    /// Whatever is none of the two.
    pub(crate) fn add<H, X>(mut self, route: Route, handler: H) -> Self
    where
        H: Handler<X, Edge>,
        X: 'static,
    {
        let methods: MethodRouter<Edge> = on(filter(route.method), handler);
        self.router = self.router.route(route.path, methods);
        self.table.push(route);
        self
    }

    /// These routes and others.
    pub(crate) fn merge(mut self, others: Self) -> Self {
        self.router = self.router.merge(others.router);
        self.table.extend(others.table);
        self
    }

    /// The router, and what it consists of.
    pub(crate) fn finish(self) -> (Router<Edge>, Arc<[Route]>) {
        (self.router, self.table.into())
    }
}

async fn answer<A: Serialize>(reply: Reply<A>) -> Result<Json<A>, Refused> {
    Ok(Json(reply.await?))
}

fn filter(method: &str) -> MethodFilter {
    match method {
        "GET" => MethodFilter::GET,
        "HEAD" => MethodFilter::HEAD,
        "POST" => MethodFilter::POST,
        "PUT" => MethodFilter::PUT,
        "PATCH" => MethodFilter::PATCH,
        "DELETE" => MethodFilter::DELETE,
        "OPTIONS" => MethodFilter::OPTIONS,
        _ => unreachable!("the table holds no other method"),
    }
}
