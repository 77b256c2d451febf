//! A TCP proxy between clients and the server, that does to their bytes what bad networks do.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use parking_lot::Mutex;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::{JoinHandle, JoinSet},
};

/// What the network is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// It carries everything at once.
    Fair,
    /// Every piece takes 200 ± 150 ms each way; order is kept.
    Slow,
    /// Nothing is carried and nothing is closed.
    Stalled,
    /// What the server says gets lost, and the connection stays open.
    HalfOpen,
    /// A kilobyte a second each way.
    Thin,
}

/// What has become of connections.
#[derive(Debug, Default)]
pub struct Carried {
    /// Connections that were carried.
    pub connections: AtomicU64,
    /// Connections that were reset.
    pub resets: AtomicU64,
    /// Those of them that were cut with half of a piece delivered.
    pub cuts: AtomicU64,
    /// Bytes that reached clients.
    pub to_clients: AtomicU64,
    /// Pieces that were lost on half-open connections.
    pub lost: AtomicU64,
}

/// A proxy at work. It ends when this is dropped.
pub struct Proxy {
    /// What it has carried so far.
    pub carried: Arc<Carried>,
    addr: SocketAddr,
    weather: watch::Sender<Weather>,
    resets: Arc<Mutex<watch::Sender<Reset>>>,
    task: JoinHandle<()>,
}

/// Which connections are to be reset: those that are older than this number; and whether in the middle of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Reset {
    number: u64,
    in_mid_frame: bool,
}

/// Bytes that are carried at one time.
const PIECE_BYTES: usize = 16 * 1024;
/// What a thin network carries in [`THIN_EVERY`].
const THIN_BYTES: usize = 100;
const THIN_EVERY: Duration = Duration::from_millis(100);

impl Proxy {
    /// A proxy before the server at `target`.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn before(target: SocketAddr, seed: u64) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let addr = listener.local_addr()?;
        let (weather, weather_receiver) = watch::channel(Weather::Fair);
        let (resets, resets_receiver) = watch::channel(Reset::default());
        let carried = Arc::<Carried>::default();
        let road = Road { weather: weather_receiver, resets: resets_receiver, carried: Arc::clone(&carried) };
        let task = tokio::spawn(async move {
            let mut random = StdRng::seed_from_u64(seed);
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                road.carried.connections.fetch_add(1, Ordering::Relaxed);
                let road = road.clone();
                let seed = random.random();
                connections.spawn(async move {
                    // A server that is not there is what the client sees as a connection that closes.
                    if let Ok(server) = TcpStream::connect(target).await {
                        road.carry(client, server, seed).await;
                    }
                });
                while connections.try_join_next().is_some() {}
            }
        });
        Ok(Self { carried, addr, weather, resets: Arc::new(Mutex::new(resets)), task })
    }

    /// Where clients find it.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Changes the weather, for connections that are open too.
    pub fn set(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }

    /// Resets every connection; with `in_mid_frame`, in the middle of what is carried next.
    pub fn reset(&self, in_mid_frame: bool) {
        self.resets.lock().send_modify(|reset| *reset = Reset { number: reset.number + 1, in_mid_frame });
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What one connection goes through.
#[derive(Clone)]
struct Road {
    weather: watch::Receiver<Weather>,
    resets: watch::Receiver<Reset>,
    carried: Arc<Carried>,
}

/// Which way bytes go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    ToServer,
    ToClient,
}

