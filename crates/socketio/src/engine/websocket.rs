//! [`WebSocket`]: the transport on which nearly all connections live.
//!
//! What is read goes into one buffer for all connections of a thread, and from there to [`Incoming`], which keeps
//! what is no whole message yet: an idle connection has no buffer. What is written are bytes made once
//! ([`Frame`]) that many queues share: they go to the kernel in one vectored write, with no copy and no buffer
//! that stays behind either.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::connection::Connection;
use super::frame::Frame;
use super::incoming::{Incoming, Received, Violation};
use super::packet::{Message, Packet};
use crate::config::Config;

/// Most frames handed to the kernel at once.
const WIRE_FRAMES_MAX: usize = 32;
/// Bytes after which no further frame is taken out of the queue for one write.
const WIRE_BYTES: usize = 64 * 1024;
/// Packets after which something is to be written, even if there are more to be read.
const READS_PER_WRITE: usize = 32;
/// Most bytes read at once.
const READ_BYTES_MAX: usize = 16 * 1024;
/// Reads without a packet after which others have their turn: more than the longest packet takes.
const READS_PER_TURN: usize = 16;

thread_local! {
    /// Where the bytes of any connection arrive, until it has taken them.
    static ARRIVALS: RefCell<Box<[u8]>> = RefCell::new(vec![0; READ_BYTES_MAX].into());
}

/// A WebSocket to one client.
#[derive(Debug)]
pub(super) struct WebSocket {
    io: TokioIo<Upgraded>,
    incoming: Incoming,
    /// Frames on their way to the kernel.
    wire: VecDeque<Bytes>,
    /// The answer to the newest ping, when there was no room for it on the way.
    pong: Option<Frame>,
    reads_since_write: usize,
}

/// Why nothing more can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadError {
    /// The other end has closed it, or it broke.
    Closed,
    /// What was received is no packet.
    Malformed,
    /// What was received is said to be text and is none.
    NotText,
    /// What was received is larger than allowed.
    TooLarge,
}

impl WebSocket {
    /// Takes over a connection whose HTTP upgrade is done.
    pub(super) fn new(upgraded: Upgraded, config: &Config) -> Self {
        Self {
            io: TokioIo::new(upgraded),
            incoming: Incoming::new(config.max_payload_bytes),
            wire: VecDeque::new(),
            pong: None,
            reads_since_write: 0,
        }
    }

    /// The next packet. After an error, whatever still arrives is taken and dropped until the other end closes.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Result<Packet, ReadError>> {
        let mut reads = 0;
        loop {
            match self.incoming.next()? {
                Some(Received::Text(text)) => {
                    self.reads_since_write += 1;
                    return Poll::Ready(Packet::from_text(text).map_err(|_| ReadError::Malformed));
                }
                Some(Received::Binary(bytes)) => {
                    self.reads_since_write += 1;
                    return Poll::Ready(Ok(Packet::Message(Message::Binary(bytes))));
                }
                Some(Received::Ping(payload)) => self.answer(Frame::pong(&payload)),
                Some(Received::Close(status)) => {
                    self.queue(Frame::close(status));
                    return Poll::Ready(Err(ReadError::Closed));
                }
                None if reads == READS_PER_TURN => {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                None => match ready!(self.poll_receive(cx)) {
                    Ok(1..) => reads += 1,
                    Ok(0) | Err(_) => return Poll::Ready(Err(ReadError::Closed)),
                },
            }
        }
    }

    /// Takes what has arrived, and says how many bytes that were.
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        ARRIVALS.with_borrow_mut(|buffer| {
            let mut buffer = ReadBuf::new(buffer);
            ready!(Pin::new(&mut self.io).poll_read(cx, &mut buffer))?;
            self.incoming.push(buffer.filled());
            Poll::Ready(Ok(buffer.filled().len()))
        })
    }

    /// Writes what the connection has queued. Ready when all of it has left.
    pub(super) fn poll_write(
        &mut self,
        connection: &Connection,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        self.reads_since_write = 0;
        loop {
            ready!(self.poll_drain(cx))?;
            connection.take_frames(&mut self.wire, WIRE_FRAMES_MAX, WIRE_BYTES);
            if self.wire.is_empty() {
                self.wire = VecDeque::new();
                return Pin::new(&mut self.io).poll_flush(cx);
            }
        }
    }

    /// Writes what [`queue`](Self::queue) was given, and nothing of a connection.
    pub(super) fn poll_write_queued(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drain(cx))?;
        Pin::new(&mut self.io).poll_flush(cx)
    }

    /// Writes out what is on its way, many frames at a time.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.wire.is_empty() {
            let mut slices = [IoSlice::new(&[]); WIRE_FRAMES_MAX];
            let filled = self.wire.len().min(WIRE_FRAMES_MAX);
            for (slice, frame) in slices.iter_mut().zip(&self.wire) {
                *slice = IoSlice::new(frame);
            }
            let written = ready!(Pin::new(&mut self.io).poll_write_vectored(cx, &slices[..filled]))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.discard(written);
        }
        Poll::Ready(Ok(()))
    }

    /// Forgets the first `written` bytes.
    fn discard(&mut self, mut written: usize) {
        while let Some(frame) = self.wire.front_mut() {
            if written < frame.len() {
                frame.advance(written);
                return;
            }
            written -= frame.len();
            self.wire.pop_front();
        }
        self.wire.extend(self.pong.take().map(Frame::into_wire));
    }

    /// Queues a pong. Of those that find no room only the newest is kept: nobody waits for the others (RFC 6455,
    /// 5.5.3).
    fn answer(&mut self, pong: Frame) {
        if self.wire.len() < WIRE_FRAMES_MAX {
            self.queue(pong);
        } else {
            self.pong = Some(pong);
        }
    }

    /// Queues one frame behind what is being written.
    pub(super) fn queue(&mut self, frame: Frame) {
        self.wire.push_back(frame.into_wire());
    }

    /// Whether it is time to write.
    pub(super) fn has_read_many(&self) -> bool {
        self.reads_since_write >= READS_PER_WRITE
    }
}

impl From<Violation> for ReadError {
    fn from(violation: Violation) -> Self {
        match violation {
            Violation::Malformed => Self::Malformed,
            Violation::NotText => Self::NotText,
            Violation::TooLarge => Self::TooLarge,
        }
    }
}
