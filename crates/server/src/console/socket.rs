//! The console's way to a running server: a socket in the data folder that only the folder's owner can open. One order a
//! connection, one answer, a line of JSON each.

use std::{
    fs::{self, Permissions},
    io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result};
use kith_chat::Chat;
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    task::JoinHandle,
};

use super::Order;
use crate::folder;

const NAME: &str = "console.sock";
/// An order or an answer, in bytes: the list of a hundred thousand accounts fits.
const LINE_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// How long an order may take to arrive, and an answer to come.
const TIME_MAX: Duration = Duration::from_secs(30);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Done(String),
    Refused(String),
}

/// The console of a running server, until it is dropped.
pub(crate) struct Console {
    path: PathBuf,
    task: JoinHandle<()>,
}

impl Console {
    /// Takes orders in a data folder that this process holds.
    ///
    /// # Errors
    /// When the socket cannot be made, such as when the folder's path is too long for one.
    pub(crate) fn open(data: &Path, chat: Arc<Chat>) -> Result<Self> {
        let path = data.join(NAME);
        // We hold the folder, so what is there is of a process that has ended.
        folder::remove_file(&path)?;
        let listener =
            UnixListener::bind(&path).with_context(|| format!("cannot make {}", path.display()))?;
        fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        let task = tokio::spawn(take_orders(listener, chat));
        Ok(Self { path, task })
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.task.abort();
        if let Err(error) = folder::remove_file(&self.path) {
            tracing::warn!(%error, "the console's socket stays in the data folder");
        }
    }
}

async fn take_orders(listener: UnixListener, chat: Arc<Chat>) {
    loop {
        match listener.accept().await {
            // One after the other: nobody is in a hurry here.
            Ok((stream, _)) => {
                if let Err(error) = tokio::time::timeout(TIME_MAX, take_order(stream, &chat)).await {
                    tracing::warn!(%error, "an order on the console took too long");
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the console cannot be reached");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn take_order(mut stream: UnixStream, chat: &Chat) {
    let answer = match receive::<Order>(&mut stream).await {
        Ok(order) => match order.carry_out(chat).await {
            Ok(said) => Answer::Done(said),
            Err(refusal) => Answer::Refused(refusal.into_body().message),
        },
        Err(_) => {
            Answer::Refused("The server does not understand this order; it may be of another version.".into())
        }
    };
    if let Err(error) = send(&mut stream, &answer).await {
        tracing::warn!(%error, "an order on the console could not be answered");
    }
}

/// Hands an order to the server that is running on this data folder. Returns what it says, or its refusal.
pub(super) async fn ask(data: &Path, order: &Order) -> Result<Result<String, String>> {
    let asked = async {
        let mut stream = UnixStream::connect(data.join(NAME)).await?;
        send(&mut stream, order).await?;
        receive(&mut stream).await
    };
    Ok(match tokio::time::timeout(TIME_MAX, asked).await?? {
        Answer::Done(said) => Ok(said),
        Answer::Refused(why) => Err(why),
    })
}

async fn send(stream: &mut UnixStream, message: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    stream.write_all(&line).await
}

async fn receive<T: for<'de> Deserialize<'de>>(stream: &mut UnixStream) -> io::Result<T> {
    let mut line = Vec::new();
    BufReader::new(stream.take(LINE_BYTES_MAX)).read_until(b'\n', &mut line).await?;
    Ok(serde_json::from_slice(&line)?)
}
