//! HTTP/1.1 on one connection, one request at a time.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
};

use anyhow::{Context, Result, ensure};

/// Somebody who asks.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    head: String,
    body: Vec<u8>,
}

impl Client {
    /// Connects, to ask as whoever has this token.
    pub(crate) fn connect(server: SocketAddr, token: &str) -> Result<Self> {
        let stream = TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        let head = format!("HTTP/1.1\r\nHost: {server}\r\nAuthorization: Bearer {token}\r\n");
        Ok(Self { stream: BufReader::new(stream), head, body: Vec::new() })
    }

    /// Gets something. How many bytes the answer has.
    ///
    /// # Errors
    /// When the answer is not a good one.
    pub(crate) fn get(&mut self, path: &str) -> Result<usize> {
        let request = format!("GET {path} {}\r\n", self.head);
        self.stream.get_mut().write_all(request.as_bytes())?;
        self.answer()
    }

    /// Sends bytes.
    ///
    /// # Errors
    /// When the answer is not a good one.
    pub(crate) fn post(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        let len = bytes.len();
        let request = format!(
            "POST {path} {}Content-Type: application/octet-stream\r\nContent-Length: {len}\r\n\r\n",
            self.head
        );
        let stream = self.stream.get_mut();
        stream.write_all(request.as_bytes())?;
        stream.write_all(bytes)?;
        self.answer().map(|_| ())
    }

    fn answer(&mut self) -> Result<usize> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        ensure!(line.starts_with("HTTP/1.1 20"), "the server answered {line}");
        let mut len = None;
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    len = Some(value.trim().parse()?);
                }
                Some(_) => {}
                None => break,
            }
        }
        let len = len.context("an answer says how long it is")?;
        self.body.resize(len, 0);
        self.stream.read_exact(&mut self.body)?;
        Ok(len)
    }
}
