//! A client of the sockets, with a framing of its own.

mod packet;
mod transport;

use std::{
    collections::HashMap,
    future::Future,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use kith_protocol::{Command, ErrorBody};
use parking_lot::Mutex;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::{
    sync::{Notify, mpsc, oneshot, watch},
    task::JoinHandle,
    time::Instant,
};

use packet::Packet;
pub use transport::Link;
use transport::{
    Arrivals, Departures, Ended, Polling, carry_websocket, open_websocket, upgrade_to_websocket,
};

use crate::{PATIENCE, rest::Device};

/// How long an answer may take before a test has failed.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// The way packets travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transport {
    /// A WebSocket from the beginning.
    #[default]
    WebSocket,
    /// Long-polling, for ever.
    Polling,
    /// Long-polling, then the upgrade to a WebSocket, while events go both ways.
    Upgrade,
}

/// Looks on while a client talks: at every request when it leaves and at everything else when it arrives, in order.
pub trait Tap: Send + Sync + 'static {
    /// An event leaves. With a number, an answer is wanted.
    fn issued(&self, ack: Option<u64>, event: &str, payload: &str);
    /// The answer to the request of this number has arrived.
    fn answered(&self, ack: u64, answer: &Value);
    /// A push has arrived.
    fn pushed(&self, event: &str, payload: &Value);
    /// The connection is over; whatever is unanswered stays so. May be told more than once.
    fn closed(&self, reason: &str);
}

/// How to connect.
#[derive(Clone, Default)]
pub struct Connect {
    /// The way packets travel.
    pub transport: Transport,
    /// The payload of the CONNECT, `{ token }` for most.
    pub auth: Option<Value>,
    /// Headers of every request.
    pub headers: Vec<(String, String)>,
    /// Whoever looks on.
    pub tap: Option<Arc<dyn Tap>>,
}

impl Connect {
    /// With a token, over a WebSocket.
    #[must_use]
    pub fn with_token(token: &str) -> Self {
        Self { auth: Some(json!({ "token": token })), ..Self::default() }
    }

    /// The same, over another transport.
    #[must_use]
    pub fn over(self, transport: Transport) -> Self {
        Self { transport, ..self }
    }

    /// The same, and somebody looks on.
    #[must_use]
    pub fn tapped(self, tap: Arc<dyn Tap>) -> Self {
        Self { tap: Some(tap), ..self }
    }

    /// The same, with another header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq)]
pub enum ConnectFailure {
    /// The server answered the CONNECT with this error.
    Refused(Value),
    /// It did not come to that.
    Transport(String),
}

/// The connection has broken: whether the request was carried out is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost;

/// Something that the server said of its own accord.
#[derive(Clone, Debug, PartialEq)]
pub struct Push {
    /// The event's name.
    pub name: String,
    /// Its payload.
    pub payload: Value,
}

/// A connected socket. Dropping it breaks the connection without a word, as a lost network does.
pub struct TestClient {
    shared: Arc<Shared>,
    departures: mpsc::UnboundedSender<String>,
    paused: watch::Sender<bool>,
    next_ack: AtomicU64,
    tasks: [JoinHandle<()>; 2],
}

struct Shared {
    inbox: Mutex<Inbox>,
    changed: Notify,
    heard: Mutex<Instant>,
    tap: Option<Arc<dyn Tap>>,
}

#[derive(Default)]
struct Inbox {
    connected: Option<Result<(), ConnectFailure>>,
    pushes: Vec<Push>,
    taken: Vec<bool>,
    answers: HashMap<u64, oneshot::Sender<Value>>,
    closed: Option<String>,
}

impl TestClient {
    /// Connects a device over a WebSocket.
    ///
    /// # Panics
    /// When the server does not let it in.
    pub async fn connect(addr: SocketAddr, device: &Device) -> Self {
        Self::open(addr, Connect::with_token(&device.token)).await.expect("a signed-in device is let in")
    }

    /// Connects.
    ///
    /// # Errors
    /// When the server refuses, or is not there.
    pub async fn open(addr: SocketAddr, connect: Connect) -> Result<Self, ConnectFailure> {
        Self::start(addr, &connect).await.map_err(no_transport)?.enter(connect).await
    }

