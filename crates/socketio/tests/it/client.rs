//! A raw client: single HTTP requests, and a WebSocket that shows every frame.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Error, Message};

/// Longer than anything here takes on the busiest machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A server on a free port, which ends with the test.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    serving: JoinHandle<()>,
}

impl TestServer {
    pub(crate) async fn start(app: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        let serving = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, serving }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.request("GET", path, &[], "").await
    }

    pub(crate) async fn post(&self, path: &str, body: impl AsRef<[u8]>) -> Answer {
        self.request("POST", path, &[], body).await
    }

    /// One request on a connection of its own.
    pub(crate) async fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Answer {
        let body = body.as_ref();
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n");
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        // A server that refuses a body may close before it has read it.
        let _ = stream.write_all(body).await;
        let mut answer = Vec::new();
        timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("an answer in time").unwrap();
        Answer::parse(&answer)
    }

    /// Opens a polling connection and says its sid.
    pub(crate) async fn open_polling(&self, path: &str) -> Polling<'_> {
        let answer = self.get(&format!("{path}?EIO=4&transport=polling")).await;
        let sid = answer.open_packet()["sid"].as_str().unwrap().to_owned();
        Polling { server: self, path: format!("{path}?EIO=4&transport=polling&sid={sid}"), sid }
    }

    /// Opens a WebSocket without reading anything from it.
    pub(crate) async fn connect(&self, path_and_query: &str) -> Result<Ws, Error> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let url = format!("ws://{}{path_and_query}", self.address);
        let (stream, _) = tokio_tungstenite::client_async(url, stream).await?;
        Ok(Ws { stream })
    }

    /// Opens a connection on a WebSocket and reads its opening packet.
    pub(crate) async fn open_ws(&self, path: &str) -> Ws {
        let mut ws = self.connect(&format!("{path}?EIO=4&transport=websocket")).await.unwrap();
        assert!(ws.text().await.starts_with("0{"));
        ws
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// A polling connection.
pub(crate) struct Polling<'a> {
    server: &'a TestServer,
    path: String,
    pub(crate) sid: String,
}

impl Polling<'_> {
    pub(crate) async fn poll(&self) -> Answer {
        self.server.get(&self.path).await
    }

    pub(crate) async fn post(&self, body: impl AsRef<[u8]>) -> Answer {
        self.server.post(&self.path, body).await
    }
}

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    pub(crate) fn open_packet(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        serde_json::from_str(self.body.strip_prefix('0').expect("an opening packet")).unwrap()
    }

    pub(crate) fn code(&self) -> u64 {
        serde_json::from_str::<Value>(&self.body).unwrap()["code"].as_u64().unwrap()
    }
}

/// A WebSocket.
pub(crate) struct Ws {
    pub(crate) stream: WebSocketStream<TcpStream>,
}

impl Ws {
    pub(crate) async fn send(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    pub(crate) async fn send_binary(&mut self, bytes: &[u8]) {
        self.stream.send(Message::binary(bytes.to_vec())).await.unwrap();
    }

    /// The next frame, whatever it is; `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<Message> {
        timeout(PATIENCE, self.stream.next()).await.expect("a frame in time")?.ok()
    }

    /// The next text.
    pub(crate) async fn text(&mut self) -> String {
        match self.next().await {
            Some(Message::Text(text)) => text.as_str().to_owned(),
            other => panic!("expected text, got {other:?}"),
        }
    }

    /// The next text that is no ping; pings are answered.
    pub(crate) async fn packet(&mut self) -> String {
        loop {
            match self.text().await.as_str() {
                "2" => self.send("3").await,
                text => return text.to_owned(),
            }
        }
    }

    pub(crate) async fn binary(&mut self) -> Vec<u8> {
        match self.next().await {
            Some(Message::Binary(bytes)) => bytes.to_vec(),
            other => panic!("expected binary, got {other:?}"),
        }
    }

    /// Waits until the server has closed, and gives the status code if it said one.
    pub(crate) async fn closed(&mut self) -> Option<u16> {
        let mut code = None;
        while let Some(message) = self.next().await {
            if let Message::Close(frame) = message {
                code = frame.map(|frame| frame.code.into());
            }
        }
        code
    }
}
