//! [`Connection`]: what the tasks that serve one connection share.
//!
//! One task drives the connection and owns its handler (see `driver`). HTTP requests of a polling connection
//! and whoever sends to it meet that task here. Everything lies behind one short lock that is never held
//! across an await.

mod polling;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::Context;

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use tokio::time::Instant;

use self::polling::Polling;
pub(super) use self::polling::Unexpected;
use super::DisconnectReason;
use super::frame::{Frame, FrameBuffer};
use super::heartbeat::{Heartbeat, Pace};
use super::outbox::{Class, Outbox, SendError};
use super::sid::Sid;
use crate::config::Config;

/// One client's connection, on whichever transport it is at the moment.
pub struct Connection {
    sid: Sid,
    config: Arc<Config>,
    /// The driving task.
    driver: AtomicWaker,
    /// The open poll, if there is one.
    poller: AtomicWaker,
    /// A [`Pace`].
    pace: AtomicU8,
    state: Mutex<State>,
}

struct State {
    phase: Phase,
    outbox: Outbox,
    /// The handler wants to be called.
    notified: bool,
    heartbeat: Heartbeat,
    /// What only long-polling needs; gone after the upgrade.
    polling: Option<Box<Polling>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// What is queued still leaves; nothing is added.
    Closing(DisconnectReason),
    /// Nothing leaves any more, but for the closing packet itself.
    Closed(DisconnectReason),
}

/// What the driver has to do before it reads on.
pub(super) enum Signal {
    End(DisconnectReason),
    Notified,
}

impl Connection {
    pub(super) fn new(sid: Sid, config: Arc<Config>, now: Instant, polling: bool) -> Self {
        let heartbeat = Heartbeat::new(now, &config);
        Self {
            sid,
            config,
            driver: AtomicWaker::new(),
            poller: AtomicWaker::new(),
            pace: AtomicU8::new(Pace::Reads as u8),
            state: Mutex::new(State {
                phase: Phase::Open,
                outbox: Outbox::default(),
                notified: false,
                heartbeat,
                polling: polling.then(Box::default),
            }),
        }
    }

    /// Queues a text message for the client. A connection whose queue is full, reserved room included, is
    /// closed.
    pub fn send_text(&self, text: &str) -> Result<(), SendError> {
        let mut packet = FrameBuffer::with_capacity(1 + text.len());
        packet.push_str("4");
        packet.push_str(text);
        self.send(&[packet.into_text()], Class::Reserved)
    }

    /// Queues a binary message for the client, as [`send_text`](Self::send_text).
    pub fn send_binary(&self, bytes: &[u8]) -> Result<(), SendError> {
        self.send(&[Frame::binary(bytes)], Class::Reserved)
    }

    /// Closes the connection after what is queued has left.
    pub fn close(&self, reason: DisconnectReason) {
        {
            let mut state = self.state.lock();
            if state.phase != Phase::Open {
                return;
            }
            state.phase = Phase::Closing(reason);
        }
        self.wake_all();
    }

    /// Calls [`Handler::notified`](super::Handler::notified) as soon as no other method of the handler runs.
    pub fn notify(&self) {
        self.state.lock().notified = true;
        self.driver.wake();
    }

    /// Closes the connection unless [`cancel_deadline`](Self::cancel_deadline) is called within
    /// [`connect_timeout`](Config::connect_timeout). The heartbeat enforces it, so it may come late by as
    /// much as the ping interval when it is set long after the connection was opened.
    pub fn set_deadline(&self) {
        self.state.lock().heartbeat.connect_by = Some(Instant::now() + self.config.connect_timeout);
    }

    /// Takes [`set_deadline`](Self::set_deadline) back.
    pub fn cancel_deadline(&self) {
        self.state.lock().heartbeat.connect_by = None;
    }

    /// Whether messages can still be queued.
    pub fn is_open(&self) -> bool {
        self.state.lock().phase == Phase::Open
    }

    /// How many packets and bytes wait to be written.
    pub fn queued(&self) -> (usize, usize) {
        let state = self.state.lock();
        (state.outbox.packets(), state.outbox.bytes())
    }

    pub(crate) fn config(&self) -> &Arc<Config> {
        &self.config
    }

    pub(super) fn sid(&self) -> Sid {
        self.sid
    }

