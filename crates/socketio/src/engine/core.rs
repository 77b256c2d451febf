//! [`Engine`]: answers the requests of all connections and keeps their hearts beating.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Weak};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::routing::any;
use http::{Method, Request, Response};
use parking_lot::Mutex;
use tokio::time::{Instant, MissedTickBehavior};

use super::connection::Connection;
use super::driver::{Link, drive};
use super::frame::Frame;
use super::heartbeat::Wheel;
use super::http as answers;
use super::registry::{Entry, Place, Registry};
use super::request::{Query, Refusal, RequestInfo, RequestKind, Transport};
use super::sid::Sid;
use super::upgrade::WebSocketUpgrade;
use super::{DisconnectReason, Handler as _, Opened, Service, polling, upgrade};
use crate::config::{Config, Cors};

/// An Engine.IO server. Cloning is cheap, and every clone is the same server.
pub struct Engine<S: Service> {
    core: Arc<Core<S>>,
}

pub(super) struct Core<S: Service> {
    pub(super) config: Arc<Config>,
    service: Arc<S>,
    registry: Arc<Registry<S::Identity>>,
    wheel: Mutex<Wheel>,
}

impl<S: Service> Engine<S> {
    /// An engine for `service`. Needs a running Tokio runtime, on which it starts its one heartbeat task; that
    /// task ends with the last clone of the engine.
    pub fn new(config: Config, service: Arc<S>) -> Self {
        let wheel = Mutex::new(Wheel::new(Instant::now(), &config));
        let registry = Arc::new(Registry::new());
        let core = Arc::new(Core { config: Arc::new(config), service, registry, wheel });
        tokio::spawn(beat(Arc::downgrade(&core)));
        Self { core }
    }

    /// A router with the one route, at [`Config::path`], see [`crate::Server::router`].
    pub fn router<R: Clone + Send + Sync + 'static>(&self) -> Router<R> {
        let engine = self.clone();
        let answer = move |request: Request<Body>| async move {
            let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
            engine.handle(request, peer).await
        };
        Router::new().route(&self.config().path, any(answer))
    }

    /// Answers one request to the engine's path.
    pub async fn handle(&self, request: Request<Body>, peer: Option<SocketAddr>) -> Response<Body> {
        let any_origin = self.core.config.cors == Cors::AnyOrigin;
        let mut response = if any_origin && request.method() == Method::OPTIONS {
            answers::preflight()
        } else {
            self.core.handle(request, peer).await.unwrap_or_else(|refusal| answers::refused(&refusal))
        };
        if any_origin {
            answers::allow_any_origin(&mut response);
        }
        response
    }

    /// The service.
    pub fn service(&self) -> &Arc<S> {
        &self.core.service
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.core.config
    }

    /// How many connections are open now.
    pub fn connections(&self) -> usize {
        self.core.registry.len()
    }

    /// Ends every connection and refuses new ones from now on, see [`crate::Server::shutdown`].
    pub async fn shutdown(&self) {
        for connection in self.core.registry.close() {
            connection.close(DisconnectReason::ServerShutdown);
        }
        self.core.registry.emptied().await;
    }
}

impl<S: Service> Clone for Engine<S> {
    fn clone(&self) -> Self {
        Self { core: Arc::clone(&self.core) }
    }
}

impl<S: Service> Core<S> {
    /// Finds out what a request is for, has the service admit it, and does it.
    async fn handle(
        self: &Arc<Self>,
        mut request: Request<Body>,
        peer: Option<SocketAddr>,
    ) -> Result<Response<Body>, Refusal> {
        let uri = request.uri().clone();
        let query = Query::parse(uri.query().unwrap_or_default());
        let transport = query.transport.ok_or_else(Refusal::unknown_transport)?;
        let known = query.sid.map(|sid| self.find(sid)).transpose()?;
        let kind = kind_of(transport, request.method(), known.is_some())?;
        if known.is_none() && query.version != Some("4") {
            return Err(Refusal::unsupported_version());
        }
        let info =
            RequestInfo { kind, method: request.method(), uri: &uri, headers: request.headers(), peer };
        let identity = self.service.admit(&info)?;
        let client_ip = self.service.client_ip(&info);
        match known {
            None => match kind {
                RequestKind::OpenWebSocket => {
                    let upgrade = WebSocketUpgrade::take(&mut request)?;
                    self.open_websocket(identity, client_ip, upgrade)
                }
                _ => self.open_polling(identity, client_ip),
            },
            // Whoever is not the one who opened the connection does not learn that it exists.
            Some(entry) if *entry.identity != identity => Err(Refusal::unknown_sid()),
            Some(Entry { connection, .. }) => match kind {
                RequestKind::Post => polling::post(&connection, request.into_body()).await,
                RequestKind::Upgrade => upgrade::upgrade(connection, WebSocketUpgrade::take(&mut request)?),
                _ => polling::poll(connection).await,
            },
        }
    }

