//! What a connection is while it is on long-polling: one open poll, one body to be read, and perhaps a second
//! transport that is being tried.

use std::task::{Context, Poll};

use tokio::sync::oneshot;

use super::{Connection, Phase, State};
use crate::engine::DisconnectReason;
use crate::engine::packet::{Packet, PacketError, Payload, SEPARATOR};
use crate::engine::websocket::WebSocket;

/// Packets in the answer to one poll. `python-engineio` drops its connection when there are more.
const POLL_PACKETS_MAX: usize = 16;

/// What only long-polling needs.
#[derive(Default)]
pub(super) struct Polling {
    poll_is_open: bool,
    post: Option<Post>,
    upgrade: Upgrade,
}

/// The body of a polling request, and who waits for it to be read.
struct Post {
    payload: Payload,
    done: oneshot::Sender<Result<(), PacketError>>,
}

#[derive(Default)]
enum Upgrade {
    #[default]
    None,
    /// There is a second transport.
    Started,
    /// It has been found to work; polls are answered at once so that the client can leave.
    Probed,
    /// The client has moved to it, the driver has not yet.
    Done(Box<WebSocket>),
}

impl Polling {
    /// Reads no further. To say goodbye was a success.
    pub(super) fn drop_post(&mut self, reason: DisconnectReason) {
        if reason == DisconnectReason::ClientDisconnected {
            self.answer_post(Ok(()));
        }
        self.post = None;
    }

    /// Lets whoever posted know.
    pub(super) fn answer_post(&mut self, outcome: Result<(), PacketError>) {
        if let Some(post) = self.post.take() {
            // Whoever posted may have gone; the packets count all the same.
            let _ = post.done.send(outcome);
        }
    }
}

/// The second poll or post at a time, or one too late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Unexpected {
    /// Nothing is known of such a connection any more, or it has left long-polling.
    Gone,
    /// The client already has such a request open. It is broken; its connection was closed.
    Overlap,
}

/// For the requests of a polling connection.
impl Connection {
    /// Opens the one poll.
    pub(in crate::engine) fn begin_poll(&self) -> Result<(), Unexpected> {
        {
            let mut state = self.state.lock();
            if matches!(state.phase, Phase::Closed(_)) {
                return Err(Unexpected::Gone);
            }
            let polling = state.polling_still().ok_or(Unexpected::Gone)?;
            if !polling.poll_is_open {
                polling.poll_is_open = true;
                return Ok(());
            }
        }
        self.abort(DisconnectReason::ProtocolViolation);
        Err(Unexpected::Overlap)
    }

    /// Resolves to the body of the answer to the poll, which is thereby closed.
    pub(in crate::engine) fn poll_payload(&self, cx: &Context<'_>) -> Poll<Vec<u8>> {
        self.poller.register(cx.waker());
        let mut state = self.state.lock();
        let Some(payload) = state.payload(self.config.max_payload_bytes) else { return Poll::Pending };
        if let Some(polling) = &mut state.polling {
            polling.poll_is_open = false;
        }
        drop(state);
        self.driver.wake();
        Poll::Ready(payload)
    }

    /// Hands the body of a request to the driver. The receiver resolves when the last packet has been handled,
    /// and fails when the connection ends before.
    pub(in crate::engine) fn post(
        &self,
        payload: Payload,
    ) -> Result<oneshot::Receiver<Result<(), PacketError>>, Unexpected> {
        let (done, receiver) = oneshot::channel();
        {
            let mut state = self.state.lock();
            if state.phase != Phase::Open {
                return Err(Unexpected::Gone);
            }
            let polling = state.polling_still().ok_or(Unexpected::Gone)?;
            if polling.post.is_none() {
                polling.post = Some(Post { payload, done });
                drop(state);
                self.driver.wake();
                return Ok(receiver);
            }
        }
        self.abort(DisconnectReason::ProtocolViolation);
        Err(Unexpected::Overlap)
    }

    /// Makes room for a second transport.
    pub(in crate::engine) fn begin_upgrade(&self) -> Result<(), Unexpected> {
        let mut state = self.state.lock();
        if state.phase != Phase::Open {
            return Err(Unexpected::Gone);
        }
        match state.polling_still().map(|polling| &mut polling.upgrade) {
            Some(upgrade @ Upgrade::None) => {
                *upgrade = Upgrade::Started;
                Ok(())
            }
            Some(_) => Err(Unexpected::Overlap),
            None => Err(Unexpected::Gone),
        }
    }

