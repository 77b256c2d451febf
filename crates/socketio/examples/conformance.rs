//! The server that the public test suites of the Engine.IO and Socket.IO protocols expect.
//!
//! `cargo run -p kith-socketio --example conformance -- 3000` listens on 127.0.0.1:3000 until it is
//! interrupted: Engine.IO, echoing every message, at `/engine.io/`; Socket.IO at `/socket.io/`.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use kith_socketio::engine::{Connection, Engine, Handler, Message, Opened, Service};
use kith_socketio::{
    Application, Config, ConnectError, Cors, DisconnectReason, EncodedEvent, Event, Handshake, Refusal,
    RequestInfo, Server, Session, Socket,
};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port: u16 = std::env::args().nth(1).ok_or("usage: conformance PORT")?.parse()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);

    // Without a delay for more: every write is a whole batch already.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, app(SUITE).into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}

/// How long the servers wait for their clients.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    pub(crate) ping_interval: Duration,
    pub(crate) ping_timeout: Duration,
    pub(crate) connect_timeout: Duration,
}

/// What the suites count on.
pub(crate) const SUITE: Times = Times {
    ping_interval: Duration::from_millis(300),
    ping_timeout: Duration::from_millis(200),
    connect_timeout: Duration::from_secs(1),
};

/// Both servers on one router; the crate's own tests mount it too.
pub(crate) fn app(times: Times) -> Router {
    let engine = Engine::new(config("/engine.io/", times), Arc::new(EchoService));
    let server = Server::new(config("/socket.io/", times), Arc::new(SuiteApplication));
    engine.router().merge(server.router())
}

fn config(path: &str, times: Times) -> Config {
    Config {
        path: path.to_owned(),
        ping_interval: times.ping_interval,
        ping_timeout: times.ping_timeout,
        connect_timeout: times.connect_timeout,
        max_payload_bytes: 1_000_000,
        cors: Cors::AnyOrigin,
        ..Config::default()
    }
}

/// Engine.IO: every message comes back.
struct EchoService;

struct Echo {
    connection: Arc<Connection>,
}

impl Service for EchoService {
    type Handler = Echo;
    type Identity = ();

    fn admit(&self, _request: &RequestInfo<'_>) -> Result<(), Refusal> {
        Ok(())
    }

    fn open(&self, opened: Opened<()>) -> Echo {
        Echo { connection: opened.connection }
    }
}

impl Handler for Echo {
    async fn message(&mut self, message: Message) {
        // A connection that cannot take the echo is closing, and there is nobody to tell.
        let _ = match message {
            Message::Text(text) => self.connection.send_text(&text),
            Message::Binary(bytes) => self.connection.send_binary(&bytes),
        };
    }

    async fn closed(self, _reason: DisconnectReason) {}
}

/// Socket.IO: says who it takes the client for, and gives back what it gets.
struct SuiteApplication;

struct SuiteSession {
    socket: Socket,
}

impl Application for SuiteApplication {
    type Session = SuiteSession;
    type Identity = ();

    fn admit(&self, _request: &RequestInfo<'_>) -> Result<(), Refusal> {
        Ok(())
    }

    fn serves(&self, namespace: &str) -> bool {
        matches!(namespace, "/" | "/custom")
    }

    async fn connect(
        &self,
        handshake: Handshake<'_, ()>,
        socket: Socket,
    ) -> Result<SuiteSession, ConnectError> {
        let auth = handshake.auth.unwrap_or("{}");
        let event = EncodedEvent::from_raw_args("auth", auth, Vec::new());
        socket.emit(&event).map_err(|error| ConnectError::new(error.to_string()))?;
        Ok(SuiteSession { socket })
    }
}

impl Session for SuiteSession {
    async fn event(&mut self, mut event: Event) {
        let ack = event.take_ack();
        let attachments = event.attachments().to_vec();
        // A socket that cannot take the answer is closing, and there is nobody to tell.
        let _ = match (event.name(), ack) {
            ("message", _) => {
                let back = EncodedEvent::from_raw_args("message-back", event.raw_args(), attachments);
                self.socket.notify(&back)
            }
            ("message-with-ack", Some(ack)) => self.socket.ack_raw(ack, event.raw_args(), attachments),
            _ => Ok(()),
        };
    }

    async fn overflowed(&mut self) {}

    async fn disconnected(self, _reason: DisconnectReason) {}
}
