//! An application that does what its clients ask of it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use kith_socketio::{
    AckError, Application, Config, ConnectError, DisconnectReason, EncodedEvent, Event, Handshake, Refusal,
    RequestInfo, Server, Session, Socket,
};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, mpsc};

use super::client::{PATIENCE, TestServer, Ws};

pub(crate) const PATH: &str = "/socket.io/";

/// A running server, and what the test may look at and turn.
pub(crate) struct Rig {
    pub(crate) http: TestServer,
    pub(crate) server: Server<TestApplication>,
    pub(crate) app: Arc<TestApplication>,
    ended: tokio::sync::Mutex<mpsc::UnboundedReceiver<DisconnectReason>>,
}

pub(crate) struct TestApplication {
    /// What `wait` events wait for.
    pub(crate) gate: Semaphore,
    /// How many events were begun.
    pub(crate) begun: AtomicUsize,
    /// The sockets that were let in, oldest first.
    pub(crate) sockets: Mutex<Vec<Socket>>,
    ended: mpsc::UnboundedSender<DisconnectReason>,
    me: Weak<TestApplication>,
}

pub(crate) struct TestSession {
    app: Arc<TestApplication>,
    socket: Socket,
}

impl Rig {
    pub(crate) async fn start(config: Config) -> Self {
        let (sender, ended) = mpsc::unbounded_channel();
        let app = Arc::new_cyclic(|me| TestApplication {
            gate: Semaphore::new(0),
            begun: AtomicUsize::new(0),
            sockets: Mutex::default(),
            ended: sender,
            me: Weak::clone(me),
        });
        let server = Server::new(config, Arc::clone(&app));
        let http = TestServer::start(server.router()).await;
        Self { http, server, app, ended: tokio::sync::Mutex::new(ended) }
    }

    /// A WebSocket that has been let in.
    pub(crate) async fn connect(&self) -> Ws {
        let mut ws = self.http.open_ws(PATH).await;
        ws.send("40").await;
        assert!(ws.packet().await.starts_with("40{"));
        ws
    }

    /// The socket that was let in last.
    pub(crate) fn last_socket(&self) -> Socket {
        self.app.sockets.lock().last().expect("a socket was let in").clone()
    }

    /// How the next session ends.
    pub(crate) async fn ended(&self) -> DisconnectReason {
        let mut ended = self.ended.lock().await;
        let next = tokio::time::timeout(PATIENCE, ended.recv());
        next.await.expect("an end in time").expect("the application lives as long as the rig")
    }
}

impl Application for TestApplication {
    type Session = TestSession;
    type Identity = Option<String>;

    fn admit(&self, request: &RequestInfo<'_>) -> Result<Option<String>, Refusal> {
        let header =
            |name| request.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        if header("origin").is_some_and(|origin| origin != "http://own.example") {
            return Err(Refusal::forbidden("foreign origin"));
        }
        Ok(header("x-session"))
    }

    async fn connect(
        &self,
        handshake: Handshake<'_, Option<String>>,
        socket: Socket,
    ) -> Result<TestSession, ConnectError> {
        if handshake.auth == Some(r#"{"token":"wrong"}"#) {
            let data = serde_json::value::to_raw_value(&json!({ "code": "unauthorized" })).unwrap();
            return Err(ConnectError { message: "not \"you\"".to_owned(), data: Some(data) });
        }
        self.sockets.lock().push(socket.clone());
        let app = self.me.upgrade().expect("the server holds its application");
        Ok(TestSession { app, socket })
    }
}

impl Session for TestSession {
    async fn event(&mut self, mut event: Event) {
        self.app.begun.fetch_add(1, Ordering::SeqCst);
        let ack = event.take_ack();
        match event.name() {
            "echo" => {}
            "yield" => tokio::task::yield_now().await,
            "wait" => self.app.gate.acquire().await.unwrap().forget(),
            "panic" => panic!("as asked"),
            "leave" => {
                self.socket.notify(&EncodedEvent::new("goodbye", &1).unwrap()).unwrap();
                self.socket.disconnect();
            }
            "flood" => self.flood(&event),
            "ask" => self.ask(),
            other => panic!("no such event: {other}"),
        }
        if let Some(ack) = ack {
            // A socket that has just been disconnected answers no more.
            let _ = self.socket.ack_raw(ack, event.raw_args(), event.attachments().to_vec());
        }
    }

    async fn overflowed(&mut self) {
        self.socket.notify(&EncodedEvent::new("resync", &Value::Null).unwrap()).unwrap();
    }

    async fn disconnected(self, reason: DisconnectReason) {
        assert!(!self.socket.is_open());
        // The test may have ended before its server.
        let _ = self.app.ended.send(reason);
    }
}

impl TestSession {
    /// Emits numbered events of a given size until the feed stops.
    fn flood(&self, event: &Event) {
        self.socket.resume_feed();
        let (count, bytes): (usize, usize) = event.payload().unwrap();
        for number in 0..count {
            let event = EncodedEvent::new("feed", &(number, "x".repeat(bytes))).unwrap();
            if self.socket.emit(&event).is_err() {
                return;
            }
        }
    }

    /// Asks the client something, and tells it what it answered.
    fn ask(&self) {
        let socket = self.socket.clone();
        tokio::spawn(async move {
            let question = EncodedEvent::new("question", &"how are you").unwrap();
            let told = match socket.emit_with_ack(&question, Duration::from_secs(2)).await {
                Ok(answer) => answer.payload().unwrap(),
                Err(AckError::Timeout) => json!("silence"),
                Err(error) => json!(error.to_string()),
            };
            socket.notify(&EncodedEvent::new("told", &told).unwrap()).unwrap();
        });
    }
}
