//! Writing a history down while it happens.

use std::{
    collections::HashMap,
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use kith_chat::Clock;
use kith_protocol::{ConversationId, Seq, SessionId, Timestamp, UserId};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::time::Instant;
use uuid::Uuid;

use super::{Held, Line, Reply, What};
use crate::{Device, Replica, Tap};

/// Writes the lines of a run, in the order in which things became known.
pub struct Recorder {
    begun: Instant,
    wall: Arc<dyn Clock>,
    out: Mutex<Box<dyn Write + Send>>,
    calls: AtomicU64,
    connections: AtomicU64,
    lines: AtomicU64,
}

/// A moment of a run in which a device was looked at.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    us: u64,
}

/// Who acts on a connection.
#[derive(Clone, Debug)]
pub struct Role {
    client: String,
    user_id: UserId,
    device: SessionId,
    connection: u64,
}

impl Recorder {
    /// A run that begins now.
    #[must_use]
    pub fn new(out: impl Write + Send + 'static) -> Arc<Self> {
        Self::by(Arc::new(WallClock), out)
    }

    /// The same, with the wall clock of a run that has one of its own.
    #[must_use]
    pub fn by(wall: Arc<dyn Clock>, out: impl Write + Send + 'static) -> Arc<Self> {
        Arc::new(Self {
            begun: Instant::now(),
            wall,
            out: Mutex::new(Box::new(out)),
            calls: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            lines: AtomicU64::new(0),
        })
    }

    /// Somebody who looks on at a new connection of this device. Give it to [`crate::Connect::tapped`].
    #[must_use]
    pub fn connection(self: &Arc<Self>, device: &Device) -> Arc<dyn Tap> {
        let role = self.role(device);
        self.write(&role, What::Connected);
        Arc::new(Connection { recorder: Arc::clone(self), role, open: Mutex::new(Some(HashMap::new())) })
    }

    /// Writes that a conversation was there before, up to this message.
    pub fn before(&self, conversation_id: ConversationId, seq: Seq) {
        self.write(&Role::nobody(), What::Before { conversation_id, seq });
    }

    /// Writes that nothing more is done to the server and nobody acts.
    pub fn quiet(&self) {
        self.write(&Role::nobody(), What::Quiet);
    }

    /// Writes that the server cannot commit from now on, or can again.
    pub fn commits(&self, possible: bool) {
        self.write(&Role::nobody(), if possible { What::CanCommit } else { What::CannotCommit });
    }

    /// Writes that the one full read begins.
    pub fn finally(&self) {
        self.write(&Role::nobody(), What::Finally);
    }

    /// The moment in which a device is looked at. From then on it must not change until [`Recorder::holds`] has written down
    /// what it held: writing takes its time when there are thousands.
    #[must_use]
    pub fn look(&self) -> Look {
        Look { us: self.us() }
    }

    /// Writes what a device held when it was looked at: its `messages_max` newest messages of each conversation. A `fresh`
    /// one has just begun.
    pub fn holds(&self, look: Look, device: &Device, replica: &Replica, fresh: bool, messages_max: usize) {
        let held = replica.held(look, fresh, messages_max);
        self.write(&Role::of(device, 0), What::Holds(held));
    }

    /// How many lines there are.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.lines.load(Ordering::Relaxed)
    }

    /// Makes sure that everything is written.
    ///
    /// # Errors
    /// When the disk has failed or is full: the history is of no use then.
    pub fn flush(&self) -> std::io::Result<()> {
        self.out.lock().flush()
    }

    fn role(&self, device: &Device) -> Role {
        Role::of(device, 1 + self.connections.fetch_add(1, Ordering::Relaxed))
    }

    fn us(&self) -> u64 {
        self.begun.elapsed().as_micros() as u64
    }

    fn write(&self, role: &Role, what: What) {
        let Role { client, user_id, device, connection } = role.clone();
        let mut out = self.out.lock();
        // Taken while holding the lock, so that times never go backwards in the file.
        let line =
            Line { at_ms: self.wall.now().0, us: self.us(), client, user_id, device, connection, what };
        let mut text = serde_json::to_vec(&line).expect("a line is JSON");
        text.push(b'\n');
        out.write_all(&text).expect("a history that cannot be written proves nothing");
        self.lines.fetch_add(1, Ordering::Relaxed);
    }
}

/// The clock of the machine.
struct WallClock;

impl Clock for WallClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "it is written down for people, and nothing is decided by it"
    )]
    fn now(&self) -> Timestamp {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
        Timestamp(elapsed.map_or(0, |elapsed| elapsed.as_millis() as u64))
    }
}

