//! What every packet costs: reading it, writing an event, and queueing the same bytes for many sockets.
//!
//! `cargo bench -p kith-socketio`

use std::sync::Arc;

use axum::{Router, body::Body};
use divan::{Bencher, black_box, counter::ItemsCount};
use http::Request;
use http_body_util::BodyExt;
use kith_socketio::{
    Application, Config, ConnectError, DisconnectReason, EncodedEvent, Event, Handshake, Refusal,
    RequestInfo, Server, Session, Socket, fuzzing,
};
use parking_lot::Mutex;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

const SEND: &str = r#"27["message:send",{"conversation_id":"01890000-0000-7000-8000-000000000001","client_id":"01890000-0000-7000-8000-000000000002","text":"Shall we meet at the lake at eight, or is that too early for a Sunday? I bring tea, you bring the boat."}]"#;

fn main() {
    divan::main();
}

#[divan::bench]
fn parse_engine_packet(bencher: Bencher<'_, '_>) {
    let packet = format!("4{SEND}");
    bencher.bench(|| fuzzing::engine_packet(black_box(packet.as_bytes())));
}

#[divan::bench]
fn parse_socket_packet(bencher: Bencher<'_, '_>) {
    bencher.bench(|| fuzzing::socket_packet(black_box(SEND.as_bytes())));
}

#[divan::bench]
fn encode_event() -> EncodedEvent {
    EncodedEvent::new("note", black_box(SEND)).expect("a string can be written")
}

/// One event for so many sockets, written once.
#[divan::bench(args = [1, 100, 1_000], sample_size = 1, sample_count = 200)]
fn enqueue(bencher: Bencher<'_, '_>, count: usize) {
    let room = Room::with(count);
    let sockets = room.application.sockets.lock();
    let event = EncodedEvent::new("note", SEND).expect("a string can be written");
    bencher.counter(ItemsCount::new(count)).bench_local(|| {
        for socket in sockets.iter() {
            socket.emit(black_box(&event)).expect("there is room for everything");
        }
    });
}

/// Connected sockets, to which nobody listens: what is queued stays.
struct Room {
    application: Arc<Listeners>,
    _server: Server<Listeners>,
    _runtime: Runtime,
}

impl Room {
    fn with(count: usize) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
        let application = Arc::<Listeners>::default();
        let config =
            Config { queue_packets_max: usize::MAX, queue_bytes_max: usize::MAX, ..Config::default() };
        let server = runtime.block_on(async {
            let server = Server::new(config, Arc::clone(&application));
            for _ in 0..count {
                connect(&server.router()).await;
            }
            server
        });
        Self { application, _server: server, _runtime: runtime }
    }
}

/// Opens a polling connection without a network, and a socket on it.
async fn connect(router: &Router) {
    let path = "/socket.io/?EIO=4&transport=polling";
    let opened = ask(router, Request::get(path).body(Body::empty())).await;
    let (_, rest) = opened.split_once(r#""sid":""#).expect("a handshake names the connection");
    let (sid, _) = rest.split_once('"').expect("the name ends");
    let connected = ask(router, Request::post(format!("{path}&sid={sid}")).body("40".into())).await;
    assert_eq!(connected, "ok");
}

async fn ask(router: &Router, request: http::Result<Request<Body>>) -> String {
    let request = request.expect("the request is well-formed");
    let answer = router.clone().oneshot(request).await.expect("a router does not fail");
    let body = answer.into_body().collect().await.expect("the body is in memory").to_bytes();
    String::from_utf8(body.into()).expect("answers are text")
}

#[derive(Default)]
struct Listeners {
    sockets: Mutex<Vec<Socket>>,
}

struct Listener;

impl Application for Listeners {
    type Session = Listener;
    type Identity = ();

    fn admit(&self, _request: &RequestInfo<'_>) -> Result<(), Refusal> {
        Ok(())
    }

    async fn connect(&self, _: Handshake<'_, ()>, socket: Socket) -> Result<Listener, ConnectError> {
        self.sockets.lock().push(socket);
        Ok(Listener)
    }
}

impl Session for Listener {
    async fn event(&mut self, _event: Event) {}

    async fn overflowed(&mut self) {}

    async fn disconnected(self, _reason: DisconnectReason) {}
}
