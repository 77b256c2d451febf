//! The two transports: each carries packets both ways until it breaks or is dropped.

use std::{collections::VecDeque, net::SocketAddr};

use anyhow::{Context, bail};
use futures_util::{SinkExt, StreamExt, stream::FuturesUnordered};
use http::{Method, Request, StatusCode};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpSocket, TcpStream},
    sync::{mpsc, watch},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{self, Message, handshake::client::generate_key},
};

use super::packet::{self, Packet};
use crate::http::{Headers, request};

/// Where packets arrive, in order.
pub(crate) type Arrivals = mpsc::UnboundedSender<String>;
/// What is to be sent, in order.
pub(crate) type Departures = mpsc::UnboundedReceiver<String>;

/// A receive buffer so small that a client that does not read is soon noticed.
const RECEIVE_BUFFER_BYTES: u32 = 16 * 1024;

/// Packets that one post brings.
const POST_PACKETS_MAX: usize = 100;
/// What they have together, in bytes.
const POST_BYTES_MAX: usize = 100_000;

/// Whatever carries bytes both ways.
pub trait Link: AsyncRead + AsyncWrite + Unpin + Send + 'static {}
impl<L: AsyncRead + AsyncWrite + Unpin + Send + 'static> Link for L {}

/// An open WebSocket.
pub(crate) type WebSocket = WebSocketStream<TcpStream>;

/// Opens a WebSocket; with the `sid` of a connection, to move it there.
///
/// # Errors
/// When the server refuses it: the status is in the message.
pub(crate) async fn open_websocket(
    addr: SocketAddr,
    headers: Headers<'_>,
    sid: Option<&str>,
) -> anyhow::Result<WebSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES)?;
    let stream = socket.connect(addr).await?;
    stream.set_nodelay(true)?;
    upgrade_to_websocket(stream, &addr.to_string(), headers, sid).await
}

/// The same over a connection that is there already.
///
/// # Errors
/// When the server refuses it: the status is in the message.
pub(crate) async fn upgrade_to_websocket<L: Link>(
    link: L,
    host: &str,
    headers: Headers<'_>,
    sid: Option<&str>,
) -> anyhow::Result<WebSocketStream<L>> {
    let sid = sid.map(|sid| format!("&sid={sid}")).unwrap_or_default();
    let mut request = Request::builder()
        .uri(format!("ws://{host}/socket.io/?EIO=4&transport=websocket{sid}"))
        .header("host", host)
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", generate_key());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    match tokio_tungstenite::client_async(request.body(())?, link).await {
        Ok((websocket, _)) => Ok(websocket),
        Err(tungstenite::Error::Http(answer)) => bail!("the server answered {}", answer.status()),
        Err(error) => Err(error.into()),
    }
}

/// Carries packets over a WebSocket. Reads nothing while `paused`.
pub(crate) async fn carry_websocket<L: Link>(
    websocket: WebSocketStream<L>,
    arrivals: &Arrivals,
    departures: &mut Departures,
    mut paused: watch::Receiver<bool>,
) -> String {
    let (mut sink, mut stream) = websocket.split();
    loop {
        let reads = !*paused.borrow_and_update();
        tokio::select! {
            biased;
            _ = paused.changed() => {}
            departure = departures.recv() => {
                let Some(packet) = departure else {
                    let _ = sink.close().await;
                    return "the client has left".to_owned();
                };
                if let Err(error) = sink.feed(Message::text(packet)).await {
                    return error.to_string();
                }
                while let Ok(packet) = departures.try_recv() {
                    if let Err(error) = sink.feed(Message::text(packet)).await {
                        return error.to_string();
                    }
                }
                if let Err(error) = sink.flush().await {
                    return error.to_string();
                }
            }
            arrival = stream.next(), if reads => match arrival {
                Some(Ok(Message::Text(text))) => {
                    let _ = arrivals.send(text.as_str().to_owned());
                }
                Some(Ok(Message::Close(_))) | None => return "the server closed the connection".to_owned(),
                Some(Ok(_)) => {}
                Some(Err(error)) => return error.to_string(),
            },
        }
    }
}

/// How carrying by polls has ended.
pub(crate) enum Ended {
    /// The connection is over, and why.
    Closed(String),
    /// It has moved to this WebSocket.
    Upgraded(Box<WebSocket>),
}

/// A connection by long-polling.
#[derive(Clone)]
pub(crate) struct Polling {
    pub(crate) addr: SocketAddr,
    pub(crate) sid: String,
    pub(crate) headers: Vec<(String, String)>,
}

impl Polling {
    /// Opens a connection.
    ///
    /// # Errors
    /// When the server refuses it: the status is in the message.
    pub(crate) async fn open(addr: SocketAddr, headers: Headers<'_>) -> anyhow::Result<Self> {
        let answer = request(addr, Method::GET, "/socket.io/?EIO=4&transport=polling", headers, "").await?;
        if answer.status != StatusCode::OK {
            bail!("the server answered {} {}", answer.status, answer.text());
        }
        let Packet::Open(open) = packet::read(&answer.text()) else {
            bail!("the first packet opens a connection")
        };
        let sid = open["sid"].as_str().context("an open connection has a sid")?.to_owned();
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Ok(Self { addr, sid, headers })
    }