impl Role {
    fn of(device: &Device, connection: u64) -> Self {
        Self {
            client: device.username.clone(),
            user_id: device.user_id,
            device: device.session_id,
            connection,
        }
    }

    fn nobody() -> Self {
        Self {
            client: String::new(),
            user_id: UserId(Uuid::nil()),
            device: SessionId(Uuid::nil()),
            connection: 0,
        }
    }
}

/// One connection that is being written down. It is over at the latest when nobody looks on any more: one that never came
/// about is not told to be closed.
struct Connection {
    recorder: Arc<Recorder>,
    role: Role,
    /// Calls without an answer yet; `None` when the connection is over.
    open: Mutex<Option<HashMap<u64, Call>>>,
}

struct Call {
    number: u64,
    issued_us: u64,
    event: String,
    request: Value,
}

impl Connection {
    fn finish(&self, call: Call, reply: Reply) {
        let Call { number, issued_us, event, request } = call;
        self.recorder.write(&self.role, What::Call { number, issued_us, event, request, reply });
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.closed("nobody looks on any more");
    }
}

impl Tap for Connection {
    fn issued(&self, ack: Option<u64>, event: &str, payload: &str) {
        let call = Call {
            number: self.recorder.calls.fetch_add(1, Ordering::Relaxed),
            issued_us: self.recorder.us(),
            event: event.to_owned(),
            // What is no JSON is kept as the text that it is.
            request: serde_json::from_str(payload).unwrap_or_else(|_| Value::from(payload)),
        };
        let mut open = self.open.lock();
        match (ack, &mut *open) {
            (Some(ack), Some(open)) => drop(open.insert(ack, call)),
            _ => {
                drop(open);
                self.finish(call, Reply::Unknown);
            }
        }
    }

    fn answered(&self, ack: u64, answer: &Value) {
        let call = self.open.lock().as_mut().and_then(|open| open.remove(&ack));
        let Some(call) = call else { return };
        let reply = match serde_json::from_value(answer["error"].clone()) {
            Ok(refusal) if answer["ok"] == false => Reply::Refused(refusal),
            _ => Reply::Ok(answer.clone()),
        };
        self.finish(call, reply);
    }

    fn pushed(&self, event: &str, payload: &Value) {
        self.recorder.write(&self.role, What::Push { event: event.to_owned(), payload: payload.clone() });
    }

    fn closed(&self, reason: &str) {
        let Some(open) = self.open.lock().take() else { return };
        let mut calls: Vec<Call> = open.into_values().collect();
        calls.sort_by_key(|call| call.number);
        calls.into_iter().for_each(|call| self.finish(call, Reply::Unknown));
        self.recorder.write(&self.role, What::Closed { reason: reason.to_owned() });
    }
}

impl Replica {
    /// What is held, in the form in which a history keeps it.
    fn held(&self, look: Look, fresh: bool, messages_max: usize) -> Held {
        let mut view = self.view();
        let account = serde_json::json!({
            "account_version": view["account_version"].take(),
            "settings": view["settings"].take(),
            "blocked": view["blocked"].take(),
        });
        let mut conversations = std::collections::BTreeMap::new();
        for (id, held) in &self.conversations {
            let mut rest = view["conversations"][id.to_string()].take();
            let fields = rest.as_object_mut().expect("a view of a conversation has fields");
            // How far back a device has read is its own affair.
            fields.remove("messages");
            fields.remove("quotes");
            let newest = held.messages.iter().rev().take(messages_max);
            let messages = newest.map(|(seq, row)| (*seq, row.version, digest(row))).collect();
            conversations.insert(*id, super::HeldConversation { version: held.version, rest, messages });
        }
        Held { looked_us: look.us, fresh, account, conversations }
    }
}

/// Equal for equal rows, within one process.
fn digest(row: &kith_protocol::Message) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(row).expect("a row is JSON").hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that are being written.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_connection_that_never_came_about_is_over() {
        let written = Written::default();
        let recorder = Recorder::new(written.clone());
        let device = Device {
            user_id: UserId(Uuid::nil()),
            session_id: SessionId(Uuid::nil()),
            username: "ann".to_owned(),
            token: String::new(),
        };
        let tap = recorder.connection(&device);
        drop(crate::Connect::with_token("").tapped(tap));
        let lines = String::from_utf8(written.0.lock().clone()).expect("lines are text");
        let whats: Vec<What> = lines
            .lines()
            .map(|line| serde_json::from_str::<super::super::Line>(line).expect("it is a line").what)
            .collect();
        assert!(matches!(whats[..], [What::Connected, What::Closed { .. }]), "{whats:?}");
    }
}