    /// Connects by a WebSocket over a connection that is there already, whatever carries it.
    ///
    /// # Errors
    /// When the server refuses, or the connection breaks.
    pub async fn over(link: impl Link, connect: Connect) -> Result<Self, ConnectFailure> {
        let headers = borrowed(&connect.headers);
        let websocket =
            upgrade_to_websocket(link, "kith.example", &headers, None).await.map_err(no_transport)?;
        let carry = async move |arrivals, mut outgoing, pauses| {
            carry_websocket(websocket, &arrivals, &mut outgoing, pauses).await
        };
        Self::carried(&connect, carry).enter(connect).await
    }

    /// Says who is there, and waits to be let in.
    async fn enter(self, connect: Connect) -> Result<Self, ConnectFailure> {
        let client = self;
        let auth = connect.auth.map(|auth| auth.to_string()).unwrap_or_default();
        client.send_packet(format!("40{auth}"));
        client.wait(|inbox| inbox.connected.take()).await.unwrap_or_else(|| {
            Err(ConnectFailure::Transport(client.closed().unwrap_or_else(|| "no answer in time".to_owned())))
        })?;
        Ok(client)
    }

    /// Opens a connection without sending a CONNECT.
    ///
    /// # Errors
    /// When the server refuses it, or is not there.
    pub async fn start(addr: SocketAddr, connect: &Connect) -> anyhow::Result<Self> {
        let headers = borrowed(&connect.headers);
        match connect.transport {
            Transport::WebSocket => {
                let websocket = open_websocket(addr, &headers, None).await?;
                Ok(Self::carried(connect, async move |arrivals, mut outgoing, pauses| {
                    carry_websocket(websocket, &arrivals, &mut outgoing, pauses).await
                }))
            }
            Transport::Polling | Transport::Upgrade => {
                let polling = Polling::open(addr, &headers).await?;
                let upgrade = connect.transport == Transport::Upgrade;
                Ok(Self::carried(connect, async move |arrivals, mut outgoing, pauses| {
                    match polling.carry(&arrivals, &mut outgoing, upgrade).await {
                        Ended::Closed(reason) => reason,
                        Ended::Upgraded(websocket) => {
                            carry_websocket(*websocket, &arrivals, &mut outgoing, pauses).await
                        }
                    }
                }))
            }
        }
    }

    /// A client whose packets are carried by `carry`, until it says why no longer.
    fn carried<C>(
        connect: &Connect,
        carry: impl FnOnce(Arrivals, Departures, watch::Receiver<bool>) -> C,
    ) -> Self
    where
        C: Future<Output = String> + Send + 'static,
    {
        let (departures, outgoing) = mpsc::unbounded_channel();
        let (arrivals, incoming) = mpsc::unbounded_channel();
        let (paused, pauses) = watch::channel(false);
        let shared = Arc::new(Shared::new(connect.tap.clone()));
        let ending = Arc::clone(&shared);
        let carrying = carry(arrivals, outgoing, pauses);
        let carrier = tokio::spawn(async move { ending.close(carrying.await) });
        let reader = tokio::spawn(Arc::clone(&shared).read(incoming, departures.downgrade()));
        Self { shared, departures, paused, next_ack: AtomicU64::new(0), tasks: [carrier, reader] }
    }

    /// Asks for something.
    ///
    /// # Errors
    /// The refusal.
    ///
    /// # Panics
    /// When the connection breaks or nothing is answered in time.
    pub async fn request<C>(&self, command: &C) -> Result<C::Answer, ErrorBody>
    where
        C: Command + Serialize,
        C::Answer: DeserializeOwned,
    {
        self.issue(command)
            .await
            .unwrap_or_else(|Lost| panic!("{} got no answer: {:?}", C::EVENT, self.closed()))
    }

    /// Sends a request now; the answer may be awaited later, or in another order.
    pub fn issue<C>(
        &self,
        command: &C,
    ) -> impl Future<Output = Result<Result<C::Answer, ErrorBody>, Lost>> + use<C>
    where
        C: Command + Serialize,
        C::Answer: DeserializeOwned,
    {
        let payload = serde_json::to_string(command).expect("commands are JSON");
        let answer = self.issue_raw(C::EVENT, &payload);
        async move {
            Ok(answer.await?.map(|answer| {
                serde_json::from_value(answer.clone())
                    .unwrap_or_else(|error| panic!("{} was answered with {answer}: {error}", C::EVENT))
            }))
        }
    }

    /// Asks for something, in whatever words.
    ///
    /// # Errors
    /// The refusal.
    ///
    /// # Panics
    /// When the connection breaks or nothing is answered in time.
    pub async fn request_raw(&self, event: &str, payload: &str) -> Result<Value, ErrorBody> {
        let answer = self.issue_raw(event, payload).await;
        answer.unwrap_or_else(|Lost| panic!("{event} got no answer: {:?}", self.closed()))
    }

