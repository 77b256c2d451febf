//! A small HTTP client: one connection for each request, nothing hidden.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use tokio::net::TcpStream;

/// Headers of a request, by name.
pub type Headers<'a> = &'a [(&'a str, &'a str)];

/// What a server answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Answer {
    /// The body as text; what is not UTF-8 is replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is something else: the test has no use for it.
    #[must_use]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!("{} {:?} is not what was expected: {error}", self.status, self.text())
        })
    }
}

/// Asks a server, on a connection of its own.
///
/// # Errors
/// When there is no server, or none that speaks HTTP.
pub async fn request(
    addr: SocketAddr,
    method: Method,
    path: &str,
    headers: Headers<'_>,
    body: impl Into<Bytes>,
) -> anyhow::Result<Answer> {
    let stream = TcpStream::connect(addr).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    // It ends by itself when the answer is read; what goes wrong with it shows there.
    tokio::spawn(connection);
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, addr.to_string());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (parts, body) = sender.send_request(request.body(Full::new(body.into()))?).await?.into_parts();
    Ok(Answer { status: parts.status, headers: parts.headers, body: body.collect().await?.to_bytes() })
}
