//! Many sockets on one thread: what is there is read, handed to a [`Load`], and what that has to say leaves with one write
//! a socket.

use std::{
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use mio::{Events, Interest, Poll, Token, net::TcpStream};
use socket2::{Domain, Socket, Type};

use crate::{
    frame::{self, Frame},
    packet::{self, Packet},
};

/// What one read takes, at most.
const SCRATCH_BYTES: usize = 256 * 1024;
/// Sockets that share an address of their own: the server allows 1,000 connections from one.
const SOCKETS_PER_ADDRESS: usize = 900;
/// Below this, waiting is done by asking again: the kernel waits in whole milliseconds.
const SPIN_MAX: Duration = Duration::from_millis(2);

/// What a workload does with what arrives. Sockets are numbered in the order in which they were opened.
pub(crate) trait Load {
    /// The socket has been let in.
    fn connected(&mut self, _sockets: &mut Outbox, _who: usize) {}
    /// Something happened: `["name", payload]`.
    fn event(&mut self, _sockets: &mut Outbox, _who: usize, _event: &[u8]) {}
    /// An answer.
    fn answer(&mut self, sockets: &mut Outbox, who: usize, id: u64, answer: &[u8]);
    /// Does what is due, and says when to be asked again.
    fn due(&mut self, _sockets: &mut Outbox) -> Option<Instant> {
        None
    }
    /// Whether there is nothing left to wait for.
    fn is_done(&self) -> bool;
}

/// Where a load says what is to be sent, and what time it is.
pub(crate) struct Outbox {
    queues: Vec<Vec<u8>>,
    touched: Vec<usize>,
    text: Vec<u8>,
    started: Instant,
}

impl Outbox {
    /// Microseconds since the sockets were made. Requests are numbered with it, so that an answer says when it was asked.
    pub(crate) fn micros(&self) -> u64 {
        self.started.elapsed().as_micros() as u64
    }

    /// How many sockets there are.
    pub(crate) fn len(&self) -> usize {
        self.queues.len()
    }

    /// Asks for something under this number.
    pub(crate) fn ask(&mut self, who: usize, id: u64, event: &str, payload: &str) {
        self.text.clear();
        write!(self.text, "42{id}[\"{event}\",{payload}]").expect("memory takes bytes");
        let text = std::mem::take(&mut self.text);
        frame::push_text(self.queue(who), &text);
        self.text = text;
    }

    fn queue(&mut self, who: usize) -> &mut Vec<u8> {
        let queue = &mut self.queues[who];
        if queue.is_empty() {
            self.touched.push(who);
        }
        queue
    }
}

/// Open sockets.
pub(crate) struct Sockets {
    poll: Poll,
    events: Events,
    server: SocketAddr,
    connections: Vec<Connection>,
    scratch: Vec<u8>,
    outbox: Outbox,
}

struct Connection {
    stream: TcpStream,
    auth: String,
    upgraded: bool,
    /// The beginning of a frame whose end has not come.
    rest: Vec<u8>,
}

impl Sockets {
    /// None yet, to be opened to this server.
    pub(crate) fn new(server: SocketAddr) -> Result<Self> {
        Ok(Self {
            poll: Poll::new()?,
            events: Events::with_capacity(1_024),
            server,
            connections: Vec::new(),
            scratch: vec![0; SCRATCH_BYTES],
            outbox: Outbox {
                queues: Vec::new(),
                touched: Vec::new(),
                text: Vec::new(),
                started: Instant::now(),
            },
        })
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.connections.len()
    }

    /// Where to say what is to be sent.
    pub(crate) fn outbox(&mut self) -> &mut Outbox {
        &mut self.outbox
    }

    /// Opens a socket, and begins its handshake. With a token it signs in as soon as the server says that it is open.
    pub(crate) fn open(&mut self, token: &str) -> Result<()> {
        let who = self.connections.len();
        let mut stream = TcpStream::from_std(connect(self.server, who)?);
        let interest = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut stream, Token(who), interest)?;
        let auth = format!("40{{\"token\":\"{token}\"}}");
        self.connections.push(Connection { stream, auth, upgraded: false, rest: Vec::new() });
        self.outbox.queues.push(Vec::new());
        let request = handshake(self.server);
        self.outbox.queue(who).extend_from_slice(request.as_bytes());
        Ok(())
    }

    /// Closes all of them, without a word.
    pub(crate) fn drop_all(&mut self) {
        self.connections.clear();
        self.outbox.queues.clear();
        self.outbox.touched.clear();
    }

    /// Works until the load is done, or this much time is over.
    ///
    /// # Errors
    /// When a connection breaks, or the load is not done in time.
    pub(crate) fn run(&mut self, load: &mut impl Load, at_most: Duration) -> Result<()> {
        let end = Instant::now() + at_most;
        loop {
            let due = load.due(&mut self.outbox);
            self.flush()?;
            if load.is_done() {
                return Ok(());
            }
            let now = Instant::now();
            if now >= end {
                bail!("this was not done within {at_most:?}");
            }
            let wait = due.unwrap_or(end).min(end).saturating_duration_since(now);
            let wait = if wait < SPIN_MAX { Duration::ZERO } else { wait - SPIN_MAX / 2 };
            self.turn(load, wait)?;
        }
    }

    /// Only answers pings for this long.
    pub(crate) fn idle(&mut self, how_long: Duration) -> Result<()> {
        struct Idle(Instant);
        impl Load for Idle {
            fn answer(&mut self, _: &mut Outbox, _: usize, _: u64, _: &[u8]) {}
            fn due(&mut self, _: &mut Outbox) -> Option<Instant> {
                Some(self.0)
            }
            fn is_done(&self) -> bool {
                Instant::now() >= self.0
            }
        }
        self.run(&mut Idle(Instant::now() + how_long), how_long + Duration::from_secs(60))
    }

    fn turn(&mut self, load: &mut impl Load, wait: Duration) -> Result<()> {
        match self.poll.poll(&mut self.events, Some(wait)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            polled => polled?,
        }
        let ready: Vec<(usize, bool, bool)> = self
            .events
            .iter()
            .map(|event| (event.token().0, event.is_readable(), event.is_writable()))
            .collect();
        for (who, readable, writable) in ready {
            if writable && !self.outbox.queues[who].is_empty() {
                self.outbox.touched.push(who);
            }
            if readable {
                self.read(who, load).with_context(|| format!("socket {who} has ended"))?;
            }
        }
        Ok(())
    }

    fn read(&mut self, who: usize, load: &mut impl Load) -> Result<()> {
        loop {
            let connection = &mut self.connections[who];
            match connection.stream.read(&mut self.scratch) {
                Ok(0) => bail!("the server closed it"),
                Ok(len) => {
                    connection.take(who, &self.scratch[..len], &mut self.outbox, load)?;
                    if len < self.scratch.len() {
                        // Whatever comes after this read makes the socket readable anew.
                        return Ok(());
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn flush(&mut self) -> Result<()> {
        let touched = std::mem::take(&mut self.outbox.touched);
        for &who in &touched {
            let queue = &mut self.outbox.queues[who];
            if queue.is_empty() {
                continue;
            }
            match self.connections[who].stream.write(queue) {
                // What is left goes when the socket says that it is writable.
                Ok(written) => drop(queue.drain(..written)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error).with_context(|| format!("socket {who} has ended")),
            }
        }
        self.outbox.touched = touched;
        self.outbox.touched.clear();
        Ok(())
    }
}

impl Connection {
    /// Takes apart what has arrived.
    fn take(&mut self, who: usize, arrived: &[u8], outbox: &mut Outbox, load: &mut impl Load) -> Result<()> {
        if self.rest.is_empty() {
            let used = self.frames(who, arrived, outbox, load)?;
            self.rest.extend_from_slice(&arrived[used..]);
        } else {
            let mut all = std::mem::take(&mut self.rest);
            all.extend_from_slice(arrived);
            let used = self.frames(who, &all, outbox, load)?;
            all.drain(..used);
            self.rest = all;
        }
        Ok(())
    }

    fn frames(
        &mut self,
        who: usize,
        bytes: &[u8],
        outbox: &mut Outbox,
        load: &mut impl Load,
    ) -> Result<usize> {
        let mut used = 0;
        if !self.upgraded {
            let Some(end) = memchr::memmem::find(bytes, b"\r\n\r\n") else { return Ok(0) };
            if !bytes.starts_with(b"HTTP/1.1 101") {
                bail!("the server answered {}", String::from_utf8_lossy(&bytes[..end]));
            }
            self.upgraded = true;
            used = end + 4;
        }
        while let Some((frame, len)) = frame::first(&bytes[used..]) {
            used += len;
            match frame {
                Frame::Text(text) => self.packet(who, packet::read(text), outbox, load)?,
                Frame::Ping(payload) => frame::push_pong(outbox.queue(who), payload),
                Frame::Close => bail!("the server closed it"),
                Frame::Other => {}
            }
        }
        Ok(used)
    }

    fn packet(
        &self,
        who: usize,
        packet: Packet<'_>,
        outbox: &mut Outbox,
        load: &mut impl Load,
    ) -> Result<()> {
        match packet {
            Packet::Open => frame::push_text(outbox.queue(who), self.auth.as_bytes()),
            Packet::Ping => frame::push_text(outbox.queue(who), b"3"),
            Packet::Connected => load.connected(outbox, who),
            Packet::Event(event) => load.event(outbox, who, event),
            Packet::Ack(id, answer) => load.answer(outbox, who, id, answer),
            Packet::Refused(why) => bail!("it was not let in: {}", String::from_utf8_lossy(why)),
            Packet::Closed => bail!("the server ended it"),
            Packet::Other => {}
        }
        Ok(())
    }
}

fn connect(server: SocketAddr, who: usize) -> Result<std::net::TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    let network = u8::try_from(who / SOCKETS_PER_ADDRESS).context("there are no more addresses")?;
    socket.bind(&SocketAddr::from((Ipv4Addr::new(127, 0, network, 2), 0)).into())?;
    socket.connect(&server.into()).context("cannot connect")?;
    socket.set_tcp_nodelay(true)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// About as large as a browser's.
fn handshake(server: SocketAddr) -> String {
    format!(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {server}\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n\
         Accept: */*\r\nAccept-Language: en-GB,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br\r\n\
         Pragma: no-cache\r\nCache-Control: no-cache\r\n\r\n"
    )
}