    /// Queues frames that belong together: all of them or none.
    pub(crate) fn send(&self, frames: &[Frame], class: Class<'_>) -> Result<(), SendError> {
        let result = {
            let mut state = self.state.lock();
            if state.phase != Phase::Open {
                return Err(SendError::Closed);
            }
            state.outbox.push(frames, class, &self.config)
        };
        match result {
            Ok(()) => self.wake_all(),
            Err(SendError::FeedStopped) => self.notify(),
            Err(SendError::Exhausted) => self.abort(DisconnectReason::QueueOverflow),
            Err(SendError::Full | SendError::Closed) => {}
        }
        result
    }

    /// Closes the connection at once. What is queued is dropped.
    pub(crate) fn abort(&self, reason: DisconnectReason) {
        {
            let mut state = self.state.lock();
            if matches!(state.phase, Phase::Closed(_)) {
                return;
            }
            state.phase = Phase::Closed(reason);
            state.outbox.clear();
            if let Some(polling) = &mut state.polling {
                polling.drop_post(reason);
            }
        }
        self.wake_all();
    }

    fn wake_all(&self) {
        self.driver.wake();
        self.poller.wake();
    }
}

/// For the driver.
impl Connection {
    pub(super) fn register_driver(&self, cx: &Context<'_>) {
        self.driver.register(cx.waker());
    }

    /// What has to be done before anything more is read.
    pub(super) fn take_signal(&self) -> Option<Signal> {
        let mut state = self.state.lock();
        match state.phase {
            Phase::Closing(reason) | Phase::Closed(reason) => {
                // Nothing more is read, and the client is to poll for the goodbye.
                if let Some(polling) = &mut state.polling {
                    polling.answer_post(Ok(()));
                }
                Some(Signal::End(reason))
            }
            Phase::Open if state.notified => {
                state.notified = false;
                Some(Signal::Notified)
            }
            Phase::Open => None,
        }
    }

    /// Whether so much is queued that the client has to read before it is read from.
    pub(super) fn is_full(&self) -> bool {
        self.state.lock().outbox.is_full(&self.config)
    }

    /// Moves frames into `wire` until there are `frames_max` or `bytes_max` is reached.
    pub(super) fn take_frames(&self, wire: &mut VecDeque<Bytes>, frames_max: usize, bytes_max: usize) {
        let mut bytes = 0;
        let mut state = self.state.lock();
        while wire.len() < frames_max
            && bytes < bytes_max
            && let Some(frame) = state.outbox.pop()
        {
            bytes += frame.len();
            wire.push_back(frame.into_wire());
        }
    }

    /// The client has answered a ping.
    pub(super) fn heard(&self) {
        let now = Instant::now();
        self.state.lock().heartbeat.heard(now, &self.config);
    }

    pub(super) fn set_pace(&self, pace: Pace) {
        self.pace.store(pace as u8, Ordering::Relaxed);
    }

    /// Whether the closing packet has been handed out, or never will be.
    pub(super) fn is_closed(&self) -> bool {
        matches!(self.state.lock().phase, Phase::Closed(_))
    }
}

/// For the heartbeat.
impl Connection {
    /// Does what is due, a ping or the end, and says when to look again; `None` when it has ended.
    pub(super) fn beat(&self, now: Instant, ping: &Frame) -> Option<Instant> {
        let verdict = {
            let mut state = self.state.lock();
            if state.phase != Phase::Open {
                return None;
            }
            let written = state.outbox.popped();
            state.heartbeat.beat(now, self.pace(), written, &self.config)
        };
        match verdict {
            Ok(beat) => {
                if beat.ping {
                    // A queue that is full even of reserved room ends the connection by itself.
                    let _ = self.send(std::slice::from_ref(ping), Class::Reserved);
                }
                Some(beat.next)
            }
            Err(reason) => {
                self.abort(reason);
                None
            }
        }
    }

    /// When the heartbeat has to look first; `None` when the connection has ended already.
    pub(super) fn next_beat(&self) -> Option<Instant> {
        let state = self.state.lock();
        (state.phase == Phase::Open).then(|| state.heartbeat.next())
    }

    /// Whether the connection should have ended by now, though the heartbeat has yet to come round.
    pub(super) fn is_overdue(&self, now: Instant) -> bool {
        let state = self.state.lock();
        matches!(state.phase, Phase::Closed(_))
            || (self.pace() == Pace::Reads && state.heartbeat.is_overdue(now, &self.config))
    }

    fn pace(&self) -> Pace {
        match self.pace.load(Ordering::Relaxed) {
            pace if pace == Pace::Handles as u8 => Pace::Handles,
            pace if pace == Pace::Throttles as u8 => Pace::Throttles,
            _ => Pace::Reads,
        }
    }
}
