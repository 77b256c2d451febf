//! [`WebSocket`]: the transport on which nearly all connections live.
//!
//! Reading, where the input is hostile, is the WebSocket library's: framing, masks, fragments, UTF-8, control
//! frames, limits. Writing is ours, since a server's frames are bytes made once ([`Frame`]) that many queues
//! share: they go to the kernel in one vectored write, with no copy and no buffer that stays behind in an idle
//! connection. The library's own frames, pongs and its half of the closing handshake, pass through the same
//! queue ([`FrameIo`]), whole, so the two never mix.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use futures_util::Stream;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::{CapacityError, Error};
use tokio_tungstenite::tungstenite::protocol::{Message as WsMessage, Role, WebSocketConfig};

use super::connection::Connection;
use super::frame::Frame;
use super::packet::{Message, Packet};
use crate::config::Config;

/// Most frames handed to the kernel at once.
const WIRE_FRAMES_MAX: usize = 32;
/// Bytes after which no further frame is taken out of the queue for one write.
const WIRE_BYTES: usize = 64 * 1024;
/// Packets after which something is to be written, even if there are more to be read.
const READS_PER_WRITE: usize = 32;
/// Pongs of the library that may wait; beyond that they wait inside the library, which keeps the newest.
const PONGS_WAITING_MAX: usize = 4;
/// What the library may buffer of its own control frames.
const CONTROL_BYTES_MAX: usize = 512;

/// A WebSocket to one client.
#[derive(Debug)]
pub(super) struct WebSocket {
    stream: WebSocketStream<FrameIo>,
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
    pub(super) async fn new(upgraded: Upgraded, config: &Config) -> Self {
        let limits = WebSocketConfig::default()
            .read_buffer_size(config.websocket_read_buffer_bytes)
            .write_buffer_size(0)
            .max_write_buffer_size(CONTROL_BYTES_MAX)
            .max_message_size(Some(config.max_payload_bytes))
            .max_frame_size(Some(config.max_payload_bytes));
        let io = FrameIo { io: TokioIo::new(upgraded), wire: VecDeque::new() };
        let stream = WebSocketStream::from_raw_socket(io, Role::Server, Some(limits)).await;
        Self { stream, reads_since_write: 0 }
    }

    /// The next packet.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Result<Packet, ReadError>> {
        loop {
            self.reads_since_write += 1;
            let message = match ready!(Pin::new(&mut self.stream).poll_next(cx)) {
                Some(Ok(message)) => message,
                Some(Err(error)) => return Poll::Ready(Err(error.into())),
                None => return Poll::Ready(Err(ReadError::Closed)),
            };
            match message {
                WsMessage::Text(text) => {
                    return Poll::Ready(Packet::from_text(text).map_err(|_| ReadError::Malformed));
                }
                WsMessage::Binary(bytes) => {
                    return Poll::Ready(Ok(Packet::Message(Message::Binary(bytes))));
                }
                // Once more, so that the library answers the close or learns that it is complete.
                WsMessage::Close(_) | WsMessage::Ping(_) | WsMessage::Pong(_) | WsMessage::Frame(_) => {}
            }
        }
    }

    /// Writes what the connection has queued. Ready when all of it has left.
    pub(super) fn poll_write(
        &mut self,
        connection: &Connection,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            let io = self.stream.get_mut();
            ready!(io.poll_drain(cx))?;
            connection.take_frames(&mut io.wire, WIRE_FRAMES_MAX, WIRE_BYTES);
            if io.wire.is_empty() {
                io.wire = VecDeque::new();
                return Pin::new(&mut io.io).poll_flush(cx);
            }
        }
    }

    /// Writes what [`queue`](Self::queue) was given, and nothing of a connection.
    pub(super) fn poll_write_queued(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let io = self.stream.get_mut();
        ready!(io.poll_drain(cx))?;
        Pin::new(&mut io.io).poll_flush(cx)
    }

    /// Queues one frame behind what is being written.
    pub(super) fn queue(&mut self, frame: Frame) {
        self.stream.get_mut().wire.push_back(frame.into_wire());
    }

    /// Whether it is time to write.
    pub(super) fn has_read_many(&self) -> bool {
        self.reads_since_write >= READS_PER_WRITE
    }
}

impl From<Error> for ReadError {
    fn from(error: Error) -> Self {
        match error {
            Error::Capacity(CapacityError::MessageTooLong { .. }) => Self::TooLarge,
            Error::Utf8(_) => Self::NotText,
            Error::ConnectionClosed | Error::AlreadyClosed | Error::Io(_) => Self::Closed,
            // A peer that vanishes is no violation of the protocol worth telling apart.
            Error::Protocol(
                tokio_tungstenite::tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
            ) => Self::Closed,
            _ => Self::Malformed,
        }
    }
}

/// The stream as the library sees it: reads go through, writes join the queue of whole frames.
#[derive(Debug)]
struct FrameIo {
    io: TokioIo<Upgraded>,
    wire: VecDeque<Bytes>,
}

impl FrameIo {
    /// Writes the queue out, many frames at a time.
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
    }
}

impl AsyncRead for FrameIo {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl AsyncWrite for FrameIo {
    /// Takes one whole control frame of the library, or says that there are too many. No waker is kept: the
    /// driver writes the queue out whenever it runs, and the library tries again whenever it is read from.
    fn poll_write(mut self: Pin<&mut Self>, _cx: &mut Context<'_>, frame: &[u8]) -> Poll<io::Result<usize>> {
        if self.wire.len() >= WIRE_FRAMES_MAX + PONGS_WAITING_MAX {
            return Poll::Pending;
        }
        self.wire.push_back(Bytes::copy_from_slice(frame));
        Poll::Ready(Ok(frame.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