impl Road {
    async fn carry(mut self, client: TcpStream, server: TcpStream, seed: u64) {
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        // A reset is told by closing without having read or written everything.
        let _ = (client.set_zero_linger(), server.set_zero_linger());
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        let mut cut = self.resets.clone();
        cut.mark_unchanged();
        self.resets.mark_unchanged();
        let there = self.clone().pump(from_client, to_server, Way::ToServer, StdRng::seed_from_u64(seed));
        let back = self.clone().pump(from_server, to_client, Way::ToClient, StdRng::seed_from_u64(!seed));
        tokio::select! {
            () = there => {}
            () = back => {}
            _ = Self::plain_reset(&mut cut) => {
                self.carried.resets.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    async fn plain_reset(resets: &mut watch::Receiver<Reset>) {
        while resets.changed().await.is_ok() {
            if !resets.borrow_and_update().in_mid_frame {
                return;
            }
        }
        std::future::pending::<()>().await;
    }

    async fn pump(mut self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf, way: Way, mut random: StdRng) {
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            let weather = *self.weather.borrow_and_update();
            let room = if weather == Weather::Thin { THIN_BYTES } else { PIECE_BYTES };
            if weather == Weather::Stalled {
                if self.weather.changed().await.is_err() {
                    return;
                }
                continue;
            }
            let read = tokio::select! {
                read = from.read(&mut piece[..room]) => read,
                _ = self.weather.changed() => continue,
            };
            let Ok(read @ 1..) = read else { return };
            match weather {
                Weather::Slow => {
                    tokio::time::sleep(Duration::from_millis(random.random_range(50..=350))).await;
                }
                Weather::Thin => tokio::time::sleep(THIN_EVERY).await,
                Weather::HalfOpen if way == Way::ToClient => {
                    self.carried.lost.fetch_add(1, Ordering::Relaxed);
                    continue;
                }
                Weather::Fair | Weather::Stalled | Weather::HalfOpen => {}
            }
            if self.resets.has_changed().unwrap_or(false) && self.resets.borrow_and_update().in_mid_frame {
                let _ = to.write_all(&piece[..read / 2]).await;
                self.carried.cuts.fetch_add(1, Ordering::Relaxed);
                return;
            }
            if to.write_all(&piece[..read]).await.is_err() {
                return;
            }
            if way == Way::ToClient {
                self.carried.to_clients.fetch_add(read as u64, Ordering::Relaxed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let addr = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    let _ = tokio::io::copy(&mut from, &mut to).await;
                });
            }
        });
        addr
    }

    async fn said(stream: &mut TcpStream, text: &str) -> std::io::Result<String> {
        stream.write_all(text.as_bytes()).await?;
        let mut answer = vec![0; text.len()];
        stream.read_exact(&mut answer).await?;
        Ok(String::from_utf8(answer).unwrap())
    }

    #[tokio::test]
    async fn fair_weather_carries_and_a_reset_closes() {
        let proxy = Proxy::before(echo().await, 1).await.unwrap();
        let mut stream = TcpStream::connect(proxy.addr()).await.unwrap();
        assert_eq!(said(&mut stream, "tea?").await.unwrap(), "tea?");
        proxy.reset(false);
        assert!(said(&mut stream, "tea?").await.is_err());
        assert_eq!(proxy.carried.resets.load(Ordering::Relaxed), 1);
        let mut again = TcpStream::connect(proxy.addr()).await.unwrap();
        assert_eq!(said(&mut again, "tea!").await.unwrap(), "tea!");
    }

    #[tokio::test]
    async fn a_half_open_network_takes_everything_and_answers_nothing() {
        let proxy = Proxy::before(echo().await, 1).await.unwrap();
        proxy.set(Weather::HalfOpen);
        let mut stream = TcpStream::connect(proxy.addr()).await.unwrap();
        let answer = tokio::time::timeout(Duration::from_millis(100), said(&mut stream, "tea?"));
        assert!(answer.await.is_err(), "it is neither answered nor closed");
    }

    #[tokio::test]
    async fn a_cut_delivers_half_of_what_comes_next() {
        let proxy = Proxy::before(echo().await, 1).await.unwrap();
        let mut stream = TcpStream::connect(proxy.addr()).await.unwrap();
        said(&mut stream, "tea?").await.unwrap();
        proxy.reset(true);
        assert!(said(&mut stream, "coffee").await.is_err());
        assert_eq!(proxy.carried.cuts.load(Ordering::Relaxed), 1);
    }
}
