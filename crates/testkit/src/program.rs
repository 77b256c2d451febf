//! The real program, as whoever runs a server starts it; and as a power cut ends it.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, bail};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// How long a start may take.
const START_TIMEOUT: Duration = Duration::from_secs(20);

/// A running `kith serve` on a free port and a folder of its own. It is killed when this is dropped.
pub struct Program {
    binary: PathBuf,
    folder: TempDir,
    addr: SocketAddr,
    child: Child,
}

impl Program {
    /// Starts the program that `KITH_BIN` names, or else `binary`.
    ///
    /// # Errors
    /// When it does not say in time that it is ready.
    pub async fn start(binary: impl AsRef<Path>) -> anyhow::Result<Self> {
        let binary = std::env::var_os("KITH_BIN").map_or_else(|| binary.as_ref().to_owned(), PathBuf::from);
        let folder = tempfile::tempdir()?;
        let (child, addr) = spawn(&binary, folder.path()).await?;
        Ok(Self { binary, folder, addr, child })
    }

    /// Where it listens; another port after each start.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Its data folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Kills it (SIGKILL), as if it had never been asked, and waits until it is gone.
    ///
    /// # Errors
    /// When it was gone already.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill().await.context("it was not there to be killed")
    }

    /// Starts it again on the same folder.
    ///
    /// # Errors
    /// When it does not say in time that it is ready.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        (self.child, self.addr) = spawn(&self.binary, self.folder.path()).await?;
        Ok(())
    }
}

async fn spawn(binary: &Path, folder: &Path) -> anyhow::Result<(Child, SocketAddr)> {
    let mut child = Command::new(binary)
        .arg("serve")
        .arg("--data")
        .arg(folder)
        .args(["--listen", "127.0.0.1:0", "--disk-reserve-bytes", "0"])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("{} cannot be started", binary.display()))?;
    let stdout = child.stdout.take().context("its output is a pipe")?;
    let mut lines = BufReader::new(stdout).lines();
    let ready = tokio::time::timeout(START_TIMEOUT, async {
        while let Some(line) = lines.next_line().await? {
            if let Some(url) = line.strip_prefix("Kith is ready: ") {
                return port(url);
            }
        }
        bail!("it ended before it was ready")
    });
    let port = ready.await.context("it was not ready in time")??;
    // Whatever else it prints is nobody's concern, but the pipe must not fill up.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Ok((child, SocketAddr::from((Ipv4Addr::LOCALHOST, port))))
}

fn port(url: &str) -> anyhow::Result<u16> {
    let (_, port) = url.rsplit_once(':').context("an address has a port")?;
    port.parse().with_context(|| format!("{url} has no port"))
}