    fn find(&self, sid: &str) -> Result<Entry<S::Identity>, Refusal> {
        let entry =
            Sid::parse(sid).and_then(|sid| self.registry.get(sid)).ok_or_else(Refusal::unknown_sid)?;
        if entry.connection.is_overdue(Instant::now()) {
            return Err(Refusal::unknown_sid());
        }
        Ok(entry)
    }

    fn open_polling(
        self: &Arc<Self>,
        identity: S::Identity,
        client_ip: Option<IpAddr>,
    ) -> Result<Response<Body>, Refusal> {
        let (connection, place, handler) = self.open(identity, client_ip, true)?;
        let open = answers::open_packet(connection.sid(), true, &self.config);
        tokio::spawn(async move {
            drive(connection, handler, Link::Polling).await;
            drop(place);
        });
        Ok(answers::payload(open))
    }

    fn open_websocket(
        self: &Arc<Self>,
        identity: S::Identity,
        client_ip: Option<IpAddr>,
        upgrade: WebSocketUpgrade,
    ) -> Result<Response<Body>, Refusal> {
        let (connection, place, handler) = self.open(identity, client_ip, false)?;
        let response = upgrade.response();
        let open = Frame::text(&answers::open_packet(connection.sid(), false, &self.config));
        // Boxed apart, so that nothing of the opening stays in the task that lives as long as the connection.
        let opening = Box::pin(upgrade.complete(Arc::clone(&self.config)));
        tokio::spawn(async move {
            match opening.await {
                Some(mut websocket) => {
                    websocket.queue(open);
                    drive(connection, handler, Link::WebSocket(websocket)).await;
                }
                None => handler.closed(DisconnectReason::TransportClosed).await,
            }
            drop(place);
        });
        Ok(response)
    }

    #[expect(clippy::type_complexity, reason = "three things that are told apart at once")]
    fn open(
        &self,
        identity: S::Identity,
        client_ip: Option<IpAddr>,
        polling: bool,
    ) -> Result<(Arc<Connection>, Place<S::Identity>, S::Handler), Refusal> {
        let now = Instant::now();
        let identity = Arc::new(identity);
        let connection = Arc::new(Connection::new(Sid::random(), Arc::clone(&self.config), now, polling));
        let entry = Entry { connection: Arc::clone(&connection), identity: Arc::clone(&identity) };
        let place = self.registry.insert(entry, client_ip, &self.config)?;
        let handler = self.service.open(Opened { connection: Arc::clone(&connection), identity, client_ip });
        if let Some(next) = connection.next_beat() {
            self.wheel.lock().insert(connection.sid(), next);
        }
        Ok((connection, place, handler))
    }
}

fn kind_of(transport: Transport, method: &Method, sid_is_known: bool) -> Result<RequestKind, Refusal> {
    match (transport, method, sid_is_known) {
        (Transport::Polling, &Method::GET, false) => Ok(RequestKind::OpenPolling),
        (Transport::WebSocket, &Method::GET, false) => Ok(RequestKind::OpenWebSocket),
        (Transport::Polling, &Method::GET, true) => Ok(RequestKind::Poll),
        (Transport::Polling, &Method::POST, true) => Ok(RequestKind::Post),
        (Transport::WebSocket, &Method::GET, true) => Ok(RequestKind::Upgrade),
        (_, _, false) => Err(Refusal::bad_method()),
        (_, _, true) => Err(Refusal::bad_request()),
    }
}

/// The heartbeat of all connections, for as long as there is an engine.
async fn beat<S: Service>(core: Weak<Core<S>>) {
    let ping = Frame::text("2");
    let Some(tick) = core.upgrade().map(|core| core.wheel.lock().tick()) else { return };
    let mut interval = tokio::time::interval(tick);
    interval.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        let now = interval.tick().await;
        let Some(core) = core.upgrade() else { return };
        let due = core.wheel.lock().advance(now);
        for sid in due {
            let Some(entry) = core.registry.get(sid) else { continue };
            if let Some(next) = entry.connection.beat(now, &ping) {
                core.wheel.lock().insert(sid, next);
            }
        }
    }
}