    /// Fetches what waits.
    ///
    /// # Errors
    /// When the connection is not there any more.
    async fn poll(&self) -> anyhow::Result<String> {
        let answer = request(self.addr, Method::GET, &self.path(), &self.headers(), "").await?;
        if answer.status != StatusCode::OK {
            bail!("the server answered a poll with {} {}", answer.status, answer.text());
        }
        Ok(answer.text())
    }

    /// Brings packets.
    ///
    /// # Errors
    /// When the connection is not there any more.
    async fn post(&self, body: String) -> anyhow::Result<()> {
        let answer = request(self.addr, Method::POST, &self.path(), &self.headers(), body).await?;
        if answer.status != StatusCode::OK {
            bail!("the server answered a post with {} {}", answer.status, answer.text());
        }
        Ok(())
    }

    /// Carries packets by polls and posts, one of each at a time; with `upgrade`, until the connection has moved to a
    /// WebSocket.
    pub(crate) async fn carry(
        &self,
        arrivals: &Arrivals,
        departures: &mut Departures,
        upgrade: bool,
    ) -> Ended {
        let mut polls = FuturesUnordered::from_iter([self.poll()]);
        let mut posts = FuturesUnordered::new();
        let mut waiting = VecDeque::new();
        let probe = self.probe();
        tokio::pin!(probe);
        let mut upgraded: Option<WebSocket> = None;
        loop {
            if upgraded.is_some() && polls.is_empty() && posts.is_empty() && waiting.is_empty() {
                return confirm(upgraded.take().expect("it has just been seen")).await;
            }
            if posts.is_empty() && !waiting.is_empty() {
                posts.push(self.post(body(&mut waiting)));
            }
            tokio::select! {
                Some(polled) = polls.next() => {
                    match polled {
                        Ok(body) => {
                            if let Err(ended) = arrive(&body, arrivals, &mut waiting) {
                                return ended;
                            }
                        }
                        Err(error) => return Ended::Closed(error.to_string()),
                    }
                    if upgraded.is_none() {
                        polls.push(self.poll());
                    }
                }
                Some(posted) = posts.next() => {
                    if let Err(error) = posted {
                        return Ended::Closed(error.to_string());
                    }
                }
                probed = &mut probe, if upgrade && upgraded.is_none() => match probed {
                    Ok(websocket) => upgraded = Some(websocket),
                    Err(error) => return Ended::Closed(error.to_string()),
                },
                departure = departures.recv(), if upgraded.is_none() => {
                    let Some(packet) = departure else {
                        let _ = self.post("1".to_owned()).await;
                        return Ended::Closed("the client has left".to_owned());
                    };
                    waiting.push_back(packet);
                    while let Ok(packet) = departures.try_recv() {
                        waiting.push_back(packet);
                    }
                }
            }
        }
    }

    /// Opens a WebSocket for this connection and asks whether it carries.
    async fn probe(&self) -> anyhow::Result<WebSocket> {
        let mut websocket = open_websocket(self.addr, &self.headers(), Some(&self.sid)).await?;
        websocket.send(Message::text("2probe")).await?;
        match websocket.next().await {
            Some(Ok(Message::Text(text))) if text.as_str() == "3probe" => Ok(websocket),
            other => bail!("the probe was answered with {other:?}"),
        }
    }

    fn path(&self) -> String {
        format!("/socket.io/?EIO=4&transport=polling&sid={}", self.sid)
    }

    fn headers(&self) -> Vec<(&str, &str)> {
        let own = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        own.chain([("content-type", "text/plain;charset=UTF-8")]).collect()
    }
}

/// From here on everything travels over the WebSocket.
async fn confirm(mut websocket: WebSocket) -> Ended {
    match websocket.send(Message::text("5")).await {
        Ok(()) => Ended::Upgraded(Box::new(websocket)),
        Err(error) => Ended::Closed(error.to_string()),
    }
}

/// Takes apart what a poll has brought; what has to be answered at once is put in front of what waits.
fn arrive(body: &str, arrivals: &Arrivals, waiting: &mut VecDeque<String>) -> Result<(), Ended> {
    for text in packet::split(body) {
        match packet::read(text) {
            Packet::Ping => {
                waiting.push_front("3".to_owned());
                // Nothing, but something was heard.
                let _ = arrivals.send("6".to_owned());
            }
            Packet::Close => return Err(Ended::Closed("the server closed the connection".to_owned())),
            _ => {
                let _ = arrivals.send(text.to_owned());
            }
        }
    }
    Ok(())
}

/// Joins as many packets as one request may bring.
fn body(waiting: &mut VecDeque<String>) -> String {
    let mut body = waiting.pop_front().unwrap_or_default();
    for _ in 1..POST_PACKETS_MAX {
        let fits = |packet: &&String| body.len() + packet.len() < POST_BYTES_MAX;
        let Some(packet) = waiting.front().filter(fits) else { break };
        body.push('\u{1e}');
        body.push_str(packet);
        waiting.pop_front();
    }
    body
}
