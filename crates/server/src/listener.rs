//! Accepting connections and serving HTTP/1.1 on them, with an end to every wait.

use std::{io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use http::Request;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch},
};
use tower::ServiceExt;

use crate::{
    addresses::{Addresses, Place},
    auth::Policy,
};
use taken::Taken;

mod taken;

/// How long a client may take to send the head of a request, and how long a connection may stay idle.
const HEAD_TIME_MAX: Duration = Duration::from_secs(30);
/// How long a client may leave what was written for it untaken, at least.
const WRITE_TIME: Duration = Duration::from_secs(90);
/// What the system may take for a client beyond what is on its way there, in bytes. Left alone, Linux takes megabytes for
/// somebody who does not read, and what is in there can neither be counted nor left out.
const UNSENT_BYTES_MAX: u32 = 64 * 1024;
/// The head of a request, in bytes.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// Headers of a request.
const HEADERS_MAX: usize = 100;
/// How long requests that are under way when the server stops may take to finish.
const DRAIN_TIME_MAX: Duration = Duration::from_secs(10);
/// How long to wait when the system has no more room for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Who is let in.
#[derive(Clone)]
pub(crate) struct Admission {
    /// Connections at a time besides those that have become sockets.
    pub(crate) connections_max: usize,
    /// How long a socket may stay silent before it ends.
    pub(crate) silence_max: Duration,
    /// Those of one address are limited as well.
    pub(crate) addresses: Arc<Addresses>,
    /// Knows which addresses are proxies: their connections are not limited, but what comes over them is.
    pub(crate) policy: Arc<Policy>,
}

impl Admission {
    /// A place for a connection; `None` when its address has all that it may have.
    fn place(&self, peer: SocketAddr) -> Option<Place> {
        let ip = peer.ip().to_canonical();
        self.addresses.enter(Some(ip).filter(|ip| !self.policy.trusts(*ip)))
    }
}

/// Serves `router` on `listener` for whomever `admission` lets in, until `stop` says so; then finishes what is under way.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    admission: Admission,
    mut stop: oneshot::Receiver<()>,
) {
    // Every connection holds a receiver, so that it hears of the end, and so that its own end is seen.
    let (stopping, _) = watch::channel(());
    let room = Arc::new(Semaphore::new(admission.connections_max.min(Semaphore::MAX_PERMITS)));
    loop {
        let (permit, stream, peer) = tokio::select! {
            accepted = accept(&listener, &room) => accepted,
            _ = &mut stop => break,
        };
        let Some(place) = admission.place(peer) else {
            tracing::debug!(%peer, "one more connection of this address than it may have");
            continue;
        };
        prepare(&stream);
        let stream = Taken::within(write_time_max(admission.silence_max), stream);
        let (router, stopping) = (router.clone(), stopping.subscribe());
        tokio::spawn(async move {
            hold(stream, peer, router, stopping).await;
            drop((permit, place));
        });
    }
    // From now on new connections are refused by the system.
    drop(listener);
    stopping.send_replace(());
    if tokio::time::timeout(DRAIN_TIME_MAX, stopping.closed()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
}

/// The next connection, once there is room for it.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> (OwnedSemaphorePermit, TcpStream, SocketAddr) {
    let permit = Arc::clone(room).acquire_owned().await.expect("the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (permit, stream, peer),
            // It was gone before we looked.
            Err(error) if is_of_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// How long a client may leave what was written for it untaken: longer than a socket may stay silent. That one ends first,
/// and knows better why.
fn write_time_max(silence_max: Duration) -> Duration {
    WRITE_TIME.max(2 * silence_max)
}

fn is_of_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// A connection that refuses a setting is slower or larger, and serves nevertheless.
fn prepare(stream: &TcpStream) {
    // Messages are small and must not wait for more.
    let _ = stream.set_nodelay(true);
    #[cfg(target_os = "linux")]
    let _ = socket2::SockRef::from(stream).set_tcp_notsent_lowat(UNSENT_BYTES_MAX);
}

/// Serves one connection until it ends or becomes a socket. How it ends is its client's business.
async fn hold(stream: Taken<TcpStream>, peer: SocketAddr, router: Router, mut stopping: watch::Receiver<()>) {
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request.map(Body::new))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopping.changed() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_that_may_stay_silent_for_long_is_not_ended_for_what_it_leaves_untaken() {
        assert_eq!(write_time_max(Duration::from_secs(3)), WRITE_TIME);
        assert!(write_time_max(Duration::from_secs(600)) > Duration::from_secs(600));
    }
}
