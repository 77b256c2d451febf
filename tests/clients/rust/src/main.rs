//! `rust_socketio` at the end of a pipe: orders come in as lines of JSON, what it hears goes out as such.

use std::{
    io::{self, BufRead},
    process::ExitCode,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
        mpsc::{self, Sender},
    },
    thread,
    time::Duration,
};

use rust_socketio::{ClientBuilder, Event, Payload, TransportType, client::Client};
use serde_json::{Value, json};

const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// What the callbacks of the library and the orders have in common.
#[derive(Default)]
struct Shared {
    /// Counts connections: an order that was given on an earlier one is not carried out on a later one.
    connection: AtomicU64,
    /// Who waits for an answer; `None` tells that there will be none.
    waiting: Mutex<Option<Sender<Option<Value>>>>,
}

impl Shared {
    fn connected(&self) {
        self.connection.fetch_add(1, Ordering::SeqCst);
        tell(&json!({ "event": "connected" }));
    }

    fn disconnected(&self) {
        self.connection.fetch_add(1, Ordering::SeqCst);
        tell(&json!({ "event": "disconnected" }));
        self.answer(None);
    }

    fn answer(&self, answer: Option<Value>) {
        if let Some(waiting) = self.waiting.lock().expect("nobody panics with it").take() {
            // Whoever waited may have given up.
            let _ = waiting.send(answer);
        }
    }
}

fn main() -> ExitCode {
    let shared = Arc::new(Shared::default());
    let (orders, received) = mpsc::channel::<(u64, Value)>();
    let carrier = Arc::clone(&shared);
    thread::spawn(move || {
        let mut client = None;
        for (connection, order) in received {
            match order["do"].as_str() {
                Some("connect") => client = Some(connect(&carrier, &order)),
                Some("ask") => {
                    ask(&carrier, client.as_ref().expect("it is connected first"), connection, &order)
                }
                _ => {
                    let client = client.as_ref().expect("it is connected first");
                    // What is lost on the way may be lost.
                    let _ = client.emit(name(&order), order["payload"].clone());
                }
            }
        }
    });
    for line in io::stdin().lock().lines() {
        let order = serde_json::from_str(&line.expect("the pipe is text")).expect("orders are JSON");
        if orders.send((shared.connection.load(Ordering::SeqCst), order)).is_err() {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn connect(shared: &Arc<Shared>, order: &Value) -> Client {
    let transport = match order["transport"].as_str() {
        Some("websocket") => TransportType::Websocket,
        Some("polling") => TransportType::Polling,
        _ => TransportType::WebsocketUpgrade,
    };
    let (up, down) = (Arc::clone(shared), Arc::clone(shared));
    ClientBuilder::new(order["url"].as_str().expect("an address"))
        .auth(json!({ "token": order["token"] }))
        .transport_type(transport)
        .reconnect_delay(50, 200)
        .on(Event::Connect, move |_, _| up.connected())
        .on(Event::Close, move |_, _| down.disconnected())
        .on(Event::Error, |error, _| tell(&json!({ "event": "refused", "reason": first(error) })))
        .on_any(|event, payload, _| {
            tell(&json!({ "event": "push", "name": event.as_str(), "payload": first(payload) }));
        })
        .connect()
        .expect("the server is there")
}

/// One at a time: the library draws the number of an ack from 999 at random, and takes the first answer for every ack
/// that has the same.
fn ask(shared: &Arc<Shared>, client: &Client, connection: u64, order: &Value) {
    let answer = if shared.connection.load(Ordering::SeqCst) == connection {
        answered(shared, client, order)
    } else {
        None
    };
    match answer {
        Some(answer) => tell(&json!({ "event": "answer", "id": order["id"], "answer": answer })),
        None => tell(&json!({ "event": "lost", "id": order["id"] })),
    }
}

fn answered(shared: &Arc<Shared>, client: &Client, order: &Value) -> Option<Value> {
    let (sender, answer) = mpsc::channel();
    *shared.waiting.lock().expect("nobody panics with it") = Some(sender);
    let callback = {
        let shared = Arc::clone(shared);
        move |payload, _| shared.answer(Some(first(payload)))
    };
    client.emit_with_ack(name(order), order["payload"].clone(), ANSWER_TIMEOUT, callback).ok()?;
    answer.recv_timeout(ANSWER_TIMEOUT).ok().flatten()
}

fn name(order: &Value) -> &str {
    order["name"].as_str().expect("events have names")
}

/// An answer comes as the list of its arguments, a push as the arguments themselves.
fn first(payload: Payload) -> Value {
    let Payload::Text(mut arguments) = payload else { return Value::Null };
    match arguments.swap_remove(0) {
        Value::Array(mut inner) if !inner.is_empty() => inner.swap_remove(0),
        argument => argument,
    }
}

fn tell(what: &Value) {
    println!("{what}");
}