    /// Sends an event with a payload of raw JSON now.
    pub fn issue_raw(
        &self,
        event: &str,
        payload: &str,
    ) -> impl Future<Output = Result<Result<Value, ErrorBody>, Lost>> + use<> {
        let id = self.next_ack.fetch_add(1, Ordering::Relaxed);
        let (sender, answer) = oneshot::channel();
        if let Some(tap) = &self.shared.tap {
            tap.issued(Some(id), event, payload);
        }
        self.shared.expect_answer(id, sender);
        self.send_packet(packet::event(event, payload, Some(id)));
        async move {
            match tokio::time::timeout(ANSWER_TIMEOUT, answer).await {
                Ok(Ok(answer)) => Ok(outcome(answer)),
                Ok(Err(_)) | Err(_) => Err(Lost),
            }
        }
    }

    /// Sends an event to which no answer is wanted.
    pub fn send(&self, event: &str, payload: &impl Serialize) {
        let payload = serde_json::to_string(payload).expect("payloads are JSON");
        if let Some(tap) = &self.shared.tap {
            tap.issued(None, event, &payload);
        }
        self.send_packet(packet::event(event, &payload, None));
    }

    /// Sends a packet as it is, whatever it is.
    pub fn send_packet(&self, packet: String) {
        // Fails only when the connection is over, which whoever waits for an answer learns.
        let _ = self.departures.send(packet);
    }

    /// The next push of this name that was not taken yet; `None` when there is none in time.
    pub async fn next_event(&self, name: &str, timeout: Duration) -> Option<Value> {
        let next = self.wait(|inbox| {
            let place = inbox
                .pushes
                .iter()
                .zip(&inbox.taken)
                .position(|(push, taken)| !taken && push.name == name)?;
            inbox.taken[place] = true;
            Some(inbox.pushes[place].payload.clone())
        });
        tokio::time::timeout(timeout, next).await.ok().flatten()
    }

    /// The next push of this name, typed.
    ///
    /// # Panics
    /// When there is none within some seconds.
    pub async fn expect<T: DeserializeOwned>(&self, name: &str) -> T {
        let payload = self.next_event(name, PATIENCE).await;
        let payload = payload.unwrap_or_else(|| panic!("no {name} was pushed: {:?}", self.closed()));
        serde_json::from_value(payload)
            .unwrap_or_else(|error| panic!("{name} is not what it should be: {error}"))
    }

    /// Everything that was pushed, in order, taken or not.
    #[must_use]
    pub fn pushes(&self) -> Vec<Push> {
        self.shared.inbox.lock().pushes.clone()
    }

    /// Everything that was pushed since this was last asked or taken, in order.
    #[must_use]
    pub fn take_pushes(&self) -> Vec<Push> {
        let mut inbox = self.shared.inbox.lock();
        let taken = std::mem::take(&mut inbox.taken);
        let pushes = std::mem::take(&mut inbox.pushes);
        pushes.into_iter().zip(taken).filter(|(_, taken)| !taken).map(|(push, _)| push).collect()
    }

    /// Waits until something that was pushed is what the test waits for.
    ///
    /// # Panics
    /// When it is not within some seconds.
    pub async fn until(&self, mut holds: impl FnMut(&[Push]) -> bool) {
        let held = self.wait(|inbox| holds(&inbox.pushes).then_some(())).await;
        assert!(held.is_some(), "what was waited for did not come: {:?}", self.closed());
    }

    /// Waits until something is pushed that was not taken yet, or the connection is over.
    pub async fn stirred(&self) {
        loop {
            let changed = self.shared.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.shared.is_stirred() {
                return;
            }
            changed.await;
        }
    }

    /// How long nothing has arrived, not even a ping: when it is longer than the server may be silent, the connection is
    /// dead without having been closed.
    #[must_use]
    pub fn silent_for(&self) -> Duration {
        self.shared.heard.lock().elapsed()
    }

    /// Stops reading from the network, as a client that hangs does, or goes on. Only over a WebSocket.
    pub fn pause(&self, paused: bool) {
        self.paused.send_replace(paused);
    }

    /// Why the connection is over, if it is.
    #[must_use]
    pub fn closed(&self) -> Option<String> {
        self.shared.inbox.lock().closed.clone()
    }

