//! [`Server`]: the connections of one application, and the way to mount it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::{Request, Response};

use crate::engine::Engine;
use crate::socket::SocketService;
use crate::{Application, Config};

/// A Socket.IO server. Cloning is cheap, and every clone is the same server.
pub struct Server<A: Application> {
    engine: Engine<SocketService<A>>,
}

impl<A: Application> Server<A> {
    /// A server for `app`. Needs a running Tokio runtime, on which it starts its one heartbeat task; that task
    /// ends with the last clone of the server.
    pub fn new(config: Config, app: Arc<A>) -> Self {
        Self { engine: Engine::new(config, Arc::new(SocketService { app })) }
    }

    /// A router with the one route, at [`Config::path`]. Serve it with
    /// `into_make_service_with_connect_info::<SocketAddr>()` so that the peer's address is known.
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        self.engine.router()
    }

    /// Answers one request to the server's path, for those who route by themselves.
    pub async fn handle(&self, request: Request<Body>, peer: Option<SocketAddr>) -> Response<Body> {
        self.engine.handle(request, peer).await
    }

    /// The application.
    pub fn application(&self) -> &Arc<A> {
        &self.engine.service().app
    }

    /// How many connections are open now.
    pub fn connections(&self) -> usize {
        self.engine.connections()
    }

    /// Ends every connection: running events finish, what is queued leaves, open polls are answered, and
    /// clients see the transport close, after which a stock client comes back by itself. New handshakes are
    /// refused with 503 from now on.
    ///
    /// Returns when the last session's [`disconnected`](crate::Session::disconnected) has returned;
    /// connections that do not read are cut after [`Config::close_timeout`]. A handler that never returns
    /// keeps it waiting, so put a timeout around it.
    pub async fn shutdown(&self) {
        self.engine.shutdown().await;
    }
}

impl<A: Application> Clone for Server<A> {
    fn clone(&self) -> Self {
        Self { engine: self.engine.clone() }
    }
}