    /// The second transport works: the open poll is answered so that the client can leave it.
    pub(in crate::engine) fn probed(&self) {
        if let Some(polling) = self.state.lock().polling_still() {
            polling.upgrade = Upgrade::Probed;
        }
        self.poller.wake();
    }

    /// The client has moved.
    pub(in crate::engine) fn complete_upgrade(&self, websocket: Box<WebSocket>) {
        if let Some(polling) = self.state.lock().polling_still() {
            polling.upgrade = Upgrade::Done(websocket);
        }
        self.wake_all();
    }

    /// The second transport has failed; long-polling goes on.
    pub(in crate::engine) fn cancel_upgrade(&self) {
        if let Some(polling) = self.state.lock().polling_still() {
            polling.upgrade = Upgrade::None;
        }
    }
}

/// For the driver of a polling connection.
impl Connection {
    /// Answers a post whose packets have all been read, and, since the driver asks again only then, handled.
    pub(in crate::engine) fn finish_post(&self) {
        if let Some(polling) = &mut self.state.lock().polling
            && polling.post.as_ref().is_some_and(|post| post.payload.is_finished())
        {
            polling.answer_post(Ok(()));
        }
    }

    /// The next packet that was posted.
    pub(in crate::engine) fn next_posted(&self) -> Option<Result<Packet, PacketError>> {
        let mut state = self.state.lock();
        let polling = state.polling.as_mut()?;
        let packet = polling.post.as_mut()?.payload.next();
        if let Some(Err(error)) = packet {
            polling.answer_post(Err(error));
        }
        packet
    }

    /// The WebSocket to which the client has moved. What it posted before is read first.
    pub(in crate::engine) fn take_upgrade(&self) -> Option<Box<WebSocket>> {
        let mut state = self.state.lock();
        let polling = state.polling.as_mut()?;
        if polling.post.is_some() || !matches!(polling.upgrade, Upgrade::Done(_)) {
            return None;
        }
        match state.polling.take().map(|polling| polling.upgrade) {
            Some(Upgrade::Done(websocket)) => Some(websocket),
            _ => None,
        }
    }
}

impl State {
    /// The polling state, unless the client has moved to a WebSocket.
    fn polling_still(&mut self) -> Option<&mut Polling> {
        self.polling.as_deref_mut().filter(|polling| !matches!(polling.upgrade, Upgrade::Done(_)))
    }

    /// What an open poll is to be answered with now, if anything.
    fn payload(&mut self, bytes_max: usize) -> Option<Vec<u8>> {
        let noop = || Some(b"6".to_vec());
        match (self.phase, &self.polling) {
            // Engine.IO clients who said goodbye expect their poll to end with a noop.
            (Phase::Closed(DisconnectReason::ClientDisconnected), _) => return noop(),
            (Phase::Closed(_), _) => return Some(b"1".to_vec()),
            (_, None) => return noop(),
            (_, Some(polling)) if matches!(polling.upgrade, Upgrade::Done(_)) => return noop(),
            _ => {}
        }
        let (mut payload, mut packets) = (Vec::new(), 0);
        while packets < POLL_PACKETS_MAX
            && let Some(frame) =
                self.outbox.pop_within(bytes_max.saturating_sub(payload.len()), payload.is_empty())
        {
            separate(&mut payload);
            frame.append_to_payload(&mut payload);
            packets += 1;
        }
        if let Phase::Closing(reason) = self.phase
            && self.outbox.packets() == 0
            && packets < POLL_PACKETS_MAX
        {
            separate(&mut payload);
            payload.push(b'1');
            self.phase = Phase::Closed(reason);
        }
        if !payload.is_empty() {
            return Some(payload);
        }
        match &self.polling {
            Some(polling) if matches!(polling.upgrade, Upgrade::Probed) => noop(),
            _ => None,
        }
    }
}

fn separate(payload: &mut Vec<u8>) {
    if !payload.is_empty() {
        payload.push(SEPARATOR);
    }
}