    /// Waits until the connection is over.
    ///
    /// # Panics
    /// When it is not within [`PATIENCE`].
    pub async fn expect_closed(&self) -> String {
        let closed = tokio::time::timeout(PATIENCE, async {
            loop {
                let changed = self.shared.changed.notified();
                if let Some(reason) = self.closed() {
                    break reason;
                }
                changed.await;
            }
        });
        closed.await.unwrap_or_else(|_| panic!("the connection is still open after {PATIENCE:?}"))
    }

    /// Says goodbye and waits until the connection is over.
    pub async fn close(self) {
        self.send_packet("41".to_owned());
        self.send_packet("1".to_owned());
        self.expect_closed().await;
    }

    /// Looks at what has arrived until there is what was looked for, the connection is over or it takes too long.
    async fn wait<T>(&self, mut look: impl FnMut(&mut Inbox) -> Option<T>) -> Option<T> {
        let looking = async {
            loop {
                let changed = self.shared.changed.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                let (found, closed) = {
                    let mut inbox = self.shared.inbox.lock();
                    (look(&mut inbox), inbox.closed.is_some())
                };
                if found.is_some() || closed {
                    break found;
                }
                changed.await;
            }
        };
        tokio::time::timeout(PATIENCE, looking).await.ok().flatten()
    }
}

impl Drop for TestClient {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
        if let Some(tap) = &self.shared.tap {
            tap.closed("the client has left");
        }
    }
}

impl Shared {
    fn new(tap: Option<Arc<dyn Tap>>) -> Self {
        Self { inbox: Mutex::default(), changed: Notify::new(), heard: Mutex::new(Instant::now()), tap }
    }

    async fn read(
        self: Arc<Self>,
        mut incoming: mpsc::UnboundedReceiver<String>,
        departures: mpsc::WeakUnboundedSender<String>,
    ) {
        while let Some(text) = incoming.recv().await {
            *self.heard.lock() = Instant::now();
            match packet::read(&text) {
                Packet::Connected => self.change(|inbox| inbox.connected = Some(Ok(()))),
                Packet::ConnectError(error) => {
                    self.change(|inbox| inbox.connected = Some(Err(ConnectFailure::Refused(error))));
                }
                Packet::Event(name, payload) => {
                    if let Some(tap) = &self.tap {
                        tap.pushed(&name, &payload);
                    }
                    self.change(|inbox| {
                        inbox.pushes.push(Push { name, payload });
                        inbox.taken.push(false);
                    });
                }
                Packet::Ack(id, answer) => {
                    if let Some(tap) = &self.tap {
                        tap.answered(id, &answer);
                    }
                    self.change(|inbox| {
                        if let Some(waiting) = inbox.answers.remove(&id) {
                            let _ = waiting.send(answer);
                        }
                    });
                }
                Packet::Ping => {
                    departures.upgrade().map(|departures| departures.send("3".to_owned()));
                }
                Packet::Disconnected => self.close("the server has ended the socket".to_owned()),
                Packet::Close => self.close("the server closed the connection".to_owned()),
                Packet::Open(_) | Packet::Other => {}
            }
        }
    }

    fn is_stirred(&self) -> bool {
        let inbox = self.inbox.lock();
        inbox.closed.is_some() || inbox.taken.iter().any(|taken| !taken)
    }

    fn change(&self, change: impl FnOnce(&mut Inbox)) {
        change(&mut self.inbox.lock());
        self.changed.notify_waiters();
    }

    /// Once the connection is over nobody waits: there will be no answer.
    fn expect_answer(&self, id: u64, sender: oneshot::Sender<Value>) {
        let mut inbox = self.inbox.lock();
        if inbox.closed.is_none() {
            inbox.answers.insert(id, sender);
        }
    }

    /// The connection is over: whoever waits for an answer learns that there will be none.
    fn close(&self, reason: String) {
        if let Some(tap) = &self.tap {
            tap.closed(&reason);
        }
        self.change(|inbox| {
            inbox.closed.get_or_insert(reason);
            inbox.answers.clear();
        });
    }
}

fn borrowed(headers: &[(String, String)]) -> Vec<(&str, &str)> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

fn no_transport(error: impl ToString) -> ConnectFailure {
    ConnectFailure::Transport(error.to_string())
}

/// An ack says `ok`, and an answer or an error.
fn outcome(mut answer: Value) -> Result<Value, ErrorBody> {
    match answer["ok"].as_bool() {
        Some(true) => Ok(answer),
        Some(false) => {
            let error = answer["error"].take();
            Err(serde_json::from_value(error).expect("a refusal has a code and a sentence"))
        }
        None => panic!("an ack says whether it is ok: {answer}"),
    }
}
